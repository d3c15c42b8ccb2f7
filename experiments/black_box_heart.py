"""What has a black box learned about heart disease, and how far can its curves be trusted?

    curve        f(x_j, x_C)                   one predictor varied, the others held
    band         quantiles over refits b of f_b(x_j, x_C)
    coverage     share of data sets whose band contains the truth

Lecture 11, from "Interpretation through Predictions" to "Bootstrapping for Predictions", with a
band on every curve: first the Heart data, then data whose truth is known, where it can be seen
what the bands are worth.  `heart_refits` and `known_truth` compute.

A band is called by its nominal level.  The penalty is fixed beforehand by `known_truth.NormalPrior`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments import Claim, heart_refits, known_truth
from experiments.heart_refits import OLDER, YOUNGER, HeartSettings
from experiments.known_truth import (
    GRID,
    LARGE,
    LEFT_OUT_ROWS,
    LEVEL,
    LINEAR_AT,
    MEAN_ROWS,
    SMALL,
    TruthSettings,
    delta_widths,
    left_out_moments,
    linear_width,
    logistic_curve,
    percentile_coverage,
)
from jaxnn import plotting

TITLE = "A black box for heart disease, with bands, and what the bands are worth"
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
        "more often, but with the other predictors held the network sees little left for age. "
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
        "bands over refits, pointwise and nominal 95%, from one data set of 100 and one of 10,000 "
        "rows; black, the truth. (c) Width of the logistic band, median over data sets, with the "
        "large-sample theory as lines: a hundred times the rows, a tenth of the width. (d) Share "
        "of data sets of 100 rows whose band contains the truth, with bars of 2 standard errors. "
        "Logistic regression covers a little less than its nominal level. The network's penalty "
        "moves its curve, which no resampling of rows can see: its bands cover the curve that it "
        "would learn on average, not always the truth. Lecture 11, 'Adding Uncertainty'."
    ),
}
AGE_SLIDES = "lecture 11, 'Predicted probabilities vs. Age'"
UNCERTAINTY_SLIDES = "lecture 11, 'Adding Uncertainty'"
BOOTSTRAP_SLIDES = "lecture 11, 'Bootstrapping for Predictions'"

Results = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Settings(HeartSettings, TruthSettings):
    """Sizes of both halves."""


FULL = Settings()
QUICK = Settings(
    refits=100,
    left_out_resamples=200,
    mean_sets=200,
    mean_resamples=199,
    logistic_sets=80,
    logistic_resamples=200,
    large_sets=6,
    large_resamples=60,
    linear_sets=160,
    linear_resamples=200,
    network_sets=16,
    network_resamples=60,
    shown_refits=200,
    shown_network_refits=40,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Both halves; their results are listed in `heart_refits.compute` and `known_truth.compute`."""
    key_heart, key_truth = jax.random.split(key)
    return {
        **heart_refits.compute(key_heart, settings),
        **known_truth.compute(key_truth, settings),
    }


# What is claimed.  An interval is 4 standard errors to either side unless it is called a band.


def claims(results: Results) -> list[Claim]:
    """What the lecture and theory say of bands, and what they turn out to be."""
    return [*_heart_claims(results), *_exact_claims(results), *_coverage_claims(results)]


