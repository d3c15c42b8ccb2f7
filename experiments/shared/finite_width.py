"""How far are networks of finite width from the theory of infinite width, to first order in 1/n?

Given a layer, the n units of the next one are independent Gaussian pairs (x_i, y_i) with second
moments K. Here y is the signal of a second input, or the derivative of x along a direction:

    K' = (s2 / n) sum_i f(x_i, y_i) f(x_i, y_i)^T + B,  f = (phi(x), phi(y)) or (phi(x), phi'(x) y)

So the K of the layers are a Markov chain. With M(K) = s2 E f f^T + B, which is the theory of
infinite width, and J and H its first and second derivatives, mean K + d and covariance C obey

    d' = J d + tr(H C) / 2          C' = J C J^T + s2^2 Cov(f f^T) / n

The squared norm of the derivative in every layer is, on average, the squared gradient sent back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]
ENTRIES = np.array([[0, 0], [0, 1], [1, 1]])  # K as a vector (K_11, K_12, K_22)
STEP = 1e-3  # of finite differences, relative to the size of an entry
# Nodes and weights of Gaussian means: sums over nine standard deviations, and the rule of Gauss and
# Hermite, which is exact for the powers up to 5 of a direction.
_GRID, _COARSE = np.linspace(-9, 9, 401)[:, None], np.linspace(-9, 9, 41)[None]
_POWERS = 3**0.5 * np.array([[-1.0, 0.0, 1.0]])
_POWER_WEIGHTS = np.array([[1.0, 4.0, 1.0]]) / 6


class Unit(NamedTuple):
    """An activation and its derivative, as NumPy functions."""

    value: Function
    slope: Function


TANH = Unit(np.tanh, lambda x: 1 - np.tanh(x) ** 2)
SIGMOID = Unit(lambda x: (1 + np.tanh(x / 2)) / 2, lambda x: (1 - np.tanh(x / 2) ** 2) / 4)


class Moments(NamedTuple):
    """Second moments of one layer's pairs, over random networks.

    Attributes:
      limit: (3,) K_11, K_12 and K_22 of infinite width.
      shift: (3,) their mean minus the limit, to first order in 1/n.
      covariance: (3, 3) their covariance, to first order in 1/n.
      log_scale: ln of the factor by which K_22 was divided (K_12 by its square root) on the way, so
        that it stays of order 1.
    """

    limit: np.ndarray
    shift: np.ndarray
    covariance: np.ndarray
    log_scale: float = 0.0


def first_layer(variance: float, covariance: float) -> Moments:
    """Two inputs whose pre-activations in the first layer have this variance and covariance."""
    return Moments(np.array([variance, covariance, variance]), np.zeros(3), np.zeros((3, 3)))


def with_direction(layer: Moments) -> Moments:
    """The same layer, where the second member of each pair is a random direction of size 1."""
    covariance = np.zeros((3, 3))
    covariance[0, 0] = layer.covariance[0, 0]
    return Moments(
        np.array([layer.limit[0], 0.0, 1.0]), np.array([layer.shift[0], 0, 0]), covariance
    )


def layers(
    start: Moments,
    unit: Unit,
    scales: tuple[float, float],
    width: int,
    count: int,
    *,
    direction: bool = False,
) -> list[Moments]:
    """Moments of `count` layers, of which `start` is the first.

    Args:
      start: from `first_layer` or `with_direction`.
      unit: the activation.
      scales: variances of weights times n, and of biases.
      width: n.
      count: number of layers.
      direction: whether the second of each pair is a direction instead of an input.
    """
    found = [start]
    for _ in range(count - 1):
        found.append(_next(found[-1], unit, scales, width, direction))
    return found


def log_mean_gradient(
    layer: Moments, unit: Unit, scales: tuple[float, float], width: int, count: int
) -> tuple[float, float]:
    """ln of the mean squared gradient at a layer, over that at the layer `count` above it.

    The gradient at the layer above is a random vector.

    Args:
      layer: the lower of the two layers, from `layers`.
      unit, scales, width: as in `layers`.
      count: number of layers between the two.

    Returns:
      The value at infinite width, and that with its term of order 1/n.
    """
    start = with_direction(layer)
    end = layers(start, unit, scales, width, count + 1, direction=True)[-1]
    limit = end.log_scale + np.log(end.limit[2])
    return float(limit), float(limit + np.log1p(end.shift[2] / end.limit[2]))


def correlation(layer: Moments, width: int) -> float:
    """Mean cosine of the n pairs of a layer, to first order in 1/n."""
    first, mixed, second = layer.limit
    size = np.array([first, np.sqrt(first * second), second])
    sampling = np.array(
        [
            [_product(layer.limit, a, c) * _product(layer.limit, b, d)
             + _product(layer.limit, a, d) * _product(layer.limit, b, c) for c, d in ENTRIES]
            for a, b in ENTRIES
        ]
    ) / width  # fmt: skip

    def cosine(k: np.ndarray) -> np.ndarray:
        return np.array([k[1] / np.sqrt(k[0] * k[2])])

    slopes, bends = _derivatives(cosine, layer.limit, size)
    spread = np.sum(bends[0] * (layer.covariance + sampling)) / 2
    return float(mixed / size[1] + slopes[0] @ layer.shift + spread)


def _product(k: np.ndarray, row: int, column: int) -> float:
    return float(k[row + column])  # K_11, K_12 = K_21, K_22


def _next(
    layer: Moments, unit: Unit, scales: tuple[float, float], width: int, direction: bool
) -> Moments:
    weights, biases = scales
    bias = np.array([biases, 0, 0] if direction else [biases] * 3)

    def mapped(k: np.ndarray) -> np.ndarray:
        return weights * _means(k, unit, direction)[0] + bias

    size = np.sqrt(np.outer(layer.limit[[0, 2]], layer.limit[[0, 2]]))[[0, 0, 1], [0, 1, 1]]
    slopes, bends = _derivatives(mapped, layer.limit, size)
    means, spread = _means(layer.limit, unit, direction)
    shift = slopes @ layer.shift + np.tensordot(bends, layer.covariance) / 2
    covariance = slopes @ layer.covariance @ slopes.T + weights**2 / width * spread
    limit, log_scale = weights * means + bias, layer.log_scale
    if direction:
        factor = limit[2]
        units = factor ** -np.array([0, 0.5, 1])
        limit, shift, log_scale = limit * units, shift * units, log_scale + np.log(factor)
        covariance = covariance * np.outer(units, units)
    return Moments(limit, shift, covariance, float(log_scale))


def _means(k: np.ndarray, unit: Unit, direction: bool) -> tuple[np.ndarray, np.ndarray]:
    """Mean (3,) and covariance (3, 3) of f f^T for pairs with second moments k (3,)."""
    u, v = _GRID, _POWERS if direction else _COARSE
    chance = np.exp(-(u**2) / 2) * (_POWER_WEIGHTS if direction else np.exp(-(v**2) / 2))
    chance = chance / chance.sum()
    x = np.sqrt(k[0]) * u
    rest = max(k[2] - k[1] ** 2 / k[0], 0.0)
    y = k[1] / np.sqrt(k[0]) * u + np.sqrt(rest) * v
    first = np.broadcast_to(unit.value(x), y.shape)
    second = unit.slope(x) * y if direction else unit.value(y)
    products = np.stack([first * first, first * second, second * second])
    means = np.tensordot(products, chance)
    weighted = products * chance
    return means, np.tensordot(weighted, products, ((1, 2), (1, 2))) - np.outer(means, means)


def _derivatives(
    function: Callable[[np.ndarray], np.ndarray], at: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First (outputs, 3) and second (outputs, 3, 3) derivatives, by central differences."""
    steps = STEP * np.diag(size)
    center = function(at)
    up, down = (np.array([function(at + sign * step) for step in steps]) for sign in (1, -1))
    first = (up - down).T / (2 * STEP * size)
    second = np.empty((len(center), 3, 3))
    for i in range(3):
        for j in range(i + 1):
            if i == j:
                bend = up[i] + down[i] - 2 * center
            else:
                both = function(at + steps[i] + steps[j]) + function(at - steps[i] - steps[j])
                bend = (both - up[i] - up[j] - down[i] - down[j] + 2 * center) / 2
            second[:, i, j] = second[:, j, i] = bend / (STEP**2 * size[i] * size[j])
    return first, second
