"""What is claimed of `backpropagation`; see the package."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.backpropagation import (
    derivative_cost,
    errata,
    heart_gradient,
    lecture_tables,
    logistic_descent,
    planted_rules,
    six_routes,
)
from experiments.backpropagation.lecture_tables import PRINTED_SLOPE
from experiments.backpropagation.six_routes import EXACT
from experiments.lab.claims import Claim
from experiments.lab.contract import Results

TABLE, SLOPE_BY_DIFFERENCES, PRINTED = 1e-12, 1e-7, 1e-11
LECTURE = "lecture 11, back propagation"
PARAMETERS = 9  # of the 2-2-1 network


def claims(results: Results) -> list[Claim]:
    """What the lecture's tables say, who agrees with whom, and what it costs."""
    return [
        *_table_claims(results),
        *_logistic_claims(results),
        *six_routes.claims(results),
        *heart_gradient.claims(results),
        *planted_rules.claims(results),
        *derivative_cost.claims(results),
        *logistic_descent.claims(results),
        *errata.claims(results),
    ]


def _table_claims(results: Results) -> Iterator[Claim]:
    for name, label, limit in (("loss_a", "y = 1", TABLE), ("loss_b", "y = 0", EXACT)):
        found, exact = lecture_tables.steps(name, results), results[f"{name}_exact"]
        off = np.max(np.abs(found / exact - 1))
        yield Claim(
            f"table of the loss of {label} at X = W = 3: values, partials, tangents and adjoints "
            f"of all {len(found)} steps against closed forms, largest relative error",
            "closed form",
            f"at most {limit:g}",
            off,
            None,
            off <= limit,
        )
    exact = results["loss_a_exact"][-1, 2]
    slopes = results["slopes_a"]
    errors = np.abs(slopes / exact - 1)
    yield Claim(
        "dL/dW there = −3e⁻⁹/(1+e⁻⁹), by forward mode, reverse mode and jax.grad: largest relative "
        "error",
        "closed form",
        f"at most {TABLE:g}",
        errors[:3].max(),
        None,
        errors[:3].max() <= TABLE,
    )
    yield Claim(
        "the same by central differences: relative error",
        "closed form",
        f"at most {SLOPE_BY_DIFFERENCES:g}",
        errors[3],
        None,
        errors[3] <= SLOPE_BY_DIFFERENCES,
    )
    yield Claim(
        "sign of dL/dW, by every route; the slide prints +",
        "erratum 4",
        "negative",
        "negative" if (slopes < 0).all() else "not negative",
        None,
        bool((slopes < 0).all()),
    )
    gap = np.max(np.abs(np.abs(slopes) - PRINTED_SLOPE))
    yield Claim(
        f"size of dL/dW less the slide's {PRINTED_SLOPE}, which is truncated",
        LECTURE,
        f"at most {PRINTED:g}",
        gap,
        None,
        gap <= PRINTED,
    )
    found, slide = lecture_tables.steps("loss_a", results)[:, :3], results["loss_a_slide"]
    equal = int((np.abs(np.abs(found / slide) - 1) <= TABLE).sum())
    yield Claim(
        "numbers printed in the forward-mode table whose size is right",
        LECTURE,
        f"{slide.size} of {slide.size}",
        f"{equal} of {slide.size}",
        None,
        equal == slide.size,
    )
    wrong = [f"{lecture_tables.COLUMNS[j]} of ξ{i + 1}" for i, j in np.argwhere(found / slide < 0)]
    expected = ["partial of ξ4", "tangent of ξ4", "tangent of ξ5", "tangent of ξ6"]
    yield Claim(
        "of these, the ones with a wrong sign (ξ6 is L)",
        "errata 3 and 4",
        ", ".join(expected),
        ", ".join(wrong),
        None,
        wrong == expected,
    )
    yield from _second_table_claims(results)


def _second_table_claims(results: Results) -> Iterator[Claim]:
    found, slide = lecture_tables.steps("loss_b", results), results["loss_b_slide"]
    ratio = np.prod(slide[:, 1]) / slide[-1, 2]
    yield Claim(
        "table of the loss of y = 0: product of the partials on the slide over its own last row",
        "erratum 1",
        "-1, though it should be 1",
        ratio,
        None,
        abs(ratio + 1) <= TABLE,
    )
    right = found[-1, 2] / slide[-1, 2]
    yield Claim(
        "the same table: dL/dW by the tracer over the slide's last row",
        LECTURE,
        1,
        right,
        None,
        abs(right - 1) <= EXACT,
    )
    gradient = results["network_gradient"]
    adjoints = results["network_adjoints"][:PARAMETERS]
    off = np.max(np.abs(adjoints - gradient)) / np.max(np.abs(gradient))
    yield Claim(
        "graph of the 2-2-1 network: adjoints of its nine parameters against jax.grad of the "
        "library's network, relative",
        "jax.grad",
        f"at most {EXACT:g}",
        off,
        None,
        off <= EXACT,
    )


def _logistic_claims(results: Results) -> Iterator[Claim]:
    found, exact, slide = (results[f"quantities{end}"] for end in ("", "_exact", "_slide"))
    slope = lecture_tables.QUANTITIES.index("dL/db1")
    for place, (y, expected) in enumerate(
        zip(lecture_tables.LABELS, (0.470766, -0.929234), strict=True)
    ):
        off = np.max(np.abs(found[place] / exact[place] - 1))
        yield Claim(
            f"logistic regression at x = 1.4, β = (0.3, −0.7), y = {y:g}: dL/dβ₁ = x(p − y); all "
            f"factors within {TABLE:g} of closed forms",
            "closed form",
            expected,
            found[place, slope],
            None,
            bool(off <= TABLE and abs(found[place, slope] - expected) <= 1e-6),
        )
    signs = [found[place, slope] / slide[place, slope] for place in range(2)]
    yield Claim(
        "dL/dβ₁ over what the slide's formula gives, for y = 0 and y = 1",
        "erratum 8",
        "-1 and 1",
        f"{signs[0]:.6g} and {signs[1]:.6g}",
        None,
        abs(signs[0] + 1) <= TABLE and abs(signs[1] - 1) <= TABLE,
    )