def _heart_claims(results: Results) -> list[Claim]:
    optimism = results["out_of_bag_loss"] - results["in_bag_loss"]
    middle, error = _mean(optimism)
    span = f"from age {YOUNGER:g} to {OLDER:g}"
    rise, *rise_band = results["rise_alone"]
    told = [
        Claim(
            f"{name} (nominal 95% band over refits)",
            source,
            "reported",
            center,
            (low, high),
            None,
        )
        for name, source, (center, low, high) in (
            (
                f"Change in the network's probability of heart disease {span}, others at the mean",
                AGE_SLIDES,
                results["rise_means"],
            ),
            (
                f"The same {span}, averaged over all patients as observed otherwise",
                AGE_SLIDES,
                results["rise_rows"],
            ),
            (
                "Accuracy of the refits on the rows they were trained on",
                BOOTSTRAP_SLIDES,
                _spread(results["in_bag_accuracy"]),
            ),
            (
                "Accuracy of the refits on the rows they had left out",
                BOOTSTRAP_SLIDES,
                _spread(results["out_of_bag_accuracy"]),
            ),
        )
    ]
    return [
        Claim(
            f"Logistic regression on Age alone: the probability of heart disease rises {span} "
            "(nominal 95% band over refits)",
            AGE_SLIDES,
            "above 0",
            rise,
            (rise_band[0], rise_band[1]),
            bool(rise_band[0] > 0),
        ),
        *told,
        Claim(
            "A refit's cross-entropy is higher on the rows it had left out than on its own (nats, "
            "mean difference; interval 4 SE)",
            BOOTSTRAP_SLIDES,
            "above 0",
            middle,
            (middle - 4 * error, middle + 4 * error),
            bool(middle - 4 * error > 0),
        ),
    ]


def _exact_claims(results: Results) -> list[Claim]:
    """What must hold whatever is drawn."""
    gaps = (
        (
            "alone_gap",
            "A network without a hidden layer fitted to Age is logistic regression",
            1e-3,
        ),
        ("newton_gap", "The same for refits on the known truth", 2e-3),
        ("least_squares_gap", "A linear network by gradient descent is least squares", 1e-3),
    )
    diverged = sum(int(results[f"{part}_diverged"]) for part in ("heart", "truth", "shown"))
    refits = sum(int(results[f"{part}_refits"]) for part in ("heart", "truth", "shown"))
    return [
        *(
            Claim(
                f"{statement} (largest difference in the predicted mean)",
                "Newton's method" if name != "least_squares_gap" else "normal equations",
                f"at most {most:g}",
                results[name],
                None,
                bool(results[name] <= most),
            )
            for name, statement, most in gaps
        ),
        Claim(f"Of {refits:,} refits, diverged", "settings", 0, diverged, None, diverged == 0),
    ]


def _coverage_claims(results: Results) -> list[Claim]:
    known = "known truth"
    logistic, logistic_error, sets = _coverage(results["logistic_100"], logistic_curve(GRID))
    linear, linear_error, linear_sets = _coverage(results["linear_100"], LINEAR_AT)
    widths, width_error = _mean(np.diff(results["linear_100"], axis=0)[0])
    ratios, ratio_errors = width_ratios(results)
    # Few data sets on 10,000 rows decide how well the ratio is known.
    slack = _slack(1200, results["logistic_10000"].shape[1] * int(results["large_resamples"]))
    farthest = int(np.abs(ratios - LARGE / SMALL / 10).argmax())
    asymptotic = linear_width(LINEAR_AT, SMALL)
    claims = [
        *(_left_out_claim(results[f"left_out_{rows}"], rows) for rows in LEFT_OUT_ROWS),
        *(
            _mean_claim(results[f"mean_{rows}"], rows, int(results["mean_resamples"]))
            for rows in MEAN_ROWS
        ),
        _within(
            "Logistic regression, n = 100: coverage of nominal 95% bands, mean over x = -2 .. 2",
            known,
            (logistic, 4 * logistic_error),
            (0.9325, 0.0325 * _slack(400, sets)),
        ),
        Claim(
            "The same, less the nominal level (interval 4 SE)",
            known,
            "reported",
            logistic - LEVEL,
            (logistic - LEVEL - 4 * logistic_error, logistic - LEVEL + 4 * logistic_error),
            None,
        ),
        _within(
            "Bands at n = 100 are wider than at n = 10,000 by, mean over x = -2 .. 2",
            UNCERTAINTY_SLIDES,
            (ratios.mean(), 4 * ratio_errors.mean()),
            (10, 0.8 * slack),
        ),
        _within(
            f"The same where it is farthest from 10, x = {GRID[farthest]:g}",
            UNCERTAINTY_SLIDES,
            (ratios[farthest], 4 * ratio_errors[farthest]),
            (10, 1.6 * slack),
        ),
        _within(
            "Linear regression, n = 100: coverage of nominal 95% bands at x = 2",
            known,
            (linear, 4 * linear_error),
            (0.93, 0.03 * _slack(800, linear_sets)),
        ),
        _within(
            "Linear regression, n = 100: mean width of the band at x = 2",
            "large-sample theory, 2 z sqrt((1 + x^2) / n)",
            (widths, 4 * width_error),
            (asymptotic, 0.05 * asymptotic * _slack(800, linear_sets)),
        ),
    ]
    return claims + _network_claims(results)


