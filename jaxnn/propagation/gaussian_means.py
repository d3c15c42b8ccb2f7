"""What are the means of an activation and of its slope over Gaussian inputs?

    E f(u) = int f(sqrt(q) z) N(z) dz,     E f(u) f(v) with u, v ~ N(0, q) of correlation c

They are accurate to about 1e-13 for any elementwise JAX function. Gauss-Hermite quadrature would
suffice for tanh, but at a kink it has only three correct digits. So the line is cut into panels at
the kinks, which are searched for. Panels are halved until 16 Gauss-Legendre nodes resolve the
integrand on each of them, that is, until the last coefficients of its Legendre series vanish.

JAX evaluates the function in float64, whatever the default precision, and its slope by `jax.jvp`,
compiled for a few array sizes. NumPy computes the sums.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.polynomial import legendre

from jaxnn.errors import InputError
from jaxnn.mlp import Activation, activation_function
from jaxnn.user_functions import check_returns

NODES = 16  # of each panel; exact for polynomials of degree 31
# If a series cut at degree 15 has a tail this small, then a product with it, integrated exactly up
# to degree 31, has an error of about the square.
RESOLVED = 1e-9
REACH = 10.0  # standard deviations; 1e-23 of the mass lies beyond
MOST_PANELS = 4096
MOST_PAIR_PANELS = 512  # per variable of a pair: the work grows with the square
KINKS_WITHIN = 64.0  # the interval from -64 to 64 is searched for kinks
MOST_KINKS = 64
SMALLEST_CALL = 2**12  # arrays are padded to powers of two from this size: few shapes are compiled
LARGEST_INNER = 2**9  # nodes of the outer integral whose inner integrals are evaluated together

_X, _W = legendre.leggauss(NODES)
# The last four Legendre coefficients of a function from its values at the nodes.
_TO_TAIL = (legendre.legvander(_X, NODES - 1) * _W[:, None] * (np.arange(NODES) + 0.5))[:, -4:]


class GaussianRule(NamedTuple):
    """A quadrature rule for integrals under N(0, q), adapted to one activation.

    Attributes:
      edges: (panels + 1,) ends of the panels, in standard deviations sqrt(q).
      z: (nodes,) nodes, in standard deviations.
      weights: (nodes,) weights of sum 1.
      values: (nodes,) phi(sqrt(q) z).
      slopes: (nodes,) phi'(sqrt(q) z).
    """

    edges: np.ndarray
    z: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    slopes: np.ndarray


class PairMeans(NamedTuple):
    """Means over two Gaussians of equal variance.

    Attributes:
      values: E phi(u) phi(v).
      slopes: E phi'(u) phi'(v).
    """

    values: float
    slopes: float


def checked_activation(activation: str | Activation) -> Activation:
    """The function of an activation, if it is elementwise as far as shapes tell.

    Raises:
      InputError, InputTypeError: an unknown name, or a function that is not elementwise.
    """
    phi = activation_function(activation)
    example = jax.ShapeDtypeStruct((2, 3), jnp.result_type(float))
    accepted = "a name, or an elementwise function of an array, such as jax.numpy.tanh"
    check_returns(phi, [example], "activation", accepted, shape=(2, 3))
    return phi


def evaluate(phi: Activation, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """phi(u) and phi'(u) in float64, for `u` of any shape.

    Raises:
      InputError: phi does not return one real number per entry.
    """
    size = max(SMALLEST_CALL, 1 << max(u.size - 1, 0).bit_length())
    filled = np.zeros(size)
    filled[: u.size] = u.ravel()
    # An activation may combine arrays with scalars, even where rank promotion is set to raise.
    with jax.enable_x64(True), jax.numpy_rank_promotion("allow"), np.errstate(all="ignore"):
        values, slopes = (np.asarray(x) for x in _with_slope(phi)(filled))
    if values.shape != filled.shape or not np.issubdtype(values.dtype, np.floating):
        raise InputError(
            f"activation {_name(phi)} returns {values.dtype} of shape {values.shape} for numbers "
            f"of shape {filled.shape}; pass an elementwise function of real numbers."
        )
    values, slopes = (x[: u.size].astype(float).reshape(u.shape) for x in (values, slopes))
    return values, slopes


@lru_cache(maxsize=64)
def _with_slope(phi: Activation) -> Callable[[np.ndarray], tuple[jax.Array, jax.Array]]:
    return jax.jit(lambda u: jax.jvp(phi, (u,), (jnp.ones_like(u),)))


def _nodes(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the panels, and their weights for a plain integral: (panels, 16) each."""
    half = ((ends - starts) / 2)[:, None]
    return ((starts + ends) / 2)[:, None] + half * _X, half * _W


def _tail(values: np.ndarray) -> np.ndarray:
    """The largest of the last four Legendre coefficients, from values at the nodes (..., 16)."""
    return np.abs(values @ _TO_TAIL).max(axis=-1)


