"""Are hidden units priced, and weights kept within a ball?"""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, InputError
from jaxnn.regularizers import ActivityPenalty, BatchNormalization, MaxNorm


def test_the_price_of_a_row_is_that_of_the_formula():
    h = np.random.default_rng(0).normal(size=(3, 5))
    price = ActivityPenalty(0.3, 0.5).activity(jnp.asarray(h, jnp.float32))
    expected = 0.3 * np.abs(h).sum(axis=0) + 0.25 * (h**2).sum(axis=0)
    np.testing.assert_allclose(price, expected, rtol=1e-5)


def test_only_units_beyond_the_limit_are_scaled_down():
    weights = np.random.default_rng(0).normal(size=(2, 4, 3))
    weights[0, :, 0] = 0
    norms = np.linalg.norm(weights, axis=1)
    assert norms.min() < 2 < norms.max()
    found = np.array(MaxNorm(2.0).updated(jnp.asarray(weights, jnp.float32)))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.minimum(norms, 2), rtol=1e-5)
    np.testing.assert_allclose(found[0, :, 0], 0)


@pytest.mark.parametrize("regularizer", [ActivityPenalty(l1=0.1), BatchNormalization()])
def test_a_network_without_hidden_units_is_refused(regularizer):
    regularizer.check(MLP((2, 1, 1)))
    with pytest.raises(InputError, match=r"acts on hidden units, but sizes is \(2, 1\)"):
        regularizer.check(MLP((2, 1)))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ActivityPenalty, {"l1": -1.0}),
        (ActivityPenalty, {"l2": "a"}),
        (MaxNorm, {"limit": 0.0}),
        (BatchNormalization, {"epsilon": 0.0}),
        (BatchNormalization, {"momentum": 0.0}),
        (BatchNormalization, {"momentum": 1.5}),
    ],
)
def test_impossible_numbers_are_refused(kind, given):
    with pytest.raises(InputError, match=f"{next(iter(given))} is .*; pass (a|None or a) "):
        kind(**given)
