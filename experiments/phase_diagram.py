"""Where in the plane of initial scales can a deep tanh network be trained, and how deep?

    order,  chi_1 < 1:  all inputs become alike, gradients vanish
    chaos,  chi_1 > 1:  near inputs are driven apart, gradients explode
    between them, the critical line;  information lasts for about 6 xi_c layers

The plane of weight variance sw2 and bias variance sb2 by theory (`jaxnn.propagation.mean_field`),
finite networks measured against it, and a map of what plain gradient descent learns
(`experiments.trainability`).  Poole et al. 2016; Schoenholz et al. 2017.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from jax import Array
from matplotlib.figure import Figure

from experiments import phase_diagram_figures as figures
from experiments import trainability
from experiments.claims import Claim, within_errors
from experiments.contract import Results
from jaxnn import propagation

TITLE = "Order, chaos, and the depth to which a tanh network can be trained"
CAPTIONS = {
    "trainability": "Training accuracy on digits after 250 steps of plain gradient descent, mean "
    "over starts, the better of two learning rates in each cell; biases N(0, 0.05). White line: "
    "6 ξ, six times the depth scale of the correlation of two inputs in theory; dashed: the "
    "critical weight variance, where it is infinite. Nothing is fitted.",
    "plane": "a: χ₁, the factor of squared gradients a layer, for tanh; on the critical line "
    "(black) it is 1. b: depth scale ξ of the correlation of two inputs, in layers. Circles: where "
    "finite networks were measured.",
    "measured": "Finite networks against theory of infinite width, biases N(0, 0.05), bars of 4 "
    "standard errors over seeds. a: variance of pre-activations. b: correlation of two inputs that "
    "starts at 0.6, by layer, with pointwise 95% bands; dashed: theory. c: logarithm of the factor "
    "of squared gradients a layer.",
}

BIASES = 0.05
POINTS = (0.5, 1.0, 1.3, 0.0, 2.5, 4.0)  # weight variances; 0 stands for the critical one
# Bias variances, and critical weight variances as tabulated to 8 digits.
CRITICAL = {0.0: 1.0, 0.001: 1.1891896, 0.01: 1.4242053, 0.05: 1.7609546}
# Weight variances, and q*, chi_1, c* as tabulated to 7 decimals.
TABULATED = {
    0.5: (0.0875799, 0.4319874, 1),
    1.0: (0.1935925, 0.7590316, 1),
    1.3: (0.3153165, 0.8801635, 1),
    2.5: (1.0639584, 1.1335157, 0.4468042),
    4.0: (2.1954939, 1.3424024, 0.1650650),
}
FIRST_CORRELATION = 0.6
SETTLED = 10  # layers
MAP = trainability.Map()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      weight_grid, bias_grid: numbers of weight variances from 0.4 to 4.4 and of bias variances from
        0 to 0.3 in the plane.
      width, depth, seeds: of measured networks.
      map: what is trained.
    """

    weight_grid: int = 41
    bias_grid: int = 17
    width: int = 1024
    depth: int = 30
    seeds: int = 1000
    map: trainability.Map = MAP


