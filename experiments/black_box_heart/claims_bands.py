"""What do bootstrap refits of forests and boosting say, beside those of the network?

All three are refitted to the same resamples, so that differences are paired, refit by refit.
"""

from __future__ import annotations

from experiments.black_box_heart.compared_bands import METHODS
from experiments.black_box_heart.reading import above_zero, percentile
from experiments.lab.claims import Claim, reported
from experiments.lab.contract import Results

FOREST_SLIDE = "lecture 11, 'But how does this work for random forests?'"
FOUR = "(interval: 4 SE)"
REFITS = {
    "network": "Refits of the network",
    "forest": "Refits of the forest",
    "boosting": "Refits of boosting",
}
OVER_REFITS = "(interval: nominal 95% over refits)"


def claims(results: Results) -> list[Claim]:
    """Rows that are memorised, errors of prediction, and widths of bands, by method."""
    losses = dict(zip(METHODS, results["compared_losses"], strict=True))
    optimism = {method: outside - inside for method, (inside, outside) in losses.items()}
    ends = results["compared_band"]
    widths = (ends[:, 1] - ends[:, 0]).mean(axis=1)
    found = [
        above_zero(
            f"{REFITS[method]} memorise their rows: cross-entropy out of bag minus that in "
            f"bag, in excess of the network's on the same resample {FOUR}",
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
                f"{REFITS[method]}: change in the mean probability from the lowest maximum heart "
                f"rate to the highest {OVER_REFITS}",
                FOREST_SLIDE,
                change.mean(),
                interval=percentile(change),
            )
        )
    return found
