"""By which routes can a derivative be taken, and what does each of them give?

    tracer forward                     J u               of the function written for the tracer
    tracer reverse                     (J^T w) . u       of the same
    tracer reverse of JAX's program    (J^T w) . u       of the program that JAX makes of f
    jax.jvp, jax.grad                  J u, (J^T w) . u  of the function for JAX, by JAX's rules
    central differences                (f(x + h u) - f(x - h u)) / 2h,  extrapolated to h = 0

for the outputs of f with weights w, along directions u. At second order the same is asked of the
derivative along a direction v, in every nesting of modes. Each route checks all others: a wrong
rule shows where two of them differ. Differences are extrapolated with an estimate of their own
error (Richardson; Ridders 1982).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import permutations, product
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import transforms
from jaxnn.tracer.core import Array
from jaxnn.tracer.referee.interpreter import from_jax
from jaxnn.tracer.referee.rules import NoForwardRule
from jaxnn.tracer.transforms import is_float
from jaxnn.tracer.tree import flatten

MODES, DIFFERENCES = ("forward", "reverse"), "central differences"
# The name of a route: who takes it, and its modes, the outer first.
FIRST: dict[str, tuple[str, ...]] = {
    "tracer forward": ("tracer", "forward"),
    "tracer reverse": ("tracer", "reverse"),
    "tracer reverse of JAX's program": ("program", "reverse"),
    "jax.jvp": ("jax", "forward"),
    "jax.grad": ("jax", "reverse"),
    DIFFERENCES: ("tracer", DIFFERENCES),
}
SECOND = (
    {f"tracer {a} over {b}": ("tracer", a, b) for a, b in product(MODES, repeat=2)}
    | {f"jax {a} over {b}": ("jax", a, b) for a, b in permutations(MODES)}
    | {DIFFERENCES: ("tracer", DIFFERENCES, "reverse")}
)


class Question(NamedTuple):
    """A function and where, along what, it is to be differentiated.

    Attributes:
      written: (*arrays) -> array or tree of arrays, for the tracer.
      library: the same function, for JAX.
      arrays: its arguments, of float64.
      weights: for each output of floating point its weights, in its shape.
      directions: each a list of arrays in the shapes of the arguments.
      second: None for first derivatives; for second ones the other direction.
    """

    written: Callable[..., Any]
    library: Callable[..., Any]
    arrays: Sequence[np.ndarray]
    weights: Sequence[np.ndarray]
    directions: Sequence[Sequence[np.ndarray]]
    second: Sequence[np.ndarray] | None = None

    @property
    def routes(self) -> dict[str, tuple[str, ...]]:
        """All routes to what is asked."""
        return FIRST if self.second is None else SECOND


class Answer(NamedTuple):
    """What the routes gave.

    Attributes:
      outputs: of the function written for the tracer, and of the one for JAX, if it has any.
      slopes: by each route that could be taken, (directions,) derivatives.
      errors: (directions,) how wrong the differences may be by their own estimate.
      missing: the routes that could not be taken, and why.
    """

    outputs: dict[str, list]
    slopes: dict[str, np.ndarray]
    errors: np.ndarray
    missing: dict[str, str]


def answers(questions: Sequence[Question]) -> list[Answer]:
    """Ask every route; JAX compiles what it is asked as one program.

    In the precision that JAX is set to, which should be float64.
    """
    programs = tuple([(q.library, q.second is None) for q in questions])
    given = [tuple(q[2:]) for q in questions]
    try:
        by_jax: Any = _compiled(programs, given)
    except (TypeError, NotImplementedError):  # then each on its own, to see which
        by_jax = [None] * len(questions)
    with np.errstate(all="ignore"):
        return [_answer(q, known) for q, known in zip(questions, by_jax, strict=True)]


def _answer(question: Question, by_jax: Any) -> Answer:
    given, missing = question[2:], {}
    outputs = {"tracer": floats(question.written(*question.arrays))}
    slopes, errors = {}, np.zeros(len(question.directions))
    if by_jax is not None:
        outputs["jax"], known = by_jax
    for name, (who, *modes) in question.routes.items():
        try:
            if who != "jax":
                fun = from_jax(question.library) if who == "program" else question.written
                found = np.array(_slopes(transforms, fun, modes, *given))
            elif by_jax is not None:
                found = known[name]
            else:
                found = _compiled_or_not(question.library, tuple(modes), given)
        except (TypeError, NotImplementedError) as refusal:
            if who == "tracer" and not isinstance(refusal, NoForwardRule):
                raise
            missing[name] = str(refusal).split("\n")[0]
            continue
        if name == DIFFERENCES:
            found, errors = found.reshape(-1, 2).T
        slopes[name] = np.asarray(found)
    return Answer(outputs, slopes, errors, missing)


@partial(jax.jit, static_argnums=0)
def _compiled(programs: tuple, given: Sequence[tuple]) -> list[tuple[list, dict]]:
    """For each program its outputs, and its slopes by JAX's routes."""
    found = []
    for (library, first), (arrays, *rest) in zip(programs, given, strict=True):
        routes = (FIRST if first else SECOND).items()
        slopes = {
            name: _slopes(jax, library, modes, arrays, *rest)
            for name, (who, *modes) in routes
            if who == "jax"
        }
        found.append((floats(library(*arrays)), slopes))
    return found


