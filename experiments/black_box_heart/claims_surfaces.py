"""What do two predictors together, and principal components, say?"""

from __future__ import annotations

import numpy as np

from experiments.black_box_heart.reading import above_zero, component_picture
from experiments.black_box_heart.two_predictors import PAIR
from experiments.lab.claims import Claim, at_most, reported
from experiments.lab.contract import Results

JOINT_SLIDE = "lecture 11, 'What if we want the joint relationship with two predictors?'"
COMPONENTS_SLIDE = "lecture 11, 'Should I use PCA components?'"
FOUR = "(interval: 4 SE)"
MOST = 0.9  # of a component's squared weights


def claims(results: Results) -> list[Claim]:
    """The boundary of two predictors, interactions, and principal components."""
    return [*_two_predictors(results), *_components(results)]


def _two_predictors(results: Results) -> list[Claim]:
    center, low, high = results["interaction_h_squared"][:, 0]
    some = (results["interaction_h_squared"][1] > 0).sum()
    return [
        above_zero(
            "Accuracy out of bag by all predictors, minus that by the boundary of "
            f"{' and '.join(PAIR)} with the others at their mean or most common level {FOUR}",
            JOINT_SLIDE,
            results["all_right"] - results["flat_right"],
        ),
        reported(
            f"The strongest interaction of the network: {results['interaction_names'][0]}, "
            "H squared of the log odds, Friedman's share of their joint effect that is an "
            "interaction (interval: nominal 95% over refits)",
            JOINT_SLIDE,
            center,
            interval=(low, high),
        ),
        reported(
            "Pairs of predictors whose nominal 95% interval of H squared lies above 0",
            JOINT_SLIDE,
            f"{some} of {len(results['interaction_names'])}",
        ),
    ]


def _components(results: Results) -> list[Claim]:
    picture = component_picture(results)
    weights = picture.loadings
    squares = -np.sort(-(weights**2), axis=0)
    needed = 1 + (squares.cumsum(axis=0) < MOST).sum(axis=0)
    return [
        at_most(
            "Share of the variance of the standardised features in the first two components; a "
            "picture of them shows less than half",
            COMPONENTS_SLIDE,
            picture.variance_share.sum(),
            0.5,
        ),
        reported(
            f"Features that make up {MOST:.0%} of the first and of the second component, of "
            f"{len(weights)}: why components are hard to read",
            COMPONENTS_SLIDE,
            ", ".join(map(str, needed)),
        ),
        reported(
            "Share of the variance of the network's predictions that is kept when each patient is "
            "moved onto the plane of two components",
            COMPONENTS_SLIDE,
            picture.fidelity,
        ),
    ]
