"""By which routes can a derivative be taken, and what does each of them give?

    tracer forward                     J u               of the function written for the tracer
    tracer reverse                     (J^T w) . u       of the same
    tracer reverse of JAX's program    (J^T w) . u       of the program that JAX makes of f
    jax.jvp, jax.grad                  J u, (J^T w) . u  of the function for JAX, by JAX's rules
    central differences                (f(x + h u) - f(x - h u)) / 2h,  extrapolated to h = 0

for the outputs of f with weights w, along directions u. At second order the same is asked of the
derivative along a direction v, in every nesting of modes. A wrong rule shows where two routes
differ. Differences are extrapolated with an estimate of their error (Richardson; Ridders 1982).
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import permutations, product
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import transforms
from jaxnn.tracer.checks import is_float
from jaxnn.tracer.core import Array
from jaxnn.tracer.referee.interpreter import from_jax
from jaxnn.tracer.referee.rules import NoForwardRule
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
    """A function and where, along what, it is to be differentiated."""

    written: Callable[..., Any]  # (*arrays) -> array or tree of arrays, for the tracer
    library: Callable[..., Any]  # the same function, for JAX
    arrays: Sequence[np.ndarray]  # its arguments, of float64
    weights: Sequence[np.ndarray]  # of each output of floating point, in its shape
    directions: Sequence[Sequence[np.ndarray]]  # each in the shapes of the arguments
    second: Sequence[np.ndarray] | None = None  # for second derivatives, the other direction


class Answer(NamedTuple):
    """What the routes gave."""

    outputs: dict[str, list]  # of the function for the tracer, and of the one for JAX if it runs
    slopes: dict[str, np.ndarray]  # by each route that could be taken, (directions,) derivatives
    errors: np.ndarray  # (directions,) how wrong the differences may be by their own estimate
    missing: dict[str, str]  # the routes that could not be taken, and why


def answers(questions: Sequence[Question]) -> list[Answer]:
    """Ask every route; JAX compiles what it is asked as one program.

    In the precision that JAX is set to, which should be float64.
    """
    functions = tuple([question.library for question in questions])
    try:
        by_jax: Any = _compiled(functions, [tuple(question[2:]) for question in questions])
    except (TypeError, NotImplementedError):  # then each route on its own, to see which
        by_jax = [None] * len(questions)
    with np.errstate(all="ignore"):
        return [_answer(q, known) for q, known in zip(questions, by_jax, strict=True)]


def _routes(second: Any) -> list[tuple[str, tuple[str, ...]]]:
    return list((FIRST if second is None else SECOND).items())


def _answer(question: Question, by_jax: Any) -> Answer:
    given, missing = question[2:], {}
    outputs = {"tracer": floats(question.written(*question.arrays))}
    slopes, errors = {}, np.zeros(len(question.directions))
    if by_jax is not None:
        outputs["jax"], known = by_jax
    for name, (who, *modes) in _routes(question.second):
        try:
            if who != "jax":
                fun = from_jax(question.library) if who == "program" else question.written
                found = np.array(_slopes(transforms, fun, modes, *given))
            elif by_jax is not None:
                found = np.asarray(known[name])
            else:  # step by step, for Python may look at values
                at = jax.tree.map(jnp.asarray, given)
                found = np.asarray(_slopes(jax, question.library, modes, *at))
        except (TypeError, NotImplementedError) as refusal:
            if who == "tracer" and not isinstance(refusal, NoForwardRule):
                raise
            missing[name] = str(refusal).split("\n")[0]
            continue
        if name == DIFFERENCES:
            found, errors = found.reshape(-1, 2).T
        slopes[name] = found
    return Answer(outputs, slopes, errors, missing)


@partial(jax.jit, static_argnums=0)
def _compiled(functions: tuple, given: Sequence[tuple]) -> list[tuple[list, dict]]:
    """For each function its outputs, and its slopes by JAX's routes."""
    return [
        (
            floats(function(*question[0])),
            {
                name: _slopes(jax, function, modes, *question)
                for name, (who, *modes) in _routes(question[-1])
                if who == "jax"
            },
        )
        for function, question in zip(functions, given, strict=True)
    ]


def _slopes(
    library: Any, fun: Callable, modes: Sequence[str], arrays: Any, weights: Any, us: Any, v: Any
) -> Array:
    """Along each direction u the derivative of w . fun, or of its derivative along v."""

    def weighed(arrays: Sequence) -> Array:
        return dot(floats(fun(*arrays)), weights)

    def slope(arrays: Sequence) -> Array:
        if modes[1] == "forward":
            return library.jvp(weighed, (arrays,), (v,))[1]
        return dot(library.grad(weighed)(arrays), v)

    number, arrays = weighed if v is None else slope, list(arrays)
    gradient = library.grad(number)(arrays) if modes[0] == "reverse" else None

    def along(u: Sequence) -> Any:
        if gradient is not None:
            return dot(gradient, u)
        if modes[0] == "forward":
            return library.jvp(number, (arrays,), (list(u),))[1]
        return differentiate_numerically(
            lambda t: number([x + t * e for x, e in zip(arrays, u, strict=True)])
        )

    if library is jax:
        return jax.vmap(along)([jnp.stack(same) for same in zip(*us, strict=True)])
    return [along(u) for u in us]


def floats(outputs: Any) -> list:
    """The arrays of floating point among some outputs."""
    return [y for y in flatten(outputs)[0] if is_float(y)]


def dot(xs: Sequence, ys: Sequence) -> Array:
    """The sum of all products of entries."""
    return sum(tnp.sum(tnp.multiply(x, y)) for x, y in zip(xs, ys, strict=True))


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
