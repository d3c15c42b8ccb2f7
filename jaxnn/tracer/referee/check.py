"""Do all ways to a derivative lead to the same number?

For a function f and random weights w and directions u, v, the numbers

    first order     d/du  w.f        tracer forward, tracer reverse, jax.jvp, jax.grad, differences
    second order    d/du d/dv  w.f   the four nestings of the tracer, two of JAX, differences

must agree. They are taken for each array among the arguments on its own, so that a small gradient
is not hidden behind a large one. Differences are central, extrapolated to step 0 with an estimate
of their own error (Richardson; Ridders 1982). At a kink they rightly disagree with conventions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import transforms
from jaxnn.tracer.core import Array
from jaxnn.tracer.lecture.tables import NO_FLOATS, argument_names
from jaxnn.tracer.referee.interpreter import from_jax
from jaxnn.tracer.referee.rules import NoForwardRule
from jaxnn.tracer.transforms import grad, is_float, vjp
from jaxnn.tracer.tree import flatten, partition

DIFFERENCES, MODES = "differences", ("forward", "reverse")
# For orders 0, 1, 2: the name of a route, and its modes, the outer first.
ROUTES: tuple[dict[str, tuple[str, ...]], ...] = (
    {"tracer": (), "jax": ()},
    {
        "tracer forward": ("forward",), "tracer reverse": ("reverse",), "jax.jvp": ("forward",),
        "jax.grad": ("reverse",), DIFFERENCES: (DIFFERENCES,),
    },
    {f"tracer {a} over {b}": (a, b) for a, b in itertools.product(MODES, repeat=2)}
    | {f"jax {a} over {b}": (a, b) for a, b in itertools.permutations(MODES)}
    | {DIFFERENCES: (DIFFERENCES, "reverse")},
)  # fmt: skip


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
    fun: Callable, *args: Any, order: int = 2, tolerance: float = 1e-7, seed: int = 0,
    raises: bool = False,
) -> DerivativeReport:  # fmt: skip
    """Differentiate a function in every way there is and compare, in float64.

    Returns a report: `print` it, or use it as a truth value. Raises TypeError when no argument is
    of floating point, and DerivativeError when `raises` is true and two routes disagree.

    Args:
      fun: a function of arrays or trees of arrays, written for jaxnn.tracer.numpy or for JAX;
        which of the two is found out.
      *args: where to differentiate; arrays that are not of floating point are held constant.
      order: 1, or 2 for second derivatives too.
      tolerance: the largest difference that counts as agreement, relative to the size of the
        terms of the number compared.
      seed: of the random directions.
      raises: whether to raise when two routes disagree.
    """
    values, replace = partition(args, is_float)
    if not values:
        raise TypeError(NO_FLOATS)
    leaf_names = zip(argument_names(fun, args), flatten(args)[0], strict=True)
    names = [name for name, leaf in leaf_names if is_float(leaf)]
    xs = [np.asarray(x, np.float64) for x in values]

    def outputs(*xs: Array) -> list:
        return [y for y in flatten(fun(*replace(xs)))[0] if is_float(y)]

    with jax.enable_x64(True), jax.numpy_rank_promotion("allow"), np.errstate(all="ignore"):
        rng = np.random.default_rng(seed)
        mine = _for_tracer(outputs, xs)
        ys = mine(*xs)
        weights = [rng.normal(size=np.shape(y)) for y in ys]
        f, theirs = _weighed(mine, weights), _weighed(outputs, weights)
        gradient, size = grad(f)(xs), _terms(weights, ys)
        # The variable, the directions one after the other, the size of the terms.
        questions: list[tuple[str, tuple, float]] = [("", (), size)]
        for name, u in zip(names, _directions(xs, rng), strict=True):
            questions.append((name, (u,), _terms(u, gradient)))
        # Never smaller than where rounding of the lower orders rules.
        floors = (1e-3 * size, 1e-6 * size, 1e-5 * sum(terms for *_, terms in questions))
        if order > 1:
            v = [np.add.reduce(parts) for parts in zip(*_directions(xs, rng), strict=True)]
            curvature = grad(lambda xs: _derivative(transforms, f, ("reverse",), xs, (v,)))(xs)
            for name, u in zip(names, _directions(xs, rng), strict=True):
                questions.append((name, (u, v), _terms(u, curvature)))
        routes = [_routes(f, theirs, modes) for modes in ROUTES]
        comparisons, missing = [], {}
        for variable, along, terms in questions:
            n, scale = len(along), max(terms, floors[len(along)]) or 1.0
            values, error = _ask(routes[n], xs, along, missing)
            uncertainty = min(4 * error / scale, 1e-4)
            comparisons.append(Comparison(n, variable, values, scale, uncertainty))
    report = DerivativeReport(tuple(comparisons), tolerance, missing)
    if raises:
        report.raise_if_wrong()
    return report


def _for_tracer(fun: Callable, xs: list) -> Callable:
    """The function itself if it takes traced values, otherwise through from_jax."""
    try:
        vjp(fun, *xs)
    except TypeError:  # JAX refuses a traced value by that
        return from_jax(fun)
    return fun


def _weighed(fun: Callable, weights: list) -> Callable[[list], Array]:
    """The sum of all outputs, each entry with its weight."""
    return lambda xs: sum(
        tnp.sum(tnp.multiply(y, w)) for y, w in zip(fun(*xs), weights, strict=True)
    )


def _directions(xs: list, rng: np.random.Generator) -> Iterator[list]:
    """For each array a direction that moves it alone, by about its own size."""
    still = [np.zeros_like(x) for x in xs]
    for i, x in enumerate(xs):
        size = np.sqrt(np.mean(x**2)) if x.size and np.any(x) else 1.0
        yield [*still[:i], size * rng.normal(size=x.shape), *still[i + 1 :]]


def _terms(u: list, gradient: list) -> float:
    """The sum of the sizes of the terms of u . gradient."""
    return float(sum(np.sum(np.abs(g * d)) for d, g in zip(u, gradient, strict=True)))


def _derivative(library: Any, f: Callable, modes: Sequence, xs: list, along: Sequence) -> Any:
    """The derivative of f(xs) along one direction after the other, each taken in its mode."""
    if not modes:
        return f(xs)

    def step(t: Array) -> Array:
        moved = [x + t * u for x, u in zip(xs, along[0], strict=True)]
        return _derivative(library, f, modes[1:], moved, along[1:])

    if modes[0] == DIFFERENCES:
        return differentiate_numerically(step)
    if modes[0] == "reverse":
        return library.grad(step)(0.0)
    return library.jvp(step, (0.0,), (1.0,))[1]


def _routes(mine: Callable, theirs: Callable, modes: dict) -> dict[str, Callable]:
    """For each route a function of the point and the directions; JAX's are compiled."""
    return {
        name: _compiled(partial(_derivative, jax, theirs, modes[name]))
        if name.startswith("jax") else partial(_derivative, transforms, mine, modes[name])
        for name in modes
    }  # fmt: skip


def _compiled(route: Callable) -> Callable:
    """Compiled when it can be; step by step where Python looks at the values."""
    jitted = jax.jit(route)

    def take(*point: Any) -> Array:
        point = jax.tree.map(jnp.asarray, point)
        try:
            return jitted(*point)
        except TypeError:
            return route(*point)

    return take


def _ask(routes: dict, xs: list, along: tuple, missing: dict) -> tuple[dict[str, float], float]:
    """The number by every route, and the error of the differences, if they are among them.

    Why a route cannot be taken goes to `missing`.
    """
    values, error = {}, [0.0]
    for name, take in routes.items():
        try:
            values[name], *error = map(float, np.ravel(take(xs, along)))
        except (TypeError, NotImplementedError) as refusal:
            if not name.startswith("jax") and not isinstance(refusal, NoForwardRule):
                raise
            missing[name] = str(refusal).split("\n")[0]
    return values, sum(error)


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
