"""What is the mean of an activation, and of its slope, under a Gaussian?

    E f(u) = int f(sqrt(q) z) N(z) dz,     E f(u) f(v) with u, v ~ N(0, q) of correlation c

to about 1e-13, for any elementwise JAX function.  Gauss-Hermite nodes would be enough for tanh, but
a kink costs them all but three digits.  So the line is cut into panels at the kinks, which are
searched for, and halved until 16 Gauss-Legendre nodes resolve the integrand on each of them: until
the last coefficients of its Legendre series have vanished.

The function is evaluated by JAX, in float64 whatever the default precision, and its slope by
`jax.jvp`; all sums are NumPy's.
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
from jaxnn.mlp import Activation

NODES = 16  # of each panel; exact for polynomials of degree 31
# A series cut at degree 15 with a tail this small has, as a factor of a product that is integrated
# to degree 31, a tail of about its square.
RESOLVED = 1e-9
REACH = 10.0  # standard deviations: beyond them is 1e-23 of the mass
MOST_PANELS = 4096
MOST_PAIR_PANELS = 512  # of one of two variables: the work is its square
KINKS_WITHIN = 64.0
MOST_KINKS = 64
SMALLEST_CALL = 2**12  # calls are filled up to powers of two from here: few shapes are compiled
LARGEST_INNER = 2**9  # places of the outer integral whose inner ones are made at once

_X, _W = legendre.leggauss(NODES)
# The last four Legendre coefficients of a function from its values at the nodes.
_TO_TAIL = (legendre.legvander(_X, NODES - 1) * _W[:, None] * (np.arange(NODES) + 0.5))[:, -4:]


class Panels(NamedTuple):
    """A rule for integrals under N(0, q), fitted to one activation.

    Attributes:
      edges: (panels + 1,) ends of the panels, in standard deviations sqrt(q).
      z: (nodes,) places, in standard deviations.
      weights: (nodes,) of sum 1.
      values: (nodes,) phi(sqrt(q) z).
      slopes: (nodes,) phi'(sqrt(q) z).
    """

    edges: np.ndarray
    z: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    slopes: np.ndarray


class PairMeans(NamedTuple):
    """Means over two Gaussians of one variance.

    Attributes:
      values: E phi(u) phi(v).
      slopes: E phi'(u) phi'(v).
    """

    values: float
    slopes: float


def evaluate(phi: Activation, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """phi(u) and phi'(u) in float64, for places `u` of any shape.

    Raises:
      InputError: phi does not give one real number for each.
    """
    size = max(SMALLEST_CALL, 1 << max(u.size - 1, 0).bit_length())
    filled = np.zeros(size)
    filled[: u.size] = u.ravel()
    # The promotion of ranks is a setting for tests; a scalar in an activation is no mistake.
    with jax.enable_x64(True), jax.numpy_rank_promotion("allow"), np.errstate(all="ignore"):
        values, slopes = (np.asarray(x) for x in _with_slope(phi)(filled))
    if values.shape != filled.shape or not np.issubdtype(values.dtype, np.floating):
        raise InputError(
            f"activation {_name(phi)} makes {values.dtype} of shape {values.shape} out of numbers "
            f"of shape {filled.shape}; pass an elementwise function of real numbers."
        )
    values, slopes = (x[: u.size].astype(float).reshape(u.shape) for x in (values, slopes))
    return values, slopes


@lru_cache(maxsize=64)
def _with_slope(phi: Activation) -> Callable[[np.ndarray], tuple[jax.Array, jax.Array]]:
    return jax.jit(lambda u: jax.jvp(phi, (u,), (jnp.ones_like(u),)))


def _nodes(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nodes of panels, and their weights for a plain integral: (panels, 16) each."""
    half = ((ends - starts) / 2)[:, None]
    return ((starts + ends) / 2)[:, None] + half * _X, half * _W


def _tail(values: np.ndarray) -> np.ndarray:
    """The largest of the last Legendre coefficients of functions given at the nodes (..., 16)."""
    return np.abs(values @ _TO_TAIL).max(axis=-1)


def _root_density(z: np.ndarray) -> np.ndarray:
    return np.exp(-np.square(z) / 4) / (2 * np.pi) ** 0.25