FULL = Settings()
QUICK = Settings(
    weight_grid=9,
    bias_grid=4,
    width=256,
    seeds=200,
    map=trainability.Map(depths=(10, 40), weight_variances=(1.0, 1.76, 4.0)),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Theory in the plane, measured networks, and the map; names as `claims` and `draw` read."""
    key_measured, key_map = jax.random.split(key)
    return {
        **_plane(settings),
        **_measured(key_measured, settings),
        **trainability.compute(key_map, settings.map),
    }


def _plane(settings: Settings) -> dict[str, Any]:
    """Theory on a grid, on the critical line, and along one bias variance.

    Returns:
      plane_weights, plane_biases: axes; plane_chi, plane_xi: (biases, weights).
      line_biases, line_weights: the critical line; table_biases, table_weights: at tabulated ones.
      theory_weights, and theory_q, theory_chi, theory_c, theory_xi along them, at `BIASES`.
    """
    weights = np.linspace(0.4, 4.4, settings.weight_grid)
    biases = 0.3 * np.linspace(0, 1, settings.bias_grid) ** 2  # the line is steep near 0
    plane = [[propagation.mean_field("tanh", w, b) for w in weights] for b in biases]
    line = 0.3 * np.linspace(0, 1, 2 * settings.bias_grid) ** 2
    along = np.unique(np.append(np.linspace(0.4, 4.4, 4 * settings.weight_grid), _points()))
    theory = [propagation.mean_field("tanh", w, BIASES) for w in along]
    return {
        "plane_weights": weights,
        "plane_biases": biases,
        "plane_chi": np.array([[point.chi_1 for point in row] for row in plane]),
        "plane_xi": np.array([[point.xi_c for point in row] for row in plane]),
        "line_biases": line,
        "line_weights": np.array([propagation.critical_weight_variance("tanh", b) for b in line]),
        "table_biases": np.array(list(CRITICAL)),
        "table_weights": np.array(
            [propagation.critical_weight_variance("tanh", b) for b in CRITICAL]
        ),
        "theory_weights": along,
        "theory_q": np.array([point.q_star for point in theory]),
        "theory_chi": np.array([point.chi_1 for point in theory]),
        "theory_c": np.array([point.c_star for point in theory]),
        "theory_xi": np.array([point.xi_c for point in theory]),
    }


def _points() -> list[float]:
    critical = propagation.critical_weight_variance("tanh", BIASES)
    return [point or critical for point in POINTS]


def _measured(key: Array, settings: Settings) -> dict[str, Any]:
    """Finite networks that start at their fixed variance, with two inputs of correlation 0.6.

    Returns:
      point_weights: (points,); point_q, point_rate: (points,) theory.
      point_course: (points, layers) theory of the correlation.
      point_width: n; point_layers: number of layers that a ratio of gradients is over.
      measured_q: (points, seeds) variance, mean over settled layers; measured_correlation:
        (points, seeds, layers); measured_log_ratio: (points, seeds) of mean squared gradients.
    """
    sizes = (settings.width,) * (settings.depth + 1)
    made, theory = [], []
    for k, weight in zip(jax.random.split(key, len(POINTS)), _points(), strict=True):
        point = propagation.mean_field("tanh", weight, BIASES)
        # Inputs that make pre-activations of the first layer as they should start.
        mean_square = (point.q_star - BIASES) / weight
        cosine = (FIRST_CORRELATION * point.q_star - BIASES) / (point.q_star - BIASES)
        net = propagation.random_network(sizes, "tanh", weight, BIASES)
        measured = propagation.measure(
            k,
            net,
            seeds=settings.seeds,
            mean_square=mean_square,
            correlation=cosine,
            progress=f"weight variance {weight:.4g}",
        )
        course = propagation.trajectory(
            "tanh", weight, BIASES, settings.depth, mean_square=mean_square, correlation=cosine
        )
        gradient = measured.log_gradient[..., 0]
        made.append(
            (
                np.exp(measured.log_variance[:, SETTLED:, 0]).mean(axis=1),
                measured.correlation[..., 1],
                gradient[:, SETTLED] - gradient[:, -1],
            )
        )
        theory.append((point.q_star, np.log(point.chi_1), course.correlation))
    q, correlation, ratio = map(np.array, zip(*made, strict=True))
    q_star, rate, course = map(np.array, zip(*theory, strict=True))
    return {
        "point_weights": np.array(_points()),
        "point_q": q_star,
        "point_rate": rate,
        "point_course": course,
        "point_width": settings.width,
        "point_layers": settings.depth - 1 - SETTLED,
        "measured_q": q,
        "measured_correlation": correlation.astype(np.float32),
        "measured_log_ratio": ratio,
    }


def claims(results: Results) -> list[Claim]:
    """Theory against its table, finite networks against theory, and the map."""
    return [*_theory_claims(results), *_point_claims(results), *_map_claims(results)]


def draw(results: Results) -> dict[str, Figure]:
    """The figures of `CAPTIONS`."""
    return {
        "trainability": figures.trainability(results),
        "plane": figures.plane(results),
        "measured": figures.measured(results),
    }


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
