"""Are the lecture's tables right, and is there evidence for the errata?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.backpropagation.errata import BY_TRACER
from experiments.backpropagation.lecture_tables import COLUMNS, LABELS, PRINTED_SLOPE, QUANTITIES
from experiments.backpropagation.reading import EXACT, steps
from experiments.lab.claims import Claim, all_of, at_most, close, equals
from experiments.lab.contract import Results

TABLE, SLOPE_BY_DIFFERENCES, PRINTED = 1e-12, 1e-7, 1e-11
# Relative differences of numbers that count as equal (at most), and as different (more than).
EQUAL, DIFFERENT = 1e-10, 1e-9
LECTURE = "lecture 11, back propagation"
PARAMETERS = 9  # number of parameters of the 2-2-1 network


def tables(results: Results) -> Iterator[Claim]:
    """The tables of the two losses, and the graph of a network."""
    for name, label, limit in (("loss_a", "y = 1", TABLE), ("loss_b", "y = 0", EXACT)):
        found, exact = steps(name, results), results[f"{name}_exact"]
        yield at_most(
            f"table of the loss of {label} at X = W = 3: values, partials, tangents and adjoints "
            f"of all {len(found)} steps, largest relative error against closed forms",
            "closed form",
            np.max(np.abs(found / exact - 1)),
            limit,
        )
    exact = results["loss_a_exact"][-1, 2]
    slopes = results["slopes_a"]
    errors = np.abs(slopes / exact - 1)
    yield at_most(
        "dL/dW there = −3e⁻⁹/(1+e⁻⁹), by forward mode, reverse mode and jax.grad: largest relative "
        "error",
        "closed form",
        errors[:3].max(),
        TABLE,
    )
    yield at_most(
        "the same by central differences: relative error",
        "closed form",
        errors[3],
        SLOPE_BY_DIFFERENCES,
    )
    yield equals(
        "sign of dL/dW by every route; the slide prints +",
        "erratum 4",
        "negative" if (slopes < 0).all() else "not negative",
        "negative",
    )
    yield at_most(
        f"|dL/dW| minus the slide's {PRINTED_SLOPE}, which is truncated",
        LECTURE,
        np.max(np.abs(np.abs(slopes) - PRINTED_SLOPE)),
        PRINTED,
    )
    found, slide = steps("loss_a", results)[:, :3], results["loss_a_slide"]
    yield all_of(
        "numbers printed in the forward-mode table whose absolute value is right",
        LECTURE,
        np.abs(np.abs(found / slide) - 1) <= TABLE,
    )
    yield equals(
        "numbers among these with a wrong sign (ξ6 is L)",
        "errata 3 and 4",
        [f"{COLUMNS[j]} of ξ{i + 1}" for i, j in np.argwhere(found / slide < 0)],
        ["partial of ξ4", "tangent of ξ4", "tangent of ξ5", "tangent of ξ6"],
    )
    yield from _second_table(results)


def _second_table(results: Results) -> Iterator[Claim]:
    found, slide = steps("loss_b", results), results["loss_b_slide"]
    yield close(
        "table of the loss of y = 0: product of the partials on the slide over the slide's own "
        "last row, which should be 1",
        "erratum 1",
        np.prod(slide[:, 1]) / slide[-1, 2],
        -1,
        TABLE,
    )
    yield close(
        "the same table: dL/dW by the tracer over the slide's last row",
        LECTURE,
        found[-1, 2] / slide[-1, 2],
        1,
        EXACT,
    )
    gradient = results["network_gradient"]
    adjoints = results["network_adjoints"][:PARAMETERS]
    yield at_most(
        "graph of the 2-2-1 network: relative difference between the adjoints of its nine "
        "parameters and jax.grad of the library's network",
        "jax.grad",
        np.max(np.abs(adjoints - gradient)) / np.max(np.abs(gradient)),
        EXACT,
    )


def logistic_regression(results: Results) -> Iterator[Claim]:
    """The lecture's factors in the gradient of logistic regression."""
    found, exact, slide = (results[f"quantities{end}"] for end in ("", "_exact", "_slide"))
    slope = QUANTITIES.index("dL/db1")
    for place, (y, expected) in enumerate(zip(LABELS, (0.470766, -0.929234), strict=True)):
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
    signs = found[:, slope] / slide[:, slope]
    yield Claim(
        "dL/dβ₁ over the value of the slide's formula, for y = 0 and y = 1",
        "erratum 8",
        "-1 and 1",
        f"{signs[0]:.6g} and {signs[1]:.6g}",
        None,
        bool((np.abs(signs - [-1, 1]) <= TABLE).all()),
    )


def errata(results: Results) -> Iterator[Claim]:
    """The computed number is the correct one, and the slide's is not."""
    said, right, computed = (results[f"errata_{name}"] for name in ("said", "right", "computed"))
    numbers = results["errata_number"]
    shown = ~np.isnan(right)
    agrees = np.abs(computed - right) <= EQUAL * np.abs(right)
    differs = np.abs(said - right) > DIFFERENT * np.abs(right)
    for words, some in (
        ("1 to 10, on derivatives, shown by the tracer", numbers <= max(BY_TRACER)),
        ("11 to 30", numbers > max(BY_TRACER)),
    ):
        yield all_of(
            f"errata {words}: the computed number is the correct one and not the slide's (of those "
            "errata that a number can show)",
            "errata of lecture 11",
            (agrees & differs)[some & shown],
        )
    yield equals("errata that concern only words", "errata of lecture 11", int((~shown).sum()), 1)
