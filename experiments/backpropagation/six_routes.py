"""Do six routes to a gradient lead to the same numbers?

The routes are those of `jaxnn.tracer.referee.routes`: by the tracer, of a function written by hand;
by JAX, of the same function as the library has it; by the tracer, of the program that JAX makes of
that; and by differences. Each gives the gradient of w . f entry by entry, for random weights w of
the outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.backpropagation.functions import Case, normals
from jaxnn.tracer.referee import routes

ROUTES = tuple(routes.FIRST)
DIFFERENCES = ROUTES.index(routes.DIFFERENCES)
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
    questions = [
        routes.Question(
            case.written,
            case.library,
            case.arguments,
            [weight],
            routes.unit_directions(case.arguments),
        )
        for case, weight in zip(batch, weights, strict=True)
    ]
    found = []
    for answer in routes.answers(questions):
        (value,), (other,) = answer.outputs["tracer"], answer.outputs["jax"]
        gap = np.max(np.abs(value - other)) / (np.max(np.abs(value)) or 1.0)
        found.append((np.stack([answer.slopes[name] for name in ROUTES]), gap))
    return found
