"""Do theory, finite networks and the trainability map agree with the literature?"""

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
    reported,
    within_errors,
)
from experiments.lab.contract import Results
from experiments.phase_diagram.compute import BIASES, CRITICAL
from experiments.phase_diagram.reading import best_accuracy, depth_reached, growth_rate

# Weight variances, and q*, chi_1 and c* to 7 decimals, from another program.
REFERENCE = {
    0.5: (0.0875799, 0.4319874, 1),
    1.0: (0.1935925, 0.7590316, 1),
    1.3: (0.3153165, 0.8801635, 1),
    2.5: (1.0639584, 1.1335157, 0.4468042),
    4.0: (2.1954939, 1.3424024, 0.1650650),
}


def claims(results: Results) -> list[Claim]:
    """Claims about theory and its values, finite networks and theory, and the map."""
    return [*_theory_claims(results), *_network_claims(results), *_map_claims(results)]


def _theory_claims(results: Results) -> Iterator[Claim]:
    for bias, found in zip(results["table_biases"], results["table_weights"], strict=True):
        yield close(
            f"critical weight variance of tanh with biases N(0, {bias:g})",
            "mean field, computed independently",
            found,
            CRITICAL[float(bias)],
            1e-7,
            relative=True,
        )
    weights = results["theory_weights"].tolist()
    for weight, reference in REFERENCE.items():
        place = weights.index(weight)
        found = np.array([results[f"theory_{name}"][place] for name in ("q", "chi", "c")])
        yield at_most(
            f"q*, χ₁ and c* of tanh, weights N(0, {weight:g}/n), biases N(0, {BIASES:g}): largest "
            "difference from {:.7f}, {:.7f}, {:.7f}".format(*reference),
            "mean field, computed independently; equations of Poole et al. 2016",
            np.abs(found - reference),
            6e-8,
            expected="at most 6e-08, the rounding of seven decimals",
        )


def _network_claims(results: Results) -> Iterator[Claim]:
    width, layers = int(results["point_width"]), int(results["point_layers"])
    seeds = results["measured_q"].shape[1]
    source = "mean field, with its term of order 1/n; Poole et al. 2016, Schoenholz et al. 2017"
    rule = f"(± 4 standard errors over {seeds:,} networks)"
    for place, weight in enumerate(results["point_weights"]):
        name = f"weights N(0, {weight:.5g}/n), n = {width}"
        values = results["measured_q"][place]
        yield within_errors(
            f"variance of pre-activations, {name} {rule}",
            source,
            values.mean(),
            results["finite_q"][place],
            _standard_error(values),
        )
        rate, error = growth_rate(results["measured_log_ratio"][place], layers)
        yield within_errors(
            f"ln of the factor of squared gradients per layer, {name} {rule}",
            source,
            rate,
            results["finite_rate"][place],
            error,
        )
        theory, found = results["finite_course"][place], results["measured_correlation"][place]
        if not np.isnan(theory).any():
            last = found[:, -10:].astype(float).mean(axis=1)
            yield within_errors(
                f"correlation of two inputs in the last ten of {len(theory)} layers, {name} {rule}",
                source,
                last.mean(),
                theory[-10:].mean(),
                _standard_error(last),
            )
        if weight == 1:
            first = found[:, 1:9].astype(float)
            yield within_errors(
                f"correlation on its way to 1 in each of layers 2 to 9, {name} (worst layer) "
                f"{rule}",
                source,
                first.mean(axis=0),
                theory[1:9],
                _standard_error(first),
            )
    shift = width * (results["finite_rate"] - results["point_rate"])
    yield reported(
        "how much faster gradients grow in narrow networks: n times the shift of the logarithmic "
        "growth per layer (median and range over weight variances)",
        "mean field, term of order 1/n",
        shift,
        "0 at infinite width",
    )


def _standard_error(values: np.ndarray) -> np.ndarray:
    """The standard error of means over seeds, the leading axis."""
    return values.std(axis=0, ddof=1) / np.sqrt(len(values))


def _map_claims(results: Results) -> Iterator[Claim]:
    depths, weights = results["map_depths"].tolist(), results["map_weight_variances"].tolist()
    row = best_accuracy(results)[depths.index(40)]
    ordered, critical, chaotic = (float(row[weights.index(weight)]) for weight in (1.0, 1.76, 4.0))
    source = "Schoenholz et al. 2017: trainable to about 6 ξ"
    what = "training accuracy at 40 layers, weights N(0,"
    yield above(f"{what} 1.76/n), next to the critical line", source, critical, 0.8)
    yield below(f"{what} 1/n), ordered: 6 ξ is 22 layers", source, ordered, 0.2)
    yield at_least(
        f"{what} 4/n), chaotic: 6 ξ is 42 layers",
        source,
        critical - chaotic,
        0.3,
        expected=f"at least 0.3 below {critical:.3f}",
        shown=chaotic,
    )
    scales = np.interp(weights, results["theory_weights"], results["theory_xi"])
    for accuracy, words in ((0.5, "1/2"), (0.2, "0.2 (hardly anything is learned)")):
        ratios = depth_reached(results, accuracy) / scales
        ratios = ratios[np.isfinite(ratios) & (scales < depths[-1])]
        if len(ratios):
            yield reported(
                f"depth at which training accuracy falls below {words}, divided by ξ (median and "
                "range over weight variances)",
                "Schoenholz et al. 2017 draw 6 over their maps",
                float(np.median(ratios)),
                "about 6",
                interval=(float(ratios.min()), float(ratios.max())),
            )
    diverged = int(np.isnan(results["map_loss"]).sum())
    yield reported("number of networks of the map that diverged", "measured here", diverged)
