"""Are the lecture's tables right, and is there evidence for the errata?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.backpropagation.lecture_tables import COLUMNS, LABELS, PRINTED_SLOPE, QUANTITIES
from experiments.backpropagation.reading import EXACT, steps
from experiments.backpropagation.slide_arithmetic import BY_LAYER, PRODUCTS
from experiments.lab.claims import Claim, all_of, at_most, close, equals, reported
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
        "dL/dW of the loss of y = 1 is −3e⁻⁹/(1+e⁻⁹) by forward mode, reverse mode and jax.grad: "
        "largest relative error",
        "closed form",
        errors[:3].max(),
        TABLE,
    )
    yield at_most(
        "dL/dW of the loss of y = 1 by central differences: relative error",
        "closed form",
        errors[3],
        SLOPE_BY_DIFFERENCES,
    )
    yield equals(
        "sign of dL/dW by every route; the slide prints +",
        LECTURE,
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
        "numbers of the forward-mode table with a wrong sign (ξ6 is L)",
        LECTURE,
        [f"{COLUMNS[j]} of ξ{i + 1}" for i, j in np.argwhere(found / slide < 0)],
        ["partial of ξ4", "tangent of ξ4", "tangent of ξ5", "tangent of ξ6"],
    )
    yield from _second_table(results)


def _second_table(results: Results) -> Iterator[Claim]:
    found, slide = steps("loss_b", results), results["loss_b_slide"]
    yield close(
        "table of the loss of y = 0: product of the partials on the slide over the slide's own "
        "last row, which should be 1",
        LECTURE,
        np.prod(slide[:, 1]) / slide[-1, 2],
        -1,
        TABLE,
    )
    yield close(
        "table of the loss of y = 0: dL/dW by the tracer over the slide's last row",
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
        LECTURE,
        "-1 and 1",
        f"{signs[0]:.6g} and {signs[1]:.6g}",
        None,
        bool((np.abs(signs - [-1, 1]) <= TABLE).all()),
    )


def arithmetic(results: Results) -> Iterator[Claim]:
    """The lecture's count of parameters, and its products that are right."""
    for found, words in zip(
        results["counted_parameters"],
        ("numbers in the initial weights", "derivatives of the output that are not zero"),
        strict=True,
    ):
        yield equals(
            f"parameters of the 2-4-4-1 network, {' + '.join(map(str, BY_LAYER))}, counted as "
            f"{words}",
            "lecture 11, anatomy of a network",
            int(found.sum()) if (found == BY_LAYER).all() else str(found.tolist()),
            sum(BY_LAYER),
        )
    for (row, column, printed), found in zip(PRODUCTS[:2], results["products"][:2], strict=True):
        yield close(
            f"[{_numbers(row)}]·[{_numbers(column)}] as the slide prints it, by a layer of the "
            "library",
            "lecture 11, “Sparse Representation”",
            found,
            printed,
            TABLE,
        )


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values).replace("-", "−")


def _sentence(text: str) -> str:
    """Text that ends with one full stop."""
    return text if text.endswith((".", ".”")) else f"{text}."


def errata(results: Results) -> Iterator[Claim]:
    """For each erratum: the computed number is the correct one, and the slide's is not."""
    fields = (
        "number",
        "kind",
        "slide",
        "correct",
        "quantity",
        "reading",
        "said",
        "right",
        "computed",
    )
    words = {
        "printed": "the slide prints",
        "formula": "the slide's formula gives",
        "literal": "the slide, taken literally, gives",
    }
    for row in zip(*(results[f"errata_{field}"] for field in fields), strict=True):
        entry = dict(zip(fields, row, strict=True))
        said, right, computed = (float(entry[name]) for name in ("said", "right", "computed"))
        slide, correct = map(_sentence, (entry["slide"], entry["correct"]))
        statement = f"Slide: {slide} Correction: {correct}"
        source = f"erratum {entry['number']}: lecture 11"
        if entry["kind"] == "transcript":
            source += ", perhaps only in its transcript"
        if np.isnan(right):
            yield reported(statement[:-1], source, entry["quantity"], entry["quantity"])
            continue
        digits = 8 if entry["number"] == 5 else 6
        quantity, _, route = str(entry["quantity"]).rpartition("; ")
        number = f"{quantity} ({route})" if quantity else route
        agrees = abs(computed - right) <= EQUAL * abs(right)
        differs = abs(said - right) > DIFFERENT * abs(right)
        yield Claim(
            f"{statement} Number: {number}; {words[entry['reading']]} {said:.{digits}g}",
            source,
            f"{right:.{digits}g}",
            f"{computed:.{digits}g}",
            None,
            bool(agrees and differs),
        )
