"""Are whole curves and changes judged by their own bands?"""

import numpy as np
import pytest

from experiments.band_coverage.claims_whole_curves import claims
from experiments.band_coverage.network_bands import FITS, STRENGTHS, Refits
from experiments.band_coverage.settings import Setting
from experiments.band_coverage.whole_curves import whole_curves
from jaxnn import interval
from jaxnn.bands import calibrated_band, simultaneous_band

SETTING = Setting("linear", "quantitative", 100, 1)  # 8 points, 5 of the curve, 2 at the edge
CURVE = slice(8, 13)
SETS, REFITS = 2, 30


def test_bands_of_curves_are_those_of_their_refits():
    drawn = np.random.default_rng(0).normal(size=(3, len(STRENGTHS), SETS, REFITS, 15))
    refits = Refits(
        np.zeros((SETS, 15)), drawn[0, :, :, :FITS], drawn[1], drawn[2], np.zeros(0), 0, 1
    )
    found = whole_curves(refits, SETTING, np.array([0.1, 1.0]))
    for number, strength in enumerate((2, 0)):
        alone = refits.resampled[1, number, :, CURVE]
        curves = [
            of[strength, number, :, CURVE]
            for of in (refits.resampled, refits.fits, refits.simulated)
        ]
        expected = (
            simultaneous_band(alone),
            simultaneous_band(curves[0], fitted=curves[1], simulated=curves[2]),
        )
        for place, band in enumerate(expected):
            np.testing.assert_allclose(found["whole"][0, place, number], band.lower)
            np.testing.assert_allclose(found["whole"][1, place, number], band.upper)
        np.testing.assert_allclose(
            found["change"][:, 0, number], interval(alone[:, 3] - alone[:, 1])
        )
        band = calibrated_band(*(of[:, 3:4] - of[:, 1:2] for of in curves))
        np.testing.assert_allclose(found["change"][:, 1, number], [band.lower[0], band.upper[0]])
    assert whole_curves(refits, Setting("rare level", "count", 2000, 1), np.ones(SETS)) == {}


def test_a_curve_that_leaves_its_band_anywhere_is_not_counted(results):
    def told(**changes):
        return {c.statement: c.measured for c in claims({**results, **changes})}

    name = "rare_level_quantitative_3_100_whole"
    whole = np.asarray(results[name]).copy()
    whole[0], whole[1] = -1e6, 1e6
    whole[0, 1, 0, 2] = 1e5  # of the calibrated band of one data set, one point
    shares = {words: share for words, share in told(**{name: whole}).items() if "simult" in words}
    first, second = shares.values()
    sets = whole.shape[2]
    assert first.startswith("1.000")
    assert float(second.split()[0]) == pytest.approx(1 - 1 / sets, abs=1e-3)
    assert len(claims(results)) == 6
