"""What does the comparison of bands show, in sentences for the gallery?"""

from __future__ import annotations

import numpy as np

from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import DEFAULT, REFERENCE, Compared, compared
from experiments.lab.contract import Results

HEADING = "Bands of a network"


def verdict(results: Results) -> dict[str, list[str]]:
    """How often each kind of band contains the truth, and where the default does not."""
    found = compared(results)
    strong = "percentile, strength 1"
    cover = [_share(one, DEFAULT) for one in found]
    place = list(METHODS).index(DEFAULT)
    width = np.mean([one.widths(on_link_scale=True)[place].mean() for one in found])
    own = np.mean([_share(one, strong, own=True) for one in found])
    least = int(np.argmin(cover))
    sentences = [
        f"Settings with a known truth: {len(found)}. With the penalty of the first weights' prior, "
        "percentile bands of a network, nominal 95%, contained the truth "
        f"{_mean(found, strong):.0%} of the time, and the network's own mean {own:.0%}: resampling "
        "rows shows how a fit varies, not how a penalty bends it.",
        "With 0.3 of that penalty, percentile bands contained the truth "
        f"{_mean(found, REFERENCE):.0%} of the time. Calibrated bands, the default of "
        f"`jaxnn explain`, did so {np.mean(cover):.0%} of the time, at {width:.2f} times the "
        "width on the link scale.",
        f"The hardest setting for calibrated bands was “{found[least].setting.words}”: "
        f"{cover[least]:.0%}.",
    ]
    outside = [_share(one, DEFAULT, outside=True) for one in found if not one.counted.all()]
    sentences.append(
        "Where a predictor's curve goes beyond the central 96% of the rows, calibrated bands "
        f"contained it only {np.mean(outside):.0%} of the time."
    )
    return {HEADING: sentences}


def _mean(found: list[Compared], name: str) -> float:
    return float(np.mean([_share(one, name) for one in found]))


def _share(one: Compared, name: str, *, own: bool = False, outside: bool = False) -> float:
    """Share of a method's bands that contain the truth, or the network's own mean."""
    place = list(METHODS).index(name)
    target = one.learner()[place] if own else one.truth
    kept = ~one.counted if outside else one.counted
    return float(one.contained(target)[place][:, kept].mean())
