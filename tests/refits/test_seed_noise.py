"""Is the spread from initial weights told apart from that of the data?"""

import logging

import jax
import numpy as np
import pytest

from jaxnn import MLP, Fitter, Recipe
from jaxnn.bootstrap import bootstrap
from jaxnn.errors import InputError, InputTypeError
from jaxnn.refits import refit_importance, refitted_network, seed_noise, seed_share

ROWS = 24


@pytest.fixture(scope="module")
def untrained():
    """Refits that hardly train, so that all they differ by is their initial weights."""
    X = np.stack([np.linspace(-1, 1, ROWS), np.arange(ROWS) % 2], axis=1)
    y = X[:, 0] + X[:, 1]
    fitter = Fitter(MLP((2, 3, 1)), Recipe(epochs=1))
    refits = bootstrap(jax.random.key(0), fitter, X, y, 60)
    network = refitted_network(fitter, refits)
    return X, y, fitter, refit_importance(jax.random.key(1), network, X, y)


def test_a_network_that_hardly_trains_is_all_seed_noise_and_says_so(untrained, caplog):
    X, y, fitter, importance = untrained
    with caplog.at_level(logging.WARNING, "jaxnn"):
        found = seed_noise(jax.random.key(2), fitter, importance, X, y, fits=60)
    assert found.importances.shape == (60, 2) and found.names == ("x1", "x2")
    assert (found.share > 0.5).all()
    assert "more than the data do" in found.sentence
    assert [record.getMessage() for record in caplog.records] == [found.sentence]
    np.testing.assert_allclose(found.seeds, found.importances.std(axis=0, ddof=1))


def test_equal_fits_leave_all_to_the_data(untrained, caplog):
    X, y, _, importance = untrained
    zeros = Fitter(MLP((2, 1), initializer=_zeros), Recipe(epochs=1))
    found = seed_noise(jax.random.key(3), zeros, importance, X, y, fits=2)
    np.testing.assert_allclose(found.share, 0, atol=1e-8)
    np.testing.assert_allclose(found.data, importance.in_bag.std(axis=0, ddof=1))
    assert found.sentence == (
        "Initial weights make 0% of the variance of the importances between refits; the data make "
        "the rest."
    )
    assert not caplog.records


def _zeros(key, shape, dtype):
    return jax.numpy.zeros(shape, dtype)


def test_the_share_is_the_ratio_of_variances_up_to_one():
    seeds, refits = np.array([[1.0, 0, 0], [3.0, 8, 0]]), np.array([[0.0, 1, 2], [4.0, 2, 2]])
    deviation, total, share = seed_share(seeds, refits)
    np.testing.assert_allclose(deviation, [2**0.5, 32**0.5, 0])
    np.testing.assert_allclose(total, [8**0.5, 0.5**0.5, 0])
    np.testing.assert_allclose(share, [0.25, 1, 0])


def test_what_cannot_be_used_is_refused(untrained):
    X, y, fitter, importance = untrained
    with pytest.raises(InputTypeError, match="importance is 3; pass what refit_importance"):
        seed_noise(jax.random.key(0), fitter, 3, X, y)
    with pytest.raises(InputError, match="fits is 1; pass a whole number of at least 2"):
        seed_noise(jax.random.key(0), fitter, importance, X, y, fits=1)
    with pytest.raises(InputError, match=r"of_seeds has shape \(2, 1\) and of_refits has shape"):
        seed_share([[1.0], [2.0]], [[1.0, 2.0]])
    with pytest.raises(InputError, match="of_seeds has 1 fits and of_refits 2"):
        seed_share([1.0], [1.0, 2.0])
