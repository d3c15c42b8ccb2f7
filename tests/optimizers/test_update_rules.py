"""Is each rule the lecture's formula, step by step, and the equal rule of other libraries?"""

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import MLP, Fitter, InputError, InputTypeError, Recipe
from jaxnn.optimizers import (
    adagrad,
    adam,
    clip_by_norm,
    gradient_descent,
    momentum,
    nesterov,
    rmsprop,
    transformation,
)

START, STEPS = np.array([1.0, -0.5, 2.0]), 25


def gradient(w, numbers=np):
    """Of a loss in three dimensions that is not quadratic, and at most about 3 near its minimum."""
    bent = numbers.sin(w[0]) + 0.5 * w[0]
    return numbers.stack([bent + 0.2 * w[1], 0.2 * w[0] + w[1], numbers.tanh(w[2]) + 0.1 * w[2]])


def by_optax(rule):
    """(steps, 3) the parameters after each step of an optax transformation, in float64."""

    @jax.jit
    def run(w):
        def step(carry, _):
            w, state = carry
            updates, state = rule.update(gradient(w, jnp), state, w)
            w = optax.apply_updates(w, updates)
            return (w, state), w

        return jax.lax.scan(step, (w, rule.init(w)), length=STEPS)[1]

    with jax.enable_x64(True):
        return np.asarray(run(jnp.asarray(START)))


def descent(e):
    w = START
    for _ in range(STEPS):
        w = w - e * gradient(w)
        yield w


def damped(e, a, first=0.0):
    """The lecture's momentum; PyTorch's dampening=a has v = g in the first step."""
    w, v = START, np.zeros(3)
    for step in range(STEPS):
        g = gradient(w)
        v = g if first and not step else a * v + (1 - a) * g
        w = w - e * v
        yield w


def look_ahead(e, a):
    """W + a v of the lecture's corrected Nesterov momentum, after each step."""
    w, v = START, np.zeros(3)
    for _ in range(STEPS):
        v = a * v - e * gradient(w + a * v)
        w = w + v
        yield w + a * v


def root_of_squares(e, d, p=None):
    """AdaGrad, or with p RMSProp; d stands outside the root and r starts at 0."""
    w, r = START, np.zeros(3)
    for _ in range(STEPS):
        g = gradient(w)
        r = r + g**2 if p is None else p * r + (1 - p) * g**2
        w = w - e / (d + np.sqrt(r)) * g
        yield w


def corrected(e, a, p, d, correct=True):
    """Adam, with or without the correction of the bias."""
    w, v, r = START, np.zeros(3), np.zeros(3)
    for t in range(1, STEPS + 1):
        g = gradient(w)
        v, r = a * v + (1 - a) * g, p * r + (1 - p) * g**2
        va, ra = (v / (1 - a**t), r / (1 - p**t)) if correct else (v, r)
        w = w - e / (d + np.sqrt(ra)) * va
        yield w


CASES = {
    "gradient descent": (gradient_descent(0.05), descent(0.05), [optax.sgd(0.05)]),
    "momentum": (
        momentum(0.2, 0.8),
        damped(0.2, 0.8),
        [optax.sgd(0.2 * (1 - 0.8), 0.8)],
    ),
    "nesterov": (
        nesterov(0.05, 0.8),
        look_ahead(0.05, 0.8),
        [optax.sgd(0.05, 0.8, nesterov=True)],
    ),
    "adagrad": (adagrad(0.3, 1e-3), root_of_squares(0.3, 1e-3), []),
    "rmsprop": (
        rmsprop(0.1, 0.9, 1e-3),
        root_of_squares(0.1, 1e-3, 0.9),
        [optax.rmsprop(0.1, 0.9, 1e-3, eps_in_sqrt=False)],
    ),
    "adam": (
        adam(0.1, 0.8, 0.95, 1e-3),
        corrected(0.1, 0.8, 0.95, 1e-3),
        [optax.adam(0.1, 0.8, 0.95, 1e-3)],
    ),
}
RIVALS = {
    "momentum": [optax.sgd(0.2, 0.8), damped(0.2, 0.8, first=1.0)],
    "nesterov": [momentum(0.05, 0.8), damped(0.05, 0.8)],
    "adagrad": [optax.adagrad(0.3, eps=1e-3), optax.adagrad(0.3, 0.0, eps=1e-3)],
    "rmsprop": [optax.rmsprop(0.1, 0.9, 1e-3), root_of_squares(0.1, 1e-3)],
    "adam": [
        optax.adam(0.1, 0.8, 0.95, 0.0, eps_root=1e-3),
        corrected(0.1, 0.8, 0.95, 1e-3, False),
    ],
}


def path(rule):
    if isinstance(rule, optax.GradientTransformation):
        return by_optax(rule)
    return np.array(list(rule))


