"""Are slices of a loss its values on a line and a plane?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, InputError, init
from jaxnn.landscape import (
    line_between,
    line_slice,
    plane_slice,
    plane_through,
    random_direction,
)

PARAMS = {"w": jnp.array([[1.0, 2.0], [2.0, -1.0], [2.0, 0.0]]), "b": jnp.array([0.5, 3.0])}


def key():
    return jax.random.key(1)


def loss(params):
    return jnp.sum(params["w"] ** 2) + jnp.sum(params["b"])


def test_a_line_and_a_plane_hold_the_loss_at_each_point():
    first = jax.tree.map(jnp.ones_like, PARAMS)
    second = {"w": jnp.zeros((3, 2)), "b": jnp.array([1.0, -3.0])}
    line = line_slice(loss, PARAMS, first, [-0.5, 0.0, 2.0])
    for s, value in zip(line.positions, line.loss, strict=True):
        moved = {name: array + s for name, array in PARAMS.items()}
        np.testing.assert_allclose(value, loss(moved), rtol=1e-6)
    plane = plane_slice(loss, PARAMS, (first, second), [-0.5, 0.0, 2.0], [0.0, 10.0])
    assert plane.loss.shape == (3, 2)
    np.testing.assert_allclose(plane.loss[:, 0], line.loss, rtol=1e-6)
    np.testing.assert_allclose(plane.loss[:, 1], line.loss - 20, rtol=1e-5)


def test_a_line_between_two_points_starts_and_ends_there():
    end = jax.tree.map(lambda p: 2 * p + 1, PARAMS)
    line = line_between(loss, PARAMS, end)
    np.testing.assert_allclose(line.loss[[0, -1]], [loss(PARAMS), loss(end)], rtol=1e-6)
    directions = plane_through(PARAMS, end, jax.tree.map(jnp.zeros_like, PARAMS))
    corners = plane_slice(loss, PARAMS, directions, [0, 1], [0, 1]).loss
    np.testing.assert_allclose([corners[1, 0], corners[0, 1]], [float(loss(end)), 0.0], atol=1e-5)


def test_filter_normalised_directions_are_as_long_as_the_weights_into_each_unit():
    direction = random_direction(key(), PARAMS)
    lengths = np.linalg.norm(direction["w"], axis=0)
    np.testing.assert_allclose(lengths, [3.0, 5**0.5], rtol=1e-6)
    assert not np.asarray(direction["b"]).any()
    layered = random_direction(key(), PARAMS, "layer")
    np.testing.assert_allclose(np.linalg.norm(layered["w"]), 14**0.5, rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(layered["b"]), 9.25**0.5, rtol=1e-6)


def test_filter_normalisation_makes_slices_blind_to_the_scale_of_relu_units():
    """Twice the weights into each unit and half of those out of it: the same network and slice."""
    net = MLP((2, 5, 1), activation="relu")
    first, last = init(jax.random.key(2), net)
    scaled = (first._replace(weights=2 * first.weights), last._replace(weights=last.weights / 2))
    x = jnp.linspace(-1, 1, 14).reshape(7, 2)

    def error(params):
        hidden = jax.nn.relu(x @ params[0].weights)
        return jnp.mean(jnp.square(hidden @ params[1].weights - 1))

    lines = [
        line_slice(error, params, random_direction(key(), params)).loss
        for params in ((first, last), scaled)
    ]
    np.testing.assert_allclose(*lines, rtol=1e-5)
    raw = line_slice(error, scaled, random_direction(key(), scaled, "none")).loss
    assert np.abs(raw - lines[0]).max() > 0.01


def test_arguments_that_cannot_be_used_are_refused():
    with pytest.raises(InputError, match=r"normalization is 'unit'; .*known: filter, layer, none"):
        random_direction(key(), PARAMS, "unit")
    with pytest.raises(InputError, match="direction has arrays of shapes"):
        line_slice(loss, PARAMS, {"w": PARAMS["w"], "b": jnp.ones(3)})
    with pytest.raises(InputError, match=r"positions has shape \(0,\); pass a list of numbers"):
        line_slice(loss, PARAMS, PARAMS, [])
    with pytest.raises(InputError, match=r"directions is .*; pass two directions"):
        plane_slice(loss, PARAMS, (PARAMS,))  # pyright: ignore[reportArgumentType]
