"""Do six routes to a gradient lead to the same numbers?

    tracer forward     w . J e_i for every unit vector e_i       of the function written by hand
    tracer reverse     J^T w in one pass back                    of the same
    tracer, program    J^T w in one pass back                    of JAX's program, over the bridge
    jax.jvp            w . J e_i for every unit vector e_i       of the library's function
    jax.grad           gradient of w . f                         of the same
    differences        central, extrapolated to step 0           of the function written by hand

for random weights w of the outputs.  The first and the second are the two sides of the inner
product <w, J v> = <J^T w, v>.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from experiments.backpropagation.functions import Case, normals
from jaxnn.tracer import from_jax, jvp, vjp
from jaxnn.tracer.referee.check import differentiate_numerically

ROUTES = (
    "tracer forward",
    "tracer reverse",
    "tracer reverse of JAX's program",
    "jax.jvp",
    "jax.grad",
    "central differences",
)
DIFFERENCES = ROUTES.index("central differences")
REFERENCE = ROUTES.index("tracer reverse")


def compute(key: Array, batches: Sequence[Sequence[Case]]) -> dict[str, Any]:
    """Differentiate every case by six routes.

    Args:
      key: a typed JAX key, for the weights of the outputs.
      batches: cases, in lists that JAX compiles as one program each.

    Returns:
      route_groups, route_names: (functions,) what was differentiated.
      gradients: (6, entries) of all functions one after the other, by `ROUTES`.
      entry_function, entry_array: (entries,) the function and the array that each entry belongs
        to, by number; arrays are numbered through all functions.
      value_gaps: (functions,) largest difference between the values of the two ways to write the
        function, over its largest value.
    """
    every = [case for batch in batches for case in batch]
    gradients, gaps = [], []
    for k, batch in zip(jax.random.split(key, len(batches)), batches, strict=True):
        outputs = [np.shape(case.written(*case.arguments)) for case in batch]
        # The gradient of one number needs no weights.
        weights = [w if w.ndim else np.ones(()) for w in normals(k, *outputs)]
        for gradient, gap in by_all_routes(batch, weights):
            gradients.append(gradient)
            gaps.append(gap)
    return {
        "route_groups": np.array([case.group for case in every]),
        "route_names": np.array([case.name for case in every]),
        "gradients": np.concatenate(gradients, axis=1),
        "entry_function": np.repeat(np.arange(len(every)), [part.shape[1] for part in gradients]),
        "entry_array": array_numbers([array for case in every for array in case.arguments]),
        "value_gaps": np.array(gaps),
    }


def array_numbers(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """(entries,) for each entry of all arrays the number of its array."""
    return np.repeat(np.arange(len(arrays)), [array.size for array in arrays])


def by_all_routes(
    batch: Sequence[Case], weights: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, float]]:
    """Gradients of some cases, which JAX compiles as one program.

    Args:
      batch: the cases.
      weights: of the outputs of each, in their shape.

    Returns:
      For each case (6, entries) by `ROUTES`, and the relative gap between its two values.
    """
    functions = tuple(case.library for case in batch)
    by_jax = _by_jax(functions, weights, [case.arguments for case in batch])
    found = []
    for case, weight, (other, forward, reverse) in zip(batch, weights, by_jax, strict=True):
        mine = _by_tracer(case, weight)
        differences = _by_differences(case.written, weight, case.arguments)
        gradients = np.stack([*mine, np.asarray(forward), np.asarray(reverse), differences])
        value = np.asarray(case.written(*case.arguments))
        gap = np.max(np.abs(value - other)) / (np.max(np.abs(value)) or 1.0)
        found.append((gradients, gap))
    return found


@partial(jax.jit, static_argnums=0)
def _by_jax(functions: tuple[Callable, ...], weights: Any, arguments: list) -> list:
    """(value, gradient by jvp, gradient by grad) for each function: one compiled program."""
    found = []
    for function, weight, given in zip(functions, weights, arguments, strict=True):
        flat, unravel = ravel_pytree(given)

        def scalar(flat: Any, function=function, weight=weight, unravel=unravel) -> Any:
            return jnp.sum(weight * function(*unravel(flat)))

        def along(unit: Any, scalar=scalar, flat=flat) -> Any:
            return jax.jvp(scalar, (flat,), (unit,))[1]

        forward = jax.vmap(along)(jnp.eye(flat.size))
        found.append((function(*given), forward, jax.grad(scalar)(flat)))
    return found


def _by_tracer(case: Case, weight: np.ndarray) -> list[np.ndarray]:
    """The gradient by the tracer: forward, reverse, and reverse over the bridge."""
    given = case.arguments
    forward = [np.sum(weight * jvp(case.written, given, unit)[1]) for unit in _units(given)]
    reverse = vjp(case.written, *given)[1](weight)
    program = vjp(from_jax(case.library), *given)[1](weight)
    return [np.array(forward), *(_flat(gradient) for gradient in (reverse, program))]


def _by_differences(
    function: Callable, weight: np.ndarray, given: tuple[np.ndarray, ...]
) -> np.ndarray:
    def slope(unit: list[np.ndarray]) -> float:
        def along(step: float) -> Any:
            moved = [x + step * e for x, e in zip(given, unit, strict=True)]
            return np.sum(weight * function(*moved))

        return differentiate_numerically(along)[0]

    return np.array([slope(unit) for unit in _units(given)])


def _units(given: Sequence[np.ndarray]) -> list[list[np.ndarray]]:
    """Each unit vector of all arguments together, in their shapes."""
    ends = np.cumsum([array.size for array in given])
    return [
        [
            part.reshape(array.shape)
            for part, array in zip(np.split(row, ends[:-1]), given, strict=True)
        ]
        for row in np.eye(ends[-1])
    ]


def _flat(gradient: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(part) for part in gradient])
