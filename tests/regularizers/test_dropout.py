"""Is dropout unbiased, a ridge penalty for least squares, and folded away in prediction?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, InputError, Layer, apply
from jaxnn.regularizers import Dropout, monte_carlo_predict
from jaxnn.regularizers.random_bits import sixteen_bits, threshold


def test_random_bits_are_uniform_and_differ_between_keys_and_places():
    bits = np.array([sixteen_bits(jax.random.key(seed), (5, 4001)) for seed in range(2)], float)
    assert bits.shape == (2, 5, 4001)
    z = (bits - (2**16 - 1) / 2) / (2**16 / np.sqrt(12))
    for axis in (1, 2):
        means = z.mean(axis=axis) * np.sqrt(z.shape[axis])
        assert np.abs(means).max() < 5 and abs(means.std() - 1) < 0.3
    flat = z.ravel()
    count = len(flat)
    for lag in (1, 2, 2001, 4001, 5 * 4001):  # neighbours, words, units, keys
        assert abs(flat[lag:] @ flat[:-lag]) / np.sqrt(count - lag) < 5
    assert abs(np.mean(flat**2) - 1) < 5 * np.sqrt(0.8 / count)
    # Each of the sixteen bits is set as often as not.
    one = bits.ravel().astype(np.uint16)
    for bit in range(16):
        assert abs(np.mean(one >> bit & 1) - 0.5) < 2.5 / np.sqrt(count)


def test_probabilities_are_rounded_to_multiples_that_are_neither_zero_nor_one():
    assert [threshold(p) for p in (0.5, 1e-9, 1 - 1e-9)] == [2**15, 1, 2**16 - 1]


def test_what_is_kept_is_divided_by_the_probability_of_keeping():
    h = jnp.full((3, 4000), 2.0)
    dropped = np.array(Dropout(1.0, 0.8).hidden(jax.random.key(0), h))
    np.testing.assert_allclose(np.unique(dropped), [0, 2 * 2**16 / round(0.8 * 2**16)], rtol=1e-6)
    assert abs(np.mean(dropped > 0) - 0.8) < 4 * np.sqrt(0.16 / dropped.size)
    np.testing.assert_array_equal(Dropout(1.0, 0.8).features(jax.random.key(0), h), h)


def test_least_squares_with_dropout_is_a_ridge_regression():
    """Srivastava et al. 2014, section 9.1, with weights divided by the probability of keeping."""
    rng = np.random.default_rng(0)
    X, w, keep, draws = rng.normal(size=(50, 5)), rng.normal(size=5), 0.8, 4000
    y = X @ w + rng.normal(size=50)
    features = jnp.tile(jnp.asarray(X.T, jnp.float32), draws)
    noisy = np.array(Dropout(input_keep=keep).features(jax.random.key(1), features), float)
    losses = np.sum((np.tile(y, draws) - w @ noisy).reshape(draws, 50) ** 2, axis=1)
    penalty = (1 - keep) / keep * w @ np.diag(np.diag(X.T @ X)) @ w
    error = losses.std() / np.sqrt(draws)
    expected = np.sum((y - X @ w) ** 2) + penalty
    assert penalty > 20 * error
    assert abs(losses.mean() - expected) < 4 * error


def test_the_mean_of_random_draws_is_the_plain_network_where_it_is_linear():
    """With 0.8, a scaling by the probability of dropping would not pass."""
    rng = np.random.default_rng(1)
    net, X = MLP((4, 6, 1), activation="identity"), rng.normal(size=(3, 4))
    shapes = [((4, 6), (6,)), ((6, 1), (1,))]
    params = tuple(
        Layer(*(jnp.asarray(rng.normal(size=s), jnp.float32) for s in pair)) for pair in shapes
    )
    found = monte_carlo_predict(jax.random.key(0), net, params, X, Dropout(0.8, 0.8), 4000)
    assert found.shape == (4000, 3)
    expected = np.array([apply(net, params, jnp.asarray(x, jnp.float32))[0] for x in X])
    error = np.std(found, axis=0) / np.sqrt(4000)
    assert (np.abs(np.mean(found, axis=0) - expected) < 4 * error).all()
    assert (np.std(found, axis=0) > 0.1).all()
    # Masks differ from row to row.
    assert abs(np.corrcoef(np.array(found).T)[0, 1]) < 0.98


@pytest.mark.parametrize("name", ["input_keep", "hidden_keep"])
@pytest.mark.parametrize("value", [0.0, -0.1, 1.1, float("nan"), "a", None, True])
def test_impossible_probabilities_are_refused(name, value):
    with pytest.raises(InputError, match=rf"{name} is .*; pass a probability of keeping in \(0, 1"):
        Dropout(**{name: value})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"X": [[0.0]]}, r"X has shape \(1, 1\); sizes starts with 2"),
        ({"X": [[0.0, np.nan]]}, "X holds nan at row 0, column 1"),
        ({"draws": 0}, "draws is 0"),
        ({"draws": 10**15}, "draws is 1000000000000000, which takes at least"),
        ({"dropout": 0.5}, "dropout is a float; pass a Dropout"),
        ({"net": MLP((2, 3, 1))}, "params has the shapes"),
        ({"net": None}, "net is a NoneType"),
    ],
)
def test_predictions_that_cannot_be_drawn_are_refused(changed, expected):
    params = (Layer(jnp.zeros((2, 1)), jnp.zeros(1)),)
    given = {"net": MLP((2, 1)), "params": params, "X": [[0.0, 1.0]]}
    given |= {"dropout": Dropout(), "draws": 2}
    with pytest.raises(InputError, match=expected):
        monte_carlo_predict(jax.random.key(0), **(given | changed))


def test_weight_scaling_is_the_geometric_mean_of_all_thinned_softmax_networks():
    """All 2^6 masks; the arithmetic mean of the probabilities is another one."""
    rng = np.random.default_rng(2)
    x, W, keep = rng.normal(size=6), rng.normal(size=(6, 3)), 0.8
    masks = np.array(list(np.ndindex(*[2] * 6)))
    chance = np.prod(np.where(masks == 1, keep, 1 - keep), axis=1)
    logits = (masks * x / keep) @ W
    logs = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    geometric = np.exp(chance @ logs)
    net, params = MLP((6, 3), response="categorical"), (Layer(jnp.asarray(W), jnp.zeros(3)),)
    plain = jax.nn.softmax(apply(net, params, jnp.asarray(x)))
    np.testing.assert_allclose(geometric / geometric.sum(), plain, rtol=1e-5)
    # What is drawn approaches the arithmetic mean.
    drawn = np.array(
        monte_carlo_predict(jax.random.key(0), net, params, x[None], Dropout(keep), 4000)
    )
    arithmetic = chance @ np.exp(logs)
    error = drawn.std(axis=(0, 1)) / np.sqrt(4000)
    assert (np.abs(drawn.mean(axis=(0, 1)) - arithmetic) < 4 * error).all()
    assert np.abs(arithmetic - plain).max() > 8 * error.max()
