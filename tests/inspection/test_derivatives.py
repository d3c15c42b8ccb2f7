"""Are derivatives of curves those of the function, and are other functions refused?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from jaxnn import MLP, predictor
from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import (
    average_derivative,
    centered,
    derivative_curves,
    individual_conditional_expectation,
)
from jaxnn.mlp import apply, init
from jaxnn.replicate import replicate
from jaxnn.tables import Column
from jaxnn.training import Fitter, Recipe

COLUMNS = (Column("a", "numeric"), Column("b", "binary", ("no", "yes")), Column("c", "numeric"))
SCALES = np.array([1.0, 2.0, -1.0, 4.0], np.float32)[:, None, None]


def rows(count=9):
    X = np.random.default_rng(0).normal(size=(count, 3))
    X.flags.writeable = False
    return X


def curved(X):
    return jnp.sin(X[:, 0]) * X[:, 1] + X[:, 2] ** 2


def of_many_outputs(X):
    return jnp.einsum("r,n,k->rnk", SCALES[:, 0, 0], curved(X), jnp.array([1.0, 3.0]))


def test_derivatives_are_those_of_the_function():
    X, grid = rows(), [-1.0, 0.0, 2.0]
    found = derivative_curves(curved, X, "a", grid, columns=COLUMNS)
    np.testing.assert_allclose(found, np.cos(grid) * X[:, 1:2], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        derivative_curves(curved, X, 2, grid), np.tile(np.multiply(2, grid), (9, 1)), rtol=1e-6
    )


def test_replicates_come_first_and_outputs_last():
    X, grid = rows(), [-1.0, 0.0, 2.0]
    found = derivative_curves(of_many_outputs, X, 0, grid)
    one = (np.cos(grid) * X[:, 1:2])[..., None]
    np.testing.assert_allclose(found, SCALES[..., None] * one * [1, 3], rtol=1e-5, atol=1e-5)
    average = average_derivative(of_many_outputs, X, 0)
    expected = np.mean(np.cos(X[:, 0]) * X[:, 1])
    np.testing.assert_allclose(average, SCALES[:, 0] * expected * [1, 3], rtol=1e-5)


@pytest.mark.parametrize("weights", [None, np.arange(9) % 4])
def test_an_average_marginal_effect_is_the_mean_slope_of_the_rows(weights):
    X = rows()
    expected = np.average(np.cos(X[:, 0]) * X[:, 1], weights=weights)
    found = average_derivative(curved, X, "a", columns=COLUMNS, weights=weights)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_slopes_of_networks_are_their_differences_and_integers_are_not_truncated():
    X, net = rows(), MLP((3, 4, 1))
    fitter = Fitter(net, Recipe(epochs=2))
    keys = jax.random.split(jax.random.key(0), 2)
    predict = predictor(net, replicate(fitter, keys, shared=(X, X[:, 0])))
    grid = np.linspace(-0.5, 0.5, 3)
    found = derivative_curves(predict, X, 0, grid)
    step = 0.05
    before, after = (
        individual_conditional_expectation(predict, X, 0, grid + sign * step) for sign in (-1, 1)
    )
    np.testing.assert_allclose(found, (after - before) / (2 * step), rtol=2e-2, atol=2e-3)
    single = Partial(lambda params, X: jax.vmap(lambda x: apply(net, params, x))(X)[:, 0],
                     init(jax.random.key(0), net))  # fmt: skip
    assert derivative_curves(single, np.arange(12).reshape(4, 3), 0, [0.5, 1.5]).shape == (4, 2)


def test_the_slope_of_a_centred_curve_is_that_of_the_curve():
    X, grid = rows(3), np.linspace(0, 1, 201)
    curves = centered(individual_conditional_expectation(curved, X, 2, grid))
    slopes = derivative_curves(curved, X, 2, grid)
    area = (slopes[:, 1:] + slopes[:, :-1]).sum(axis=1) / 2 * (grid[1] - grid[0])
    np.testing.assert_allclose(area, curves[:, -1], rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"predict": lambda X: np.sin(X[:, 0])}, InputTypeError, r"predict is not a JAX function"),
        (
            {"predict": lambda X: jnp.argmax(X, axis=1)},
            InputTypeError,
            r"predict gives int32 values, which have no derivative",
        ),
        ({"feature": "b"}, InputError, r"feature is column 'b', which has levels, and between"),
        ({"feature": "d"}, InputError, r"feature is 'd'; known: a, b, c"),
        ({"predict": lambda X: jnp.sqrt(X[:, 0] - X[:, 0])}, InputError, r"the derivative of pred"),
        ({"X": [[np.nan, 0, 0]]}, InputError, r"X holds nan at row 0, column 0"),
    ],
)
def test_functions_that_have_no_derivative_are_refused(arguments, error, message):
    arguments = {"predict": curved, "X": rows(), "feature": 0, "columns": COLUMNS, **arguments}
    with pytest.raises(error, match=message):
        average_derivative(**arguments)
    with pytest.raises(error, match=message):
        derivative_curves(**arguments, grid=[0.0])