@lru_cache(maxsize=64)
def kinks(phi: Activation) -> tuple[float, ...]:
    """Where phi' or its derivative jumps, between -64 and 64.

    Panels that are not resolved are halved until they are as short as rounding allows.  Where two
    resolved ones meet, a third is laid across.

    Raises:
      InputError: phi itself jumps, or is nowhere smooth, as when it computes in less than the
        precision of its argument.
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
    """Whether 16 nodes follow phi and phi' on each panel, to a share of their size that near 0."""
    order = np.argsort(np.abs(starts + ends))
    resolved = np.ones(len(starts), bool)
    for function in evaluate(phi, _nodes(starts, ends)[0]):
        # Where it overflows, no mean is finite anyway.
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
            f"activation {_name(phi)} jumps at {places[jumps][0]:.4g}, or is infinitely steep "
            "there; pass a continuous function of finite slopes."
        )


def _not_smooth(phi: Activation) -> InputError:
    return InputError(
        f"activation {_name(phi)} bends too often to be integrated; pass a function that is smooth "
        f"but for at most {MOST_KINKS} kinks and computes in the precision of its argument."
    )


def _name(phi: Activation) -> str:
    return getattr(phi, "__name__", type(phi).__name__)


def panels(phi: Activation, variance: float) -> Panels:
    """Panels that resolve phi and phi' under N(0, variance), variance > 0.

    Returns:
      A `Panels`: E phi(u)^2 is `weights @ values**2`.

    Raises:
      InputError: phi or phi' is not a number somewhere; or as from `evaluate` and `kinks`.
    """
    deviation = variance**0.5
    bends = np.array(kinks(phi)) / deviation
    edges = np.union1d(np.arange(-REACH, REACH + 1), bends[np.abs(bends) < REACH])
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
    return Panels(edges, z.ravel(), weights / weights.sum(), values.ravel(), slopes.ravel())


def pair_means(phi: Activation, rule: Panels, variance: float, correlation: float) -> PairMeans:
    """E phi(u) phi(v) and E phi'(u) phi'(v) for u, v ~ N(0, variance) of that correlation c.

    With v = sqrt(q) (c z + s y) and s^2 = 1 - c^2, the mean over y is phi smoothed over a width s:
    its panels end where those of phi do.  The panels over z are halved until they resolve it too,
    from ends 10 s beside each kink: between the nodes of longer ones, all that s does would pass
    unseen.

    Args:
      phi: an elementwise JAX function.
      rule: its `panels` at this variance.
      variance: q.
      correlation: c, from -1 to 1.

    Returns:
      A `PairMeans`.

    Raises:
      InputError: phi turns so often under N(0, variance) that this would take minutes.
    """
    if len(rule.edges) > MOST_PAIR_PANELS:
        raise InputError(
            f"activation {_name(phi)} turns too often within {variance**0.5:.4g}, the standard "
            "deviation of pre-activations; pass a smaller weight_variance or bias_variance."
        )
    spread = max((1 - correlation) * (1 + correlation), 1e-24) ** 0.5
    root = _root_density(rule.z)
    sizes = [np.abs(function * root).max() for function in (rule.values, rule.slopes)]
    edges = rule.edges
    if correlation != 0:
        bends = np.array(kinks(phi)) / (variance**0.5 * correlation)
        beside = np.concatenate([bends - REACH * spread, bends + REACH * spread])
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
    rule: Panels,
    deviation: float,
    correlation: float,
    spread: float,
    z: np.ndarray,
) -> np.ndarray:
    """E over y ~ N(0, 1) of phi(v) and phi'(v), v = deviation (correlation z + spread y).

    Returns:
      (2, *z.shape).
    """
    if z.size > LARGEST_INNER:
        parts = np.array_split(z.ravel(), -(-z.size // LARGEST_INNER))
        made = [_smoothed(phi, rule, deviation, correlation, spread, part) for part in parts]
        return np.concatenate(made, axis=1).reshape(2, *z.shape)
    centers = correlation * z.ravel()
    own = np.clip((rule.edges - centers[:, None]) / spread, -REACH, REACH)
    every = np.broadcast_to(np.arange(-REACH, REACH + 1, 2), (len(centers), int(REACH) + 1))
    edges = np.sort(np.concatenate([own, every], axis=1), axis=1)
    place, panel = np.nonzero(np.diff(edges, axis=1))
    y, lengths = _nodes(edges[place, panel], edges[place, panel + 1])
    weights = lengths * _root_density(y) ** 2
    functions = evaluate(phi, deviation * (centers[place, None] + spread * y))
    sums = [np.bincount(place, (f * weights).sum(axis=1), len(centers)) for f in functions]
    return np.reshape(sums, (2, *z.shape))
