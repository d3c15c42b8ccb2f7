"""Is a recipe data: comparable, hashable, and refused at once where it makes no sense?"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import ElasticNet, InputError, InputTypeError, Recipe
from jaxnn.training.recipe import (
    DEFAULT_LEARNING_RATE,
    HISTORY_POINTS,
    OPTIMIZERS,
    history_epochs,
    transformation,
    treats_parameters_alike,
)

PARAMS = {"a": jnp.array([1.0, -2.0]), "b": jnp.array([[0.5]])}
GRADIENT = {"a": jnp.array([0.3, -0.1]), "b": jnp.array([[2.0]])}


def steps(optimizer, count=3):
    """The parameters after some steps on one gradient and value."""
    optimizer = optax.with_extra_args_support(optimizer)
    params, state = PARAMS, optimizer.init(PARAMS)

    def value_fn(p):
        return sum(jnp.vdot(GRADIENT[name], p[name]) for name in p)

    for _ in range(count):
        updates, state = optimizer.update(
            GRADIENT, state, params, value=value_fn(params), grad=GRADIENT, value_fn=value_fn
        )
        params = optax.apply_updates(params, updates)
    return np.concatenate([params["a"], params["b"].ravel()])


EXPECTED = {
    "adam": optax.adam(0.1),
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.1, momentum=0.9),
    "nesterov": optax.sgd(0.1, momentum=0.9, nesterov=True),
    "rmsprop": optax.rmsprop(0.1),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_name_is_its_update_rule(name):
    found = steps(transformation(Recipe(name, learning_rate=0.1)))
    np.testing.assert_allclose(found, steps(EXPECTED[name]), rtol=1e-6)
    others = [steps(other) for key, other in EXPECTED.items() if key != name]
    assert all(np.abs(found - other).max() > 1e-6 for other in others)


def test_which_learning_rate_counts():
    start = np.array([1.0, -2.0, 0.5])
    direction = np.array([0.3, -0.1, 2.0])

    def rate(optimizer):
        moved = (start - steps(optimizer, 1)) / direction
        np.testing.assert_allclose(moved, moved[0], rtol=1e-4)
        return moved[0]

    np.testing.assert_allclose(
        rate(transformation(Recipe("sgd"))), DEFAULT_LEARNING_RATE, rtol=1e-4
    )
    own = Recipe("sgd", learning_rate=0.2)
    np.testing.assert_allclose(rate(transformation(own)), 0.2, rtol=1e-4)
    np.testing.assert_allclose(rate(transformation(own, 0.4)), 0.4, rtol=1e-4)
    scheduled = Recipe(optax.sgd, learning_rate=optax.constant_schedule(0.3))
    np.testing.assert_allclose(rate(transformation(scheduled)), 0.3, rtol=1e-4)
    ready = Recipe(optax.sgd(0.7))
    np.testing.assert_allclose(rate(transformation(ready)), 0.7, rtol=1e-4)
    with pytest.raises(InputError, match=r"learning_rate is given, but .* ready transformation"):
        transformation(ready, 0.1)


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - {"lbfgs"}))
def test_named_rules_treat_a_vector_as_its_parts(name):
    """What `treats_parameters_alike` promises: packing parameters changes no step."""
    recipe = Recipe(name, learning_rate=0.05)
    assert treats_parameters_alike(recipe)
    assert treats_parameters_alike(Recipe(OPTIMIZERS[name]))
    optimizer = transformation(recipe)
    flat = jnp.array([1.0, -2.0, 0.5])
    gradient = jnp.array([0.3, -0.1, 2.0])
    state = optimizer.init(flat)
    for _ in range(3):
        updates, state = optimizer.update(gradient, state, flat)
        flat = optax.apply_updates(flat, updates)
    np.testing.assert_allclose(flat, steps(optimizer), rtol=1e-6)


def test_other_rules_are_not_assumed_to():
    assert not treats_parameters_alike(Recipe(optax.adam(0.1)))
    assert not treats_parameters_alike(Recipe(optax.lamb))


def test_recipes_are_compared_by_what_they_say():
    def made(**changed):
        return Recipe(**({"optimizer": optax.adam, "penalty": ElasticNet(0.1)} | changed))

    assert made() == made() and hash(made()) == hash(made())
    changes = [
        {"optimizer": "adam"}, {"learning_rate": 0.1}, {"epochs": 7}, {"batch_size": 3},
        {"penalty": None}, {"validation_fraction": 0.1}, {"patience": 2}, {"min_delta": 0.1},
        {"history_every": 2},
    ]  # fmt: skip
    assert len({made(), *(made(**change) for change in changes)}) == 1 + len(changes)


@given(st.integers(1, 2000), st.none() | st.integers(1, 300))
def test_history_begins_at_zero_and_ends_at_the_end(epochs, every):
    marks = history_epochs(Recipe(epochs=epochs, history_every=every))
    assert marks[0] == 0 and marks[-1] == epochs
    gaps = np.diff(marks)
    assert (gaps > 0).all()
    if every is not None:
        assert (gaps[:-1] == every).all() and gaps[-1] <= every
    else:
        assert len(marks) <= HISTORY_POINTS + 1
        assert len(marks) > min(epochs, HISTORY_POINTS / 2)


WRONG = [
    ({"epochs": 0}, InputError, "epochs is 0; pass a whole number of at least 1"),
    ({"epochs": -5}, InputError, "epochs is -5"),
    ({"epochs": 2.0}, InputTypeError, "epochs is 2.0"),
    ({"epochs": None}, InputTypeError, "epochs is None"),
    ({"epochs": "300"}, InputTypeError, "epochs is '300'"),
    ({"epochs": True}, InputTypeError, "epochs is True"),
    ({"batch_size": 0}, InputError, "batch_size is 0"),
    ({"batch_size": 32.0}, InputTypeError, "batch_size is 32.0"),
    ({"patience": 0}, InputError, "patience is 0"),
    ({"history_every": 0}, InputError, "history_every is 0"),
    ({"validation_fraction": 1}, InputError, r"validation_fraction is 1; .* \[0, 1\)"),
    ({"validation_fraction": -0.1}, InputError, "validation_fraction is -0.1"),
    ({"validation_fraction": math.nan}, InputError, "validation_fraction is nan"),
    ({"validation_fraction": "a"}, InputError, "validation_fraction is 'a'"),
    ({"min_delta": -1}, InputError, "min_delta is -1; pass a finite number"),
    ({"min_delta": math.inf}, InputError, "min_delta is inf"),
    ({"min_delta": None}, InputError, "min_delta is None"),
    ({"penalty": 0.1}, InputTypeError, "penalty is 0.1; pass a function .*ElasticNet"),
    ({"optimizer": "adm"}, InputError, "optimizer is 'adm'; did you mean 'adam"),
    ({"optimizer": "gradient"}, InputError, "optimizer is 'gradient'.*known: adadelta, .*, sgd"),
    ({"optimizer": None}, InputTypeError, "optimizer is None; pass a name"),
    ({"optimizer": 0.1}, InputTypeError, "optimizer is 0.1"),
    ({"learning_rate": 0}, InputError, "learning_rate is 0; pass a positive number"),
    ({"learning_rate": -0.1}, InputError, "learning_rate is -0.1"),
    ({"learning_rate": math.nan}, InputError, "learning_rate is nan"),
    ({"learning_rate": math.inf}, InputError, "learning_rate is inf"),
    ({"learning_rate": "fast"}, InputError, "learning_rate is 'fast'"),
    ({"optimizer": optax.adam(0.1), "learning_rate": 0.1}, InputError, "ready transformation"),
]


@pytest.mark.parametrize(("wrong", "error", "sentence"), WRONG)
def test_what_cannot_be_trained_by_is_refused(wrong, error, sentence):
    with pytest.raises(error, match=sentence):
        Recipe(**wrong)


@pytest.mark.parametrize(
    "unhashable",
    [
        {"learning_rate": jnp.array(0.1)},
        {"penalty": partial(lambda price, w: price * jnp.sum(w[0]), [0.1])},
    ],
)
def test_a_recipe_that_is_made_can_be_hashed(unhashable):
    """A static argument must be; so it is made so, or refused in one sentence."""
    try:
        recipe = Recipe(**unhashable)
    except InputError as refusal:
        assert next(iter(unhashable)) in str(refusal)
    else:
        assert isinstance(hash(recipe), int)


def test_numbers_of_any_kind_will_do():
    recipe = Recipe(
        learning_rate=np.float32(0.5), epochs=np.int64(3), validation_fraction=np.float64(0.5)
    )
    assert hash(recipe) == hash(recipe) and jax.jit(lambda: recipe.epochs)() == 3
