"""What is claimed of `universal_approximation`; see the package."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim
from experiments.lab.contract import Results
from experiments.shared import curve_training as one_layer
from experiments.universal_approximation.figures import LABELS
from jaxnn import interval
from jaxnn.regions import splines

SLOPES_FROM = 4  # nodes; with fewer, most starts miss a half-wave and no rate is to be seen
OVER_STARTS = "95% bootstrap interval over starts"
FLOAT32 = 1e-5  # relative rounding allowed to a bound that holds exactly


def claims(results: Results) -> list[Claim]:
    """What theory says exactly, what holds of every network, and what training was seen to do."""
    return [
        *_spline_claims(results),
        *_picture_claims(results),
        *_bound_claims(results),
        *_rate_claims(results),
        *_sampling_claims(results),
    ]


def log_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least-squares slope of log y against log x: (...) for x (n,) and y (..., n)."""
    centered = np.log(x) - np.mean(np.log(x))
    return np.log(y) @ centered / np.sum(np.square(centered))


def _spline_claims(results: Results) -> Iterator[Claim]:
    pieces, source = results["pieces"], "classical theory of free-knot splines"
    for norm, word in (("l2", "L2"), ("sup", "largest")):
        ratios = results[f"{norm}_errors"] * pieces**2 / results[f"{norm}_constants"][:, None]
        for name, ratio in zip(results[f"{norm}_names"].tolist(), ratios, strict=True):
            what = f"{word} error × N² / C of N straight pieces in the best places, {name}"
            if name == splines.SQUARE.name:
                off = np.max(np.abs(ratio - 1))
                yield Claim(f"{what}: off 1 by", source, "at most 1e-10", off, None, off <= 1e-10)
                continue
            exponential = name.startswith("exp")
            used = ratio[pieces >= 16] if exponential else ratio[-1:]
            low, high = (0.999, 1.002) if exponential else (1.0, 1.06)
            yield Claim(
                f"{what}, {'N from 16 on' if exponential else f'N = {pieces[-1]}'}",
                source,
                f"1, from {low:g} to {high:g}",
                used[np.argmax(np.abs(used - 1))],
                (used.min(), used.max()),
                bool((used >= low).all() and (used <= high).all()),
            )
            if exponential and norm == "l2":
                slope = float(log_slope(pieces, ratio / pieces**2))
                statement = f"slope of log L2 error against log N, {name}"
                yield Claim(
                    statement, source, "-2, within 0.01", slope, None, abs(slope + 2) <= 0.01
                )


def _picture_claims(results: Results) -> Iterator[Claim]:
    errors = one_layer.rmse(results["picture_curves"], results["picture_truth"])
    nodes = results["picture_nodes"].tolist()
    single = [place for place, name in enumerate(nodes) if set(name.split("+")) == {"1"}]
    ratios = errors[:, single] / results["monotone_bound"]
    yield Claim(
        "with one node a layer, in one layer or two, a network only rises or only falls: its RMSE "
        "over that of the best such curve (least, and range over starts)",
        "exact bound; lecture 11, NN in action",
        "at least 1",
        np.nanmin(ratios),
        (np.nanmin(ratios), np.nanmax(ratios)),
        bool(np.nanmin(ratios) >= 1 - FLOAT32),
    )
    best = np.nanmin(np.square(errors), axis=-1)  # (activations, nets)
    one = nodes.index("1")
    many = max((name for name in nodes if "+" not in name), key=int)
    for name, mse in zip(results["picture_activations"].tolist(), best, strict=True):
        ratio = mse[nodes.index(many)] / mse[one]
        yield Claim(
            f"bias shrinks as nodes are added: MSE with {many} {LABELS[name]} nodes over MSE with "
            "one, best starts",
            "lecture 11, NN in action",
            "below 0.05",
            ratio,
            None,
            bool(ratio < 0.05),
        )


def _bound_claims(results: Results) -> Iterator[Claim]:
    relu = results["activations"].tolist().index("relu")
    gap = results["joined"] / results["optimum"] - 1
    yield Claim(
        "the bound for m + 1 pieces, joined or not, is nearly attained by joined ones: excess of "
        "their RMSE (largest, and range over m)",
        "reported here",
        "small",
        gap.max(),
        (gap.min(), gap.max()),
        None,
    )
    for which, words in (("trained", "trained"), ("solved", "with output weights solved for")):
        ratios = results[which][relu] / results["optimum"][:, None]
        yield Claim(
            f"RMSE of ReLU networks of m nodes, {words}, over that of the best m + 1 straight "
            "pieces (least, and range over starts and m)",
            "exact bound",
            "at least 1",
            np.nanmin(ratios),
            (np.nanmin(ratios), np.nanmax(ratios)),
            bool(np.nanmin(ratios) >= 1 - FLOAT32),
        )
    shown = results["picture_curves"][..., 0]
    diverged = int(np.isnan(results["trained"]).sum() + np.isnan(shown).sum())
    yield Claim("training runs that diverged", "reported here", 0, diverged, None, diverged == 0)


