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
from jax.flatten_util import ravel_pytree

from experiments.backpropagation.functions import Case
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


def agreement(batches: Sequence[Sequence[Case]], generator: np.random.Generator) -> dict[str, Any]:
    """Differentiate every case in six ways.

    Args:
      batches: cases, in lists that JAX compiles as one program each.
      generator: draws the weights of the outputs.

    Returns:
      route_groups, route_names: (functions,) what was differentiated.
      gradients: (6, entries) of all functions after one another, by `ROUTES`.
      entry_function, entry_array: (entries,) whose entry it is: number of the function, and number
      of the array among all arguments.
      value_gaps: (functions,) largest difference between the two ways of writing the function,
      against its largest value.
    """
    found, gaps, owners, arrays = [], [], [], []
    for batch in batches:
        for case, (gradients, gap) in zip(batch, _batch(batch, generator), strict=True):
            sizes = [argument.size for argument in case.arguments]
            first = arrays[-1][-1] + 1 if arrays else 0
            owners.append(np.full(sum(sizes), len(found)))
            arrays.append(np.repeat(np.arange(first, first + len(sizes)), sizes))
            found.append(gradients)
            gaps.append(gap)
    every = [case for batch in batches for case in batch]
    return {
        "route_groups": np.array([case.group for case in every]),
        "route_names": np.array([case.name for case in every]),
        "gradients": np.concatenate(found, axis=1),
        "entry_function": np.concatenate(owners),
        "entry_array": np.concatenate(arrays),
        "value_gaps": np.array(gaps),
    }


def _batch(batch: Sequence[Case], generator: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """(6, entries) and the gap between values, for each case."""
    values = [np.asarray(case.written(*case.arguments)) for case in batch]
    weights = [
        generator.normal(size=value.shape) if value.ndim else np.ones(()) for value in values
    ]
    functions = tuple(case.library for case in batch)
    by_jax = _by_jax(functions, weights, [case.arguments for case in batch])
    found = []
    for case, value, weight, (other, forward, reverse) in zip(
        batch, values, weights, by_jax, strict=True
    ):
        mine = _by_tracer(case, weight)
        differences = _by_differences(case.written, weight, case.arguments)
        gradients = np.stack([*mine, np.asarray(forward), np.asarray(reverse), differences])
        gap = np.max(np.abs(value - other)) / (np.max(np.abs(value)) or 1.0)
        found.append((gradients, gap))
    return found


@partial(jax.jit, static_argnums=0)
def _by_jax(functions: tuple[Callable, ...], weights: list, arguments: list) -> list:
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
    """Every unit vector of all arguments together, in their shapes."""
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
