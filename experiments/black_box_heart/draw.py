"""How is it drawn: `black_box_heart`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.black_box_heart import figures as black_box_figures
from experiments.lab.contract import Results

CAPTIONS = {
    "main": (
        "Predicted probability of heart disease for 297 patients (Heart data, 13 predictors) by a "
        "tanh network with two hidden layers. Bars and shaded bands are pointwise, nominal 95%, "
        "over bootstrap refits. (a) Each patient's prediction against their age: the cloud mixes "
        "age with all that goes with it. (b) Prediction against what was observed, each patient "
        "by the refits that had left that patient out. (c) Age varied, the other predictors at "
        "their mean or most common level; dashed, logistic regression on age alone; points, the "
        "patients, spread sideways of 0 and 1. (d) Age varied for each patient as observed "
        "otherwise: thin curves, and their average with its band. Older patients have the disease "
        "more often, but with the other predictors held the network sees little left for age. Its "
        "penalty flattens every curve somewhat, which no band over refits shows (see the known "
        "truth below). "
        "Lecture 11, slides 'Predicted probabilities vs. Age'."
    ),
    "predictors": (
        "The same network and refits. (a) to (c): predicted probability of heart disease against "
        "maximum heart rate (beats/min), serum cholesterol (mg/dl) and the result of the thallium "
        "scan, with the other predictors at mean or most common level (blue) and averaged over "
        "all patients as observed (orange). The two differ in height, since one typical patient "
        "is not the average of all. Bands and bars: pointwise, nominal 95%, over refits; ticks: "
        "observed values. (d) Share of patients classified rightly by each refit, among the rows "
        "it was trained on and among the rows its resample had left out: only the latter is an "
        "honest estimate. Lecture 11, 'Unboxing the black box' and 'Bootstrapping Basics'."
    ),
    "known_truth": (
        "Data from a known logistic model, logit P(y = 1) = -0.5 + 1.2 x with x normal. (a), (b): "
        "pointwise bands, nominal 95%, from one data set of 100 and one of 10,000 rows; black, the "
        "truth. (c) Width of the logistic band, median over data sets, with the large-sample "
        "theory as lines: a hundred times the rows, a tenth of the width. (d) Share of data sets "
        "of 100 rows whose band contains the truth, shaded by 2 standard errors either way. "
        "Logistic regression covers a little less than its nominal level. A network's penalty "
        "moves its curve, and resampling rows does not show that: where the penalty matters most "
        "the band misses the truth, and with a tenth of the penalty it does so less. "
        "Lecture 11, 'Adding Uncertainty'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The lecture's pictures with bands, more predictors, and the known truth."""
    return {
        "main": black_box_figures.age(results),
        "predictors": black_box_figures.predictors(results),
        "known_truth": black_box_figures.known_truth(results),
    }
