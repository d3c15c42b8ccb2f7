"""Do rates, limits and paths agree with the theory of quadratics, and which rule wins a race?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, all_of, below, close, equals, reported, within
from experiments.lab.contract import Results
from experiments.optimizers import claims_race, reading
from experiments.optimizers.quadratics import CONDITIONS, METHODS, RATES_TRIED
from experiments.optimizers.surfaces import RULES, SADDLE_STARTS, SADDLE_STEPS
from jaxnn.landscape import LOSS_SURFACES

LESSARD = "Lessard, Recht & Packard 2016"
LECTURE = "lecture 11, “Momentum”"
RATE_ERROR = 0.02  # at a double root the distance is (c + T) rate^T, and c is left out
ROUNDING = 1e-15
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
    expected = -np.log(reading.expected_rates(steps))
    for place, method in enumerate(METHODS):
        for column, condition in enumerate(CONDITIONS):
            yield close(
                "Fall per step of the logarithm of the distance from the minimum, condition number "
                f"{condition:g}: {method}",
                LESSARD,
                -np.log(results["rates"][place, column]),
                expected[place, column],
                RATE_ERROR,
                relative=True,
            )


def _limit_claims(results: Results) -> Iterator[Claim]:
    expected = reading.limits()
    names = ("momentum", "Nesterov momentum", "Nesterov momentum with the slide's point W + v")
    for place, name in enumerate(names):
        yield within(
            f"Smallest learning rate tried with which {name} diverges, over theory, for a = 0, 0.5 "
            "and 0.9 (rates tried are 0.5% apart)",
            "stability of the recursion",
            results["limits"][place] / expected[place],
            1.0,
            RATES_TRIED[1] / RATES_TRIED[0],
        )
    corrected, slide = (f"{limit:.2g}" for limit in results["limits"][1:, 0])
    yield equals(
        "Without momentum (a = 0), Nesterov's rule should be gradient descent, with the limit 2 of "
        f"the learning rate; with the slide's point W + v the limit is {slide}: limit with W + a v",
        "erratum 17 of the lecture",
        corrected,
        "2",
    )


def _saddle_claims(results: Results) -> Iterator[Claim]:
    found = results["saddle_steps"]
    decades = -np.log10(SADDLE_STARTS)
    slopes = np.polyfit(decades, found.T, 1)[0]
    theory = reading.steps_per_decade()
    for place, expected in enumerate(theory):
        yield close(
            "Steps to leave a saddle, for each factor of 10 that the start is closer to it: "
            f"{list(RULES)[place]}",
            "growth of the recursion at curvature −1, but for whole steps (±1 over 7 factors)",
            slopes[place],
            expected,
            1 / 7,
        )
    yield below(
        "Steps of adaptive rules (AdaGrad, RMSProp, Adam) hardly depend on how close the start is: "
        "extra steps from 10⁻⁸ over those from 10⁻¹; the limit is what Nesterov's rule needs for "
        "one factor of ten",
        "steps do not depend on the size of the gradient",
        [
            found[list(RULES).index(name)][-1] - found[list(RULES).index(name)][0]
            for name in ADAPTIVE
        ],
        float(min(theory)),
    )
    yield all_of(
        f"Paths that leave the saddle within {SADDLE_STEPS} steps, all rules and starts",
        LECTURE,
        found <= SADDLE_STEPS,
    )


def _surface_claims(results: Results) -> Iterator[Claim]:
    rules = list(RULES)
    for place, (name, surface) in enumerate(LOSS_SURFACES.items()):
        excess = results["path_losses"][place, :, -1] - surface.least
        order = np.argsort(excess)
        yield reported(
            f"Loss above the least after {results['paths'].shape[2] - 1} steps on the surface "
            f"{reading.surface_name(name)}: rules from the least to the greatest",
            "lecture 11, “Adaptive Learning Rates”",
            ", ".join(f"{rules[rule]} {_number(float(excess[rule]))}" for rule in order),
        )


def _number(excess: float) -> str:
    return "rounding" if abs(excess) < ROUNDING else f"{excess:.2g}"
