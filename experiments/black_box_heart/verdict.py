"""What does the Heart data's black box say, in sentences for the gallery?"""

from __future__ import annotations

import numpy as np

from experiments.black_box_heart.compared_bands import METHODS
from experiments.black_box_heart.known_truths import VALUES
from experiments.black_box_heart.reading import (
    first_splits,
    refit_importance,
    surrogate,
)
from experiments.lab.contract import Results

HEADING = "What else the black box says"


def verdict(results: Results) -> dict[str, list[str]]:
    """Importance, the surrogate, two predictors, and other methods; the page has the rest."""
    return {
        HEADING: [
            _importance(results),
            _noise(results),
            _surrogate(results),
            _together(results),
            _methods(results),
        ]
    }


def _importance(results: Results) -> str:
    importance = refit_importance(results)
    certain = [n for n, low in zip(importance.names, importance.lower, strict=True) if low > 0]
    return (
        "In the network, the nominal 95% interval of the importance lies above zero for "
        f"{len(certain)} of {len(importance.names)} predictors: {', '.join(certain) or 'none'}."
    )


def _noise(results: Results) -> str:
    permuted = results["noise_permuted"].mean(axis=0)
    return (
        "Permutation tells noise from what matters where impurity does not: in the forests with a "
        f"known truth, permuting the noise with {VALUES[-1]} values lost {permuted[-1]:.1%} of the "
        f"accuracy on new rows, and permuting the only predictor that mattered {permuted[0]:.1%}."
    )


def _surrogate(results: Results) -> str:
    name, share = next(iter(first_splits(results).items()))
    tree, single = surrogate(results), results["surrogate_held_out"]
    return (
        "The tree of depth 3 in the figure, which imitates the mean prediction of the refits, has "
        f"R squared {tree.fidelity:.2f}, and {tree.held_out_fidelity:.2f} on rows left out. Trees "
        f"that imitate single refits have {single.mean():.2f} there, on average over {len(single)} "
        f"refits, and {share:.0%} of them split first on {name}."
    )


def _together(results: Results) -> str:
    strongest = results["interaction_h_squared"][0, 0]
    pair = results["interaction_names"][0]
    every, flat = (results[f"{part}_right"].mean() for part in ("all", "flat"))
    return (
        f"The boundary of two predictors classifies {flat:.0%} of the left-out patients correctly, "
        f"the network {every:.0%}. Its strongest interaction, on the scale of log odds, is that of "
        f"{pair}: {strongest:.2%} of their joint effect is not the sum of their single effects "
        "(Friedman's H squared)."
    )


def _methods(results: Results) -> str:
    inside, outside = np.moveaxis(results["compared_right"].mean(axis=2), 1, 0)
    parts = [
        f"{method} {one:.0%} and {other:.0%}"
        for method, one, other in zip(METHODS, inside, outside, strict=True)
    ]
    return (
        "The same bootstrap works for any method, if it is judged out of bag. Accuracy on rows "
        f"trained on and left out, in {results['compared_right'].shape[2]} refits of each: "
        f"{'; '.join(parts)}."
    )
