"""Is each kind of band made of the refits that it should be made of?"""

import numpy as np
import pytest

from experiments.band_coverage.network_bands import (
    FITS,
    METHODS,
    STRENGTHS,
    Refits,
    _out_of_bag,
    bands,
)
from experiments.band_coverage.reading import Compared
from experiments.band_coverage.settings import Setting, places
from jaxnn import interval
from jaxnn.bands.calibration import calibrated_band

SETTING = Setting("rare level", "quantitative", 100, 1)
SETS, REFITS = 2, 40


@pytest.fixture(scope="module")
def refits():
    """Refits with numbers of their own for each penalty, of a setting with four places."""
    numbers = np.random.default_rng(0).normal(size=(3, len(STRENGTHS), SETS, REFITS, 4))
    shift = np.arange(3)[:, None, None, None]
    losses = np.array([[1.0, 1.0], [1.00, 1.00], [1.02, 1.05]])  # of the three penalties
    return Refits(
        np.zeros((SETS, 4)),
        numbers[0, :, :, :FITS] + shift,
        numbers[1] + shift,
        numbers[2] + 1.5 * shift,
        losses,
        0,
        1,
    )


def test_the_default_is_the_calibrated_band_of_the_penalty_that_its_losses_choose(refits):
    found = bands(refits, SETTING)
    assert found["strength"].tolist() == [0.1, 0.3]
    made = dict(zip(METHODS, np.moveaxis(found["bands"], 1, 0), strict=True))
    for number, strength in enumerate((0.1, 0.3)):
        fixed = made[f"calibrated, strength {strength}"][:, number]
        np.testing.assert_array_equal(made["calibrated (default)"][:, number], fixed)
        k = STRENGTHS.index(strength)
        band = calibrated_band(
            refits.resampled[k, number], refits.fits[k, number], refits.simulated[k, number]
        )
        np.testing.assert_allclose(fixed, np.stack([band.lower, band.upper]))


def test_percentile_simulated_and_union_bands_are_those_of_their_refits(refits):
    made = dict(zip(METHODS, np.moveaxis(bands(refits, SETTING)["bands"], 1, 0), strict=True))
    percentile = np.stack(interval(np.moveaxis(refits.resampled[1], 1, 0)))
    np.testing.assert_allclose(made["percentile, strength 0.3"], percentile)
    low, high = interval(np.moveaxis(refits.simulated[1], 1, 0))
    fit = refits.fits[1].mean(axis=1)
    basic = np.stack([2 * fit - high, 2 * fit - low])
    np.testing.assert_allclose(made["simulated responses, strength 0.3"], basic)
    union = made["union of both, strength 0.3"]
    np.testing.assert_allclose(union[0], np.minimum(percentile[0], basic[0]))
    np.testing.assert_allclose(union[1], np.maximum(percentile[1], basic[1]))


def test_a_row_in_every_resample_is_predicted_by_the_fit():
    at_rows = np.array([1.0, 3.0]).reshape(1, 1, 2, 1) * np.ones((1, 1, 2, 3))
    absent = np.array([[True, True, False], [False, True, False]])[None, None]
    found = _out_of_bag(at_rows, absent, np.full((1, 1, 3), 9.0))
    assert found.tolist() == [[[1.0, 2.0, 9.0]]]


def test_the_learners_mean_is_that_of_each_data_sets_penalty(refits):
    found = bands(refits, SETTING)
    fits = refits.fits.mean(axis=2)
    one = Compared(SETTING, refits.truth, fits, **found)
    learner = dict(zip(METHODS, one.learner(), strict=True))
    np.testing.assert_allclose(learner["percentile, strength 1"][0], fits[0].mean(axis=0))
    np.testing.assert_allclose(learner["calibrated (default)"][0], fits[2].mean(axis=0))
    np.testing.assert_allclose(learner["calibrated (default)"][1], fits[1].mean(axis=0))


def test_places_beyond_the_central_rows_do_not_count():
    setting = Setting("linear", "binary", 100, 3)
    shape = (SETS, 15)
    one = Compared(setting, *np.zeros((5, *shape)))
    assert np.flatnonzero(~one.counted).tolist() == [13, 14]
    assert places(setting)["edge"] == slice(13, 15)


def test_widths_are_relative_to_percentile_bands_on_either_scale():
    setting = Setting("rare level", "count", 100, 1)
    ends = np.ones((2, len(METHODS), SETS, 4))
    ends[1] = 4.0
    ends[1, -1] = 16.0
    one = Compared(setting, *np.zeros((2, SETS, 4)), ends, *np.zeros((2, SETS, 4)))
    assert one.widths()[-1].tolist() == pytest.approx([5.0, 5.0])  # 15 / 3
    assert one.widths(on_link_scale=True)[-1].tolist() == pytest.approx(
        [2.0, 2.0]
    )  # log 16 / log 4
