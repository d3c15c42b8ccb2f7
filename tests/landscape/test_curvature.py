"""Are products with the Hessian, and its extreme eigenvalues, those of the Hessian?"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from jaxnn import InputError, InputTypeError
from jaxnn.landscape import extreme_eigenvalues, hessian_vector_product

WRONG: Any = 3


def key() -> Any:
    return jax.random.key(0)


def layered(params):
    """A loss of a matrix and a vector."""
    return jnp.sum(jnp.tanh(params["w"] @ params["b"]) ** 2) + jnp.sum(params["w"] ** 3)


def quadratic(eigenvalues, seed=0):
    """A quadratic whose Hessian has these eigenvalues."""
    size = len(eigenvalues)
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]
    hessian = axes @ np.diag(eigenvalues) @ axes.T
    return lambda w: w @ jnp.asarray(hessian, w.dtype) @ w / 2


def test_products_are_those_of_the_hessian():
    params = {"w": np.arange(6.0).reshape(2, 3) / 5, "b": np.array([0.5, -1.0, 2.0])}
    with jax.enable_x64(True):
        flat, unravel = ravel_pytree(jax.tree.map(jnp.asarray, params))
        hessian = np.asarray(jax.hessian(lambda flat: layered(unravel(flat)))(flat))
        vector = jnp.linspace(-1.0, 1.0, flat.size)
        found = hessian_vector_product(layered, params, unravel(vector))
        found = ravel_pytree(found)[0]
        np.testing.assert_allclose(found, hessian @ np.asarray(vector), rtol=1e-12, atol=1e-12)
        smallest, largest = extreme_eigenvalues(key(), layered, params)
        expected = np.linalg.eigvalsh(hessian)
        np.testing.assert_allclose([smallest, largest], expected[[0, -1]], rtol=1e-10)


@pytest.mark.parametrize(
    "eigenvalues",
    [[2.0], [3.0] * 5, [-1.0, -1.0, 4.0, 4.0], [0.0] * 3, np.linspace(-2, 7, 40)],
    ids=["one", "all equal", "two twice", "all zero", "many"],
)
def test_extremes_are_exact_with_an_iteration_for_each_parameter(eigenvalues):
    with jax.enable_x64(True):
        found = extreme_eigenvalues(key(), quadratic(eigenvalues), np.ones(len(eigenvalues)))
    expected = [min(eigenvalues), max(eigenvalues)]
    np.testing.assert_allclose([found.smallest, found.largest], expected, atol=1e-9)


def test_few_iterations_find_extremes_that_stand_apart_and_never_exceed_them():
    eigenvalues = np.concatenate([[-5.0], np.linspace(0, 1, 198), [10.0]])
    loss = quadratic(eigenvalues)
    with jax.enable_x64(True):
        found = extreme_eigenvalues(key(), loss, np.zeros(200), iterations=15)
        early = extreme_eigenvalues(key(), loss, np.zeros(200), iterations=4)
    np.testing.assert_allclose([found.smallest, found.largest], [-5, 10], rtol=1e-6)
    assert -5 <= float(early.smallest) < -1e-3 and 1 < float(early.largest) <= 10


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: extreme_eigenvalues(WRONG, jnp.sum, np.ones(2)), InputError, "key"),
        (lambda: extreme_eigenvalues(key(), jnp.sum, []), InputError, "params holds no numbers"),
        (lambda: extreme_eigenvalues(key(), jnp.sum, [np.nan]), InputError, "params holds nan"),
        (
            lambda: extreme_eigenvalues(key(), WRONG, np.ones(2)),
            InputTypeError,
            "loss is 3; pass a",
        ),
        (
            lambda: extreme_eigenvalues(key(), jnp.cos, np.ones(2)),
            InputError,
            "loss returns an array of .* in place of shape",
        ),
        (lambda: extreme_eigenvalues(key(), jnp.sum, np.ones(2), 0), InputError, "iterations is 0"),
        (
            lambda: hessian_vector_product(jnp.sum, np.ones(2), np.ones(3)),
            InputError,
            "vector has arrays of shapes .*pass the same structure",
        ),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
