"""Do six routes to a gradient give the same numbers?

The routes are those of `jaxnn.tracer.referee.routes`: the tracer on a function written by hand; JAX
on the same function from a library; the tracer on JAX's program of that function; and differences.
Each gives the gradient of w . f entry by entry, for random weights w of the outputs.
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
      batches: lists of cases; JAX compiles each list as one program.

    Returns:
      route_groups, route_names: (functions,) what was differentiated.
      gradients: (6, entries) gradients of all functions, joined, in the order of `ROUTES`.
      entry_function, entry_array: (entries,) the number of the function and of the array that
        each entry belongs to; arrays are numbered across all functions.
      value_gaps: (functions,) largest difference between the values of the function's two forms,
        over its largest value.
    """
    listed = [case for batch in batches for case in batch]
    gradients, gaps = [], []
    for k, batch in zip(jax.random.split(key, len(batches)), batches, strict=True):
        outputs = [np.shape(case.written(*case.arguments)) for case in batch]
        # The gradient of one number needs no weights.
        weights = [w if w.ndim else np.ones(()) for w in normals(k, *outputs)]
        for gradient, gap in by_all_routes(batch, weights):
            gradients.append(gradient)
            gaps.append(gap)
    return {
        "route_groups": np.array([case.group for case in listed]),
        "route_names": np.array([case.name for case in listed]),
        "gradients": np.concatenate(gradients, axis=1),
        "entry_function": np.repeat(np.arange(len(listed)), [part.shape[1] for part in gradients]),
        "entry_array": array_numbers([array for case in listed for array in case.arguments]),
        "value_gaps": np.array(gaps),
    }


def array_numbers(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """For each entry of all arrays, the number of its array: (entries,)."""
    return np.repeat(np.arange(len(arrays)), [array.size for array in arrays])


def by_all_routes(
    batch: Sequence[Case], weights: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, float]]:
    """Gradients of several cases, which JAX compiles as one program.

    Args:
      batch: the cases.
      weights: for each case, the weights of its outputs, in their shape.

    Returns:
      For each case, its gradients (6, entries) in the order of `ROUTES`, and the relative gap
      between the values of its two forms.
    """
    questions = [
        routes.Question(
            case.written,
            case.library,
            case.arguments,
            [weight],
            unit_directions(case.arguments),
        )
        for case, weight in zip(batch, weights, strict=True)
    ]
    found = []
    for answer in routes.answers(questions):
        (value,), (other,) = answer.outputs["tracer"], answer.outputs["jax"]
        gap = np.max(np.abs(value - other)) / (np.max(np.abs(value)) or 1.0)
        found.append((np.stack([answer.slopes[name] for name in ROUTES]), gap))
    return found


def unit_directions(arrays: Sequence[np.ndarray]) -> list[list[np.ndarray]]:
    """Each unit vector of all arrays together, in their shapes."""
    ends = np.cumsum([array.size for array in arrays])
    return [
        [x.reshape(a.shape) for x, a in zip(np.split(row, ends[:-1]), arrays, strict=True)]
        for row in np.eye(ends[-1])
    ]
