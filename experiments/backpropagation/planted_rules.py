"""Is a derivative rule that is wrong by one part in a thousand found?

    rule  ->  1.001 x rule      for one primitive, in one mode

One rule of the tracer at a time is made wrong by that much. `check_derivatives` must report that
the routes disagree, and only the route with the wrong rule may take part in every disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import DerivativeReport, check_derivatives
from jaxnn.tracer.referee.check import Comparison
from jaxnn.tracer.referee.planting import with_primitive, wrong_by_a_factor

FACTOR, TOLERANCE = 1.001, 1e-7
MODES = ("forward", "reverse")
POINT = np.array([[0.3, -0.8], [1.1, 0.6], [-0.4, 1.7]])
MATRIX = np.array([[0.7, -0.2, 0.5], [0.1, 0.9, -0.6]])

# For each primitive, a function of the array above that uses it.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "matmul": lambda x: (x @ MATRIX) ** 2,
    "add": lambda x: tnp.sin(x) + x,
    "multiply": lambda x: x * tnp.sin(x),
    "exp": tnp.exp,
    "tanh": tnp.tanh,
    "logaddexp": tnp.softplus,
    "where": lambda x: tnp.where(x > 0, x, tnp.sin(x)),
    "sum": lambda x: tnp.sum(x, axis=0) ** 2,
    "subtract": lambda x: tnp.sin(x) - x,
    "negative": lambda x: -tnp.sin(x),
    "divide": lambda x: x / (2 + tnp.sin(x)),
    "log": lambda x: tnp.log(2 + x),
    "sqrt": lambda x: tnp.sqrt(2 + x),
    "square": tnp.square,
    "power": lambda x: x**3,
    "absolute": abs,
    "sin": tnp.sin,
    "maximum": lambda x: tnp.maximum(x, 0.1),
    "max": lambda x: tnp.max(x, axis=0),
    "reshape": lambda x: x.reshape(6) ** 2,
    "broadcast_to": lambda x: tnp.broadcast_to(x, (2, 3, 2)) ** 2,
    "transpose": lambda x: x.T**2,
    "getitem": lambda x: x[1:] ** 2,
    "concatenate": lambda x: tnp.concatenate([x, x**2]),
}


class Verdict(NamedTuple):
    """The finding of `check_derivatives` about a function with one wrong rule, or none.

    Attributes:
      agrees: whether all routes agree.
      accused: routes that take part in every disagreement.
      disagreement: the largest relative difference between two routes.
    """

    agrees: bool
    accused: frozenset[str]
    disagreement: float


def verdict(report: DerivativeReport) -> Verdict:
    """Reduce a report to the numbers that are stored."""
    pairs = [pair for c in report.comparisons for pair in c.disagreements(report.tolerance)]
    accused = frozenset.intersection(*(frozenset(pair[:2]) for pair in pairs)) if pairs else ()
    return Verdict(
        report.agrees, frozenset(accused), max(map(largest_difference, report.comparisons))
    )


def largest_difference(comparison: Comparison) -> float:
    """The largest relative difference between two routes to one number."""
    values = list(comparison.values.values())
    return float(np.ptp(values)) / comparison.scale


def compute(primitives: Sequence[str]) -> dict[str, Any]:
    """Check each function with each error planted, one at a time, and with none.

    Args:
      primitives: names of `FUNCTIONS`.

    Returns:
      planted_names: (primitives,); planted_modes: (2,).
      planted_found, planted_accused: (primitives, 2) whether the report says that routes disagree,
        and whether it accuses only the tracer's route of that mode.
      planted_sizes: (primitives, 2) the largest relative disagreement.
      unplanted_agree, unplanted_sizes: (primitives,) whether all routes agree with every rule
        right, and the largest relative disagreement.
    """
    right, wrong = [], []
    for name in primitives:
        right.append(verdict(_check(name)))
        row = []
        for mode in MODES:
            row.append(verdict(_check(name, mode)))
        wrong.append(row)
    guilty = [frozenset([f"tracer {mode}"]) for mode in MODES]
    return {
        "planted_names": np.array(primitives),
        "planted_modes": np.array(MODES),
        "planted_found": np.array([[not v.agrees for v in row] for row in wrong]),
        "planted_accused": np.array([
            [v.accused == one for v, one in zip(row, guilty, strict=True)] for row in wrong
        ]),
        "planted_sizes": np.array([[v.disagreement for v in row] for row in wrong]),
        "unplanted_agree": np.array([v.agrees for v in right]),
        "unplanted_sizes": np.array([v.disagreement for v in right]),
    }  # fmt: skip


def _check(name: str, mode: str | None = None) -> DerivativeReport:
    """The report on a function, with the rule of its primitive for one mode made wrong."""
    function = FUNCTIONS[name]
    if mode is not None:
        wrong = partial(wrong_by_a_factor, mode=mode, factor=FACTOR)
        function = with_primitive(function, name, wrong)
    return check_derivatives(function, POINT, order=1, tolerance=TOLERANCE)
