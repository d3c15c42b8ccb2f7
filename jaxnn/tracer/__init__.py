"""Automatic differentiation that can be read in one sitting.

Forward and reverse mode over NumPy arrays, and over JAX arrays by the same rules. To read:

    core.py         both modes, in one file that runs alone: read this first
    rules.py        how one description of a primitive gives both of its rules
    primitives.py   the primitives, and the conventions where there is no derivative
    special.py      erf, gammaln, xlogy, ... by NumPy alone
    matrices.py     inverses, determinants, singular values, also of singular matrices
    numpy/          NumPy's functions, made of the primitives
    transforms.py   grad, jvp, vjp, jacfwd, jacrev, hessian
    checks.py       what can be differentiated
    tree.py         arrays in containers
    array.py        what a traced value looks like to Python
    lecture/        every step with its derivatives, as a table and as a graph; operations counted
    referee/        any JAX function, differentiated here; do all ways to a derivative agree?

A new primitive takes three lines, its name, its value and its local partial, and works at once in
both modes, nested to any order, on JAX arrays, in tables and in counts:

    softsign = elementwise(
        "softsign", lambda xp, x: x / (1 + abs(x)), lambda y, x: (1 - abs(y)) ** 2
    )

with `elementwise` from `jaxnn.tracer.rules`; `linear` is for one that is linear in each argument.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jaxnn.tracer import numpy
from jaxnn.tracer.core import EscapedValueError
from jaxnn.tracer.lecture.counts import OperationCount, count_operations
from jaxnn.tracer.lecture.graphs import ComputationalGraph, computational_graph
from jaxnn.tracer.lecture.tables import Row, TraceTable, trace_table

# isort: off
from jaxnn.tracer.transforms import (
    grad, hessian, jacfwd, jacrev, jvp, stop_gradient, value_and_grad, vjp,
)  # fmt: skip
# isort: on

if TYPE_CHECKING:
    from jaxnn.tracer.referee.check import DerivativeReport, check_derivatives
    from jaxnn.tracer.referee.interpreter import from_jax

__all__ = [
    "ComputationalGraph", "DerivativeReport", "EscapedValueError", "OperationCount", "Row",
    "TraceTable", "check_derivatives", "computational_graph", "count_operations", "from_jax",
    "grad", "hessian", "jacfwd", "jacrev", "jvp", "numpy", "stop_gradient", "trace_table",
    "value_and_grad", "vjp",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # What needs JAX is imported when it is first asked for; the rest needs NumPy alone.
    if name not in ("from_jax", "check_derivatives", "DerivativeReport"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "interpreter" if name == "from_jax" else "check"
    return getattr(import_module(f"{__name__}.referee.{room}"), name)
