"""What does the Heart data's black box say, in sentences for the gallery?"""

from __future__ import annotations

import numpy as np

from experiments.black_box_heart.compared_bands import METHODS
from experiments.black_box_heart.curves import OLDER, YOUNGER
from experiments.black_box_heart.known_truths import VALUES
from experiments.black_box_heart.reading import (
    first_splits,
    method_importances,
    refit_importance,
    surrogate,
)
from experiments.lab.contract import Results

HEADING = "What the black box says"


def verdict(results: Results) -> dict[str, list[str]]:
    """Importance, the surrogate, correlation, curves, two predictors, and other methods."""
    return {
        HEADING: [
            _importance(results),
            _noise(results),
            _surrogate(results),
            _permutation(results),
            _age(results),
            _together(results),
            _methods(results),
        ]
    }


def _importance(results: Results) -> str:
    found = method_importances(results)
    firsts = [found.names[place] for place in found.center.argmax(axis=1)]
    permuted = [
        first
        for method, first in zip(found.methods, firsts, strict=True)
        if method.endswith("permutation")
    ]
    name = max(set(permuted), key=permuted.count)
    importance = refit_importance(results)
    certain = [n for n, low in zip(importance.names, importance.lower, strict=True) if low > 0]
    return (
        f"By permutation, {permuted.count(name)} of {len(permuted)} methods put {name} first; by "
        f"impurity, {firsts[: -len(permuted)].count(name)} of {len(firsts) - len(permuted)} do. In "
        "the network the interval of the importance, nominal 95%, lies above zero for "
        f"{len(certain)} of {len(importance.names)} predictors: {', '.join(certain)}."
    )


def _noise(results: Results) -> str:
    impurity, permuted = results["noise_impurity"].mean(axis=0), results["noise_permuted"]
    return (
        f"Impurity mistakes many values for importance: in forests, noise with {VALUES[-1]} values "
        f"took {impurity[-1]:.0%} of it, and the only predictor that mattered {impurity[0]:.0%}. "
        f"Permuting them lost {permuted[:, -1].mean():.1%} and {permuted[:, 0].mean():.1%} of the "
        "accuracy on new rows."
    )


def _surrogate(results: Results) -> str:
    name, share = next(iter(first_splits(results).items()))
    tree = surrogate(results)
    return (
        f"A tree of depth 3 imitates the network with R squared {tree.fidelity:.2f}, on rows left "
        f"out {tree.held_out_fidelity:.2f}; its most frequent first split, on {name}, is that of "
        f"{share:.0%} of the refits."
    )


def _permutation(results: Results) -> str:
    permuted, lost = (
        results[f"without_{part}"].sum(axis=1).mean() for part in ("permuted", "lost")
    )
    return (
        "The lecture names correlation as a reason to prefer permutation importance; it is its "
        f"weakness. Over all predictors of the Heart data, permuting costs {permuted:.2f} nats, "
        f"and training without the predictor {lost:.2f}."
    )


def _age(results: Results) -> str:
    alone, held = (100 * results[f"rise_{part}"][0] for part in ("alone", "rows"))
    return (
        f"From age {YOUNGER:g} to {OLDER:g} the probability of heart disease changes by "
        f"{alone:+.0f} percentage points in a regression on age alone, and by {held:+.0f} in the "
        "network, with the other predictors as observed."
    )


def _together(results: Results) -> str:
    strongest = results["interaction_h_squared"][0, 0]
    every, flat = (results[f"{part}_right"].mean() for part in ("all", "flat"))
    return (
        f"The boundary of two predictors classifies {flat:.0%} of the patients left out rightly, "
        f"the network {every:.0%}. On the scale of log odds, the strongest of all its "
        f"interactions has H squared {strongest:.4f}."
    )


def _methods(results: Results) -> str:
    inside, outside = np.moveaxis(results["compared_right"].mean(axis=2), 1, 0)
    parts = [
        f"{method} {one:.0%} and {other:.0%}"
        for method, one, other in zip(METHODS, inside, outside, strict=True)
    ]
    return (
        "The same bootstrap works for any method, if it is judged out of bag. Accuracy on rows "
        f"trained on and left out: {'; '.join(parts)}."
    )
