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
OVER_STARTS = "median over starts, 95% bootstrap interval"
FLOAT32 = 1e-5  # relative rounding error that an exact bound allows for
SPLINES = "classical theory of free-knot splines"
MAUREY = "Maurey's argument, Barron 1993; constant in closed form"
LECTURE = "lecture 11, NN in action"


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
    pieces, names = results["pieces"], results["names"].tolist()
    for norm, word in (("l2", "L2"), ("sup", "largest")):
        constants = results[f"{norm}_constants"]
        yield at_most(
            f"C of the {word} error, in closed form and from a sum over 2¹⁸ points: largest "
            f"relative difference for {', '.join(names)}",
            SPLINES,
            np.abs(results[f"{norm}_integrals"] / constants - 1),
            1e-6,
        )
        for name, ratio in zip(names, spline_ratios(results, norm), strict=True):
            error = f"Best N straight pieces for {name}: {word} error × N² / C"
            if name == splines.SQUARE.name:
                off = np.max(np.abs(ratio - 1))
                yield at_most(f"{error}, largest difference from 1", SPLINES, off, 1e-10)
            elif name.startswith("exp"):
                used, rule = ratio[pieces >= 16], "1, from 0.999 to 1.002"
                yield within(f"{error}, for N ≥ 16", SPLINES, used, 0.999, 1.002, expected=rule)
            else:
                # The excess falls like 1 / N: doubling N halves it.
                yield close(
                    f"{error}: limit, twice the ratio for N = {pieces[-1]} minus that for N = "
                    f"{pieces[-2]}",
                    SPLINES,
                    2 * ratio[-1] - ratio[-2],
                    1,
                    0.002,
                )


def _curve_claims(results: Results) -> Iterator[Claim]:
    errors = rmse(results["picture_curves"], results["picture_truth"])
    nodes = results["picture_nodes"].tolist()
    single = [place for place, name in enumerate(nodes) if set(name.split("+")) == {"1"}]
    bound = results["monotone_bound"]
    yield _at_least_one(
        "With one node per layer, in one layer or two, a network is monotone: its RMSE over that "
        "of the best monotone curve",
        f"exact bound; {LECTURE}",
        errors[:, single] / bound,
    )
    many = max((name for name in nodes if "+" not in name), key=int)
    for name, found in zip(
        results["picture_activations"].tolist(), errors[:, nodes.index(many)], strict=True
    ):
        yield below(
            f"{many} {LABELS[name]} nodes follow two periods of a sine more closely than any "
            "network of one node: median RMSE over that of the best monotone curve",
            f"{LECTURE}: many small nodes reduce the bias to near zero",
            np.nanmedian(found) / bound,
            1,
        )


def _bound_claims(results: Results) -> Iterator[Claim]:
    relu = results["activations"].tolist().index("relu")
    gap = results["joined"] / results["optimum"] - 1
    yield reported(
        "By how much the RMSE of a continuous curve of m + 1 pieces exceeds the bound for pieces "
        "that need not join: relative excess (largest, and range over m)",
        "computed here",
        gap.max(),
        "small",
        interval=(gap.min(), gap.max()),
    )
    solved = (
        "with output weights from least squares on the training rows, between which they may be "
        "far off"
    )
    for which, words in (("trained", "trained"), ("solved", solved)):
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
        trained = results["trained"][place, wide]
        medians, samples = np.nanmedian(trained, axis=-1), resampled_medians(trained, resampled)
        if len(widths) > 1:
            yield _slope_claim(name, widths, medians, samples)
        network = f"{widths[-1]} {LABELS[name]} nodes"
        if name == "relu":
            optimum = results["optimum"][-1]
            yield reported(
                f"RMSE of {network}, trained, over that of the best {widths[-1] + 1} straight "
                f"pieces ({OVER_STARTS})",
                "measured here",
                medians[-1] / optimum,
                "1 if training placed the kinks optimally",
                interval=_ends(samples[:, -1] / optimum),
            )
            continue
        rounded, exact = (results[of][place, wide] for of in ("solved_float32", "solved"))
        limit = resampled_medians(rounded, resampled)[:, -1]
        ratios = samples[:, -1] / limit
        yield above(
            f"Adam stops far above what its own hidden layer allows: RMSE of {network}, trained, "
            "over that with output weights solved for in the same precision from the same rows "
            f"({OVER_STARTS})",
            "measured here",
            _ends(ratios)[0],
            1,
            expected="interval above 1",
            shown=medians[-1] / np.nanmedian(rounded[-1]),
            interval=_ends(ratios),
        )
        yield reported(
            f"What single precision costs: RMSE of {network} with output weights solved for in "
            f"float32, over that in float64 ({OVER_STARTS})",
            "measured here",
            np.nanmedian(rounded[-1]) / np.nanmedian(exact[-1]),
            "1 if rounding did not matter",
            interval=_ends(limit / resampled_medians(exact, resampled)[:, -1]),
        )


def _slope_claim(name: str, widths: np.ndarray, medians: np.ndarray, samples: np.ndarray) -> Claim:
    statement = (
        f"Trained {LABELS[name]} networks: slope of log RMSE against log m, m = {widths[0]} to "
        f"{widths[-1]} ({OVER_STARTS})"
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
        slope, error = _sampling_slope(units, results["sampled"][place])
        yield within_errors(
            f"{cosines}: slope of log MSE against log m (± 4 standard errors)",
            MAUREY,
            slope,
            -1,
            error,
        )


def _sampling_slope(units: np.ndarray, sampled: np.ndarray) -> tuple[float, float]:
    """Slope of the log of the mean over draws (draws, units), and its standard error.

    The error is that of the linearised slope, since one draw has errors for all m.
    """
    means = sampled.mean(axis=0)
    centered = np.log(units) - np.mean(np.log(units))
    by_draw = (sampled / means) @ centered / np.sum(np.square(centered))
    return float(log_slope(units, means)), float(by_draw.std(ddof=1) / len(sampled) ** 0.5)


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
