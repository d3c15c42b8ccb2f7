"""Does a simultaneous band hold for the whole curve, with the factor that theory says?"""

from statistics import NormalDist

import numpy as np
import pytest

from jaxnn.bands import calibrated_band, simultaneous_band
from jaxnn.errors import InputError

REFITS = 20000
NORMAL = NormalDist()


@pytest.fixture(scope="module")
def noise():
    """(refits, 10) independent standard normal numbers."""
    return np.random.default_rng(0).normal(size=(REFITS, 10))


@pytest.mark.parametrize("points", [1, 4, 10])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_independent_points_have_the_factor_of_the_largest_of_as_many(noise, points, level):
    exact = NORMAL.inv_cdf((1 + level ** (1 / points)) / 2)
    found = simultaneous_band(3 + noise[:, :points] * np.arange(1, points + 1), level)
    assert found.factor == pytest.approx(exact, abs=0.035)
    np.testing.assert_allclose(found.center, 3, atol=0.1)
    np.testing.assert_allclose(found.upper - found.center, found.factor * found.spread)
    if points == 10:
        assert found.factor > NORMAL.inv_cdf((1 + level) / 2) + 0.7


def test_one_point_has_the_quantile_of_its_own_distance(noise):
    one = noise[:300, :1]
    distance = np.abs(one - one.mean(axis=0)) / one.std(axis=0, ddof=1)
    assert simultaneous_band(one, 0.9).factor == pytest.approx(np.quantile(distance, 0.9))


def test_the_stated_share_of_whole_curves_is_inside(noise):
    curves = np.cumsum(noise, axis=1)
    band = simultaneous_band(curves, 0.9)
    inside = (curves >= band.lower) & (curves <= band.upper)
    assert inside.all(axis=1).mean() == pytest.approx(0.9, abs=1 / REFITS)
    assert inside.mean() > 0.95  # each point is inside more often


def test_curves_that_move_as_one_need_no_more_than_a_point(noise):
    together = noise[:, :1] + np.arange(5.0)
    assert simultaneous_band(together).factor == pytest.approx(
        simultaneous_band(noise[:, :1]).factor
    )


def test_points_at_which_all_refits_agree_have_no_width_and_no_say(noise):
    curves = noise[:, :3].copy()
    curves[:, 1] = 0.1  # of which the mean is not exactly 0.1 when it is rounded
    band = simultaneous_band(curves)
    assert band.lower[1] == band.center[1] == band.upper[1] == 0.1
    assert band.factor == pytest.approx(simultaneous_band(curves[:, [0, 2]]).factor)
    constant = simultaneous_band(np.full((5, 2), 0.3))
    assert constant.factor == pytest.approx(NORMAL.inv_cdf(0.975))
    np.testing.assert_array_equal([constant.lower, constant.upper], 0.3)


def test_probabilities_stay_between_zero_and_one(noise):
    odds = 6 + 3 * noise[:, :4]
    band = simultaneous_band(1 / (1 + np.exp(-odds)), kind="binary")
    plain = simultaneous_band(1 / (1 + np.exp(-odds)))
    assert (plain.upper > 1).any()
    assert (band.lower > 0).all() and (band.upper <= 1).all()
    on_odds = simultaneous_band(odds)
    assert band.factor == pytest.approx(on_odds.factor, rel=1e-3)
    np.testing.assert_allclose(band.lower, 1 / (1 + np.exp(-on_odds.lower)), rtol=1e-2)


def test_each_output_has_a_factor_of_its_own(noise):
    several = noise.reshape(REFITS, 5, 2)
    band = simultaneous_band(several)
    for output in range(2):
        alone = simultaneous_band(several[..., output])
        assert np.asarray(band.factor)[output] == alone.factor
        np.testing.assert_array_equal(band.lower[:, output], alone.lower)


def test_simulated_refits_move_the_center_and_widen_the_band(noise):
    fit = np.array([1.0, 2.0])
    draws = 0.8 * fit + 0.1 * noise[:, :2]  # a fit is 0.8 of the truth
    refits = fit + 0.2 * noise[:, 2:4]
    band = simultaneous_band(refits, fitted=fit, simulated=draws)
    np.testing.assert_allclose(band.center, 1.2 * fit, atol=0.01)
    largest = (np.abs(draws - fit) / draws.std(axis=0, ddof=1)).max(axis=1)
    assert band.factor == pytest.approx(np.quantile(largest, 0.95))
    pointwise = calibrated_band(refits, fit, draws, missed=0.0)
    np.testing.assert_allclose(band.center, pointwise.center)
    assert band.factor > pointwise.factor
    several = simultaneous_band(refits, fitted=[fit - 1, fit + 1], simulated=draws)
    np.testing.assert_allclose(several.center, band.center)


def test_what_is_no_set_of_curves_is_refused(noise):
    for wrong, sentence in (
        (noise[0], r"curves has shape \(10,\); pass \(refits, points\)"),
        (noise[:1], r"curves has shape \(1, 10\).*at least two refits"),
        (noise[:, :0], r"curves has shape \(20000, 0\)"),
        ([[1.0, np.nan], [0.0, 1.0]], "curves holds nan at row 0, column 1"),
    ):
        with pytest.raises(InputError, match=sentence):
            simultaneous_band(wrong)
    with pytest.raises(InputError, match="level is 95; pass a number between 0 and 1"):
        simultaneous_band(noise, 95)
    with pytest.raises(InputError, match="simulated is None, but fitted is given; pass both"):
        simultaneous_band(noise, fitted=noise[0])
    with pytest.raises(InputError, match="pass the same points for all three"):
        simultaneous_band(noise, fitted=noise[0, :3], simulated=noise[:, :3])
    with pytest.raises(InputError, match="kind"):
        simultaneous_band(noise, kind="probability")
