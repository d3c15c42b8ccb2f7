"""Are bands centred without the bias that refits show, and as wide as the simulations require?"""

import jax
import numpy as np
import pytest

from jaxnn.bands.calibration import (
    calibrated_band,
    coverage_of_simulation,
    inverse_link,
    link,
    strength_for_bands,
)
from jaxnn.bands.simulation import Noise, simulate_responses
from jaxnn.errors import InputError, InputTypeError

ROWS, REFITS = 60, 4000


def ridge(penalty):
    """A curve of 60 rows, and the matrix that takes responses to the fit by ridge regression."""
    X = np.stack([np.ones(ROWS), np.linspace(-1, 1, ROWS)], axis=1)
    return X, X @ np.linalg.solve(X.T @ X + penalty * np.eye(2), X.T)


def refits_of_ridge(key, penalty):
    """The fit, refits to simulated responses, and the matrix of the fit."""
    X, smoother = ridge(penalty)
    key_data, key_draws = jax.random.split(key)
    y = X @ [1.0, 2.0] + np.asarray(jax.random.normal(key_data, (ROWS,)))
    fit = smoother @ y
    drawn = jax.vmap(lambda k: simulate_responses(k, "quantitative", fit, Noise(y - fit)))(
        jax.random.split(key_draws, REFITS)
    )
    return fit, np.asarray(drawn, float) @ smoother, smoother


def test_least_squares_has_no_bias_and_the_factor_of_the_normal_distribution(key):
    fit, simulated, _ = refits_of_ridge(key, 0.0)
    band = calibrated_band(simulated, fit, simulated)
    error = band.spread / np.sqrt(REFITS)
    assert (np.abs(band.center - fit) < 5 * error).all()
    assert band.factor == pytest.approx(1.96, abs=0.06)
    np.testing.assert_allclose(band.upper - band.center, band.factor * band.spread)


def test_the_center_is_the_fit_less_the_bias_of_ridge_regression_by_its_formula(key):
    fit, simulated, smoother = refits_of_ridge(key, 20.0)
    band = calibrated_band(simulated, fit, simulated)
    error = band.spread / np.sqrt(REFITS)
    assert np.abs(smoother @ fit - fit).max() > 20 * error.max()
    assert (np.abs(band.bias - (smoother @ fit - fit)) < 5 * error).all()
    assert (np.abs(band.center - (2 * fit - smoother @ fit)) < 5 * error).all()
    assert band.factor > 2.2  # the simulated refits show the bias, so the band is wider


def test_a_shift_that_the_nominal_level_ignores_is_found(key):
    noise = np.asarray(jax.random.normal(key, (REFITS, 3)), float)
    shifts = np.array([0.0, 1.0, 2.0])  # in standard deviations
    found = coverage_of_simulation(np.zeros(3), shifts + noise, missed=0.0)
    normal = [0.95, 0.8300, 0.4840]  # P(|N(shift, 1)| < 1.96)
    np.testing.assert_allclose(found.uncorrected, normal, atol=4 * np.sqrt(0.25 / REFITS))
    assert (found.calibrated > 0.99).all()


def test_the_factor_suffices_at_all_but_the_share_that_may_be_missed(key):
    noise = np.asarray(jax.random.normal(key, (REFITS, 10)), float)
    shifts = np.r_[np.zeros(9), 3.0]  # one point of ten is biased
    strict, lenient = (
        calibrated_band(noise, np.zeros(10), shifts + noise, missed=missed).factor
        for missed in (0.0, 0.2)
    )
    assert strict == pytest.approx(3 + 1.645, abs=0.15)  # 0.95 quantile of |N(3, 1)|
    assert lenient == pytest.approx(1.96, abs=0.08)


