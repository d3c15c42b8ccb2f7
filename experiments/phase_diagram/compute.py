"""What is computed for the phase diagram?

Mean-field theory in the plane of weight and bias variance, finite networks at a few points of this
plane, and the networks that are trained in `trainability`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.phase_diagram import trainability
from experiments.shared import finite_width
from jaxnn import propagation

BIASES = 0.05  # the bias variance of measured networks
POINTS = (0.5, 1.0, 1.3, 0.0, 2.5, 4.0)  # weight variances; 0 stands for the critical one
# Bias variances and their critical weight variances, as tabulated to 8 digits.
CRITICAL = {0.0: 1.0, 0.001: 1.1891896, 0.01: 1.4242053, 0.05: 1.7609546}
FIRST_CORRELATION = 0.6  # of two inputs, in the first layer
NEARLY_ONE = 0.99  # a correlation above it has no term of order 1/n here
SETTLED = 10  # layers after which the variance no longer depends on the inputs
MAP = trainability.Map()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the plane, of the measured networks and of the map.

    Attributes:
      weight_grid: number of weight variances from 0.4 to 4.4 in the plane.
      bias_grid: number of bias variances from 0 to 0.3 in the plane.
      width: units per layer of measured networks.
      depth: number of layers of measured networks.
      seeds: number of measured networks per point.
      map: cells of the trainability map, and how networks are trained in each.
    """

    weight_grid: int = 31
    bias_grid: int = 11
    width: int = 1024
    depth: int = 30
    seeds: int = 700
    map: trainability.Map = MAP


FULL = Settings()
QUICK = Settings(
    weight_grid=7,
    bias_grid=3,
    width=256,
    seeds=100,
    map=trainability.Map(depths=(10, 40), weight_variances=(1.0, 1.76, 4.0), seeds=1, steps=200),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Theory in the plane, measured networks, and the trainability map.

    Returns:
      The arrays of `_plane`, `_measured` and `trainability.compute`.
    """
    key_measured, key_map = jax.random.split(key)
    return {
        **_plane(settings),
        **_measured(key_measured, settings),
        **trainability.compute(key_map, settings.map),
    }


def _plane(settings: Settings) -> dict[str, Any]:
    """Theory on a grid, on the critical line, and along a line of constant bias variance.

    Returns:
      plane_weights, plane_biases: axes of the grid.
      plane_chi, plane_xi: (biases, weights) chi_1 and xi_c.
      line_biases, line_weights: (points,) the critical line.
      table_biases, table_weights: the critical line at tabulated bias variances.
      theory_weights: weight variances at bias variance `BIASES`.
      theory_q, theory_chi, theory_c, theory_xi: theory along them.
    """
    weights = np.linspace(0.4, 4.4, settings.weight_grid)
    biases = 0.3 * np.linspace(0, 1, settings.bias_grid) ** 2  # the critical line is steep near 0
    plane = [[propagation.mean_field("tanh", w, b) for w in weights] for b in biases]
    line = 0.3 * np.linspace(0, 1, 2 * settings.bias_grid) ** 2
    along = np.unique(np.append(np.linspace(0.4, 4.4, 3 * settings.weight_grid), _points()))
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
    """Finite networks that start at the fixed-point variance, with inputs of correlation 0.6.

    Returns:
      point_weights: (points,) weight variances.
      point_q, point_rate: (points,) q* and ln chi_1 in theory.
      point_course: (points, layers) correlation in theory.
      finite_q, finite_rate, finite_course: (points,), (points,), (points, layers) the same with the
        terms of order 1/n, for the means of the measured quantities below; NaN for correlations
        near 1, where the first order is not enough.
      point_width: n.
      point_layers: number of layers between the two gradients of a ratio.
      measured_q: (points, seeds) variance, mean over layers after the first `SETTLED`.
      measured_correlation: (points, seeds, layers) float32.
      measured_log_ratio: (points, seeds) ln of the ratio of mean squared gradients.
    """
    sizes = (settings.width,) * (settings.depth + 1)
    made, theory, finite = [], [], []
    for k, weight in zip(jax.random.split(key, len(POINTS)), _points(), strict=True):
        point = propagation.mean_field("tanh", weight, BIASES)
        # Inputs whose first pre-activations have the fixed-point variance and correlation 0.6.
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
        finite.append(_finite_width(point.q_star, weight, settings))
    q, correlation, ratio = map(np.array, zip(*made, strict=True))
    q_star, rate, course = map(np.array, zip(*theory, strict=True))
    finite_q, finite_rate, finite_course = map(np.array, zip(*finite, strict=True))
    return {
        "point_weights": np.array(_points()),
        "point_q": q_star,
        "point_rate": rate,
        "point_course": course,
        "finite_q": finite_q,
        "finite_rate": finite_rate,
        "finite_course": finite_course,
        "point_width": settings.width,
        "point_layers": settings.depth - 1 - SETTLED,
        "measured_q": q,
        "measured_correlation": correlation.astype(np.float32),
        "measured_log_ratio": ratio,
    }


def _finite_width(
    variance: float, weight: float, settings: Settings
) -> tuple[float, float, np.ndarray]:
    """Theory with its terms of order 1/n: variance, rate of gradients, correlations by layer."""
    unit, scales, width = finite_width.TANH, (weight, BIASES), settings.width
    start = finite_width.first_layer(variance, FIRST_CORRELATION * variance)
    one = finite_width.layers(
        finite_width.with_direction(start), unit, scales, width, settings.depth, direction=True
    )
    q = float(np.mean([layer.limit[0] + layer.shift[0] for layer in one[SETTLED:]]))
    count = settings.depth - 1 - SETTLED
    rate = finite_width.log_mean_gradient(one[SETTLED], unit, scales, width, count)[1] / count
    two = finite_width.layers(start, unit, scales, width, settings.depth)
    alike = np.array([layer.limit[1] > NEARLY_ONE * layer.limit[0] for layer in two])
    means = np.array([finite_width.correlation(layer, width) for layer in two])
    return q, rate, np.where(np.maximum.accumulate(alike), np.nan, means)
