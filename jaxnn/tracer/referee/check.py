"""Do all routes to a derivative lead to the same number?

For a function f, random weights w of its outputs and random directions u, v, the numbers

    first order     d/du  w.f        by six routes
    second order    d/du d/dv  w.f   by seven

of `routes.py` must agree. They are taken for each array among the arguments on its own, so that a
small gradient is not hidden behind a large one. At a kink differences rightly disagree with
conventions.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxnn.tracer.checks import as_input, check_function, is_float
from jaxnn.tracer.lecture.tables import NO_FLOATS, argument_names
from jaxnn.tracer.referee.interpreter import from_jax
from jaxnn.tracer.referee.routes import DIFFERENCES, Question, answers, dot, floats
from jaxnn.tracer.transforms import grad, vjp
from jaxnn.tracer.tree import partition

# Functions and primitives of JAX 0.10.2 whose rules are wrong somewhere, and why.
KNOWN_FAULTS = {
    "hypot": "its second derivatives go through max and min, which tie at equal arguments",
    "rem": "its slope along the divisor is floor(x / y) of a rounded quotient",
    "pow": "at x = 0 it multiplies 0 by log(0)",
    "lu": "at singular matrices it divides by a pivot that is 0",
    "svd": "at equal singular values it divides by their difference",
    "logaddexp": "at equal infinities it takes the exponential of inf - inf",
    "xlogy": "at (0, 0) it divides 0 by 0",
    "expm1": "far below 0, expm1(x) + 1 cancels",
    "asinh": "at large arguments x^2 + 1 overflows",
    "acosh": "at large arguments x^2 - 1 overflows",
    "atan2": "at large arguments x^2 + y^2 overflows",
    "div": "at small divisors y^2 underflows",
}


class DerivativeError(AssertionError):
    """Two ways to a derivative gave different numbers."""


class Comparison(NamedTuple):
    """One number, found in several ways."""

    order: int  # 0 for the value, 1 or 2 for derivatives
    variable: str  # the argument along which it is the derivative
    values: dict[str, float]  # the number by each route
    scale: float  # the size of its terms, or of what rounding leaves of the lower orders
    uncertainty: float  # how wrong the finite difference may be by its own estimate, over scale

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
    """What `check_derivatives` found; true when all routes agree, and printable."""

    comparisons: tuple[Comparison, ...]  # every number, by every route
    tolerance: float  # the largest difference, over the scale, that counts as agreement
    missing: dict[str, str]  # the routes that could not be taken, and why
    notes: tuple[str, ...] = ()  # what is known to be wrong in JAX, if its routes stand alone

    @property
    def agrees(self) -> bool:
        """Whether no two routes disagree."""
        return not any(c.disagreements(self.tolerance) for c in self.comparisons)

    def __bool__(self) -> bool:
        return self.agrees

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
        lines += [*self.notes, "all agree" if self.agrees else "NOT all agree"]
        return "\n".join(lines)


def check_derivatives(
    fun: Callable, *args: Any, order: int = 2, tolerance: float = 1e-7, seed: int = 0, raises=False
) -> DerivativeReport:
    """Differentiate a function in every way there is and compare, in float64.

    Returns a report: `print` it, or use it as a truth value. Raises TypeError when no argument is
    of floating point, and DerivativeError when `raises` is true and two routes disagree.

    >>> print(check_derivatives(lambda x: x**3, 2.0, order=1))  # doctest: +ELLIPSIS
    value
      tracer ...
    all agree

    Where JAX 0.10.2 is wrong, its own routes stand alone against the tracer's, and the report says
    why (`KNOWN_FAULTS`):

        function, point                          right       JAX    why
        hypot, second order, (2, 2)              0.177       0      by max and min, which tie
        d/dy of x mod y, (1.0, 0.1)              -9          -10    floor(x / y) of a rounded 10.0
        x**0.0 and x**1.0, order 1 and 2, 0      0           NaN    0 * log(0)
        det, second order, singular 4 x 4        minors      NaN, 0 divided by a pivot that is 0
        "nuc", second order, at the identity     finite      NaN    1 / (s_1^2 - s_2^2)
        logaddexp, logsumexp, equal infinities   equal parts NaN, 1 exp(inf - inf)
        d/dy x log y by xlogy, (0, 0)            0           NaN    0 / 0
        expm1, -50                               2e-22       0      expm1(x) + 1 cancels
        arcsinh, arccosh, 1e200                  1e-200      0      1 / sqrt(x^2 + 1) overflows
        arctan2, (3e200, 4e200)                  1.6e-201    0      x^2 + y^2 overflows
        d/dy x / y, (1e-200, 1e-180)             -1e160      -inf   y^2 underflows
        d/dy hypot, (3e-200, 4e-200)             0.8         -inf   squares underflow

    Args:
      fun: a function of arrays or trees of arrays, for jaxnn.tracer.numpy or for JAX.
      *args: where to differentiate; arrays that are not of floating point are held constant.
      order: 1, or 2 for second derivatives too.
      tolerance: the largest difference that counts as agreement, over the size of the terms.
      seed: of the random weights and directions.
      raises: whether to raise when two routes disagree.
    """
    check_function(fun)
    for name, value, kinds, wanted in (
        ("order", order, int | np.integer, "1 or 2"),
        ("seed", seed, int | np.integer, "a whole number"),
        ("tolerance", tolerance, int | float | np.floating, "a number of at least 0"),
        ("raises", raises, bool | np.bool, "True or False"),
    ):
        if not isinstance(value, kinds):
            raise TypeError(f"{name} is of type {type(value).__name__}; pass {wanted}.")
    if order not in (1, 2):
        raise ValueError("order is neither 1 nor 2; pass 2 for second derivatives too.")
    if not 0 <= tolerance < float("inf"):
        raise ValueError(f"tolerance is {tolerance}; pass a finite number of at least 0.")
    if not 0 <= seed < 2**32:
        raise ValueError("seed is out of range; pass a whole number from 0 to 2^32 - 1.")
    values, replace = partition(args, is_float)
    if not values:
        raise TypeError(NO_FLOATS)
    names = [name for _, name, leaf in argument_names(fun, args) if is_float(leaf)]
    xs = [np.asarray(as_input(x), np.float64) for x in values]

    def library(*xs: Any) -> list:
        return floats(fun(*replace(xs)))

    with jax.enable_x64(True), jax.numpy_rank_promotion("allow"), np.errstate(all="ignore"):
        written = _for_tracer(library, xs)
        ys = written(*xs)
        weights, *normals = _normals(jax.random.key(seed), [ys, xs, xs, xs])
        first, second, parts = [_alone(xs, u) for u in normals]
        v = [np.add.reduce(same) for same in zip(*parts, strict=True)]
        gradient = grad(lambda xs: dot(written(*xs), weights))
        questions = [Question(written, library, xs, weights, first)]
        gradients = [gradient(xs)]
        if order > 1:
            questions.append(Question(written, library, xs, weights, second, v))
            gradients.append(grad(lambda xs: dot(gradient(xs), v))(xs))
        found = answers(questions)
        value = _terms(weights, ys)
        slopes = sum(_terms(u, gradients[0]) for u in first)
        # Scales are not less than where rounding of the lower orders rules.
        floors = [1e-6 * value, 1e-5 * (value + slopes)]
        by_library = {name: float(dot(ys, weights)) for name, ys in found[0].outputs.items()}
        comparisons = [Comparison(0, "", by_library, value or 1.0, 0.0)]
        for n, (answer, question) in enumerate(zip(found, questions, strict=True)):
            for k, name in enumerate(names):
                terms = _terms(question.directions[k], gradients[n])
                scale = max(terms, floors[n]) or 1.0
                numbers = {route: float(slopes[k]) for route, slopes in answer.slopes.items()}
                uncertainty = min(4 * answer.errors[k] / scale, 1e-4)
                comparisons.append(Comparison(n + 1, name, numbers, scale, uncertainty))
    missing = {route: why for answer in found for route, why in answer.missing.items()}
    report = DerivativeReport(tuple(comparisons), tolerance, missing)
    if not report:
        report = report._replace(notes=tuple(_notes(report, jax.make_jaxpr(library)(*xs).jaxpr)))
    if raises and not report:
        raise DerivativeError(f"derivatives disagree\n{report}")
    return report


def _notes(report: DerivativeReport, program: Any) -> Iterator[str]:
    """What is known to be wrong in JAX, when its routes alone disagree with the tracer's."""
    pairs = [pair for c in report.comparisons for pair in c.disagreements(report.tolerance)]
    makers = [{re.split(r"\W", route)[0] for route in pair[:2]} for pair in pairs]
    if {"jax", "tracer"} in makers and {"tracer"} not in makers:
        for name in sorted(_used(program) & KNOWN_FAULTS.keys()):
            yield f"the tracer is right; known of JAX's {name}: {KNOWN_FAULTS[name]}"


