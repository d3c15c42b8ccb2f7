"""Do simulated responses scatter about the fit as the data do, and is each refitted as asked?"""

import jax
import numpy as np
import pytest

from jaxnn import MLP, Fitter, Recipe
from jaxnn.bands.simulation import (
    Noise,
    fits_of_all_rows,
    noise,
    simulate_responses,
    simulated_refits,
)
from jaxnn.errors import InputError, InputTypeError
from jaxnn.refits import refitted_network

DRAWS = 4000
X = np.linspace(-1, 1, 24)[:, None]
LINE = Fitter(MLP((1, 1)), Recipe("lbfgs", epochs=8, history_every=8))


def drawn(key, kind, means, scatter, groups=None):
    """(draws, rows) simulated responses."""
    keys = jax.random.split(key, DRAWS)
    draw = jax.vmap(lambda k: simulate_responses(k, kind, means, scatter, groups))
    return np.asarray(draw(keys), float)


def test_a_quantitative_response_keeps_the_size_of_the_noise_at_each_row(key):
    means, residuals = np.array([3.0, 5.0, 9.0]), np.array([0.1, 1.0, -2.0])
    y = drawn(key, "quantitative", means, Noise(residuals)) - means
    np.testing.assert_allclose(np.abs(y), np.broadcast_to(np.abs(residuals), y.shape), atol=1e-5)
    assert (np.abs(y.mean(axis=0)) < 5 * np.abs(residuals) / np.sqrt(DRAWS)).all()


def test_residuals_of_a_group_change_their_signs_together(key):
    y = drawn(key, "quantitative", np.zeros(4), Noise(np.ones(4)), groups=np.array([0, 1, 0, 1]))
    np.testing.assert_array_equal(y[:, :2], y[:, 2:])
    assert abs(np.mean(y[:, 0] * y[:, 1])) < 5 / np.sqrt(DRAWS)


def test_a_binary_response_has_the_fitted_probabilities(key):
    p = np.array([0.02, 0.5, 0.9])
    y = drawn(key, "binary", p, Noise(np.zeros(3)))
    assert set(np.unique(y)) == {0, 1}
    assert (np.abs(y.mean(axis=0) - p) < 5 * np.sqrt(p * (1 - p) / DRAWS)).all()


def test_a_categorical_response_has_the_fitted_probabilities(key):
    p = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])
    y = drawn(key, "categorical", p, Noise(np.zeros(2)))
    shares = np.stack([(y == k).mean(axis=0) for k in range(3)], axis=1)
    assert (np.abs(shares - p) <= 5 * np.sqrt(p * (1 - p) / DRAWS)).all()


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_a_count_has_the_fitted_mean_and_dispersion(key, dispersion):
    means = np.array([0.5, 6.0])
    y = drawn(key, "count", means, Noise(np.zeros(2), dispersion))
    np.testing.assert_array_equal(y, y.round())
    assert (np.abs(y.mean(axis=0) - means) < 5 * np.sqrt(dispersion * means / DRAWS)).all()
    np.testing.assert_allclose(y.var(axis=0) / means, dispersion, rtol=0.2)


def test_noise_is_the_residuals_without_their_mean_and_pearsons_dispersion():
    found = noise("quantitative", [1.0, 2.0, 6.0], [0.0, 1.0, 2.0], weights=[1, 1, 2])
    np.testing.assert_allclose(found.residuals, np.array([1.0, 1.0, 4.0]) - 2.5)
    assert noise("count", [2.0, 2.0], [2.0, 2.0]).dispersion == 1
    spread = noise("count", [0.0, 8.0, 5.0], [4.0, 4.0, np.nan], weights=[1, 3, 100])
    assert spread.dispersion == pytest.approx(4)
    assert not noise("binary", [0, 1], None).residuals.any()


def test_a_row_that_was_never_out_of_bag_gets_a_typical_residual():
    found = noise("quantitative", [1.0, -1.0, 7.0], [0.0, 0.0, np.nan])
    np.testing.assert_allclose(found.residuals, [1.0, -1.0, 1.0])


