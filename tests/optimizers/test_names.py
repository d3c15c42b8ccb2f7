"""Is an optimiser's name its update rule, with the learning rate that was asked for?"""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.optimizers import (
    OPTIMIZERS,
    default_learning_rate,
    transformation,
    treats_parameters_alike,
)

# The same numbers as one vector and as two arrays.
VECTOR, VECTOR_GRADIENT = jnp.array([1.0, -2.0, 0.5]), jnp.array([0.3, -0.1, 2.0])
PARTS = {"a": VECTOR[:2], "b": VECTOR[2:, None]}
PARTS_GRADIENT = {"a": VECTOR_GRADIENT[:2], "b": VECTOR_GRADIENT[2:, None]}


def after_steps(optimizer, count=3, params=PARTS, gradient=PARTS_GRADIENT):
    """The parameters, as one vector, after some steps on one gradient."""

    @jax.jit
    def run(params):
        state = optimizer.init(params)
        for _ in range(count):
            updates, state = optimizer.update(gradient, state, params)
            params = optax.apply_updates(params, updates)
        return jnp.concatenate([leaf.ravel() for leaf in jax.tree.leaves(params)])

    return np.asarray(run(params))


EXPECTED = {
    "adam": optax.adam(0.1),
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.1, momentum=0.9),
    "nesterov": optax.sgd(0.1, momentum=0.9, nesterov=True),
    "rmsprop": optax.rmsprop(0.1),
}


@cache
def expected(name):
    return after_steps(EXPECTED[name])


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_name_is_its_update_rule(name):
    found = after_steps(transformation(name, 0.1))
    np.testing.assert_allclose(found, expected(name), rtol=1e-6)
    assert all(np.abs(found - expected(other)).max() > 1e-6 for other in EXPECTED if other != name)


def test_momentum_and_nesterov_are_their_formulas():
    """v <- 0.9 v + g; W <- W - r v, or W <- W - r (g + 0.9 v)."""
    W = {"momentum": np.array(VECTOR), "nesterov": np.array(VECTOR)}
    v, g, r = np.zeros(3), np.asarray(VECTOR_GRADIENT), 0.1
    for _ in range(3):
        v = 0.9 * v + g
        W["momentum"] = W["momentum"] - r * v
        W["nesterov"] = W["nesterov"] - r * (g + 0.9 * v)
    for name, found in W.items():
        np.testing.assert_allclose(after_steps(transformation(name, r)), found, rtol=1e-5)


def test_the_learning_rate_is_the_given_one_or_the_default():
    def rate(optimizer):
        moved = (np.asarray(VECTOR) - after_steps(optimizer, 1)) / np.asarray(VECTOR_GRADIENT)
        np.testing.assert_allclose(moved, moved[0], rtol=1e-4)
        return moved[0]

    for given, used in ((None, 0.01), (0.2, 0.2), (optax.constant_schedule(0.3), 0.3)):
        for optimizer in ("sgd", optax.sgd):
            np.testing.assert_allclose(rate(transformation(optimizer, given)), used, rtol=1e-4)
    ready = optax.sgd(0.7)
    assert transformation(ready) is ready


def test_lbfgs_has_a_default_learning_rate_of_one():
    assert default_learning_rate("lbfgs") == default_learning_rate(optax.lbfgs) == 1
    others = [name for name in OPTIMIZERS if name != "lbfgs"]
    assert {default_learning_rate(name) for name in others} == {0.01}
    assert default_learning_rate(optax.lamb) == 0.01


def test_an_unknown_name_is_refused_with_the_nearest_one():
    for call in (transformation, default_learning_rate, treats_parameters_alike):
        with pytest.raises(InputError, match=r"optimizer is 'adm'; did you mean 'adam.*known: "):
            call("adm")


@pytest.mark.parametrize("given", [3, None, np.array([1.0, 2.0]), float("nan")], ids=repr)
def test_what_is_no_optimizer_is_refused(given):
    for call in (transformation, default_learning_rate, treats_parameters_alike):
        with pytest.raises(InputTypeError, match=r"optimizer is .*; pass a name, an optax factory"):
            call(given)


@pytest.mark.parametrize("rate", [-1, "fast", float("nan"), np.array([0.1, 0.2])], ids=repr)
def test_what_is_no_learning_rate_is_refused(rate):
    with pytest.raises(InputError, match=r"learning_rate is .*; pass a positive number or a sched"):
        transformation("adam", rate)


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - {"lbfgs"}))
def test_a_named_rule_treats_a_vector_as_its_parts(name):
    """What `treats_parameters_alike` promises: packing parameters changes no step."""
    assert treats_parameters_alike(name)
    assert treats_parameters_alike(OPTIMIZERS[name].factory)
    optimizer = transformation(name, 0.05)
    whole = after_steps(optimizer, params=VECTOR, gradient=VECTOR_GRADIENT)
    np.testing.assert_allclose(whole, after_steps(optimizer), rtol=1e-6)


def test_other_rules_are_not_assumed_to_treat_parameters_alike():
    assert not treats_parameters_alike(optax.adam(0.1))
    assert not treats_parameters_alike(optax.lamb)
