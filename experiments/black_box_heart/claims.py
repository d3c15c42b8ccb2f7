"""What do the lecture and theory say about the Heart data's black box, and does it hold?"""

from __future__ import annotations

import math

import numpy as np

from experiments.black_box_heart import claims_bands, claims_importance, claims_surfaces
from experiments.black_box_heart.curves import OLDER, YOUNGER
from experiments.black_box_heart.verdict import verdict
from experiments.lab.claims import Claim, above, at_most, equals, reported, within_errors
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from experiments.shared.resampling import left_out_moments

AGE_SLIDES = "lecture 11, 'Predicted probabilities vs. Age'"
BOOTSTRAP_SLIDES = "lecture 11, 'Bootstrapping for Predictions'"
BAND = "(nominal 95% band over refits)"
FOUR = "(interval: 4 SE)"
__all__ = ["claims", "verdict"]
LARGEST_GAP = 1e-3  # a hundredth of the narrowest band


def claims(results: Results) -> list[Claim]:
    """Importance, the effect of age, accuracy in and out of bag, what holds for any draw."""
    return [
        *claims_importance.claims(results),
        *_age_claims(results),
        *_bag_claims(results),
        *claims_surfaces.claims(results),
        *claims_bands.claims(results),
        *_exact_claims(results),
    ]


def _age_claims(results: Results) -> list[Claim]:
    span = f"from age {YOUNGER:g} to {OLDER:g}"
    rise, low, high = results["rise_alone"].tolist()
    return [
        above(
            f"Logistic regression on Age alone: the probability of heart disease rises {span} "
            f"{BAND}",
            AGE_SLIDES,
            low,
            0,
            shown=rise,
            interval=(low, high),
        ),
        _with_band(
            f"Network: change in the probability of heart disease {span}, the "
            "other predictors at their mean or most common level",
            AGE_SLIDES,
            results["rise_means"],
        ),
        _with_band(
            f"Network: change in the probability of heart disease {span}, averaged over all "
            "patients",
            AGE_SLIDES,
            results["rise_rows"],
        ),
    ]


def _bag_claims(results: Results) -> list[Claim]:
    optimism = results["out_of_bag_loss"] - results["in_bag_loss"]
    mean = float(optimism.mean())
    reach = 4 * float(optimism.std(ddof=1)) / math.sqrt(len(optimism))
    return [
        _with_band(
            "Accuracy of the refits on the rows that they were trained on",
            BOOTSTRAP_SLIDES,
            _mean_and_band(results["in_bag_accuracy"]),
        ),
        _with_band(
            "Accuracy of the refits on the rows that they left out",
            BOOTSTRAP_SLIDES,
            _mean_and_band(results["out_of_bag_accuracy"]),
        ),
        above(
            "A refit's cross-entropy is higher on the rows that it left out than on its training "
            "rows (mean difference in nats; interval: 4 SE)",
            BOOTSTRAP_SLIDES,
            mean - reach,
            0,
            shown=mean,
            interval=(mean - reach, mean + reach),
        ),
    ]


def _exact_claims(results: Results) -> list[Claim]:
    rows, refits = len(results["observed"]), int(results["heart_refits"])
    share, deviation = left_out_moments(rows)
    shares = results[f"left_out_{rows}"]
    return [
        equals(
            "Predictors of the Heart table; the slide lists 12 names, without MaxHR, but says 13 "
            "and shows importances of x0 to x12",
            "erratum 29: lecture 11, 'Permutation Variable Importance Example'",
            len(results["correlation"]),
            13,
        ),
        at_most(
            "A network without hidden layers, fitted to Age, is logistic regression (largest "
            "difference in predicted probabilities)",
            "Newton's method",
            results["alone_gap"],
            LARGEST_GAP,
        ),
        within_errors(
            f"Share of the {rows} rows that a resample leaves out {FOUR}",
            "(1 - 1/n)^n",
            shares.mean(),
            share,
            deviation / math.sqrt(len(shares)),
        ),
        equals(
            f"Refits that diverged, of {refits:,}",
            "settings",
            results["heart_diverged"],
            0,
        ),
    ]


def _with_band(statement: str, source: str, curve: np.ndarray) -> Claim:
    """A number that is reported with its band; `curve` is (3,): centre, lower and upper end."""
    center, low, high = curve.tolist()
    return reported(f"{statement} {BAND}", source, center, interval=(low, high))


def _mean_and_band(values: np.ndarray) -> np.ndarray:
    """(3,): the mean of (refits,) values, and the quantiles that hold 95% of them."""
    return np.array([values.mean(), *np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])])
