"""What do theory and the lecture say about one hidden layer, and does it hold?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import (
    Claim,
    above,
    at_least,
    at_most,
    below,
    close,
    equals,
    reported,
    within,
    within_errors,
)
from experiments.lab.contract import Results
from experiments.shared.curve_training import rmse
from experiments.universal_approximation.reading import LABELS, sampling_ratios, spline_ratios
from jaxnn import interval
from jaxnn.regions import splines

SLOPES_FROM = 4  # nodes; with fewer, most starts miss a half-wave and no rate is visible
OVER_STARTS = "95% bootstrap interval over random starts"
FLOAT32 = 1e-5  # relative rounding error that an exact bound allows for
SPLINES = "classical theory of free-knot splines"
MAUREY = "Maurey's argument, Barron 1993; constant in closed form"


def claims(results: Results) -> list[Claim]:
    """Exact theory, bounds on every network, and what training achieves."""
    return [
        *_spline_claims(results),
        *_curve_claims(results),
        *_bound_claims(results),
        *_rate_claims(results),
        *_sampling_claims(results),
    ]


def _spline_claims(results: Results) -> Iterator[Claim]:
    pieces = results["pieces"]
    for norm, word in (("l2", "L2"), ("sup", "largest")):
        for name, ratio in zip(
            results[f"{norm}_names"].tolist(), spline_ratios(results, norm), strict=True
        ):
            error = f"Best N straight pieces for {name}: {word} error × N² / C"
            if name == splines.SQUARE.name:
                off = np.max(np.abs(ratio - 1))
                yield at_most(f"{error}, largest difference from 1", SPLINES, off, 1e-10)
            elif name.startswith("exp"):
                used, rule = ratio[pieces >= 16], "1, from 0.999 to 1.002"
                yield within(f"{error}, for N ≥ 16", SPLINES, used, 0.999, 1.002, expected=rule)
                if norm == "l2":
                    slope = float(log_slope(pieces, ratio / pieces**2))
                    yield close(
                        f"Best N straight pieces for {name}: slope of log L2 error against log N",
                        SPLINES,
                        slope,
                        -2,
                        0.01,
                    )
            else:
                rule = "1, from 1 to 1.06"
                statement = f"{error}, for N = {pieces[-1]}"
                yield within(statement, SPLINES, ratio[-1], 1.0, 1.06, expected=rule)


def _curve_claims(results: Results) -> Iterator[Claim]:
    errors = rmse(results["picture_curves"], results["picture_truth"])
    nodes = results["picture_nodes"].tolist()
    single = [place for place, name in enumerate(nodes) if set(name.split("+")) == {"1"}]
    yield _at_least_one(
        "With one node per layer, in one layer or two, a network is monotone: its RMSE over that "
        "of the best monotone curve",
        "exact bound; lecture 11, NN in action",
        errors[:, single] / results["monotone_bound"],
    )
    best = np.nanmin(np.square(errors), axis=-1)  # (activations, networks)
    one = nodes.index("1")
    many = max((name for name in nodes if "+" not in name), key=int)
    for name, mse in zip(results["picture_activations"].tolist(), best, strict=True):
        yield below(
            f"Bias shrinks as nodes are added: MSE with {many} {LABELS[name]} nodes over MSE with "
            "one node (best starts)",
            "lecture 11, NN in action",
            mse[nodes.index(many)] / mse[one],
            0.05,
        )


def _bound_claims(results: Results) -> Iterator[Claim]:
    relu = results["activations"].tolist().index("relu")
    gap = results["joined"] / results["optimum"] - 1
    yield reported(
        "A continuous curve nearly reaches the bound for m + 1 pieces: relative excess of its RMSE "
        "(largest, and range over m)",
        "computed here",
        gap.max(),
        "small",
        interval=(gap.min(), gap.max()),
    )
    for which, words in (("trained", "trained"), ("solved", "with least-squares output weights")):
        yield _at_least_one(
            f"ReLU networks of m nodes, {words}: RMSE over that of the best m + 1 straight pieces",
            "exact bound",
            results[which][relu] / results["optimum"][:, None],
        )
    shown = results["picture_curves"][..., 0]
    diverged = int(np.isnan(results["trained"]).sum() + np.isnan(shown).sum())
    yield equals("Training runs that diverged", "measured here", diverged, 0)


def _at_least_one(statement: str, source: str, ratios: np.ndarray) -> Claim:
    """An exact bound on every start that did not diverge, up to rounding."""
    return at_least(
        f"{statement} (smallest, and range over all starts)",
        source,
        ratios[~np.isnan(ratios)],
        1 - FLOAT32,
        expected="at least 1",
    )


def _rate_claims(results: Results) -> Iterator[Claim]:
    wide = results["widths"] >= SLOPES_FROM
    widths, resampled = results["widths"][wide], results["resampled"][:, wide]
    for place, name in enumerate(results["activations"].tolist()):
        trained, solved = results["trained"][place, wide], results["solved"][place, wide]
        medians, samples = np.nanmedian(trained, axis=-1), resampled_medians(trained, resampled)
        if len(widths) > 1:
            yield _slope_claim(name, widths, medians, samples)
        network = f"{widths[-1]} {LABELS[name]} nodes"
        if name == "relu":
            optimum = results["optimum"][-1]
            yield reported(
                f"Median RMSE of {network}, trained, over that of the best {widths[-1] + 1} "
                f"straight pieces ({OVER_STARTS})",
                "measured here",
                medians[-1] / optimum,
                "1 if training placed the kinks optimally",
                interval=_ends(samples[:, -1] / optimum),
            )
        else:
            yield above(
                f"The optimiser levels off, not the network: median RMSE of {network}, trained, "
                f"over that with least-squares output weights ({OVER_STARTS})",
                "measured here",
                medians[-1] / np.nanmedian(solved[-1]),
                5,
                interval=_ends(samples[:, -1] / resampled_medians(solved, resampled)[:, -1]),
            )


def _slope_claim(name: str, widths: np.ndarray, medians: np.ndarray, samples: np.ndarray) -> Claim:
    statement = (
        f"Trained {LABELS[name]} networks: slope of log median RMSE against log m, m = {widths[0]} "
        f"to {widths[-1]} ({OVER_STARTS})"
    )
    slope, ends = float(log_slope(widths, medians)), _ends(log_slope(widths, samples))
    if name != "relu":
        return reported(statement, "measured here", slope, "no theory of training", interval=ends)
    rule = "-1.8 to -0.9 (best pieces: -2)"
    source = "range set beforehand"
    return within(statement, source, slope, -1.8, -0.9, expected=rule, interval=ends)


def _sampling_claims(results: Results) -> Iterator[Claim]:
    units = results["units"]
    for place, dimension in enumerate(results["dimensions"].tolist()):
        cosines = f"Random cosines in {dimension} dimensions"
        ratio, errors = sampling_ratios(results, place)
        yield within_errors(
            f"{cosines}: m × MSE / C for m = {', '.join(map(str, units))} (the worst, ± 4 standard "
            "errors)",
            MAUREY,
            ratio,
            1,
            errors,
        )
        theory = results["constants"][place]
        yield within_errors(
            f"{cosines}: C at the points that were drawn (± 4 standard errors)",
            "closed form",
            results["sample_constants"][place],
            theory,
            results["sample_standard_errors"][place],
            expected=round(float(theory), 6),
        )
        statement = f"{cosines}: slope of log MSE against log m"
        slope = float(log_slope(units, ratio / units))
        if dimension >= 50:  # the rule set beforehand is for many dimensions
            yield close(statement, MAUREY, slope, -1, 0.05)
        else:
            yield reported(statement, MAUREY, slope, -1)


def log_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least-squares slope of log y against log x: (...) for x (n,) and y (..., n)."""
    centered = np.log(x) - np.mean(np.log(x))
    return np.log(y) @ centered / np.sum(np.square(centered))


def resampled_medians(errors: np.ndarray, resampled: np.ndarray) -> np.ndarray:
    """Medians over bootstrap resamples of the starts.

    Args:
      errors: (widths, seeds).
      resampled: (resamples, widths, seeds) indices of seeds.

    Returns:
      (resamples, widths).
    """
    return np.nanmedian(errors[np.arange(len(errors))[:, None], resampled], axis=-1)


def _ends(samples: np.ndarray) -> tuple[float, float]:
    lower, upper = interval(samples)
    return float(lower), float(upper)