def _rate_claims(results: Results) -> Iterator[Claim]:
    wide = results["widths"] >= SLOPES_FROM
    widths, resampled = results["widths"][wide], results["resampled"][:, wide]
    for place, name in enumerate(results["activations"].tolist()):
        trained, solved = results["trained"][place, wide], results["solved"][place, wide]
        medians, samples = np.nanmedian(trained, axis=-1), resampled_medians(trained, resampled)
        if len(widths) > 1:
            slope = float(log_slope(widths, medians))
            asserted = name == "relu"
            yield Claim(
                f"slope of log median RMSE against log m, m = {widths[0]} to {widths[-1]}, trained "
                f"{LABELS[name]} networks ({OVER_STARTS})",
                "range set beforehand" if asserted else "reported here",
                "-1.8 to -0.9 (best pieces: -2)" if asserted else "no theory of training",
                slope,
                _ends(log_slope(widths, samples)),
                -1.8 <= slope <= -0.9 if asserted else None,
            )
        median = f"median RMSE of {widths[-1]} {LABELS[name]} nodes, trained, over that of"
        if name == "relu":
            optimum = results["optimum"][-1]
            yield Claim(
                f"{median} the best {widths[-1] + 1} straight pieces ({OVER_STARTS})",
                "reported here",
                "1 if training placed kinks best",
                medians[-1] / optimum,
                _ends(samples[:, -1] / optimum),
                None,
            )
            continue
        gain = medians[-1] / np.nanmedian(solved[-1])
        gains = samples[:, -1] / resampled_medians(solved, resampled)[:, -1]
        yield Claim(
            f"it is the optimiser that levels off: {median} the same hidden layers with output "
            f"weights solved for ({OVER_STARTS})",
            "reported here",
            "above 5",
            gain,
            _ends(gains),
            bool(gain > 5),
        )


def resampled_medians(errors: np.ndarray, resampled: np.ndarray) -> np.ndarray:
    """Medians over starts of bootstrap resamples of them.

    Args:
      errors: (widths, seeds).
      resampled: (resamples, widths, seeds) numbers of seeds.

    Returns:
      (resamples, widths).
    """
    return np.nanmedian(errors[np.arange(len(errors))[:, None], resampled], axis=-1)


def _ends(samples: np.ndarray) -> tuple[float, float]:
    lower, upper = interval(samples)
    return float(lower), float(upper)


def _sampling_claims(results: Results) -> Iterator[Claim]:
    source = "Maurey's argument, Barron 1993; constant in closed form"
    units = results["units"]
    for place, dimension in enumerate(results["dimensions"].tolist()):
        scaled = results["sampled"][place] * units / results["sample_constants"][place]
        ratio, errors = scaled.mean(axis=0), scaled.std(axis=0, ddof=1) / len(scaled) ** 0.5
        far = np.argmax(np.abs(ratio - 1) / errors)
        yield Claim(
            f"m × MSE / C of m random cosines, d = {dimension}, for m = "
            f"{', '.join(map(str, units))} (the one farthest from 1, ± 4 standard errors)",
            source,
            1,
            ratio[far],
            (ratio[far] - 4 * errors[far], ratio[far] + 4 * errors[far]),
            bool((np.abs(ratio - 1) <= 4 * errors).all()),
        )
        theory, found = results["constants"][place], results["sample_constants"][place]
        reach = 4 * results["sample_standard_errors"][place]
        yield Claim(
            f"C at the points drawn, d = {dimension} (± 4 standard errors)",
            "closed form",
            round(float(theory), 6),
            found,
            (found - reach, found + reach),
            bool(abs(found - theory) <= reach),
        )
        slope = float(log_slope(units, ratio / units))
        asserted = dimension >= 50
        yield Claim(
            f"slope of log MSE against log m, d = {dimension}",
            source,
            "-1, within 0.05" if asserted else -1,
            slope,
            None,
            abs(slope + 1) <= 0.05 if asserted else None,
        )