def _root_density(z: np.ndarray) -> np.ndarray:
    """The square root of the standard normal density."""
    return np.exp(-np.square(z) / 4) / (2 * np.pi) ** 0.25


@lru_cache(maxsize=64)
def kinks(phi: Activation) -> tuple[float, ...]:
    """The places between -64 and 64 where phi' or its derivative jumps, in ascending order.

    Panels that are not resolved are halved until they are as short as rounding allows. Where two
    resolved panels meet, a third one across the joint is tested.

    Raises:
      InputError: phi itself jumps, has too many kinks, or is rough everywhere, as when it rounds
        its argument to a lower precision.
    """
    powers = 2.0 ** np.arange(-1, 1 + np.log2(KINKS_WITHIN))
    edges = np.concatenate([-powers[::-1], [0], powers])
    while True:
        failed = ~_is_resolved(phi, edges[:-1], edges[1:])
        shortest = 4e-15 * np.maximum(np.abs(edges[:-1]), 1)
        halved = failed & (np.diff(edges) > shortest)
        if failed.sum() > 8 * MOST_KINKS:
            raise _not_smooth(phi)
        if not halved.any():
            break
        edges = np.union1d(edges, ((edges[:-1] + edges[1:]) / 2)[halved])
    inner, widths = edges[1:-1], np.diff(edges)
    reach = np.minimum(widths[:-1], widths[1:]) / 2
    across = ~_is_resolved(phi, inner - reach, inner + reach)
    found = np.sort(np.concatenate([edges[:-1][failed], inner[across & (reach > 1e-9)]]))
    found = found[np.diff(found, prepend=-np.inf) > 1e-12 * np.maximum(np.abs(found), 1)]
    if len(found) > MOST_KINKS:
        raise _not_smooth(phi)
    _check_continuous(phi, found)
    return tuple(found.tolist())


