"""What do the lecture and theory say about bands, and how often do bands contain the truth?

Accepted ranges were set beforehand for a number of data sets; with fewer sets they are wider.
`claims_compared` has the kinds of band that are compared on networks, `claims_whole_curves` their
simultaneous bands, `claims_new_observations` the prediction intervals.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.band_coverage import (
    claims_compared,
    claims_new_observations,
    claims_whole_curves,
)
from experiments.band_coverage.closed_forms import linear_width, percentile_coverage
from experiments.band_coverage.known_truth import (
    GRID,
    LARGE,
    LINEAR_AT,
    MEAN_ROWS,
    SMALL,
    true_curve,
)
from experiments.band_coverage.reading import DECISIVE, at_grid, covered, width_ratios
from experiments.band_coverage.verdict import verdict
from experiments.lab.claims import Claim, at_most, below, close, equals, reported, within_errors
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from experiments.shared.resampling import left_out_moments
from experiments.shared.statistics import share_interval

__all__ = ["claims", "verdict"]

UNCERTAINTY_SLIDES = "lecture 11, 'Adding Uncertainty'"
TRUTH = "known truth"
SPAN = "x = -2, -1, 0, 1, 2"
FOUR = "(interval: 4 SE)"
LARGEST_GAP = 1e-3  # a hundredth of the narrowest band

Interval = tuple[float, float]


def claims(results: Results) -> list[Claim]:
    """Exact statements, coverage and widths of regressions, and the bands of networks."""
    return [
        *_exact_claims(results),
        *(claim for rows in MEAN_ROWS for claim in _mean_claims(results, rows)),
        *_regression_claims(results),
        *_network_claims(results),
        *claims_compared.claims(results),
        *claims_whole_curves.claims(results),
        *claims_new_observations.claims(results),
    ]


def _exact_claims(results: Results) -> list[Claim]:
    """Statements that must hold for any draw."""
    gap = "(largest difference in predicted means)"
    return [
        at_most(
            f"A network without hidden layers is logistic regression {gap}",
            "Newton's method",
            results["newton_gap"],
            LARGEST_GAP,
        ),
        at_most(
            f"A linear network is least-squares regression {gap}",
            "normal equations",
            results["least_squares_gap"],
            LARGEST_GAP,
        ),
        equals(
            f"Refits that diverged, of {int(results['refits']):,}",
            "settings",
            results["diverged"],
            0,
        ),
        _left_out_claim(results[f"left_out_{LARGE}"], LARGE, resamples=1),
    ]


def _mean_claims(results: Results, rows: int) -> list[Claim]:
    resamples = int(results["mean_resamples"])
    expected = percentile_coverage(rows)
    share, _, sets = _coverage(results[f"mean_{rows}"], 0.0)
    error = math.sqrt(expected * (1 - expected) / sets)
    # B resamples cover about (B-1)/(B+1) of the level, and a resampled mean is not exactly normal.
    allowed = 2 * LEVEL / (resamples + 1) + 0.001
    # Whether theory, at 4 SE from either side, is told from the nominal level.
    told = LEVEL - expected > 8 * error
    words = f"Mean of {rows} normal numbers, {sets:,} data sets"
    theory = "P(|t| <= 1.96 sqrt((n-1)/n)), n-1 degrees of freedom"
    return [
        _left_out_claim(results[f"left_out_{rows}"], rows, resamples),
        within_errors(
            f"{words}: coverage of the nominal 95% band (interval: 4 SE; also allowed for finite "
            f"resamples: {allowed:.4f})",
            theory,
            share,
            expected,
            error,
            allowed=allowed,
            interval=share_interval(share, error),
        ),
        below(
            f"{words}: coverage of the nominal 95% band is below its level {FOUR}",
            theory,
            share + 4 * error,
            LEVEL,
            shown=share,
            interval=share_interval(share, error),
        )
        if told
        else reported(
            f"Mean of {rows} normal numbers: {sets:,} data sets cannot tell the coverage of "
            "nominal 95% bands from their level; number of data sets that could",
            "8 standard errors between theory and the level",
            math.ceil(expected * (1 - expected) * (8 / (LEVEL - expected)) ** 2),
        ),
    ]


def _left_out_claim(shares: np.ndarray, rows: int, resamples: int) -> Claim:
    """The share of rows left out; each of `shares` is a mean over `resamples`."""
    expected, deviation = left_out_moments(rows)
    return within_errors(
        f"Share of the {rows:,} rows that a resample leaves out {FOUR}",
        "(1 - 1/n)^n",
        shares.mean(),
        expected,
        deviation / math.sqrt(resamples * len(shares)),
    )


def _regression_claims(results: Results) -> list[Claim]:
    logistic, error, sets = _coverage(at_grid(results["logistic_100"]), true_curve(GRID))
    linear, linear_error, linear_sets = _coverage(results["linear_100"], LINEAR_AT)
    width, width_error = _mean(np.diff(results["linear_100"], axis=0)[0])
    asymptotic = linear_width(LINEAR_AT, SMALL)
    ratios, ratio_errors = map(at_grid, width_ratios(results))
    # The width on 10,000 rows is the least precise: it has few data sets and resamples.
    large = results["logistic_10000"].shape[1] * int(results["large_resamples"])
    farthest = int(np.abs(ratios - 10).argmax())
    return [
        _close(
            f"Logistic regression, n = {SMALL}: coverage of nominal 95% bands, mean over {SPAN}; "
            f"{sets} data sets cannot tell it from the level",
            f"{TRUTH}; an earlier simulation of 400 data sets had 0.9335",
            (logistic, error),
            (0.9325, 0.0325 * _slack(400, sets)),
            asserted=sets >= DECISIVE,
            interval=share_interval(logistic, error),
        ),
        _report(
            f"Logistic regression, n = {SMALL}: coverage minus the nominal level, mean over {SPAN}",
            logistic - LEVEL,
            error,
        ),
        _close(
            f"Ratio of band widths, n = {SMALL} over n = {LARGE:,}: mean over {SPAN}",
            UNCERTAINTY_SLIDES,
            # All values of x share their data sets, so averaging over them gains little.
            (float(ratios.mean()), float(ratio_errors.mean())),
            (10, 0.8 * _slack(1200, large)),
        ),
        _close(
            f"Ratio of band widths, n = {SMALL} over n = {LARGE:,}: worst of {SPAN}, at "
            f"{GRID[farthest]:g}",
            UNCERTAINTY_SLIDES,
            (float(ratios[farthest]), float(ratio_errors[farthest])),
            (10, 1.6 * _slack(1200, large)),
        ),
        _close(
            f"Linear regression, n = {SMALL}: coverage of nominal 95% bands at x = {LINEAR_AT:g}; "
            f"{linear_sets:,} data sets cannot tell it from the level",
            f"{TRUTH}; an earlier simulation of 800 data sets had 0.9288",
            (linear, linear_error),
            (0.93, 0.03 * _slack(800, linear_sets)),
            asserted=linear_sets >= DECISIVE,
            interval=share_interval(linear, linear_error),
        ),
        _close(
            f"Linear regression, n = {SMALL}: mean width of the band at x = {LINEAR_AT:g}",
            "large-sample theory, 2 z sqrt((1 + x^2) / n)",
            (width, width_error),
            (asymptotic, 0.05 * asymptotic * _slack(800, linear_sets)),
        ),
    ]


def _network_claims(results: Results) -> list[Claim]:
    """The bands of a network: no formula gives their coverage, so it is only reported."""
    truth, found = true_curve(GRID), []
    for name, words in (("network", "Network"), ("light", "Network with a tenth of the penalty")):
        fits, band = (at_grid(results[f"{name}_100{part}"]) for part in ("_fit", ""))
        average = fits.mean(axis=0)
        for target, curve in (("the truth", truth), ("the network's own mean curve", average)):
            share, error, _ = _coverage(band, curve)
            found.append(
                _report(
                    f"{words}, n = {SMALL}: coverage of {target} by nominal 95% bands, "
                    f"mean over {SPAN}",
                    share,
                    error,
                    interval=share_interval(share, error),
                )
            )
        worst = int(np.abs(average - truth).argmax())
        shift, error = _mean(fits[:, worst] - truth[worst])
        found.append(
            _report(
                f"{words}, n = {SMALL}: mean curve minus the truth at x = {GRID[worst]:g}, "
                "where they differ most",
                shift,
                error,
            )
        )
    return found


def _report(
    statement: str, measured: float, error: float, interval: Interval | None = None
) -> Claim:
    """A number that no theory predicts, by default with 4 standard errors to each side."""
    ends = interval or (measured - 4 * error, measured + 4 * error)
    return reported(f"{statement} {FOUR}", TRUTH, measured, interval=ends)


def _close(
    statement: str,
    source: str,
    measured: tuple[float, float],
    accepted: tuple[float, float],
    asserted: bool = True,
    interval: Interval | None = None,
) -> Claim:
    """A claim that (value, standard error) is within (expected, distance), if `asserted`."""
    (value, error), (expected, distance) = measured, accepted
    return close(
        f"{statement} {FOUR}",
        source,
        value,
        expected,
        distance,
        interval=interval or (value - 4 * error, value + 4 * error),
        asserted=asserted,
    )


def _slack(planned: int, made: int) -> float:
    """The factor by which a range planned for more draws is widened."""
    return math.sqrt(max(1.0, planned / made))


def _mean(values: np.ndarray) -> tuple[float, float]:
    """The mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _coverage(band: np.ndarray, target: Any) -> tuple[float, float, int]:
    """Mean coverage over places, its standard error over data sets, and their number."""
    shares = covered(band, target).reshape(band.shape[1], -1).mean(axis=1)
    return *_mean(shares), len(shares)
