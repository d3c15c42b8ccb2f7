"""What happens to signals and gradients of an infinitely wide random network as depth grows?

    q* = V(q*),   c* = C(c*)         fixed points of the variance and the correlation (`layer_maps`)
    chi_1 = sw2 E phi'(u)^2 at q*    factor of squared gradients per layer

Depth scales xi say over how many layers a signal survives: deviations from q* and c* decay like
exp(-depth / xi). On the critical line chi_1 = 1, between order (chi_1 < 1) and chaos (chi_1 > 1),
signals do not decay and gradients neither vanish nor explode.

Poole et al. 2016, "Exponential expressivity in deep neural networks through transient chaos";
Schoenholz et al. 2017, "Deep information propagation".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.mlp import Activation
from jaxnn.propagation.gaussian_means import evaluate
from jaxnn.propagation.layer_maps import (
    LayerMoments,
    WideNetwork,
    layer_moments,
    next_correlation,
    wide_network,
)

START = 1.0  # the search for q* starts from this variance, that of normalised inputs
SMALLEST, LARGEST = 1e-10, 1e10  # a smaller fixed point counts as 0, a larger one as none
VANISHING = 1e-200  # stands for the limit of small variances
STEP = 1.5  # factor between neighbouring variances in the search for a change of sign
EXACT = 1e-11  # rounding allowed in a rate that is 1 in theory, or a variance that is unchanged


class MeanField(NamedTuple):
    """Fixed points of the variance and correlation maps, and depth scales.

    Attributes:
      q_star: variance of the pre-activations that layers tend to, starting from variance 1.
      chi_1: sw2 E phi'(u)^2 at q*: the factor of squared gradients per layer, and the slope of the
        correlation map at c = 1.
      c_star: correlation that two different inputs tend to.
      xi_q: depth scale of the variance in layers, 1 / |ln |V'(q*)||.
      xi_c: depth scale of the correlation in layers, 1 / |ln sw2 E phi'(u) phi'(v)| at c*; if
        c* = 1, also that of the squared distance of two signals.
      xi_gradient: layers in which squared gradients change by a factor e, 1 / |ln chi_1|.

    All are floats. A depth scale is inf if there is no decay, and 0 if all is lost in one layer.
    """

    q_star: float
    chi_1: float
    c_star: float
    xi_q: float
    xi_c: float
    xi_gradient: float


def mean_field(
    activation: str | Activation, weight_variance: float, bias_variance: float
) -> MeanField:
    """Fixed points and depth scales of an infinitely wide random network.

    Args:
      activation: a name of `jaxnn.mlp.ACTIVATIONS` or an elementwise JAX function, continuous and
        smooth except at a few kinks.
      weight_variance: sw2, positive: number of inputs times the variance of a weight.
      bias_variance: sb2, at least 0.

    Returns:
      A `MeanField`, accurate to about 1e-10 (c* < 1 if 1 - c* is no smaller than that). If every
      variance is a fixed point, as for ReLU with sw2 = 2 and sb2 = 0, q* is 1. If the signal dies
      out, as for ReLU with a smaller sw2 and sb2 = 0, q* is 0 and the rest is the limit of small
      variances. Not compiled, except for the activation.

    Raises:
      InputError, InputTypeError: the variance grows past 1e10, so there is no fixed point; an
        argument is outside its range; or the activation cannot be integrated.

    Example:
      >>> found = mean_field("tanh", 2.5, 0.05)  # chaos: c* < 1
      >>> print(f"q* {found.q_star:.4f}, chi_1 {found.chi_1:.4f}, c* {found.c_star:.4f}")
      q* 1.0640, chi_1 1.1335, c* 0.4468
    """
    network = wide_network(activation, weight_variance, bias_variance)
    q = _fixed_variance(network)
    layer = layer_moments(network, q if q > 0 else VANISHING)
    c = _fixed_correlation(network, layer)
    return MeanField(
        q_star=q,
        chi_1=layer.chi,
        c_star=c,
        xi_q=_depth_scale(layer.slope),
        xi_c=_depth_scale(layer.chi if c == 1 else next_correlation(network, layer, c)[1]),
        xi_gradient=_depth_scale(layer.chi),
    )


def critical_weight_variance(activation: str | Activation, bias_variance: float) -> float:
    """The weight variance at which chi_1 = 1 for a bias variance: a point of the critical line.

    A fixed point q has sw2 = (q - sb2) / E phi(u)^2, so the equation to solve is

        (q - sb2) E phi'(u)^2 / E phi(u)^2 = 1.

    Args:
      activation: as for `mean_field`.
      bias_variance: sb2, at least 0.

    Returns:
      sw2, a float, accurate to about 1e-9. Not compiled, except for the activation.

    Raises:
      InputError, InputTypeError: no weight variance makes chi_1 = 1 at a stable fixed point, as for
        ReLU with biases; an argument is outside its range; or the activation cannot be integrated.

    Example:
      >>> print(f"{critical_weight_variance('tanh', 0.05):.4f}")
      1.7610
    """
    phi, _, bias_variance = wide_network(activation, 1.0, bias_variance)

    def moments(q: float) -> LayerMoments:
        return layer_moments(WideNetwork(phi, 1.0, 0.0), q)

    def excess(q: float) -> float:
        layer = moments(q)
        # Where the activation is 0, its slope is 0 too.
        return (q - bias_variance) * layer.chi / layer.variance - 1 if layer.variance else -1.0

    if bias_variance == 0 and abs(excess(SMALLEST)) < 1e-6:
        # phi is linear near 0 on either side, and the critical line ends at q* = 0.
        candidates = [1 / moments(VANISHING).chi]
    else:
        places = bias_variance + max(bias_variance, 1) * np.geomspace(1e-8, 1e8, 91)
        heights = [excess(q) for q in places]
        roots = [
            _root(excess, one, other)
            for one, other, *ends in zip(places, places[1:], heights, heights[1:], strict=False)
            if ends[0] * ends[1] < 0
        ]
        candidates = [float(q - bias_variance) / moments(q).variance for q in roots]
    for candidate in candidates:
        try:
            chi_1 = mean_field(phi, candidate, bias_variance).chi_1
        except InputError:
            continue
        if abs(chi_1 - 1) < 1e-6:  # otherwise layers tend to another fixed point
            return candidate
    raise InputError(
        f"bias_variance is {bias_variance}, for which no weight variance keeps the gradients of "
        "this activation (chi_1 = 1 at a stable fixed point); pass another."
    )


def _fixed_variance(network: WideNetwork) -> float:
    """The variance that layers tend to from `START`.

    The search goes up or down, as the first layer does. The first fixed point that it meets has
    V' < 1, and no V falls faster than q^(-1/2), so it is stable.
    """

    def growth(q: float) -> float:
        return layer_moments(network, q).variance / q - 1

    near = far = START
    first = growth(near)
    if abs(first) <= EXACT:
        return near
    at_zero = evaluate(network.phi, np.zeros(1))[0][0]
    dies_out = network.bias_variance == 0 and at_zero**2 == 0
    while True:
        far = far * STEP if first > 0 else far / STEP
        if far > LARGEST:
            raise InputError(
                f"weight_variance is {network.weight_variance} and bias_variance is "
                f"{network.bias_variance}, for which the variance of signals grows past "
                f"{LARGEST:g}; pass smaller ones."
            )
        if far < SMALLEST and dies_out:
            return 0.0
        height = growth(far)
        # Where a linear activation keeps every variance, only rounding changes the sign.
        if height * first < 0 and abs(height) > EXACT:
            return _root(growth, near, far)
        if height * first > 0:
            near = far


def _fixed_correlation(network: WideNetwork, layer: LayerMoments) -> float:
    """The stable fixed point of the correlation map.

    The map is convex on [0, 1], so Newton's method from 0 rises to the fixed point and never
    beyond it.
    """
    if layer.chi <= 1 + EXACT:
        return 1.0
    c = 0.0
    for _ in range(200):
        following, slope = next_correlation(network, layer, c)
        step = (following - c) / (1 - slope)
        if not (slope < 1 and step > 1e-15):
            break
        c += step
    return min(c, 1.0)  # rounding can exceed 1


def _root(function: Callable[[float], float], one: float, other: float) -> float:
    """A zero of a function between two places where its signs differ, by the Illinois method."""
    height, other_height = function(one), function(other)
    for _ in range(200):
        if other_height == 0 or abs(other - one) <= 1e-15 * abs(other):
            break
        place = other - other_height * (other - one) / (other_height - height)
        at_place = function(place)
        if at_place * other_height < 0:
            one, height = other, other_height
        else:
            height /= 2  # otherwise the end that stays would slow the secant down
        other, other_height = place, at_place
    return other


def _depth_scale(rate: float) -> float:
    """The number of layers in which a deviation changes by a factor e, at this rate per layer."""
    if abs(abs(rate) - 1) <= EXACT:
        return math.inf
    return 1 / abs(math.log(abs(rate))) if rate else 0.0