def _is_resolved(phi: Activation, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether 16 nodes resolve phi and phi' on each panel.

    What is not resolved is compared with the largest value on this panel and all nearer to 0.
    """
    order = np.argsort(np.abs(starts + ends))
    resolved = np.ones(len(starts), bool)
    for function in evaluate(phi, _nodes(starts, ends)[0]):
        # Where phi overflows, its mean is not finite anyway.
        function = np.where(np.isfinite(function).all(axis=1, keepdims=True), function, 0)
        size = np.empty(len(starts))
        size[order] = np.maximum.accumulate(np.abs(function).max(axis=1)[order])
        resolved &= ~(_tail(function) > RESOLVED * size)
    return resolved


def _check_continuous(phi: Activation, places: np.ndarray) -> None:
    aside = 1e-9 * np.maximum(np.abs(places), 1)
    left, middle, right = evaluate(phi, np.stack([places - aside, places, places + aside]))[0]
    steps = np.maximum(np.abs(middle - left), np.abs(right - middle))
    jumps = steps > 1e-6 * np.maximum(np.abs(left), 1)
    if jumps.any():
        raise InputError(
            f"activation {_name(phi)} jumps or is infinitely steep at {places[jumps][0]:.4g}; "
            "pass a continuous function with finite slopes."
        )


def _not_smooth(phi: Activation) -> InputError:
    return InputError(
        f"activation {_name(phi)} has too many kinks to be integrated; pass a function that is "
        f"smooth except at no more than {MOST_KINKS} kinks and computes in the precision of its "
        "argument."
    )


def _name(phi: Activation) -> str:
    return getattr(phi, "__name__", type(phi).__name__)


def gaussian_rule(phi: Activation, variance: float) -> GaussianRule:
    """A quadrature rule that resolves phi and phi' under N(0, variance).

    Args:
      phi: an elementwise JAX function, continuous and smooth except at a few kinks.
      variance: q, positive.

    Returns:
      A `GaussianRule`. Not compiled, except for phi.

    Raises:
      InputError: phi or phi' is NaN somewhere, or phi cannot be integrated (`evaluate`, `kinks`).

    Example:
      >>> rule = gaussian_rule(jax.nn.relu, 3.0)
      >>> print(f"{rule.weights @ rule.values**2:.10f}")  # E relu(u)^2 = q / 2
      1.5000000000
    """
    deviation = variance**0.5
    at = np.array(kinks(phi)) / deviation
    edges = np.union1d(np.arange(-REACH, REACH + 1), at[np.abs(at) < REACH])
    while True:
        z, lengths = _nodes(edges[:-1], edges[1:])
        root = _root_density(z)
        values, slopes = evaluate(phi, deviation * z)
        undefined = np.isnan(values) | np.isnan(slopes)
        if undefined.any():
            raise InputError(
                f"activation {_name(phi)} or its derivative is not a number at "
                f"{deviation * z[undefined][0]:.4g}; pass a function defined everywhere."
            )
        halved = np.zeros(len(z), bool)
        with np.errstate(invalid="ignore", over="ignore"):
            for under in (values * root, slopes * root):
                halved |= _tail(under) > RESOLVED * np.abs(under).max()
        halved &= np.diff(edges) > 1e-9
        if not halved.any() or len(edges) > MOST_PANELS:
            break
        edges = np.union1d(edges, ((edges[:-1] + edges[1:]) / 2)[halved])
    weights = (lengths * root**2).ravel()
    return GaussianRule(edges, z.ravel(), weights / weights.sum(), values.ravel(), slopes.ravel())


def pair_means(
    phi: Activation, rule: GaussianRule, variance: float, correlation: float
) -> PairMeans:
    """E phi(u) phi(v) and E phi'(u) phi'(v) for u, v ~ N(0, variance) of correlation c.

    With u = sqrt(q) z, v = sqrt(q) (c z + s y) and s^2 = 1 - c^2, the mean over y is phi smoothed
    over a width s; its panels end where those of phi do. The panels over z begin with ends at 10 s
    on either side of each kink, and are halved until they resolve the smoothed function too.
    Without those ends, a narrow smoothed kink could fall between the nodes of a long panel and be
    missed.

    Args:
      phi: an elementwise JAX function.
      rule: its `gaussian_rule` at this variance.
      variance: q, positive.
      correlation: c, from -1 to 1.

    Returns:
      A `PairMeans` of floats. Not compiled, except for phi.

    Raises:
      InputError: phi oscillates so fast under N(0, variance) that this would take minutes.

    Example:
      >>> rule = gaussian_rule(jax.nn.relu, 1.0)
      >>> means = pair_means(jax.nn.relu, rule, 1.0, 0.5)
      >>> print(f"{means.slopes:.10f}")  # both are positive with probability 1/3
      0.3333333333
    """
    if len(rule.edges) > MOST_PAIR_PANELS:
        raise InputError(
            f"activation {_name(phi)} oscillates too often within {variance**0.5:.4g}, the "
            "standard deviation of its inputs; pass a smaller weight_variance or bias_variance."
        )
    spread = max((1 - correlation) * (1 + correlation), 1e-24) ** 0.5
    root = _root_density(rule.z)
    sizes = [np.abs(function * root).max() for function in (rule.values, rule.slopes)]
    edges = rule.edges
    if correlation != 0:
        at = np.array(kinks(phi)) / (variance**0.5 * correlation)
        beside = np.concatenate([at - REACH * spread, at + REACH * spread])
        edges = np.union1d(edges, beside[np.abs(beside) < REACH])
    starts, ends = edges[:-1], edges[1:]
    total = np.zeros(2)
    while len(starts):
        z, lengths = _nodes(starts, ends)
        root = _root_density(z)
        inner = _smoothed(phi, rule, variance**0.5, correlation, spread, z)
        outer = np.stack(evaluate(phi, variance**0.5 * z))
        halved = (_tail(inner * root) > RESOLVED * np.reshape(sizes, (2, 1))).any(axis=0)
        halved &= (ends - starts) > 1e-9
        weights = np.where(halved[:, None], 0, lengths * root**2)
        total += (outer * inner * weights).sum(axis=(1, 2))
        middles = (starts + ends)[halved] / 2
        starts = np.concatenate([starts[halved], middles])
        ends = np.concatenate([middles, ends[halved]])
    return PairMeans(float(total[0]), float(total[1]))


def _smoothed(
    phi: Activation,
    rule: GaussianRule,
    deviation: float,
    correlation: float,
    spread: float,
    z: np.ndarray,
) -> np.ndarray:
    """Means over y ~ N(0, 1) of phi(v) and phi'(v), v = deviation (correlation z + spread y).

    Returns:
      (2, *z.shape).
    """
    if z.size > LARGEST_INNER:
        parts = np.array_split(z.ravel(), -(-z.size // LARGEST_INNER))
        made = [_smoothed(phi, rule, deviation, correlation, spread, part) for part in parts]
        return np.concatenate(made, axis=1).reshape(2, *z.shape)
    centers = correlation * z.ravel()
    of_phi = np.clip((rule.edges - centers[:, None]) / spread, -REACH, REACH)
    regular = np.broadcast_to(np.arange(-REACH, REACH + 1, 2), (len(centers), int(REACH) + 1))
    edges = np.sort(np.concatenate([of_phi, regular], axis=1), axis=1)
    place, panel = np.nonzero(np.diff(edges, axis=1))
    y, lengths = _nodes(edges[place, panel], edges[place, panel + 1])
    weights = lengths * _root_density(y) ** 2
    functions = evaluate(phi, deviation * (centers[place, None] + spread * y))
    sums = [np.bincount(place, (f * weights).sum(axis=1), len(centers)) for f in functions]
    return np.reshape(sums, (2, *z.shape))
