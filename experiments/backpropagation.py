"""Backpropagation: is the tracer right, are the lecture's tables, and is the gradient cheap?

    dL/dW = dL/dxi_5  dxi_5/dxi_4  ...  dxi_1/dW      multiplied from the right: forward mode
                                                      multiplied from the left:  reverse mode

The lecture asks for a way to differentiate that is flexible, exact and efficient, made of functions
"that my grandparent can do".  Here that way (`jaxnn.tracer`) regenerates the lecture's tables and
graphs beside the numbers on the slides (`experiments.lecture_tables`), with the errata and the
evidence for each (`experiments.errata`).  That it is exact: six routes to the gradient of every
function of this project (`experiments.differentiated`, `experiments.six_routes`), and errors of one
part in a thousand that are planted and found (`experiments.planted_rules`).  That it is efficient:
counted operations (`experiments.derivative_cost`).  All in float64.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from jax import Array
from matplotlib.figure import Figure

from experiments import (
    backpropagation_figures,
    derivative_cost,
    differentiated,
    errata,
    heart_gradient,
    lecture_tables,
    logistic_descent,
    planted_rules,
    six_routes,
)
from experiments.claims import Claim
from experiments.contract import Results
from experiments.lecture_tables import PRINTED_SLOPE
from experiments.six_routes import EXACT
from jaxnn.datasets import heart

TITLE = "Backpropagation: exact, flexible, cheap, and six ways to the same gradient"
CAPTIONS = {
    "loss_a": "The lecture's table of the loss of one observation with y = 1, at X = 3, W = 3, as "
    "the tracer fills it in. Below each number what the slide prints, with ✗ where it differs: one "
    "wrong sign, of the partial derivative of ξ₄, goes through all rows of forward mode below it, "
    "to the result dL/dW. The slides print no numbers of reverse mode; its result is in the row of "
    "W.",
    "loss_b": "The same for an observation with y = 0, whose table on the slide has formulas "
    "alone; they are evaluated at X = 3, W = 3. Its logarithm and its last factor are wrong, its "
    "last result is right.",
    "logistic": "Logistic regression with two coefficients at x = 1.4, β = (0.3, −0.7). Above: "
    "every step for y = 0, with the tangent along β₀. Below: the lecture's factors; its sign is "
    "wrong whenever y = 0.",
    "graphs": "Computational graphs, drawn by the tracer's rows: values flow down (blue), adjoints "
    "dL/dξ back up (red), local partials beside the arrows. Left: the lecture's neuron and loss. "
    "Right: squared error of a network with two inputs, two tanh units and one output; inputs are "
    "numbers, the nine parameters are framed in grey.",
    "heart": "The gradient of a network's loss on the Heart data by six routes. Each point is one "
    "parameter: how far a route is from the tracer's reverse mode, against the size of that entry. "
    "Exact routes differ by rounding alone (dashed: 2⁻⁵² of the largest entry), differences by "
    "their own error. Entries on the lowest line are equal to the last bit.",
    "agreement": "Every function that this project differentiates, written once as the library has "
    "it and once by hand, and its gradient by six routes. A point is the largest relative distance "
    "of a route from the tracer's reverse mode over all entries; at the left edge: equal to the "
    "last bit. The dashed lines are the limits set beforehand.",
    "planted": "One rule of the tracer at a time is made wrong by one part in a thousand. Dots: "
    "how far apart the routes then are, by check_derivatives; crosses: with all rules right. "
    "Dashed: its tolerance.",
    "cost": "Operations of derivatives, counted one by one, over the operations of the loss itself "
    "(tanh networks, 32 rows). a: the whole gradient against the number of parameters. b: the same "
    "multiples against the number of inputs, for hidden layers of several shapes.",
    "descent": "Logistic regression of heart disease on age (standardised) by gradient descent: by "
    "hand, by the tracer, and with the sign that the lecture prints for y = 0. a: the loss as "
    "contours and the paths. b: the loss, in nats an observation.",
    "errata_derivatives": "Errata of the lecture, 1–10: derivatives. Evidence: a number by the "
    "slide (red), in closed form (grey), and computed here, by the tracer (black). “Convention”: a "
    "matter of names or of wording; “transcript”: may be a slip of the copy, not of the lecture.",
    "errata_training": "Errata 11–20: networks, descent and optimisers.",
    "errata_regularisation": "Errata 21–30: initialisation, regularisation, interpretation.",
}

TABLE, SLOPE_BY_DIFFERENCES, PRINTED = 1e-12, 1e-7, 1e-11
LECTURE = "lecture 11, back propagation"
PARAMETERS = 9  # of the 2-2-1 network


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      networks: activations whose networks are differentiated; all are on their own.
      schemes: initialisers whose way to the loss is differentiated.
      hidden: hidden layers of the network for the Heart data.
      order: of the derivatives of it that `check_derivatives` compares.
      planted: primitives that errors are planted in.
      cost_hidden, cost_inputs: hidden layers and numbers of inputs of the networks whose operations
        are counted.
      forward_hidden, forward_inputs: those whose gradient forward mode takes.
      rows: in the batch of those.
      steps: of gradient descent.
      grid: places a side of the loss drawn as contours.
    """

    networks: tuple[str, ...] = tuple(differentiated.ACTIVATIONS)
    schemes: tuple[str, ...] = tuple(differentiated.SCHEMES)
    hidden: tuple[int, ...] = (16, 16)
    order: int = 2
    planted: tuple[str, ...] = tuple(planted_rules.FUNCTIONS)
    cost_hidden: tuple[tuple[int, ...], ...] = ((8,), (16, 16), (32, 32, 32))
    cost_inputs: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    forward_hidden: tuple[int, ...] = (8,)
    forward_inputs: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    rows: int = 32
    steps: int = 25
    grid: int = 80


FULL = Settings()
QUICK = Settings(
    networks=("relu", "tanh"),
    schemes=("glorot_uniform", "he_normal", "zeros"),
    hidden=(4,),
    order=1,
    planted=("matmul", "tanh"),
    cost_inputs=(1, 16, 256),
    forward_inputs=(1, 4, 16),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Trace, differentiate, plant and count; arrays under the names that `claims` and `draw` read.

    JAX is in double precision while this runs, and only then.
    """
    key_tables, key_cases, key_heart, key_numbers = jax.random.split(key, 4)
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key_numbers)))
    table = heart()
    with jax.enable_x64(True):
        cases = differentiated.cases(key_cases, settings.networks, settings.schemes)
        return {
            **lecture_tables.compute(key_tables),
            **errata.compute(len(table.columns)),
            **six_routes.agreement(cases, generator),
            **heart_gradient.compute(key_heart, table, settings.hidden, settings.order),
            **planted_rules.compute(settings.planted),
            **derivative_cost.compute(
                generator,
                settings.cost_hidden,
                settings.cost_inputs,
                settings.forward_hidden,
                settings.forward_inputs,
                settings.rows,
            ),
            **logistic_descent.compute(generator, table, settings.steps, settings.grid),
        }


def draw(results: Results) -> dict[str, Figure]:
    """The tables, the graphs, the agreement, the cost, a descent and the errata."""
    return backpropagation_figures.draw(results)


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
