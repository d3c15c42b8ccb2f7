"""Do surfaces of refits have the mean, spread and boundary of the refits?"""

from types import SimpleNamespace

import numpy as np
import pytest

from jaxnn.bootstrap import interval
from jaxnn.errors import InputError, InputTypeError
from jaxnn.refits import refit_surface

X = np.random.default_rng(1).normal(size=(30, 3))
SHIFTS = np.linspace(-1, 1, 41)


def refits_of(response):
    """Refits b with the prediction expit(x + z + shift_b), or its logarithm of the odds."""

    def predict(rows):
        odds = rows[:, 0] + rows[:, 1] + SHIFTS[:, None]
        return odds if response == "quantitative" else 1 / (1 + np.exp(-odds))

    return SimpleNamespace(
        response=response,
        width=1,
        columns=None,
        multiplicities=np.ones((41, 30), int),
        out_of_bag=np.zeros((41, 30), bool),
        predict=predict,
        predict_mean=lambda rows: predict(rows).mean(axis=0),
        predictions_and_losses=lambda rows, y: None,
    )


def test_the_summary_is_that_of_the_refits():
    surface = refit_surface(refits_of("binary"), X, (0, 1), resolution=6, level=0.9)
    assert surface.refits.shape == (41, 6, 6)
    first, second = surface.grids
    odds = np.add.outer(SHIFTS, np.add.outer(first, second))
    np.testing.assert_allclose(surface.refits, 1 / (1 + np.exp(-odds)), rtol=1e-12)
    np.testing.assert_allclose(surface.prediction, surface.refits.mean(axis=0))
    np.testing.assert_allclose(surface.standard_error, surface.refits.std(axis=0, ddof=1))
    np.testing.assert_array_equal((surface.lower, surface.upper), interval(surface.refits, 0.9))
    at_mean = refit_surface(refits_of("binary"), X, (0, 2), resolution=3, center="mean")
    odds = np.add.outer(SHIFTS, at_mean.grids[0]) + X[:, 1].mean()
    np.testing.assert_allclose(at_mean.refits[:, :, 1], 1 / (1 + np.exp(-odds)), rtol=1e-12)


def test_the_ribbon_is_where_the_band_contains_one_half():
    surface = refit_surface(refits_of("binary"), X, (0, 1), resolution=20, level=0.9)
    contains = (surface.lower < 0.5) & (surface.upper > 0.5)
    np.testing.assert_array_equal(surface.ribbon, contains)
    assert contains.any() and not contains.all()
    # The quantiles of the shifts are -0.9 and 0.9.
    distance = np.abs(np.add.outer(*surface.grids))
    np.testing.assert_array_equal(surface.ribbon, distance < 0.9)


def test_a_quantitative_response_has_a_boundary_at_the_threshold_that_is_passed():
    model = refits_of("quantitative")
    with pytest.raises(InputError, match="threshold is None; a boundary needs"):
        refit_surface(model, X, (0, 1), resolution=3).ribbon  # noqa: B018
    surface = refit_surface(model, X, (0, 1), resolution=3, threshold=1)
    np.testing.assert_array_equal(surface.share_above, (surface.refits > 1).mean(axis=0))


def test_what_cannot_be_used_is_refused():
    with pytest.raises(InputTypeError, match="model is 3; pass what"):
        refit_surface(3, X, (0, 1))
    with pytest.raises(InputTypeError, match="threshold is 'half'"):
        refit_surface(refits_of("binary"), X, (0, 1), threshold="half")
