"""Do all routes agree about every gradient, and is every planted error found?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.backpropagation.reading import EXACT, NUMERICAL, disagreements, worst
from experiments.lab.claims import Claim, all_of, at_most
from experiments.lab.contract import Results

FEWEST_FUNCTIONS = 50
ROUTES_CHECK = "each route checks the others"


def functions(results: Results) -> Iterator[Claim]:
    """All routes agree about all functions, and there are enough functions."""
    found = disagreements(results["gradients"], results["entry_function"], results["entry_array"])
    exact, numerical = worst(found)
    agree = (exact <= EXACT) & (numerical <= NUMERICAL)  # NaN agrees with nothing
    count, total = int(agree.sum()), len(agree)
    yield Claim(
        f"functions whose gradients agree by six routes: exact routes within {EXACT:g}, "
        f"differences within {NUMERICAL:g}",
        ROUTES_CHECK,
        f"all, of at least {FEWEST_FUNCTIONS}",
        f"{count} of {total}",
        None,
        count == total >= FEWEST_FUNCTIONS,
    )
    for words, sizes, limit in (
        ("the five exact routes", exact, EXACT),
        ("differences and any other route", numerical, NUMERICAL),
    ):
        place = int(np.argmax(sizes))  # NaN counts as the largest
        name = f"{results['route_groups'][place]}: {results['route_names'][place]}"
        yield at_most(
            f"largest relative disagreement of {words} over these functions ({name})",
            "float64",
            sizes[place],
            limit,
        )
    yield at_most(
        "these functions in the library and as written by hand: largest relative difference "
        "between values",
        "float64",
        results["value_gaps"].max(),
        EXACT,
    )


def heart(results: Results) -> Iterator[Claim]:
    """All routes agree about each entry of one gradient, and so does `check_derivatives`."""
    gradients, arrays = results["heart_gradients"], results["heart_arrays"]
    found = disagreements(gradients, np.zeros(len(arrays), int), arrays)
    net = "-".join(map(str, results["heart_sizes"].tolist()))
    for words, size, limit in zip(
        ("the five exact routes", "differences and any other route"),
        worst(found),
        (EXACT, NUMERICAL),
        strict=True,
    ):
        yield at_most(
            f"gradient of the loss on {int(results['heart_rows'])} patients, network {net} with "
            f"{gradients.shape[1]} parameters: largest relative disagreement of {words}",
            "float64",
            size[0],
            limit,
        )
    orders, sizes = results["heart_orders"], results["heart_differences"]
    yield Claim(
        f"check_derivatives of that network up to order {orders.max()} ({len(orders)} "
        "comparisons): all routes agree; largest relative difference",
        ROUTES_CHECK,
        f"at most {NUMERICAL:g}",
        sizes.max(),
        None,
        bool(results["heart_agrees"]),
    )


def planted(results: Results) -> Iterator[Claim]:
    """Every planted error is found, and no right rule is accused."""
    for statement, name in (
        (
            "rules that are wrong by one part in a thousand, found by check_derivatives",
            "planted_found",
        ),
        (
            "reports on these that accuse the route with the wrong rule and no other",
            "planted_accused",
        ),
        ("reports without findings on the same functions with every rule right", "unplanted_agree"),
    ):
        yield all_of(statement, "planted", results[name])
