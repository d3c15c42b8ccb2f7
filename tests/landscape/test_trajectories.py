"""Is a trajectory the path of the optimiser's own steps?"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.landscape import LOSS_SURFACES, quadratic_surface, trajectory
from jaxnn.optimizers import gradient_descent, momentum

WRONG: Any = 3


def test_gradient_descent_on_a_quadratic_is_a_power():
    surface = quadratic_surface(10.0)
    path = trajectory(gradient_descent(0.15), surface.loss, surface.start, 6)
    steps = np.arange(7)
    np.testing.assert_allclose(path[:, 0], surface.start[0] * 0.85**steps, rtol=1e-5)
    np.testing.assert_allclose(path[:, 1], surface.start[1] * (-0.5) ** steps, rtol=1e-5)


def test_a_path_holds_every_step_of_a_pytree_and_many_starts_are_mapped():
    def loss(params):
        return jnp.sum(params["a"] ** 4) + jnp.sum((params["b"] - 1) ** 2)

    rule = momentum(0.1, 0.5)
    start: Any = {"a": jnp.array([1.0, -0.5]), "b": jnp.ones((1, 2)) * 3}
    path = trajectory(rule, loss, start, 5)
    state: Any = rule.init(start)
    params: Any = start
    for step in range(5):
        for name, value in params.items():
            np.testing.assert_allclose(path[name][step], value, rtol=1e-6)
        updates, state = rule.update(jax.grad(loss)(params), state, params)
        params = optax.apply_updates(params, updates)
    many = jax.vmap(lambda w: trajectory(rule, jnp.sum, w, 3))(jnp.ones((4, 2)))
    assert many.shape == (4, 4, 2)


def test_a_named_rule_with_a_line_search_reaches_the_end_of_a_curved_valley():
    path = trajectory("lbfgs", LOSS_SURFACES["rosenbrock"].loss, jnp.array([-1.2, 1.0]), 60)
    np.testing.assert_allclose(path[-1], [1, 1], atol=1e-3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: trajectory("adma", jnp.sum, 1.0, 3), InputError, "optimizer is 'adma'; did you"),
        (lambda: trajectory(WRONG, jnp.sum, 1.0, 3), InputTypeError, "optimizer is 3; pass a name"),
        (
            lambda: trajectory(lambda rate: WRONG, jnp.sum, 1.0, 3),
            InputTypeError,
            "optimizer is .*, which returns a value of type int for a learning rate",
        ),
        (lambda: trajectory("sgd", jnp.sum, 1.0, 0), InputError, "steps is 0; pass a whole"),
        (lambda: trajectory("sgd", jnp.sum, "a", 3), InputTypeError, "start holds <U1 values"),
        (lambda: trajectory("sgd", jnp.sin, [1.0, 2.0], 3), InputError, "loss returns an array"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
