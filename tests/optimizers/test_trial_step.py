"""Is an update rule that cannot train a network refused before anything is compiled?"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import MLP, Fitter, InputError, InputTypeError, Recipe
from jaxnn.landscape import trajectory
from jaxnn.optimizers import check_step
from jaxnn.regularizers import BatchNormalization

NET = MLP((3, 4, 1))


def rule(update, init=lambda params: ()):
    return optax.GradientTransformation(init, update)


def changed(change):
    return rule(lambda updates, state, params=None: (jax.tree.map(change, updates), state))


WRONG = [
    (
        lambda rate: None,
        InputTypeError,
        "which returns a value of type NoneType for a learning rat",
    ),
    (int, InputTypeError, "optimizer is the class int, which returns a value of type int"),
    (np.sin, InputTypeError, "optimizer is <ufunc 'sin'>, which returns a value of type float64"),
    (lambda: optax.sgd(0.1), InputTypeError, "which fails for the learning rate 0.01 with TypeErr"),
    (optax.adam(0.1).update, InputTypeError, "fails for the learning rate 0.01 with TypeError"),
    (partial(optax.sgd, 0.1, momentums=0.9), InputTypeError, "fails for the learning rate 0.01"),
    (rule(lambda updates: updates), InputTypeError, "in a step on .* with TypeError"),
    (rule(lambda updates, state, params=None: None), InputTypeError, "cannot unpack non-iterable"),
    (rule(None, None), InputTypeError, "in a step .*'NoneType' object is not callable"),
    (
        rule(lambda *_: 1 / 0),
        InputTypeError,
        r"with ZeroDivisionError\('division by zero'\); pass a",
    ),
    (
        rule(lambda updates, state, params=None: (updates, (state, 0.0))),
        InputTypeError,
        "which fails in a step on parameters",
    ),
    (optax.masked(optax.adam(0.1), {"a": True}), InputTypeError, "which fails in a step"),
    (
        changed(lambda update: update[:1]),
        InputError,
        r"makes updates of shapes \[\(1, 4\), \(1,\), \(1, 1\), \(1,\)\] for parameters of shapes",
    ),
    (
        changed(lambda update: 0.1),
        InputError,
        r"makes updates of shapes \[\(\), \(\), \(\), \(\)\]",
    ),
    (rule(lambda updates, state, params=None: ([1.0], state)), InputError, "one update for each"),
    (changed(lambda update: update * 1j), InputError, "optimizer makes updates of complex64; pass"),
    (changed(lambda update: update > 0), InputError, "optimizer makes updates of bool; pass a tra"),
]


@pytest.mark.parametrize(("optimizer", "error", "message"), WRONG)
def test_a_rule_that_makes_no_step_is_refused(optimizer, error, message):
    with pytest.raises(error, match=message):
        Fitter(NET, Recipe(optimizer))


def test_a_path_needs_a_rule_for_its_parameters():
    with pytest.raises(InputError, match=r"updates of shapes \[\(1,\)\] for .* \[\(2,\)\]; pass"):
        trajectory(changed(lambda update: update[:1]), jnp.sum, [1.0, 2.0], 3)


@pytest.mark.parametrize(
    "optimizer",
    [
        optax.adam(0.1),
        optax.lbfgs(),  # it evaluates the loss
        optax.lamb,  # it looks at the arrays one by one
        partial(optax.adam, b1=0.8),
        optax.chain(optax.clip(1.0), optax.sgd(optax.cosine_decay_schedule(0.1, 10))),
        optax.multi_transform({"all": optax.sgd(0.1)}, "all"),
    ],
)
def test_a_rule_that_makes_steps_is_accepted(optimizer):
    Fitter(NET, Recipe(optimizer))
    Fitter(NET, Recipe(optimizer, regularizers=(BatchNormalization(momentum=0.1),)))


@pytest.mark.parametrize("params", [np.array(["a"]), jax.ShapeDtypeStruct((2,), int), iter([1.0])])
def test_parameters_that_are_no_numbers_are_refused(params):
    with pytest.raises(InputTypeError, match=r"^params (is|holds) .*; pass "):
        check_step("adam", params)
