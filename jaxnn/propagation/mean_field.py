"""What do the signals and gradients of an infinitely wide random network do with depth?

With weights N(0, sw2 / inputs) and biases N(0, sb2), pre-activations become Gaussian, and a layer
maps their variance q, the correlation c of two inputs and the size of a gradient by

    q <- V(q) = sw2 E phi(u)^2 + sb2                     u, v ~ N(0, q) of correlation c
    c <- [sw2 E phi(u) phi(v) + sb2] / V(q)
    squared distance of near signals, and gradients squared:  times chi = sw2 E phi'(u)^2

Depth scales say how many layers a signal lasts: deviations from the fixed points q*, c* fade like
exp(-depth / xi).  Where chi_1 = chi(q*) is 1, nothing fades and no gradient vanishes or explodes:
the critical line between order (chi_1 < 1) and chaos.

Poole et al. 2016, "Exponential expressivity in deep neural networks through transient chaos";
Schoenholz et al. 2017, "Deep information propagation".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError, check_count, check_number
from jaxnn.mlp import Activation, activation_function
from jaxnn.propagation.quadrature import Panels, evaluate, pair_means, panels

START = 1.0  # variance from which q* is sought: that of normalised inputs
SMALLEST, LARGEST = 1e-10, 1e10  # a fixed point below is 0, one above is none
VANISHING = 1e-200  # stands for the limit of small variances
STEP = 1.5  # factor between neighbouring places where a change of sign is looked for
SETTLED = 1e-15  # changes so small are rounding
EXACT = 1e-11  # rounding allowed to a rate or a variance that theory says is exactly 1 or kept


class MeanField(NamedTuple):
    """Fixed points of the variance and correlation maps, and how far signals reach.

    Attributes:
      q_star: variance of the pre-activations that layers tend to from variance 1.
      chi_1: sw2 E phi'(u)^2 at q*: the factor of squared gradients from layer to layer, and the
        slope of the correlation map at c = 1.
      c_star: correlation that two different inputs tend to.
      xi_q: depth scale of the variance, 1 / |ln |V'(q*)||.
      xi_c: depth scale of the correlation, 1 / |ln sw2 E phi'(u) phi'(v)| at c*; if c* = 1, also
        that of the distance squared of two signals.
      xi_gradient: layers in which squared gradients change by a factor e, 1 / |ln chi_1|.

    All are floats; a depth scale is inf where nothing fades, and 0 where it is gone at once.
    """

    q_star: float
    chi_1: float
    c_star: float
    xi_q: float
    xi_c: float
    xi_gradient: float


class Course(NamedTuple):
    """Theory by layer, for two inputs of one size.

    Attributes:
      variance: (depth,) q of the pre-activations of layers 1 .. depth.
      correlation: (depth,) c of those of the two inputs.
      chi: (depth,) sw2 E phi'(u)^2 at those variances: mean squared gradients at layer l are
        chi[l - 1] times those at layer l + 1.
    """

    variance: np.ndarray
    correlation: np.ndarray
    chi: np.ndarray


def variance_map(
    activation: str | Activation, weight_variance: float, bias_variance: float, variance: float
) -> float:
    """V(q) = sw2 E phi(u)^2 + sb2: the variance of the next layer's pre-activations.

    Args:
      activation: a name of `jaxnn.mlp.ACTIVATIONS` or an elementwise JAX function, continuous and
        smooth but for a few kinks.
      weight_variance: sw2, positive: number of inputs times the variance of a weight.
      bias_variance: sb2, at least 0.
      variance: q, positive.

    Raises:
      InputError, InputTypeError: an argument out of these ranges.
    """
    network = _network(activation, weight_variance, bias_variance)
    _check_positive(variance, "variance")
    return _layer(network, float(variance)).variance


def correlation_map(
    activation: str | Activation,
    weight_variance: float,
    bias_variance: float,
    variance: float,
    correlation: float,
) -> float:
    """[sw2 E phi(u) phi(v) + sb2] / V(q): the correlation of the next layer's pre-activations.

    Args:
      activation, weight_variance, bias_variance, variance: as for `variance_map`.
      correlation: c of u and v, from -1 to 1.

    Raises:
      InputError, InputTypeError: an argument out of these ranges.
    """
    network = _network(activation, weight_variance, bias_variance)
    _check_positive(variance, "variance")
    _check_correlation(correlation)
    return _pair(network, _layer(network, float(variance)), float(correlation))[0]


def mean_field(
    activation: str | Activation, weight_variance: float, bias_variance: float
) -> MeanField:
    """Fixed points and depth scales of an infinitely wide network.

    Args:
      activation, weight_variance, bias_variance: as for `variance_map`.

    Returns:
      A `MeanField` of floats, accurate to about 1e-10 (c* < 1, if 1 - c* is no less than that).  If
      every variance is a fixed point, as for ReLU with sw2 = 2 and sb2 = 0, q* is 1; if the signal
      dies out, as for ReLU with a smaller sw2 and sb2 = 0, q* is 0 and the rest is the limit.

    Raises:
      InputError: the variance grows without bound, so that there is no fixed point that layers tend
        to, or past 1e10; or an argument out of its range.
    """
    network = _network(activation, weight_variance, bias_variance)
    q = _fixed_variance(network)
    layer = _layer(network, q if q > 0 else VANISHING)
    c = _fixed_correlation(network, layer)
    return MeanField(
        q_star=q,
        chi_1=layer.chi,
        c_star=c,
        xi_q=_depth_scale(layer.rate),
        xi_c=_depth_scale(layer.chi if c == 1 else _pair(network, layer, c)[1]),
        xi_gradient=_depth_scale(layer.chi),
    )


def critical_weight_variance(activation: str | Activation, bias_variance: float) -> float:
    """The weight variance at which chi_1 = 1, for a bias variance: a point of the critical line.

    A fixed point q has sw2 = (q - sb2) / E phi(u)^2, so what is solved is

        (q - sb2) E phi'(u)^2 / E phi(u)^2 = 1.

    Args:
      activation, bias_variance: as for `variance_map`.

    Raises:
      InputError: no weight variance makes chi_1 = 1 at a fixed point that layers tend to, as for
        ReLU with biases; or an argument out of its range.
    """
    phi, _, bias_variance = _network(activation, 1.0, bias_variance)

    def bare(q: float) -> _Layer:
        return _layer(_Network(phi, 1.0, 0.0), q)

    def excess(q: float) -> float:
        layer = bare(q)
        # Of an activation that is 0 here, nothing comes back either.
        return (q - bias_variance) * layer.chi / layer.variance - 1 if layer.variance else -1.0

    if bias_variance == 0 and abs(excess(SMALLEST)) < 1e-6:
        # phi is straight near 0, to either side, and the line ends at q* = 0.
        candidates = [1 / bare(VANISHING).chi]
    else:
        places = bias_variance + max(bias_variance, 1) * np.geomspace(1e-8, 1e8, 91)
        heights = [excess(q) for q in places]
        roots = [
            _root(excess, one, other)
            for one, other, *ends in zip(places, places[1:], heights, heights[1:], strict=False)
            if ends[0] * ends[1] < 0
        ]
        candidates = [float(q - bias_variance) / bare(q).variance for q in roots]
    for candidate in candidates:
        try:
            chi_1 = mean_field(phi, candidate, bias_variance).chi_1
        except InputError:
            continue
        if abs(chi_1 - 1) < 1e-6:  # else layers tend to another fixed point
            return candidate
    raise InputError(
        f"bias_variance is {bias_variance}; no weight variance keeps the gradients of this "
        "activation with it (chi_1 = 1 at a fixed point that layers tend to); pass another."
    )


def trajectory(
    activation: str | Activation,
    weight_variance: float,
    bias_variance: float,
    depth: int,
    *,
    mean_square: float = 1.0,
    correlation: float = 0.5,
) -> Course:
    """Theory lines by layer, with the transient: what `measure` is to be compared with.

    Args:
      activation, weight_variance, bias_variance: as for `variance_map`.
      depth: number of layers L, at least 1.
      mean_square: of the entries of each of two inputs x and y, positive.
      correlation: x.y / sqrt(x.x y.y), from -1 to 1.

    Returns:
      A `Course`.  Its first entries are those of z_1 = x W_1 + b_1: sw2 mean_square + sb2 and
      (sw2 mean_square correlation + sb2) over that.  A variance out of range is inf or 0, and what
      follows from it NaN.

    Raises:
      InputError, InputTypeError: an argument out of these ranges.
    """
    network = _network(activation, weight_variance, bias_variance)
    check_count(depth, "depth")
    _check_positive(mean_square, "mean_square")
    _check_correlation(correlation)
    course = np.full((3, depth), np.nan)
    of_weights = network.weight_variance * float(mean_square)
    q = of_weights + network.bias_variance
    c = (of_weights * float(correlation) + network.bias_variance) / q
    for number in range(depth):
        course[:2, number] = q, c
        if not 1e-290 < q < 1e290:
            break
        layer = _layer(network, q)
        course[2, number] = layer.chi
        following = _pair(network, layer, c)[0]
        if max(abs(layer.variance / q - 1), abs(following - c)) <= SETTLED:
            course[:, number + 1 :] = course[:, number, None]
            break
        q, c = layer.variance, following
    return Course(*course)


class _Network(NamedTuple):
    phi: Activation
    weight_variance: float
    bias_variance: float


class _Layer(NamedTuple):
    """What a layer makes of Gaussian pre-activations of variance q.

    Attributes:
      q: that variance.
      rule: panels of the activation for it.
      variance: V(q).
      rate: V'(q) = sw2 E phi(u) phi'(u) u / q.
      chi: sw2 E phi'(u)^2.
    """

    q: float
    rule: Panels
    variance: float
    rate: float
    chi: float


def _layer(network: _Network, q: float) -> _Layer:
    rule = panels(network.phi, q)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, slant, slope = (
            network.weight_variance * float(rule.weights @ function)
            for function in (
                rule.values**2,
                rule.values * rule.slopes * rule.z,
                rule.slopes**2,
            )
        )
    return _Layer(q, rule, mean + network.bias_variance, slant / q**0.5, slope)


def _pair(network: _Network, layer: _Layer, c: float) -> tuple[float, float]:
    """The next correlation of two signals of correlation c, and sw2 E phi'(u) phi'(v)."""
    means = pair_means(network.phi, layer.rule, layer.q, c)
    covariance = network.weight_variance * means.values + network.bias_variance
    slope = network.weight_variance * means.slopes
    return min(max(covariance / layer.variance, -1.0), 1.0), slope


def _fixed_variance(network: _Network) -> float:
    """The variance that layers tend to from `START`, going up or down as the first one does.

    The first fixed point on that way has V' < 1, and no V falls faster than q^(-1/2): it is stable.
    """

    def growth(q: float) -> float:
        return _layer(network, q).variance / q - 1

    near = far = START
    first = growth(near)
    if abs(first) <= EXACT:
        return near
    at_zero = evaluate(network.phi, np.zeros(1))[0][0]
    dies = network.bias_variance == 0 and at_zero**2 == 0
    while True:
        far = far * STEP if first > 0 else far / STEP
        if far > LARGEST:
            raise InputError(
                f"weight_variance is {network.weight_variance} and bias_variance "
                f"{network.bias_variance}; with them the variance of this activation's signals "
                f"grows without bound, or past {LARGEST:g}, and has no fixed point; pass smaller "
                "ones."
            )
        if far < SMALLEST and dies:
            return 0.0
        height = growth(far)
        # Where a straight activation keeps every variance, rounding alone changes the sign.
        if height * first < 0 and abs(height) > EXACT:
            return _root(growth, near, far)
        if height * first > 0:
            near = far


def _fixed_correlation(network: _Network, layer: _Layer) -> float:
    """The stable fixed point of the correlation map, which is convex on [0, 1].

    So Newton's method from 0 climbs to it and never past it.
    """
    if layer.chi <= 1 + EXACT:
        return 1.0
    c = 0.0
    for _ in range(200):
        following, slope = _pair(network, layer, c)
        step = (following - c) / (1 - slope)
        if not (slope < 1 and step > 1e-15):
            break
        c += step
    return min(c, 1.0)  # past it by rounding


def _root(function: Callable[[float], float], one: float, other: float) -> float:
    """A place between two at which a function changes its sign: the Illinois method."""
    height, other_height = function(one), function(other)
    for _ in range(200):
        if other_height == 0 or abs(other - one) <= 1e-15 * abs(other):
            break
        place = other - other_height * (other - one) / (other_height - height)
        at_place = function(place)
        if at_place * other_height < 0:
            one, height = other, other_height
        else:
            height /= 2  # or the end that stays would hold the secant back
        other, other_height = place, at_place
    return other


def _depth_scale(rate: float) -> float:
    if abs(abs(rate) - 1) <= EXACT:
        return math.inf
    return 1 / abs(math.log(abs(rate))) if rate else 0.0


def _network(
    activation: str | Activation, weight_variance: float, bias_variance: float
) -> _Network:
    phi = activation_function(activation)
    _check_positive(weight_variance, "weight_variance")
    check_number(
        bias_variance, "bias_variance", "a finite number of at least 0", lambda value: value >= 0
    )
    return _Network(phi, float(weight_variance), float(bias_variance))


def _check_positive(value: float, argument: str) -> None:
    check_number(value, argument, "a positive number", lambda number: number > 0)


def _check_correlation(value: float) -> None:
    check_number(value, "correlation", "a number from -1 to 1", lambda number: -1 <= number <= 1)