@pytest.mark.parametrize("name", CASES)
def test_each_step_is_the_formula_and_that_of_other_libraries(name):
    rule, formula, equal = CASES[name]
    found = path(rule)
    for other in (formula, *equal):
        np.testing.assert_allclose(found, path(other), rtol=0, atol=1e-12)
    for other in RIVALS.get(name, []):
        assert np.abs(found - path(other)).max() > 1e-6


def test_momentum_without_decay_is_gradient_descent():
    plain = by_optax(gradient_descent(0.05))
    np.testing.assert_allclose(by_optax(momentum(0.05, 0.0)), plain, rtol=0, atol=1e-15)
    np.testing.assert_allclose(by_optax(nesterov(0.05, 0.0)), plain, rtol=0, atol=1e-15)


def test_the_first_step_of_adam_has_the_learning_rate_in_each_direction():
    first = by_optax(adam(0.1))[0] - START
    np.testing.assert_allclose(first, -0.1 * np.sign(gradient(START)), rtol=1e-7)
    uncorrected = next(corrected(0.1, 0.9, 0.999, 0.0, correct=False)) - START
    np.testing.assert_allclose(np.abs(uncorrected), 0.31622777, rtol=1e-6)


def test_adagrad_stays_where_the_gradient_is_zero():
    rule = adagrad(0.1)
    step: Any
    step, _ = rule.update({"w": jnp.array([0.0, 1.0])}, rule.init({"w": jnp.zeros(2)}))
    np.testing.assert_allclose(step["w"], [0.0, -0.1], rtol=1e-6)


def test_clipping_keeps_the_direction_and_smaller_gradients():
    rule = clip_by_norm(5.0)
    for size, expected in ((1.0, 5.0), (0.1, 1.0), (3.0, 5.0), (0.0, 0.0)):
        long = {"a": jnp.array([6.0]) * size, "b": jnp.array([[8.0]]) * size}
        clipped: Any
        clipped, _ = rule.update(long, rule.init(long))
        vector = np.array([clipped["a"][0], clipped["b"][0, 0]])
        np.testing.assert_allclose(vector, np.array([0.6, 0.8]) * expected, rtol=1e-6)


def test_a_schedule_and_a_traced_learning_rate_are_accepted():
    scheduled = by_optax(momentum(optax.constant_schedule(0.2), 0.8))
    np.testing.assert_allclose(scheduled, by_optax(momentum(0.2, 0.8)), rtol=0, atol=1e-15)

    def first_step(rate):
        rule = adagrad(rate)
        return rule.update(jnp.ones(1), rule.init(jnp.ones(1)))[0]

    steps: Any = jax.vmap(first_step)(jnp.array([0.1, 0.2]))
    np.testing.assert_allclose(steps[:, 0], [-0.1, -0.2], rtol=1e-6)


def test_a_recipe_takes_every_rule():
    X = np.linspace(-1, 1, 12, dtype=np.float32)[:, None]
    rule = optax.chain(clip_by_norm(1.0), momentum(0.5))
    fitter = Fitter(MLP((1, 3, 1)), Recipe(optimizer=rule, epochs=30))
    fit = fitter(jax.random.key(0), X, X[:, 0])
    assert fit.history.train_loss[-1] < fit.history.train_loss[0]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: gradient_descent(-0.1), InputError, "learning_rate is -0.1; pass a positive"),
        (lambda: gradient_descent("fast"), InputTypeError, "learning_rate is 'fast'; pass a posi"),
        (lambda: adam(float("nan")), InputError, "learning_rate is nan; pass a positive number"),
        (lambda: momentum(0.1, 1.0), InputError, "decay is 1.0; pass a number of at least 0 and"),
        (lambda: nesterov(0.1, -0.5), InputError, "decay is -0.5; pass a number of at least 0"),
        (lambda: rmsprop(0.1, eps=0.0), InputError, "eps is 0.0; pass a positive number"),
        (lambda: adagrad(jnp.zeros(())), InputError, "learning_rate is 0.0; pass a positive"),
        (lambda: adam(0.1, b2=1.5), InputError, "b2 is 1.5; pass a number of at least 0 and"),
        (lambda: clip_by_norm(0), InputError, "max_norm is 0; pass a positive number"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("rule", [gradient_descent, momentum, nesterov, adagrad, rmsprop, adam])
def test_no_setting_takes_what_is_no_number_in_its_range(rule):
    for name in inspect.signature(rule).parameters:
        for value in (-1, np.nan, np.inf, 10**400, None, "a", [0.1], np.ones(2), 1j, True):
            with pytest.raises(InputError, match=rf"^{name} is .*; pass a [^\n]*\.$"):
                rule(**({"learning_rate": 0.1} | {name: value}))


@pytest.mark.parametrize("make", [gradient_descent, lambda rate: transformation("sgd", rate)])
def test_a_whole_number_beyond_those_of_jax_is_a_learning_rate(make):
    rule = make(10**30)
    step, _ = rule.update(jnp.ones(1), rule.init(jnp.zeros(1)))
    np.testing.assert_allclose(step, [-1e30], rtol=1e-6)
