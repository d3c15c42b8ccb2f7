"""How do claims and figures look up trace tables and the disagreements of routes?

tables      the rows of a trace, as `lecture_tables.pack` stored them
routes      the largest relative disagreement between any two routes about each function
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from experiments.backpropagation.six_routes import DIFFERENCES
from jaxnn.tracer import Row

EXACT = 1e-10  # largest accepted relative difference between two exact routes
NUMERICAL = 1e-7  # the same where one of the two is differences
SMALL = 1e-3  # arrays whose gradients are below this share of the largest count as this share
CHEAP = 3.0  # limit for the operations of value and gradient, over those of the function
PRODUCT = 10.0  # limit for the operations of a Hessian-vector product, over the same


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
    """Value, partial, tangent and adjoint of each step in the table of a chain: (steps, 4)."""
    rows = [row for row in unpack(name, results) if row.op != "input"]
    return np.array([(row.value, row.partials[0], row.tangent, row.adjoint) for row in rows])


def disagreements(
    gradients: np.ndarray, entry_function: np.ndarray, entry_array: np.ndarray
) -> np.ndarray:
    """The largest relative disagreement between any two routes about each function.

    A disagreement is relative to the largest entry of the gradient by the same array, or to a
    thousandth of the largest entry of all if that is larger.

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
    """The largest size that belongs to each of the owners 0, 1, ...; NaN is the largest."""
    found = np.zeros(owners.max() + 1)
    np.maximum.at(found, owners, sizes)
    return found


def worst(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest disagreement between exact routes, and of differences with any: both (functions,).

    Args:
      found: (functions, routes, routes) as `disagreements` returns.
    """
    exact = [route for route in range(found.shape[1]) if route != DIFFERENCES]
    return found[:, exact][:, :, exact].max(axis=(1, 2)), found[:, DIFFERENCES].max(axis=1)
