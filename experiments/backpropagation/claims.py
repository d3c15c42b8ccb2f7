"""What do the lecture's tables say, which routes agree, and what does a gradient cost?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.backpropagation import claims_lecture, claims_routes
from experiments.backpropagation.reading import CHEAP, PRODUCT
from experiments.lab.claims import Claim, above, at_most, below, equals, within
from experiments.lab.contract import Results

SAME_PATH = 1e-12  # largest difference between the coefficients on two paths


def claims(results: Results) -> list[Claim]:
    """Claims about tables, routes, costs, descent, arithmetic and errata, in this order."""
    return [
        *claims_lecture.tables(results),
        *claims_lecture.logistic_regression(results),
        *claims_routes.functions(results),
        *claims_routes.heart(results),
        *claims_routes.planted(results),
        *_cost_claims(results),
        *_descent_claims(results),
        *claims_lecture.arithmetic(results),
        *claims_lecture.errata(results),
    ]


def _cost_claims(results: Results) -> Iterator[Claim]:
    source = "Baur & Strassen 1983; Griewank & Walther 2008"
    exact = (results["cost_values"] == results["cost_by_hand"]).all()
    yield equals(
        "operations of the loss of a network as counted, and by formula (2mn + n per layer and "
        "row, plus activations and loss)",
        "closed form",
        "equal" if exact else "not equal",
        "equal",
    )
    both, product = np.moveaxis(results["cost_multiples"], -1, 0)
    inputs = results["cost_inputs"]
    nets = f"{both.size} networks with {inputs.min()} to {inputs.max()} inputs"
    for words, multiples, limit in (
        ("value and gradient", both, CHEAP),
        ("a Hessian-vector product", product, PRODUCT),
    ):
        yield below(
            f"operations of {words} over those of the loss (largest; interval: {nets})",
            source,
            multiples,
            limit,
        )
    counts = results["forward_parameters"]
    each = results["forward_multiples"] / counts
    yield within(
        "gradient by forward mode: operations over those of the loss, per parameter (largest; "
        f"interval: networks with {counts.min()} to {counts.max()} parameters)",
        source,
        each,
        1,
        CHEAP,
        expected=f"from 1 to {CHEAP:g}: proportional to the number of parameters",
        shown=each.max(),
    )


def _descent_claims(results: Results) -> Iterator[Claim]:
    hand, traced, _ = results["descent_paths"]
    for words, difference in (
        ("one step", np.abs(hand[1] - traced[1])),
        (f"{len(hand) - 1} steps", np.abs(hand - traced)),
    ):
        yield at_most(
            f"{words} of gradient descent on logistic regression by hand and by the tracer: "
            "largest difference between coefficients",
            "closed form",
            difference.max(),
            SAME_PATH,
        )
    by_hand, by_tracer, as_printed = results["descent_losses"]
    changes = np.diff([by_hand, by_tracer], axis=1)
    yield Claim(
        "change of the loss per step with a learning rate below 1 / curvature (largest; the first "
        "step lowers the loss)",
        "convexity",
        "at most 0",
        changes.max(),
        None,
        bool((changes <= 1e-15).all() and (changes[:, 0] < 0).all()),
    )
    yield above(
        "loss after descent along the gradient as printed, over the loss after as many steps by "
        "hand",
        "lecture 11, logistic regression",
        as_printed[-1] / by_hand[-1],
        1,
    )