@pytest.mark.parametrize("kind", ["binary", "categorical", "count"])
def test_ends_of_bands_are_means_that_the_response_can_have(key, kind):
    means = np.array([1e-9, 0.02, 0.98, 1.0])
    curves = np.clip(means + 0.1 * np.asarray(jax.random.normal(key, (50, 4)), float), 0, 1)
    band = calibrated_band(curves, means, curves[::-1], kind=kind)
    assert (band.lower > 0).all()
    assert (band.lower <= band.center).all() and (band.center <= band.upper).all()
    assert kind == "count" or (band.upper < 1).all()


def test_points_that_never_vary_have_no_say(key):
    curves = np.asarray(jax.random.normal(key, (500, 2)), float) * [1.0, 0.0]
    band = calibrated_band(curves, np.zeros(2), curves, missed=0.0)
    assert band.factor < 2.3
    assert band.lower[1] == band.upper[1] == 0
    flat = calibrated_band(0 * curves, np.zeros(2), 0 * curves)
    assert flat.factor == pytest.approx(1.96, abs=0.001)


@pytest.mark.parametrize("kind", ["quantitative", "binary", "categorical", "count"])
def test_a_link_and_its_inverse_undo_each_other(kind):
    means = np.array([1e-6, 0.3, 0.5, 0.999])
    np.testing.assert_allclose(inverse_link(kind, link(kind, means)), means, rtol=1e-12)


def test_several_fits_are_averaged_on_the_link_scale():
    curves = np.array([[0.5], [0.6], [0.7]])
    fits = np.array([[0.2], [0.8]])  # log odds -1.39 and 1.39
    band = calibrated_band(curves, fits, np.array([[0.5], [0.5]]), kind="binary")
    assert band.center[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("curves", "fitted", "simulated", "message"),
    [
        (
            np.ones((1, 2)),
            np.ones(2),
            np.ones((3, 2)),
            "curves has shape (1, 2); pass at least two",
        ),
        (np.ones((3, 2)), np.ones(2), np.ones((3, 4)), "pass the same points for all three"),
        (np.ones((3, 2)), np.ones(3), np.ones((3, 2)), "pass the same points for all three"),
        (np.full((3, 2), np.nan), np.ones(2), np.ones((3, 2)), "curves holds nan"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_a_sentence(curves, fitted, simulated, message):
    with pytest.raises(InputError) as refusal:
        calibrated_band(curves, fitted, simulated)
    assert message in str(refusal.value)


def test_levels_kinds_and_shares_out_of_range_are_refused():
    two = np.ones((2, 2))
    with pytest.raises(InputError, match="level is 95; pass a number between 0 and 1"):
        calibrated_band(two, two, two, 95)
    with pytest.raises(InputTypeError, match="missed is 'few'; pass a number of at least 0"):
        coverage_of_simulation(two, two, missed="few")
    with pytest.raises(InputError, match="kind is 'counts'"):
        calibrated_band(two, two, two, kind="counts")


@pytest.mark.parametrize(
    ("losses", "chosen"),
    [
        ((1.0, 1.00, 1.02, 0.5), 0.1),  # 2% worse: still the weaker penalty
        ((1.0, 1.00, 1.04, 0.5), 0.3),  # 4% worse
        ((0.9, 1.07, 1.00, 0.1), 0.1),  # better, and a strength of 0.03 does not count
        ((1.0, 1.19, 1.25, 0.1), 0.3),  # 19% above strength 1: not yet too free
        ((1.0, 1.21, 1.21, 0.1), 1.0),  # both follow the noise
        ((1.0, 1.21, 1.19, 0.1), 0.1),
        ((np.nan, 1.50, 1.49, 0.1), 0.1),
        ((1.0, np.nan, 1.00, 1.0), 0.1),
        ((1.0, np.nan, np.nan, 1.0), 0.3),
    ],
)
def test_the_penalty_of_bands_is_the_weakest_that_does_not_follow_the_noise(losses, chosen):
    assert strength_for_bands([1.0, 0.3, 0.1, 0.03], losses) == chosen


def test_strengths_without_losses_are_refused():
    with pytest.raises(InputError, match="pass one loss per strength"):
        strength_for_bands([0.3, 0.1], [1.0])
