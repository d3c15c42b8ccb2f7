"""What is claimed of `phase_diagram`; see the package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.lab.claims import Claim, within_errors
from experiments.lab.contract import Results
from experiments.phase_diagram import figures as figures
from experiments.phase_diagram.compute import BIASES, CRITICAL

# Weight variances, and q*, chi_1, c* as tabulated to 7 decimals.
TABULATED = {
    0.5: (0.0875799, 0.4319874, 1),
    1.0: (0.1935925, 0.7590316, 1),
    1.3: (0.3153165, 0.8801635, 1),
    2.5: (1.0639584, 1.1335157, 0.4468042),
    4.0: (2.1954939, 1.3424024, 0.1650650),
}


def claims(results: Results) -> list[Claim]:
    """Theory against its table, finite networks against theory, and the map."""
    return [*_theory_claims(results), *_point_claims(results), *_map_claims(results)]


def _theory_claims(results: Results) -> Iterator[Claim]:
    for bias, found in zip(results["table_biases"], results["table_weights"], strict=True):
        expected = CRITICAL[float(bias)]
        yield Claim(
            f"critical weight variance of tanh with biases N(0, {bias:g})",
            "mean field, tabulated",
            expected,
            float(found),
            None,
            bool(abs(found / expected - 1) <= 1e-7),
        )
    weights = results["theory_weights"].tolist()
    for weight, tabulated in TABULATED.items():
        place = weights.index(weight)
        off = max(
            abs(float(results[f"theory_{name}"][place]) - expected)
            for name, expected in zip(("q", "chi", "c"), tabulated, strict=True)
        )
        yield Claim(
            f"q*, χ₁ and c* of tanh, weights N(0, {weight:g}/n), biases N(0, {BIASES:g}): largest "
            "distance from {:.7f}, {:.7f}, {:.7f}".format(*tabulated),
            "mean field, tabulated; Poole et al. 2016",
            "at most 6e-08, rounding",
            off,
            None,
            off <= 6e-8,
        )


def log_mean_rate(log_ratio: np.ndarray, layers: int) -> tuple[float, float]:
    """ln of the mean over seeds of ratios over so many layers, a layer, and its standard error."""
    sizes = np.exp(log_ratio - log_ratio.max())
    rate = (np.log(sizes.mean()) + log_ratio.max()) / layers
    error = sizes.std(ddof=1) / sizes.mean() / np.sqrt(len(sizes)) / layers
    return float(rate), float(error)


def _point_claims(results: Results) -> Iterator[Claim]:
    width, layers = int(results["point_width"]), int(results["point_layers"])
    source = "mean field; Poole et al. 2016, Schoenholz et al. 2017"
    for place, weight in enumerate(results["point_weights"]):
        name = f"weights N(0, {weight:.5g}/n), n = {width}"
        values, theory = results["measured_q"][place], float(results["point_q"][place])
        error = values.std(ddof=1) / np.sqrt(len(values))
        yield Claim(
            f"variance of pre-activations, {name} (± 4 standard errors; 2/n of it more is allowed)",
            source,
            theory,
            **within_errors(values.mean(), theory, error, 2 / width * theory),
        )
        rate, error = log_mean_rate(results["measured_log_ratio"][place], layers)
        expected = float(results["point_rate"][place])
        yield Claim(
            f"ln of the factor of squared gradients a layer, {name} (± 4 standard errors; 1/n more "
            "is allowed)",
            source,
            expected,
            **within_errors(rate, expected, error, 1 / width),
        )
        course, found = results["point_course"][place], results["measured_correlation"][place]
        last = found[:, -10:].astype(float).mean(axis=1)
        if course[-1] < 0.9:
            expected, error = float(course[-10:].mean()), last.std(ddof=1) / np.sqrt(len(last))
            yield Claim(
                f"correlation of two inputs in the last ten of {len(course)} layers, {name} (± 4 "
                "standard errors; 2/n more is allowed)",
                source,
                expected,
                **within_errors(last.mean(), expected, error, 2 / width),
            )
        if weight == 1:
            first = found[:, 1:9].astype(float)
            error = first.std(axis=0, ddof=1) / np.sqrt(len(first))
            far = np.abs(first.mean(axis=0) - course[1:9]) / (4 * error + 2 / width)
            worst = int(np.argmax(far))
            expected = float(course[1 + worst])
            yield Claim(
                "correlation on its way to 1, the one of the first eight layers that is farthest "
                f"from theory, {name} (± 4 standard errors; 2/n more is allowed)",
                source,
                expected,
                **within_errors(first[:, worst].mean(), expected, error[worst], 2 / width),
            )


def _map_claims(results: Results) -> Iterator[Claim]:
    accuracy = figures.best_accuracy(results)
    depths, weights = results["map_depths"].tolist(), results["map_weight_variances"].tolist()
    row = accuracy[depths.index(40)]
    ordered, critical, chaotic = (float(row[weights.index(weight)]) for weight in (1.0, 1.76, 4.0))
    source = "Schoenholz et al. 2017: trainable to about 6 ξ"
    what = "training accuracy at 40 layers, weights N(0,"
    yield Claim(
        f"{what} 1.76/n), next to the critical line",
        source,
        "above 0.8",
        *_one(critical > 0.8, critical),
    )
    yield Claim(
        f"{what} 1/n), ordered: 6 ξ is 22", source, "below 0.2", *_one(ordered < 0.2, ordered)
    )
    yield Claim(
        f"{what} 4/n), chaotic: 6 ξ is 42",
        source,
        f"at least 0.3 below {critical:.3f}",
        *_one(critical - chaotic >= 0.3, chaotic),
    )
    scales = np.interp(weights, results["theory_weights"], results["theory_xi"])
    for accuracy, words in ((0.5, "1/2"), (0.2, "0.2, where nothing is learned")):
        ratios = figures.depth_reached(results, accuracy) / scales
        ratios = ratios[np.isfinite(ratios) & (scales < depths[-1])]
        if len(ratios):
            yield Claim(
                f"depth at which training accuracy falls below {words}, over ξ (median over weight "
                "variances, and range)",
                "Schoenholz et al. 2017 draw 6 over their maps",
                "about 6",
                float(np.median(ratios)),
                (float(ratios.min()), float(ratios.max())),
                None,
            )
    diverged = int(np.isnan(results["map_loss"]).sum())
    yield Claim("networks of the map that diverged", "reported here", 0, diverged, None, None)


def _one(holds: Any, value: float) -> tuple[float, None, bool]:
    return float(value), None, bool(holds)