def _compiled_or_not(library: Callable, modes: tuple[str, ...], given: Sequence) -> Array:
    """By one route of JAX: compiled when it can be; step by step where Python looks at values."""
    route = partial(_slopes, jax, library, modes)
    try:
        return jax.jit(route)(*given)
    except TypeError:
        return route(*jax.tree.map(jnp.asarray, given))


def _slopes(
    library: Any,
    fun: Callable,
    modes: Sequence[str],
    arrays: Sequence,
    weights: Sequence,
    directions: Sequence,
    second: Any,
) -> Array:
    """Along each direction the derivative of w . fun, or of its derivative along `second`."""

    def weighed(arrays: Sequence) -> Array:
        return dot(floats(fun(*arrays)), weights)

    def slope(arrays: Sequence) -> Array:
        if modes[1] == "forward":
            return library.jvp(weighed, (arrays,), (second,))[1]
        return dot(library.grad(weighed)(arrays), second)

    number, arrays = weighed if second is None else slope, list(arrays)
    if modes[0] == "reverse":
        along = partial(dot, library.grad(number)(arrays))
    elif modes[0] == "forward":
        along = lambda u: library.jvp(number, (arrays,), (u,))[1]  # noqa: E731
    else:
        along = partial(_difference, number, arrays)
    directions = [list(u) for u in directions]
    if library is jax:
        return jax.vmap(along)([jnp.stack(same) for same in zip(*directions, strict=True)])
    return [along(u) for u in directions]


def floats(outputs: Any) -> list:
    """The arrays of floating point among some outputs."""
    return [y for y in flatten(outputs)[0] if is_float(y)]


def dot(xs: Sequence, ys: Sequence) -> Array:
    """The sum of all products of entries."""
    return sum(tnp.sum(tnp.multiply(x, y)) for x, y in zip(xs, ys, strict=True))


def _difference(number: Callable, arrays: list, u: list) -> tuple[float, float]:
    return differentiate_numerically(
        lambda t: number([x + t * e for x, e in zip(arrays, u, strict=True)])
    )


def differentiate_numerically(along: Callable[[float], Any]) -> tuple[float, float]:
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


def unit_directions(arrays: Sequence[np.ndarray]) -> list[list[np.ndarray]]:
    """Each unit vector of all arrays together, in their shapes."""
    ends = np.cumsum([array.size for array in arrays])
    return [
        [
            part.reshape(array.shape)
            for part, array in zip(np.split(row, ends[:-1]), arrays, strict=True)
        ]
        for row in np.eye(ends[-1])
    ]
