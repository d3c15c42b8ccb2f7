"""Is depth compared fairly: equal numbers of parameters, the same rows, the same errors?"""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from experiments.depth_vs_width import training
from experiments.depth_vs_width.training import TEACHER, Group


@given(st.integers(1, 64), st.integers(1, 5), st.sampled_from([250, 1000, 20_000]), st.booleans())
def test_networks_have_the_depth_and_are_closest_to_the_number_of_parameters(
    inputs, depth, parameters, classes
):
    net = training.network(inputs, depth, parameters, 10 if classes else 0)
    width = net.sizes[1]
    assert net.sizes == (inputs, *[width] * depth, 10 if classes else 1)
    step = inputs + (10 if classes else 1) + 2 * depth * (width + 1)  # one more unit per layer
    count = jaxnn.count_parameters(net)
    assert abs(count - parameters) <= step
    for other in (width - 1, width + 1):
        if other:
            sizes = (inputs, *[other] * depth, net.sizes[-1])
            assert abs(jaxnn.count_parameters(jaxnn.MLP(sizes)) - parameters) >= abs(
                count - parameters
            )


def test_a_recipe_makes_about_the_given_number_of_steps():
    for steps, batch, epoch, epochs in ((3000, 256, 768_000, 1), (3000, 64, 12_000, 16)):
        recipe = training.recipe(steps, batch, epoch)
        assert recipe.epochs == epochs
        made = epochs * -(-epoch // batch)
        assert abs(made - steps) <= 8
        assert recipe.learning_rate(0) == pytest.approx(3e-3)
        assert recipe.learning_rate(made) == pytest.approx(0, abs=1e-9)
        assert recipe is training.recipe(steps, batch, epoch)


def test_every_seed_has_its_own_standardised_rows(key):
    rows = training.draw_rows(key, TEACHER, 100, 3, 500)
    assert rows.X.shape == (3, training.DRAWN, 8)
    assert rows.test_y.shape == (3, 500)
    np.testing.assert_allclose(rows.test_y.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(rows.test_y.std(axis=1), 1, rtol=1e-4)
    assert not np.array_equal(rows.X[0], rows.X[1])
    # Slopes of the response differ: every seed has its own teacher.
    slopes = [np.linalg.lstsq(X, y, rcond=None)[0] for X, y in zip(rows.X, rows.y, strict=True)]
    assert np.abs(slopes[0] - slopes[1]).max() > 0.1
    assert not set(map(tuple, rows.X[0])) & set(map(tuple, rows.test_X[0]))


def test_every_seed_splits_the_digits_differently(key):
    pytest.importorskip("sklearn")
    rows = training.draw_rows(key, "digits", 300, 2, 0)
    assert rows.X.shape == (2, 1200, 64)
    assert rows.test_X.shape == (2, 597, 64)
    table = jaxnn.datasets.digits()
    together = np.concatenate([rows.X[0], rows.test_X[0]])
    assert sorted(map(tuple, together)) == sorted(map(tuple, table.X.astype(np.float32)))
    assert not np.array_equal(rows.y[0], rows.y[1])


def test_repeated_rows_train_like_a_longer_table(key):
    group = Group(("fold",), (40,), (100,), 1, 30, 16, 120, 2)
    rows = training.draw_rows(jax.random.key(1), "fold", 40, 2, 10)
    net = training.network(8, 1, 100)
    keys = jax.random.split(key, 2)
    X, y = rows.X[:, :40], rows.y[:, :40]
    fits = training.train(keys, net, X, y, group)
    recipe = training.recipe(30, 16, 120)
    alone = jaxnn.fit(keys[1], net, np.repeat(X[1], 3, axis=0), np.repeat(y[1], 3, axis=0), recipe)
    np.testing.assert_allclose(fits.params[0].weights[1], alone.params[0].weights, atol=2e-6)
    assert int(alone.epochs) == recipe.epochs == 4


def test_errors_agree_with_a_calculation_by_hand():
    weights = np.array([[[1.0, -1.0]], [[1.0, 0.0]]])
    layer = jaxnn.Layer(weights, np.zeros((2, 2)))
    out = jaxnn.Layer(np.array([[[1.0], [1.0]]] * 2), np.array([[0.0], [np.nan]]))
    X = np.array([[[1.0], [-2.0]]] * 2)  # the first network is |x|
    y = np.array([[1.0, 4.0]] * 2)
    errors = training.error((layer, out), X, y, False)
    assert errors[0] == pytest.approx(2.0)
    assert np.isnan(errors[1])
    wide = jaxnn.Layer(np.array([[[1.0, 0.0], [0.0, 1.0]]] * 2), np.zeros((2, 2)))
    shares = training.error((layer, wide), X, np.array([[0.0, 0.0]] * 2), True)
    np.testing.assert_array_equal(shares, [0.5, 0.0])
