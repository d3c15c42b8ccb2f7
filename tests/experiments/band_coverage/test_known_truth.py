"""Are the refits converged, their bands the quantiles that they should be, and nothing dropped?"""

from functools import partial

import jax
import numpy as np

from experiments.band_coverage import known_truth
from experiments.band_coverage.reading import at_grid
from experiments.shared.binary_models import LOGISTIC
from experiments.shared.exact_regression import logistic_curve, newton
from jaxnn.bootstrap import multiplicities


def test_refits_are_the_exact_minima_of_their_resamples(key):
    """Not only fits to whole data sets have converged: resamples are flatter and harder."""
    key_data, key_rows = jax.random.split(key)
    X, y = known_truth.logistic_data(key_data, 5, 100)
    keys = jax.random.split(key_rows, 40)
    which, resample = np.arange(40) % 5, np.arange(40)  # number 0 is the data set itself
    refit = partial(known_truth._refit, fitter=LOGISTIC, at=known_truth.GRID)
    means, diverged = jax.jit(jax.vmap(refit, in_axes=(0, 0, 0, None, None)))(
        jax.random.clone(keys), which, resample, X, y
    )
    draw = partial(multiplicities, rows=100)
    counts = np.asarray(jax.vmap(lambda k: draw(jax.random.split(k)[0]))(jax.random.clone(keys)))
    for place in range(40):
        rows = np.repeat(np.arange(100), counts[place] if resample[place] else 1)
        exact = newton(X[which[place], rows, 0], y[which[place], rows])
        expected = logistic_curve(known_truth.GRID, *exact)
        np.testing.assert_allclose(means[place], expected, atol=2e-4)
    assert not np.any(diverged)


def test_a_data_set_with_a_diverged_refit_has_no_band():
    means = np.arange(12.0).reshape(3, 2, 2)  # 3 resamples of 2 data sets at 2 places
    means[1, 0] = np.nan
    diverged = np.zeros((4, 2), bool)
    diverged[2, 0] = True
    refits = known_truth.Refits(np.zeros((2, 1, 1)), np.zeros((2, 1)), means[0], means, diverged)
    band = refits.band()
    assert band.shape == (2, 1, 2)
    np.testing.assert_allclose(band[:, 0, 0], np.quantile([2, 6, 10], [0.025, 0.975]))


def test_the_grid_is_part_of_the_places():
    assert tuple(at_grid(np.array(known_truth.PLACES))) == known_truth.GRID
