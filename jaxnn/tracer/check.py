"""Do all ways to a derivative lead to the same number?

For a function f and random weights w and directions u, v, the numbers

    first order     d/dv  w.f        tracer forward, tracer reverse, jax.jvp, jax.grad, differences
    second order    d/du d/dv  w.f   the four nestings of the tracer, two of JAX, differences

must agree. They are taken for each array among the arguments on its own, so that a small gradient
is not hidden behind a large one. Differences are central, extrapolated to step 0 with an estimate
of their own error (Richardson; Ridders 1982). At a kink they rightly disagree with conventions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer import bridge
from jaxnn.tracer import numpy as tnp
from jaxnn.tracer.core import Array
from jaxnn.tracer.table import argument_names
from jaxnn.tracer.transforms import grad, is_float, jvp, vjp
from jaxnn.tracer.tree import flatten, unflatten

DIFFERENCES = "differences"


class DerivativeError(AssertionError):
    """Two ways to a derivative gave different numbers."""


class Comparison(NamedTuple):
    """One number, found in several ways.

    Attributes:
      order: 0 for the value, 1 or 2 for derivatives.
      variable: the argument along which it is the derivative.
      values: the number by each route.
      scale: the size of its terms; differences are measured against it. Not less than a small
        part of the lower orders' terms, below which rounding decides.
      uncertainty: how wrong the finite difference may be by its own estimate, against `scale`.
    """

    order: int
    variable: str
    values: dict[str, float]
    scale: float
    uncertainty: float

    def disagreements(self, tolerance: float) -> list[tuple[str, str, float]]:
        """(one route, another, their difference against the scale) for those that differ."""
        found = []
        for one, other in itertools.combinations(self.values, 2):
            difference = abs(self.values[one] - self.values[other]) / self.scale
            slack = self.uncertainty if DIFFERENCES in (one, other) else 0.0
            if not difference <= tolerance + slack:  # NaN disagrees with everything
                found.append((one, other, difference))
        return found


class DerivativeReport(NamedTuple):
    """What `check_derivatives` found; true when all routes agree, and printable.

    Attributes:
      comparisons: every number, by every route.
      tolerance: the largest difference, against the scale, that counts as agreement.
      missing: the routes that could not be taken, and why.
    """

    comparisons: tuple[Comparison, ...]
    tolerance: float
    missing: dict[str, str]

    @property
    def agrees(self) -> bool:
        return not any(c.disagreements(self.tolerance) for c in self.comparisons)

    def __bool__(self) -> bool:
        return self.agrees

    def raise_if_wrong(self) -> None:
        """Raise DerivativeError, with the report as its message, unless all routes agree."""
        if not self.agrees:
            raise DerivativeError(f"derivatives disagree\n{self}")

    def __str__(self) -> str:
        lines = []
        for c in self.comparisons:
            what = ("value", "first derivative", "second derivative")[c.order]
            lines.append(f"{what} along {c.variable}" if c.order else what)
            lines += [f"  {route:<30}{value: .15g}" for route, value in c.values.items()]
            if c.uncertainty:
                lines[-1] += f"  (within {c.uncertainty * c.scale:.1e})"
            lines += [
                f"  DISAGREE: {one} and {other}, by {difference:.2e} of the scale {c.scale:.3g}"
                for one, other, difference in c.disagreements(self.tolerance)
            ]
        lines += [f"not taken: {route} ({why})" for route, why in self.missing.items()]
        lines.append("all agree" if self.agrees else "NOT all agree")
        return "\n".join(lines)


def check_derivatives(
    fun: Callable,
    *args: Any,
    order: int = 2,
    tolerance: float = 1e-7,
    seed: int = 0,
    raises: bool = False,
) -> DerivativeReport:
    """Differentiate a function in every way there is and compare.

    Args:
      fun: a function of arrays or trees of arrays, written for jaxnn.tracer.numpy or for JAX;
        which of the two is found out. Everything is done in float64.
      *args: where to differentiate; arrays that are not of floating point are held constant.
      order: 1, or 2 for second derivatives too.
      tolerance: the largest difference that counts as agreement, relative to the size of the
        terms of the number compared.
      seed: of the random directions.
      raises: whether to raise when two routes disagree.

    Returns:
      A report; `print` it, or use it as a truth value.

    Raises:
      DerivativeError: `raises` is true and two routes disagree.
    """
    leaves, structure = flatten(args)
    places = [i for i, leaf in enumerate(leaves) if is_float(leaf)]
    names = [argument_names(fun, args)[i] for i in places]
    xs = tuple(np.asarray(leaves[i], np.float64) for i in places)
    if not xs:
        raise TypeError("no argument is a floating-point number; pass 3.0 instead of 3.")

    def outputs(*xs: Array) -> tuple:
        full = list(leaves)
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        return tuple(y for y in flatten(fun(*unflatten(structure, full)))[0] if is_float(y))

    jax = bridge.jax
    with jax.enable_x64(True), jax.numpy_rank_promotion("allow"), np.errstate(all="ignore"):
        rng = np.random.default_rng(seed)
        mine, theirs = _for_tracer(outputs, xs), outputs
        ys = mine(*xs)
        weights = tuple(rng.normal(size=np.shape(y)) for y in ys)
        check = _Check(_weighed(mine, weights), _weighed(theirs, weights), xs, _terms(weights, ys))
        comparisons = [check.value()]
        for name, u in zip(names, _directions(xs, rng), strict=True):
            comparisons.append(check.first(name, u))
        if order > 1:
            v = tuple(map(np.add.reduce, zip(*_directions(xs, rng), strict=True)))
            for name, u in zip(names, _directions(xs, rng), strict=True):
                comparisons.append(check.second(name, u, v))
    report = DerivativeReport(tuple(comparisons), tolerance, check.missing)
    if raises:
        report.raise_if_wrong()
    return report


def _for_tracer(fun: Callable, xs: tuple) -> Callable:
    """The function itself if it takes traced values, otherwise through the bridge."""
    try:
        vjp(fun, *xs)
    except TypeError:  # JAX refuses a traced value by that
        return bridge.from_jax(fun)
    return fun


def _weighed(fun: Callable, weights: tuple) -> Callable[..., Array]:
    """The sum of all outputs, each entry with its weight."""

    def scalar(*xs: Array) -> Array:
        return sum(tnp.sum(tnp.multiply(y, w)) for y, w in zip(fun(*xs), weights, strict=True))

    return scalar


def _directions(xs: tuple, rng: np.random.Generator) -> list[tuple]:
    """For each array a direction that moves it alone, by about its own size."""
    found = []
    for i, x in enumerate(xs):
        size = np.sqrt(np.mean(x**2)) if x.size and np.any(x) else 1.0
        direction = [np.zeros_like(x) for x in xs]
        direction[i] = size * rng.normal(size=x.shape)
        found.append(tuple(direction))
    return found


class _Check:
    """The routes to the derivatives of one scalar function, in the two libraries."""

    def __init__(self, mine: Callable, theirs: Callable, xs: tuple, size: float):
        self.mine, self.theirs, self.xs = mine, theirs, xs
        self.size, self.first_terms = size, 0.0
        self.compiled: dict[str, Callable] = {}
        self.missing: dict[str, str] = {}
        self.jax: Any = bridge.jax

    def value(self) -> Comparison:
        routes = {
            "tracer": lambda: self.mine(*self.xs),
            "jax": lambda: self.by_jax("value", lambda xs: self.theirs(*xs)),
        }
        return self.compare(0, "", routes, self.size, None)

    def first(self, name: str, u: tuple) -> Comparison:
        jax, theirs = self.jax, self.theirs
        routes = {
            "tracer forward": lambda: jvp(self.mine, self.xs, u)[1],
            "tracer reverse": lambda: _dot(u, grad(self.mine, self.all)(*self.xs)),
            "jax.jvp": lambda: self.by_jax("jvp", lambda xs, u: jax.jvp(theirs, xs, u)[1], u),
            "jax.grad": lambda: self.by_jax(
                "grad", lambda xs, u: _dot(u, jax.grad(theirs, self.all)(*xs)), u
            ),
        }
        terms = _terms(u, grad(self.mine, self.all)(*self.xs))
        self.first_terms += terms
        return self.compare(1, name, routes, terms, lambda e: self.mine(*_moved(self.xs, u, e)))

    def second(self, name: str, u: tuple, v: tuple) -> Comparison:
        jax, theirs = self.jax, self.theirs

        def gradient(*xs: Array) -> tuple:
            return grad(self.mine, self.all)(*xs)

        def slope(*xs: Array) -> Array:
            return jvp(self.mine, xs, v)[1]

        def slope_by_gradient(*xs: Array) -> Array:
            return _dot(v, gradient(*xs))

        def jax_forward_over_reverse(xs: tuple, u: tuple, v: tuple) -> Array:
            return _dot(u, jax.jvp(jax.grad(theirs, self.all), xs, v)[1])

        def jax_reverse_over_forward(xs: tuple, u: tuple, v: tuple) -> Array:
            return _dot(u, jax.grad(lambda *xs: jax.jvp(theirs, xs, v)[1], self.all)(*xs))

        routes = {
            "tracer forward over reverse": lambda: _dot(u, jvp(gradient, self.xs, v)[1]),
            "tracer reverse over forward": lambda: _dot(u, grad(slope, self.all)(*self.xs)),
            "tracer forward over forward": lambda: jvp(slope, self.xs, u)[1],
            "tracer reverse over reverse": lambda: _dot(
                u, grad(slope_by_gradient, self.all)(*self.xs)
            ),
            "jax forward over reverse": lambda: self.by_jax("fr", jax_forward_over_reverse, u, v),
            "jax reverse over forward": lambda: self.by_jax("rf", jax_reverse_over_forward, u, v),
        }
        terms = _terms(u, grad(slope_by_gradient, self.all)(*self.xs))
        return self.compare(
            2, name, routes, terms, lambda e: slope_by_gradient(*_moved(self.xs, u, e))
        )

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(range(len(self.xs)))

    def by_jax(self, route: str, take: Callable, *directions: tuple) -> Array:
        """Compiled when it can be; step by step where Python looks at the values."""
        xs = tuple(map(self.jax.numpy.asarray, self.xs))
        compiled = self.compiled.setdefault(route, self.jax.jit(take))
        try:
            return compiled(xs, *directions)
        except TypeError:
            return take(xs, *directions)

    def compare(
        self, order: int, name: str, routes: dict[str, Callable], terms: float, along: Any
    ) -> Comparison:
        """Take every route; the last, differences of `along` at 0, comes with its uncertainty."""
        values, uncertainty = {}, 0.0
        for route, take in routes.items():
            try:
                values[route] = float(take())
            except (TypeError, NotImplementedError) as error:
                if route.startswith("tracer") and not isinstance(error, bridge.NoForwardRule):
                    raise
                self.missing[route] = str(error).split("\n")[0]
        # Never smaller than where rounding of the lower orders rules.
        floor = (1e-3 * self.size, 1e-6 * self.size, 1e-5 * (self.size + self.first_terms))[order]
        scale = max(terms, floor) or 1.0
        if along is not None:
            values[DIFFERENCES], error = differentiate_numerically(along)
            uncertainty = min(4 * error / scale, 1e-4)
        return Comparison(order, name, values, scale, uncertainty)


def differentiate_numerically(along: Callable[[float], Array]) -> tuple[float, float]:
    """Derivative of a function of one number at 0, and an estimate of its error.

    Central differences with steps 2^-6, 2^-7, ..., extrapolated; of all extrapolations the one
    whose neighbours differ least from it.
    """
    best, error, previous = np.nan, np.inf, []
    for k in range(12):
        step = 2.0 ** -(6 + k)
        after, before = float(along(step)), float(along(-step))
        rounding = np.finfo(float).eps * max(abs(after), abs(before)) / step
        row = [(after - before) / (2 * step)]
        for j, coarse in enumerate(previous):
            row.append(row[j] + (row[j] - coarse) / (4 ** (j + 1) - 1))
            guess = max(abs(row[j + 1] - row[j]), abs(row[j + 1] - coarse)) + rounding
            if guess < error:
                best, error = row[j + 1], guess
        previous = row[:4]
    return best, error


def _moved(xs: tuple, u: tuple, step: float) -> Sequence:
    return [x + step * d for x, d in zip(xs, u, strict=True)]


def _dot(u: tuple, gradient: tuple) -> Array:
    return sum(tnp.sum(tnp.multiply(g, d)) for d, g in zip(u, gradient, strict=True))


def _terms(u: tuple, gradient: tuple) -> float:
    """The sum of the sizes of the terms of `_dot`."""
    return float(sum(np.sum(np.abs(g * d)) for d, g in zip(u, gradient, strict=True)))