def _network_claims(results: Results) -> list[Claim]:
    """Bands of a network: nobody has a formula for their coverage."""
    truth, own = logistic_curve(GRID), results["network_100_fit"].mean(axis=0)
    cases = (
        ("the truth", truth),
        ("the curve that it learns on average", own),
    )
    claims = []
    for name, target in cases:
        covered, error, _ = _coverage(results["network_100"], target)
        claims.append(
            Claim(
                f"Network, n = 100: coverage of {name} by nominal 95% bands, mean over x = -2 .. 2 "
                "(interval 4 SE)",
                "known truth",
                "reported",
                covered,
                (covered - 4 * error, covered + 4 * error),
                None,
            )
        )
    worst = int(np.abs(own - truth).argmax())
    middle, error = _mean(results["network_100_fit"][:, worst] - truth[worst])
    claims.append(
        Claim(
            f"Network, n = 100: what its penalty adds to the probability at x = {GRID[worst]:g}, "
            "where that is most (interval 4 SE)",
            "known truth",
            "reported",
            middle,
            (middle - 4 * error, middle + 4 * error),
            None,
        )
    )
    return claims


def _left_out_claim(shares: np.ndarray, rows: int) -> Claim:
    expected, deviation = left_out_moments(rows)
    return _within(
        f"Share of {rows:,} rows that a resample leaves out",
        "(1 - 1/n)^n",
        (shares.mean(), 4 * deviation / math.sqrt(len(shares))),
        (expected, 4 * deviation / math.sqrt(len(shares))),
    )


def _mean_claim(band: np.ndarray, rows: int, resamples: int) -> Claim:
    expected = percentile_coverage(rows)
    covered, _, sets = _coverage(band, 0.0)
    error = math.sqrt(expected * (1 - expected) / sets)
    # B resamples cover about (B-1)/(B+1) of the level; a resampled mean is not quite normal.
    bias = 2 * LEVEL / (resamples + 1) + 0.001
    return _within(
        f"Mean of {rows} normal numbers: coverage of the nominal 95% band",
        "P(|t| <= 1.96 sqrt((n-1)/n)), n-1 degrees of freedom",
        (covered, 4 * error),
        (expected, 4 * error + bias),
    )


def _within(
    statement: str, source: str, measured: tuple[float, float], accepted: tuple[float, float]
) -> Claim:
    """A claim that a number, given with 4 standard errors, is within so much of what is expected."""
    (value, error), (expected, distance) = measured, accepted
    return Claim(
        f"{statement} (interval 4 SE)",
        source,
        f"{expected:.4g} ± {distance:.2g}",
        value,
        (value - error, value + error),
        bool(abs(value - expected) <= distance),
    )


def _slack(planned: int, made: int) -> float:
    """By what a range that was set for `planned` draws is widened if fewer were made."""
    return math.sqrt(max(1.0, planned / made))


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _spread(values: np.ndarray) -> tuple[float, float, float]:
    """Mean, and the quantiles between which 95% of the values are."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(values.mean()), float(low), float(high)


def _coverage(band: np.ndarray, target: Any) -> tuple[float, float, int]:
    """Coverage, mean over places, its standard error with data sets as clusters, and their number."""
    shares = covered(band, target).reshape(band.shape[1], -1).mean(axis=1)
    return *_mean(shares), len(shares)
