"""Do clipping, gradients and descent on the losses with cliffs follow their formulas?"""

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.vanishing_exploding import cliffs

vectors = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6).map(np.array)


@given(gradient=vectors, threshold=st.floats(1e-3, 1e3))
def test_clipping_keeps_the_direction_and_bounds_the_norm(gradient, threshold):
    clipped = cliffs.clip(gradient, threshold)
    norm = np.linalg.norm(gradient)
    if norm <= threshold:
        np.testing.assert_array_equal(clipped, gradient)
    else:
        assert np.linalg.norm(clipped) == pytest.approx(threshold, rel=1e-12)
        # Below 1e-300 there are no numbers of full precision to compare.
        np.testing.assert_allclose(clipped * norm, gradient * threshold, rtol=1e-12, atol=1e-300)


def test_clipping_agrees_with_optax():
    gradients = np.random.default_rng(0).normal(size=(5, 3))
    for gradient in gradients:
        update, _ = optax.clip_by_global_norm(0.8).update(jnp.asarray(gradient), optax.EmptyState())
        np.testing.assert_allclose(cliffs.clip(gradient, 0.8), update, rtol=1e-5)
    together = cliffs.clip(gradients, np.full(5, 0.8))
    np.testing.assert_array_equal(together, [cliffs.clip(g, 0.8) for g in gradients])


@pytest.mark.parametrize("loss", [cliffs.chain, cliffs.recurrent])
def test_gradients_agree_with_finite_differences(loss):
    places = np.random.default_rng(1).uniform(0.5, 1.2, (4, 1 if loss is cliffs.chain else 2))
    gradient = loss(places)[1]
    for entry in range(places.shape[1]):
        step = np.zeros(places.shape[1])
        step[entry] = 1e-6
        difference = (loss(places + step)[0] - loss(places - step)[0]) / 2e-6
        np.testing.assert_allclose(gradient[:, entry], difference, rtol=1e-6, atol=1e-9)
    assert np.abs(gradient).max() > 0.01


def test_descent_takes_the_steps_computed_by_hand():
    starts = np.array([[1.1], [0.9]])
    places, _, longest = cliffs.descend(cliffs.chain, starts, 0.001, (np.inf, 1.0), 2)
    free = starts - 0.001 * cliffs.chain(starts)[1]
    np.testing.assert_array_equal(places[1, 0], free)
    np.testing.assert_allclose(places[1, 1], starts - 0.001 * np.sign(free * 0 + [[1], [-1]]))
    assert longest[1] == pytest.approx([0.001, 0.001])
    assert longest[0, 0] > 0.1
