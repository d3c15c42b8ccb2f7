"""Do rates, limits and paths agree with the theory of quadratics, and which rule wins a race?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, at_least, at_most, close, reported
from experiments.lab.contract import Results
from experiments.optimizers import claims_race, reading
from experiments.optimizers.quadratics import CONDITIONS, METHODS
from experiments.optimizers.surfaces import RULES, SADDLE_STARTS, SADDLE_STEPS
from jaxnn.landscape import LOSS_SURFACES

LESSARD = "Lessard, Recht & Packard 2016"
LECTURE = "lecture 11, “Momentum”"
RATE_ERROR = 5e-4  # at a double root the distance is (c + T) rate^T, and c is left out
ADAPTIVE = ("AdaGrad", "RMSProp", "Adam")


def claims(results: Results) -> list[Claim]:
    """Claims about rates, limits, saddles, surfaces and the race, in this order."""
    return [
        *_rate_claims(results),
        *_limit_claims(results),
        *_saddle_claims(results),
        *_surface_claims(results),
        *claims_race.claims(results),
    ]


def _rate_claims(results: Results) -> Iterator[Claim]:
    steps = results["distances"].shape[-1] - 1
    expected = reading.expected_rates(steps)
    for place, method in enumerate(METHODS):
        for column, condition in enumerate(CONDITIONS):
            yield close(
                f"Factor per step of the distance from the minimum, condition number "
                f"{condition:g}: {method}",
                LESSARD,
                results["rates"][place, column],
                expected[place, column],
                RATE_ERROR,
            )


def _limit_claims(results: Results) -> Iterator[Claim]:
    expected = reading.limits()
    names = ("momentum", "Nesterov momentum", "Nesterov momentum with the slide's point W + v")
    for place, name in enumerate(names):
        yield close(
            f"Learning rate from which {name} diverges, relative to theory, for a = 0, 0.5 and 0.9",
            "stability of the recursion",
            results["limits"][place] / expected[place],
            1.0,
            0.01,
        )
    yield at_least(
        "Without momentum (a = 0) the slide's Nesterov rule should be gradient descent and allow "
        "the learning rate 2; the corrected rule's limit over the slide's",
        "lecture 11, “Nesterov Momentum”",
        results["limits"][1, 0] / results["limits"][2, 0],
        2.9,
    )


def _saddle_claims(results: Results) -> Iterator[Claim]:
    found = results["saddle_steps"]
    decades = -np.log10(SADDLE_STARTS)
    slopes = np.polyfit(decades, found.T, 1)[0]
    for place, expected in enumerate(reading.steps_per_decade()):
        yield close(
            "Steps to leave a saddle, for each factor of 10 that the start is closer to it: "
            f"{list(RULES)[place]}",
            "growth of the recursion at curvature −1",
            slopes[place],
            expected,
            0.15,
        )
    yield at_most(
        "Steps that adaptive rules (AdaGrad, RMSProp, Adam) need more from 10⁻⁸ than from 10⁻¹",
        "steps do not depend on the size of the gradient",
        [
            found[list(RULES).index(name)][-1] - found[list(RULES).index(name)][0]
            for name in ADAPTIVE
        ],
        2,
    )
    yield at_most("Steps to leave the saddle: the slowest rule", LECTURE, found.max(), SADDLE_STEPS)


def _surface_claims(results: Results) -> Iterator[Claim]:
    rules = list(RULES)
    for place, (name, surface) in enumerate(LOSS_SURFACES.items()):
        excess = results["path_losses"][place, :, -1] - surface.least
        order = np.argsort(excess)
        yield reported(
            f"Loss above the least after {results['paths'].shape[2] - 1} steps on the surface "
            f"{name!r}: rules from the least to the greatest",
            "lecture 11, “Adaptive Learning Rates”",
            ", ".join(f"{rules[rule]} {excess[rule]:.2g}" for rule in order),
        )
