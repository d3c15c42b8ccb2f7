"""Is the whole true curve inside a simultaneous band, and a true change inside its interval?

From the refits that `network_bands` compares, for the averaged curve of the first predictor:

    whole    the band at all points of the grid at once
    change   the curve at `TO` less the curve at `FROM`, by the percentiles of the refits, or
             calibrated on the differences themselves
"""

from __future__ import annotations

import numpy as np

from experiments.band_coverage.network_bands import STRENGTHS, Refits
from experiments.band_coverage.settings import GRID, Setting, places
from experiments.shared.binary_models import LEVEL
from jaxnn import interval
from jaxnn.bands import calibrated_band, simultaneous_band

KINDS = ("refits alone, strength 0.3", "calibrated (default)")
FROM, TO = 1, 3  # places of GRID


def whole_curves(refits: Refits, setting: Setting, strength: np.ndarray) -> dict[str, np.ndarray]:
    """The simultaneous bands of a curve, and the intervals of its change, of every data set.

    Args:
      refits: of the setting.
      setting: the known truth.
      strength: (sets,) the strength of the default's penalty.

    Returns:
      whole: (2, kinds, sets, points) lower and upper ends of the bands, in the order of `KINDS`.
      change: (2, kinds, sets) ends of the intervals of the change; nothing for a setting without a
        curve.
    """
    at = places(setting).get("curve")
    if at is None:
        return {}
    sets, kind = len(refits.truth), setting.kind
    whole = np.empty((2, len(KINDS), sets, len(GRID)))
    change = np.empty((2, len(KINDS), sets))
    for number in range(sets):
        default = STRENGTHS.index(strength[number])
        alone = refits.resampled[STRENGTHS.index(0.3), number][:, at].astype(float)
        resampled, fits, simulated = (
            of[default, number][:, at].astype(float)
            for of in (refits.resampled, refits.fits, refits.simulated)
        )
        for place, band in enumerate(
            (
                simultaneous_band(alone, LEVEL, kind=kind),
                simultaneous_band(resampled, LEVEL, kind=kind, fitted=fits, simulated=simulated),
            )
        ):
            whole[:, place, number] = band.lower, band.upper
        changes = [(of[:, TO] - of[:, FROM])[:, None] for of in (resampled, fits, simulated)]
        calibrated = calibrated_band(changes[0], changes[1], changes[2], LEVEL)
        change[:, 0, number] = interval(alone[:, TO] - alone[:, FROM], LEVEL)
        change[:, 1, number] = calibrated.lower[0], calibrated.upper[0]
    return {"whole": whole, "change": change}