def _used(program: Any) -> set[str]:
    """The names of primitives and of jitted functions in a program of JAX."""
    names: set[str] = set()
    for equation in program.eqns:
        names |= {equation.primitive.name, str(equation.params.get("name"))}
        for inner in jax.tree.leaves(list(equation.params.values())):
            inner = getattr(inner, "jaxpr", inner)
            names |= _used(inner) if hasattr(inner, "eqns") else set()
    return names


def _for_tracer(fun: Callable, xs: list) -> Callable:
    """The function itself if it takes traced values, otherwise through from_jax."""
    try:
        vjp(fun, *xs)
    except TypeError:  # by that a traced value is refused
        return from_jax(fun)
    return fun


def _normals(key: Any, groups: Sequence[Sequence]) -> list[list[np.ndarray]]:
    """Standard normal numbers in the shapes of some lists of arrays."""
    ends = np.cumsum([np.size(x) for group in groups for x in group])
    # A power of two, so that JAX compiles few programs.
    drawn = np.asarray(jax.random.normal(key, (1 << int(ends[-1]).bit_length(),), float))
    parts = iter(np.split(drawn, ends))
    return [[next(parts).reshape(np.shape(x)) for x in group] for group in groups]


def _alone(xs: list, normals: list) -> list[list]:
    """For each array a direction that moves it alone, by about its own size."""
    still = [np.zeros_like(x) for x in xs]
    sizes = [np.sqrt(np.mean(x**2)) if x.size and np.any(x) else 1.0 for x in xs]
    return [
        [*still[:i], size * u, *still[i + 1 :]]
        for i, (size, u) in enumerate(zip(sizes, normals, strict=True))
    ]


def _terms(u: Sequence, gradient: Sequence) -> float:
    """The sum of the sizes of the terms of u . gradient."""
    return float(sum(np.sum(np.abs(g * d)) for d, g in zip(u, gradient, strict=True)))
