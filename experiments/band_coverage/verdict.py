"""What does the comparison of bands show, in sentences for the gallery?"""

from __future__ import annotations

import numpy as np

from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import DEFAULT, Compared, compared
from experiments.lab.contract import Results

HEADING = "Bands of a network"


def verdict(results: Results) -> dict[str, list[str]]:
    """How wide the default's bands are, and where they contain the truth least often."""
    found = compared(results)
    cover = [_share(one, DEFAULT) for one in found]
    place = list(METHODS).index(DEFAULT)
    width = np.mean([one.widths(on_link_scale=True)[place].mean() for one in found])
    least = int(np.argmin(cover))
    outside = [_share(one, DEFAULT, outside=True) for one in found if not one.counted.all()]
    return {
        HEADING: [
            "Calibrated bands, the default of `jaxnn explain`, are on average "
            f"{width:.2f} times as wide as percentile bands with the lighter penalty, on the link "
            "scale.",
            f"They do worst in the setting “{found[least].setting.words}”, where they contain the "
            f"truth {cover[least]:.0%} of the time.",
            "Where a predictor's curve goes beyond the central 96% of the rows, they contain it "
            f"{np.mean(outside):.0%} of the time.",
        ]
    }


def _share(one: Compared, name: str, *, outside: bool = False) -> float:
    """Share of a method's bands that contain the truth."""
    place = list(METHODS).index(name)
    kept = ~one.counted if outside else one.counted
    return float(one.contained()[place][:, kept].mean())