def test_refits_to_simulated_responses_are_least_squares_on_them(key):
    """A linear network: refits are unbiased, and spread as the residuals say."""
    y = 1 + 2 * X[:, 0] + np.where(np.arange(24) % 2, 0.5, -0.5)
    design = np.concatenate([np.ones_like(X), X], axis=1)
    smoother = design @ np.linalg.solve(design.T @ design, design.T)
    fit = smoother @ y
    made = simulated_refits(key, LINE, X, y, fit, draws=200)
    assert not made.diverged.any() and not made.out_of_bag.any()
    curves = refitted_network(LINE, made).predict(X)
    residuals = y - fit - (y - fit).mean()
    deviation = np.sqrt((smoother * residuals) ** 2 @ np.ones(24))
    assert (np.abs(curves.mean(axis=0) - fit) < 5 * deviation / np.sqrt(200)).all()
    np.testing.assert_allclose(curves.std(axis=0), deviation, rtol=0.25)


def test_weights_reach_every_fit(key):
    y = np.where(np.arange(24) < 12, 0.0, 10.0)
    weights = np.where(np.arange(24) < 12, 1.0, 0.0)
    flat = Fitter(MLP((1, 1)), Recipe("lbfgs", epochs=8, history_every=8))
    key_fit, key_draws = jax.random.split(key)
    fits = fits_of_all_rows(key_fit, flat, X, y, fits=1, weights=weights)
    assert np.abs(refitted_network(flat, fits).predict(X)).max() < 1e-3
    made = simulated_refits(key_draws, flat, X, y, y, draws=2, weights=weights)
    assert np.abs(refitted_network(flat, made).predict(X)).max() < 1e-3


def test_the_fits_of_all_rows_differ_in_their_first_weights_alone(key):
    fitter = Fitter(MLP((1, 3, 1)), Recipe(epochs=2))
    fits = fits_of_all_rows(key, fitter, X, X[:, 0], fits=3)
    curves = refitted_network(fitter, fits).predict(X)
    assert len(np.unique(curves[:, 0].round(6))) == 3
    assert not fits.out_of_bag.any()


def test_a_categorical_response_is_simulated_from_the_probabilities_of_all_classes(key):
    fitter = Fitter(MLP((1, 3), response="categorical"), Recipe(epochs=1))
    p = np.full((24, 3), 1 / 3)
    assert len(simulated_refits(key, fitter, X, np.arange(24) % 3, p, draws=2).diverged) == 2


def test_bad_input_is_refused_in_a_sentence(key):
    y = X[:, 0]
    with pytest.raises(InputTypeError, match="fitter is a function; pass a jaxnn"):
        simulated_refits(key, test_bad_input_is_refused_in_a_sentence, X, y, y, draws=2)
    with pytest.raises(InputError, match=r"fitted has shape \(3,\); pass the predicted means"):
        simulated_refits(key, LINE, X, y, y[:3], draws=2)
    with pytest.raises(InputError, match="fitted holds nan at row 0"):
        simulated_refits(key, LINE, X, y, np.full(24, np.nan), draws=2)
    with pytest.raises(InputError, match="draws is 0; pass a whole number of at least 1"):
        simulated_refits(key, LINE, X, y, y, draws=0)
    with pytest.raises(InputError, match="means is NaN for every row"):
        noise("quantitative", [1.0], [np.nan])
    with pytest.raises(InputError, match=r"means has shape \(2,\); y has shape \(1,\)"):
        noise("count", [1.0], [1.0, 2.0])


def test_rows_that_belong_together_are_simulated_and_set_aside_together(key):
    """With half of the groups set aside for validation, a fit must know which rows go together."""
    groups = np.repeat(["a", "b", "c"], 8)
    fitter = Fitter(MLP((1, 2, 1)), Recipe(epochs=2, validation_fraction=0.5))
    key_fits, key_draws = jax.random.split(key)
    fits = fits_of_all_rows(key_fits, fitter, X, X[:, 0], fits=2, groups=groups)
    made = simulated_refits(key_draws, fitter, X, X[:, 0], X[:, 0], draws=2, groups=groups)
    assert not fits.diverged.any() and not made.diverged.any()
    with pytest.raises(InputError, match="groups"):
        simulated_refits(key, fitter, X, X[:, 0], X[:, 0], draws=2, groups=np.zeros(24))
