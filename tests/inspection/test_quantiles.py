"""Are quantiles those of NumPy and SciPy, and are weights repeated rows?"""

import numpy as np
import pytest
from scipy.stats import mstats

from jaxnn.inspection.quantiles import cunnane_quantiles, observed_quantiles

SHARES = np.array([0.0, 0.05, 0.25, 0.5, 0.9, 1.0])


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_quantiles_are_those_of_numpy_and_scipy(count):
    values = np.random.default_rng(count).normal(size=count).round(1)
    observed = observed_quantiles(values, np.ones(count), SHARES)
    np.testing.assert_array_equal(observed, np.quantile(values, SHARES, method="inverted_cdf"))
    cunnane = cunnane_quantiles(values, np.ones(count), SHARES)
    np.testing.assert_allclose(cunnane, mstats.mquantiles(values, SHARES, 0.4, 0.4))


def test_weights_are_repeated_rows():
    values, weights = np.array([5.0, -1, 3, 3, 0]), np.array([1, 2, 3, 1, 4])
    repeated = values.repeat(weights), np.ones(11)
    for quantiles in (observed_quantiles, cunnane_quantiles):
        found = quantiles(values, weights.astype(float), SHARES)
        np.testing.assert_allclose(found, quantiles(*repeated, SHARES))


def test_rounding_of_weights_does_not_move_a_quantile():
    shares = np.arange(31) / 30
    for scale in (0.1, 1 / 3, 1e-9):
        found = observed_quantiles(np.arange(30.0), np.full(30, scale), shares)
        np.testing.assert_array_equal(found, np.maximum(np.arange(31) - 1, 0))
