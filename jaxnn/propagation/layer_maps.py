"""What does one layer of an infinitely wide random network do to signals and gradients?

With weights N(0, sw2 / inputs) and biases N(0, sb2), pre-activations become Gaussian. Each layer
maps their variance q and the correlation c of two inputs by

    q <- V(q) = sw2 E phi(u)^2 + sb2                     u, v ~ N(0, q) of correlation c
    c <- [sw2 E phi(u) phi(v) + sb2] / V(q)

and multiplies squared gradients, and the squared distance between two nearby signals, by

    chi = sw2 E phi'(u)^2.

`trajectory` iterates these maps; `mean_field` has their fixed points.

Poole et al. 2016, "Exponential expressivity in deep neural networks through transient chaos".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jaxnn.errors import check_count, check_memory
from jaxnn.mlp import Activation
from jaxnn.propagation.gaussian_means import (
    GaussianRule,
    checked_activation,
    gaussian_rule,
    pair_means,
)
from jaxnn.propagation.random_networks import check_two_inputs, check_variances

SETTLED = 1e-15  # changes this small are rounding


class Trajectory(NamedTuple):
    """What mean-field theory says of each layer, for two inputs of equal mean square.

    Attributes:
      variance: (depth,) float64, q of the pre-activations of layers 1 .. depth.
      correlation: (depth,) float64, c of the pre-activations of the two inputs.
      chi: (depth,) float64, sw2 E phi'(u)^2 at those variances: the mean squared gradient at layer
        l is chi[l - 1] times that at layer l + 1.
    """

    variance: np.ndarray
    correlation: np.ndarray
    chi: np.ndarray


class WideNetwork(NamedTuple):
    """An infinitely wide random network.

    Attributes:
      phi: the activation.
      weight_variance: sw2.
      bias_variance: sb2.
    """

    phi: Activation
    weight_variance: float
    bias_variance: float


class LayerMoments(NamedTuple):
    """How a layer changes Gaussian pre-activations of variance q.

    Attributes:
      q: that variance.
      rule: quadrature rule of the activation under N(0, q).
      variance: V(q).
      slope: V'(q) = sw2 E phi(u) phi'(u) u / q.
      chi: sw2 E phi'(u)^2.
    """

    q: float
    rule: GaussianRule
    variance: float
    slope: float
    chi: float


def trajectory(
    activation: str | Activation,
    weight_variance: float,
    bias_variance: float,
    depth: int,
    *,
    mean_square: float = 1.0,
    correlation: float = 0.5,
) -> Trajectory:
    """Variance, correlation and gradient factor of every layer, by mean-field theory.

    The first layer sees the inputs themselves, z_1 = x W_1 + b_1, so the variance starts at
    sw2 mean_square + sb2 and the correlation at (sw2 mean_square correlation + sb2) over that.

    Args:
      activation: a name of `jaxnn.mlp.ACTIVATIONS` or an elementwise JAX function, continuous and
        smooth except at a few kinks.
      weight_variance: sw2, positive: number of inputs times the variance of a weight.
      bias_variance: sb2, at least 0.
      depth: number of layers L, at least 1.
      mean_square: mean square of the entries of each of the two inputs x and y, positive.
      correlation: x.y / sqrt(x.x y.y), from -1 to 1.

    Returns:
      A `Trajectory`, to be compared with `measure`. If the variance leaves the range from 1e-290 to
      1e290, chi of that layer and everything after it are NaN. Not compiled, except for the
      activation.

    Raises:
      InputError, InputTypeError: an argument outside its range, or an activation that cannot be
        integrated.

    Example:
      >>> found = trajectory("relu", 2.0, 0.0, 20)
      >>> print(f"{found.variance[-1]:.3f} {found.correlation[-1]:.3f} {found.chi[-1]:.3f}")
      2.000 0.952 1.000
    """
    network = wide_network(activation, weight_variance, bias_variance)
    check_count(depth, "depth")
    check_memory(24 * depth, "depth", depth)
    check_two_inputs(mean_square, correlation)
    by_layer = np.full((3, depth), np.nan)
    from_weights = network.weight_variance * float(mean_square)
    q = from_weights + network.bias_variance
    c = (from_weights * float(correlation) + network.bias_variance) / q
    for number in range(depth):
        by_layer[:2, number] = q, c
        if not 1e-290 < q < 1e290:
            break
        layer = layer_moments(network, q)
        by_layer[2, number] = layer.chi
        following = next_correlation(network, layer, c)[0]
        if max(abs(layer.variance / q - 1), abs(following - c)) <= SETTLED:
            by_layer[:, number + 1 :] = by_layer[:, number, None]
            break
        q, c = layer.variance, following
    return Trajectory(*by_layer)


def wide_network(
    activation: str | Activation, weight_variance: float, bias_variance: float
) -> WideNetwork:
    """A `WideNetwork` from checked arguments.

    Raises:
      InputError, InputTypeError: an unknown activation, or a variance outside its range.
    """
    phi = checked_activation(activation)
    check_variances(weight_variance, bias_variance)
    return WideNetwork(phi, float(weight_variance), float(bias_variance))


def layer_moments(network: WideNetwork, q: float) -> LayerMoments:
    """V(q), its slope and chi for pre-activations of variance q > 0.

    Raises:
      InputError: the activation cannot be integrated.
    """
    rule = gaussian_rule(network.phi, q)
    with np.errstate(over="ignore", invalid="ignore"):
        square, cross, chi = (
            network.weight_variance * float(rule.weights @ function)
            for function in (
                rule.values**2,
                rule.values * rule.slopes * rule.z,
                rule.slopes**2,
            )
        )
    return LayerMoments(q, rule, square + network.bias_variance, cross / q**0.5, chi)


def next_correlation(network: WideNetwork, layer: LayerMoments, c: float) -> tuple[float, float]:
    """The correlation after a layer, from the correlation c before it, and sw2 E phi'(u) phi'(v).

    The second is the slope of the correlation map if q is a fixed point.

    Raises:
      InputError: the activation oscillates too fast to be integrated.
    """
    means = pair_means(network.phi, layer.rule, layer.q, c)
    covariance = network.weight_variance * means.values + network.bias_variance
    slope = network.weight_variance * means.slopes
    return min(max(covariance / layer.variance, -1.0), 1.0), slope
