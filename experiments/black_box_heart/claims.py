"""What is claimed of `black_box_heart`; see the package."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.black_box_heart.closed_forms import (
    left_out_moments,
    linear_width,
    logistic_curve,
    percentile_coverage,
)
from experiments.black_box_heart.heart_refits import OLDER, YOUNGER
from experiments.black_box_heart.known_truth import (
    GRID,
    LARGE,
    LEVEL,
    LINEAR_AT,
    MEAN_ROWS,
    SMALL,
    at_grid,
    covered,
    width_ratios,
)
from experiments.lab.claims import Claim
from experiments.lab.contract import Results

AGE_SLIDES = "lecture 11, 'Predicted probabilities vs. Age'"
UNCERTAINTY_SLIDES = "lecture 11, 'Adding Uncertainty'"
BOOTSTRAP_SLIDES = "lecture 11, 'Bootstrapping for Predictions'"
SPAN = "x = -2, -1, 0, 1, 2"
FOUR = "(interval: 4 SE)"
MOST_GAP = 1e-3  # a hundredth of the narrowest band


# What is claimed.  A range that was set beforehand for a number of data sets is wider for fewer.


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
                f"The same change {span}, averaged over all patients as observed otherwise",
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
            f"mean difference) {FOUR}",
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
            "A network without hidden layer, fitted to Age, is logistic regression",
            "Newton's method",
        ),
        (
            "newton_gap",
            "A network without hidden layer, fitted to known truth, is logistic regression",
            "Newton's method",
        ),
        ("least_squares_gap", "A linear network is least squares", "normal equations"),
    )
    diverged = int(results["heart_diverged"]) + int(results["truth_diverged"])
    refits = int(results["heart_refits"]) + int(results["truth_refits"])
    return [
        *(
            Claim(
                f"{statement} (largest difference of predicted means)",
                source,
                f"at most {MOST_GAP:g}",
                float(results[name]),
                None,
                bool(results[name] <= MOST_GAP),
            )
            for name, statement, source in gaps
        ),
        Claim(
            f"How many of {refits:,} refits diverged", "settings", 0, diverged, None, diverged == 0
        ),
    ]


def _coverage_claims(results: Results) -> list[Claim]:
    truth = logistic_curve(GRID)
    logistic, error, sets = _coverage(at_grid(results["logistic_100"]), truth)
    linear, linear_error, linear_sets = _coverage(results["linear_100"], LINEAR_AT)
    widths, width_error = _mean(np.diff(results["linear_100"], axis=0)[0])
    ratios, ratio_errors = map(at_grid, width_ratios(results))
    # What is known least well is the width on 10,000 rows, of few data sets and resamples.
    large = results["logistic_10000"].shape[1] * int(results["large_resamples"])
    farthest = int(np.abs(ratios - 10).argmax())
    asymptotic = linear_width(LINEAR_AT, SMALL)
    return [
        *(
            _left_out_claim(results[f"left_out_{rows}"], rows, int(resamples))
            for rows, resamples in (
                *((rows, results["mean_resamples"]) for rows in MEAN_ROWS),
                (len(results["observed"]), 1),
                (LARGE, 1),
            )
        ),
        *(
            _mean_claim(results[f"mean_{rows}"], rows, int(results["mean_resamples"]))
            for rows in MEAN_ROWS
        ),
        _within(
            f"Logistic regression, n = {SMALL}: coverage of nominal 95% bands, mean over {SPAN}",
            "known truth; a simulation of 400 data sets had 0.9335",
            (logistic, error),
            (0.9325, 0.0325 * _slack(400, sets)),
        ),
        _report(
            f"Logistic regression, n = {SMALL}: that coverage less the nominal level",
            logistic - LEVEL,
            error,
        ),
        _within(
            f"Bands at n = {SMALL} over those at n = {LARGE:,}: ratio of widths, mean over {SPAN}",
            UNCERTAINTY_SLIDES,
            # The places share their data sets, so that averaging them gains little.
            (ratios.mean(), ratio_errors.mean()),
            (10, 0.8 * _slack(1200, large)),
        ),
        _within(
            f"Ratio of those widths where it is farthest from 10, x = {GRID[farthest]:g}",
            UNCERTAINTY_SLIDES,
            (ratios[farthest], ratio_errors[farthest]),
            (10, 1.6 * _slack(1200, large)),
        ),
        _within(
            f"Linear regression, n = {SMALL}: coverage of nominal 95% bands at x = {LINEAR_AT:g}",
            "known truth; a simulation of 800 data sets had 0.9288",
            (linear, linear_error),
            (0.93, 0.03 * _slack(800, linear_sets)),
        ),
        _within(
            f"Linear regression, n = {SMALL}: mean width of the band at x = {LINEAR_AT:g}",
            "large-sample theory, 2 z sqrt((1 + x^2) / n)",
            (widths, width_error),
            (asymptotic, 0.05 * asymptotic * _slack(800, linear_sets)),
        ),
        *_network_claims(results, truth),
    ]


def _network_claims(results: Results, truth: np.ndarray) -> list[Claim]:
    """Bands of a network: no formula says what they cover, so these are reported."""
    claims = []
    for name, words in (("network", "Network"), ("light", "Network with a tenth of the penalty")):
        fits, band = (at_grid(results[f"{name}_100{part}"]) for part in ("_fit", ""))
        own = fits.mean(axis=0)
        for target, curve in (("the truth", truth), ("the curve that it learns on average", own)):
            share, error, _ = _coverage(band, curve)
            claims.append(
                _report(
                    f"{words}, n = {SMALL}: coverage of {target} by nominal 95% bands, "
                    f"mean over {SPAN}",
                    share,
                    error,
                )
            )
        worst = int(np.abs(own - truth).argmax())
        shift, error = _mean(fits[:, worst] - truth[worst])
        claims.append(
            _report(
                f"{words}, n = {SMALL}: its curve less the truth at x = {GRID[worst]:g}, where it "
                "is farthest",
                shift,
                error,
            )
        )
    return claims


def _report(statement: str, measured: float, error: float) -> Claim:
    """A number of known truth that nobody has foretold, and its standard error."""
    interval = (measured - 4 * error, measured + 4 * error)
    return Claim(f"{statement} {FOUR}", "known truth", "reported", measured, interval, None)


def _left_out_claim(shares: np.ndarray, rows: int, resamples: int) -> Claim:
    """Of shares that are means over so many resamples each."""
    expected, deviation = left_out_moments(rows)
    error = deviation / math.sqrt(resamples * len(shares))
    return _within(
        f"Share of {rows:,} rows that a resample leaves out",
        "(1 - 1/n)^n",
        (shares.mean(), error),
        (expected, 4 * error),
    )


def _mean_claim(band: np.ndarray, rows: int, resamples: int) -> Claim:
    expected = percentile_coverage(rows)
    share, _, sets = _coverage(band, 0.0)
    error = math.sqrt(expected * (1 - expected) / sets)
    # B resamples cover about (B-1)/(B+1) of the level; a resampled mean is not quite normal.
    bias = 2 * LEVEL / (resamples + 1) + 0.001
    return _within(
        f"Mean of {rows} normal numbers: coverage of the nominal 95% band",
        "P(|t| <= 1.96 sqrt((n-1)/n)), n-1 degrees of freedom",
        (share, error),
        (expected, 4 * error + bias),
    )


def _within(
    statement: str, source: str, measured: tuple[float, float], accepted: tuple[float, float]
) -> Claim:
    """A number and its standard error; it holds within such a distance of what is expected."""
    (value, error), (expected, distance) = measured, accepted
    return Claim(
        f"{statement} {FOUR}",
        source,
        f"{expected:.4g} ± {distance:.2g}",
        value,
        (value - 4 * error, value + 4 * error),
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
    """Coverage, mean over places; its standard error, data sets being clusters; their number."""
    shares = covered(band, target).reshape(band.shape[1], -1).mean(axis=1)
    return *_mean(shares), len(shares)
