"""What do both the claims and the figures of `backpropagation` read off the stored arrays?

tables      the rows of a trace, as `lecture_tables.pack` stored them
routes      the largest relative disagreement of each two routes about each function
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from experiments.backpropagation.six_routes import DIFFERENCES
from jaxnn.tracer import Row

EXACT = 1e-10  # largest relative difference of two exact routes
NUMERICAL = 1e-7  # the same where one of the two is differences
SMALL = 1e-3  # of the largest gradient: smaller ones are measured against that
CHEAP = 3.0  # limit of operations of value and gradient, over those of the function
PRODUCT = 10.0  # limit of operations of a Hessian-vector product, likewise


def unpack(name: str, results: Mapping[str, np.ndarray]) -> list[Row]:
    """The rows of the trace table `name`."""
    fields = ("names", "operations", "inputs", "values", "partials", "tangents", "adjoints")
    columns = [results[f"{name}_{field}"] for field in (*fields, "expressions", "latex")]
    rows = []
    for one, op, inputs, value, partials, tangent, adjoint, text, latex in zip(
        *columns, strict=True
    ):
        names = tuple(str(inputs).split())
        known = tuple(partials[: len(names)])
        rows.append(Row(str(one), str(op), names, value, known, tangent, adjoint, text, latex))
    return rows


def steps(name: str, results: Mapping[str, np.ndarray]) -> np.ndarray:
    """(steps, 4): value, partial, tangent and adjoint of each step in a table of one chain."""
    rows = [row for row in unpack(name, results) if row.op != "input"]
    return np.array([(row.value, row.partials[0], row.tangent, row.adjoint) for row in rows])


def disagreements(
    gradients: np.ndarray, entry_function: np.ndarray, entry_array: np.ndarray
) -> np.ndarray:
    """The largest relative disagreement of each two routes about each function.

    A disagreement is measured against the largest entry of the gradient by the same array, which
    counts as at least a thousandth of the largest entry of all.

    Args:
      gradients: (routes, entries).
      entry_function, entry_array: (entries,) the numbers of each entry's function and array.

    Returns:
      (functions, routes, routes), NaN where a route gave NaN.
    """
    sizes, routes = np.abs(gradients).max(axis=0), len(gradients)
    with np.errstate(invalid="ignore"):
        of_function, of_array = largest(sizes, entry_function), largest(sizes, entry_array)
        scale = np.maximum(of_array[entry_array], SMALL * of_function[entry_function])
        found = np.zeros((len(of_function), routes, routes))
        for one, other in itertools.product(range(routes), repeat=2):
            difference = np.abs(gradients[one] - gradients[other]) / scale
            found[:, one, other] = largest(difference, entry_function)
    return found


def largest(sizes: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """(owners,) the largest of the sizes that belong to each of 0, 1, ...; NaN is the largest."""
    found = np.zeros(owners.max() + 1)
    np.maximum.at(found, owners, sizes)
    return found


def worst(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(functions,) largest disagreement of two exact routes, and of differences with any other.

    Args:
      found: (functions, routes, routes) as `disagreements` returns.
    """
    exact = [route for route in range(found.shape[1]) if route != DIFFERENCES]
    return found[:, exact][:, :, exact].max(axis=(1, 2)), found[:, DIFFERENCES].max(axis=1)
