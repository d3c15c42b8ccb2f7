"""What do two predictors, components, and refits of forests and boosting say?

All methods are refitted to the same resamples, so that differences are paired, refit by refit.
"""

from __future__ import annotations

import numpy as np

from experiments.black_box_heart.compared_bands import METHODS
from experiments.black_box_heart.reading import above_zero, percentile
from experiments.black_box_heart.two_predictors import PAIR
from experiments.lab.claims import Claim, at_most, reported
from experiments.lab.contract import Results

JOINT_SLIDE = "lecture 11, 'What if we want the joint relationship with two predictors?'"
COMPONENTS_SLIDE = "lecture 11, 'Should I use PCA components?'"
FOREST_SLIDE = "lecture 11, 'But how does this work for random forests?'"
MOST = 0.9  # of a component's squared weights
FOUR = "(interval: 4 SE)"
OVER_REFITS = "(interval: nominal 95% over refits)"


def claims(results: Results) -> list[Claim]:
    """Two predictors, principal components, and the bands of all methods."""
    return [*_two_predictors(results), *_components(results), *_methods(results)]


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
            "H squared of the log odds (interval: nominal 95%, over refits)",
            JOINT_SLIDE,
            center,
            interval=(low, high),
        ),
        reported(
            "Pairs of predictors whose interval of H squared, nominal 95%, lies above 0",
            JOINT_SLIDE,
            f"{some} of {len(results['interaction_names'])}",
        ),
    ]


def _components(results: Results) -> list[Claim]:
    shares, weights = results["component_shares"], results["component_weights"]
    squares = -np.sort(-(weights**2), axis=0)
    needed = 1 + (squares.cumsum(axis=0) < MOST).sum(axis=0)
    return [
        at_most(
            "Share of the variance of the standardised features in the first two components; a "
            "picture of them shows less than half",
            COMPONENTS_SLIDE,
            shares[:2].sum(),
            0.5,
        ),
        reported(
            f"Features that make up {MOST:.0%} of the first and of the second component, of "
            f"{len(weights)}: why components are hard to read",
            COMPONENTS_SLIDE,
            ", ".join(map(str, needed)),
        ),
        reported(
            "Share of the variance of the network's log odds that is linear in the first two "
            "components",
            COMPONENTS_SLIDE,
            _linear_share(results),
        ),
    ]


def _linear_share(results: Results) -> float:
    p = results["component_predictions"].astype(float)
    odds = np.log(p / (1 - p))
    scores = np.column_stack([np.ones(len(odds)), results["component_scores"]])
    left = odds - scores @ np.linalg.lstsq(scores, odds)[0]
    return float(1 - left.var() / odds.var())


def _methods(results: Results) -> list[Claim]:
    losses = dict(zip(METHODS, results["compared_losses"], strict=True))
    optimism = {method: outside - inside for method, (inside, outside) in losses.items()}
    ends = results["compared_band"]
    widths = (ends[:, 1] - ends[:, 0]).mean(axis=1)
    found = [
        above_zero(
            f"Refits of {method} learn their rows by heart: cross-entropy out of bag minus in "
            f"bag, less that of the network on the same resample {FOUR}",
            FOREST_SLIDE,
            optimism[method] - optimism["network"],
        )
        for method in METHODS[1:]
    ]
    for method in METHODS[1:]:
        difference = losses[method][1] - losses["network"][1]
        found.append(
            reported(
                f"Cross-entropy out of bag, {method} minus network, on the same resamples "
                f"{OVER_REFITS}",
                FOREST_SLIDE,
                difference.mean(),
                interval=percentile(difference),
            )
        )
    found.append(
        reported(
            "Mean width of the nominal 95% band of a patient's prediction: " + ", ".join(METHODS),
            FOREST_SLIDE,
            ", ".join(f"{width:.2f}" for width in widths),
        )
    )
    for method in METHODS:
        curves = results[f"compared_{method}_maxhr"]
        change = curves[:, -1] - curves[:, 0]
        found.append(
            reported(
                f"Refits of {method}: change in the mean probability from the lowest to the "
                f"highest maximum heart rate {OVER_REFITS}",
                FOREST_SLIDE,
                change.mean(),
                interval=percentile(change),
            )
        )
    return found
