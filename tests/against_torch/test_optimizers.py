"""Is each update rule, step by step, the one of `torch.optim` that its docstring names?"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

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


def loss(w, numbers):
    """Not quadratic in any of three dimensions; the largest gradient is about 3."""
    squares = 0.25 * w[0] ** 2 + 0.2 * w[0] * w[1] + 0.5 * w[1] ** 2 + 0.05 * w[2] ** 2
    return squares - numbers.cos(w[0]) + numbers.log(numbers.cosh(w[2]))


def by_optax(rule):
    """(steps, 3) the parameters after each step of an optax transformation, in float64."""

    @jax.jit
    def run(w):
        def step(carry, _):
            w, state = carry
            updates, state = rule.update(jax.grad(loss)(w, jnp), state, w)
            w = optax.apply_updates(w, updates)
            return (w, state), w

        return jax.lax.scan(step, (w, rule.init(w)), length=STEPS)[1]

    with jax.enable_x64(True):
        return np.asarray(run(jnp.asarray(START)))


@pytest.fixture
def by_torch(torch, as_tensor):
    """by_torch(name, clip, **settings) -> (steps, 3) the same for an optimiser of `torch.optim`."""

    def by_torch(name, clip=None, **settings):
        w = as_tensor(START)
        optimizer = getattr(torch.optim, name)([w], **settings)
        path = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss(w, torch).backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_([w], clip)
            optimizer.step()
            path.append(w.detach().numpy().copy())
        return np.array(path)

    return by_torch


EQUAL = {
    "gradient descent": (gradient_descent(0.05), "SGD", {"lr": 0.05}),
    "damped momentum": (momentum(0.2, 0.8), "SGD", {"lr": 0.2 * (1 - 0.8), "momentum": 0.8}),
    "nesterov": (nesterov(0.05, 0.8), "SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    "adagrad": (adagrad(0.3, 1e-3), "Adagrad", {"lr": 0.3, "eps": 1e-3}),
    "rmsprop": (rmsprop(0.1, 0.9, 1e-3), "RMSprop", {"lr": 0.1, "alpha": 0.9, "eps": 1e-3}),
    "adam": (
        adam(0.1, 0.8, 0.95, 1e-3),
        "Adam",
        {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
    "the name sgd": (transformation("sgd", 0.05), "SGD", {"lr": 0.05}),
    "the name momentum": (transformation("momentum", 0.05), "SGD", {"lr": 0.05, "momentum": 0.9}),
    "the name nesterov": (
        transformation("nesterov", 0.05),
        "SGD",
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    ),
    "the name adam": (transformation("adam", 0.1), "Adam", {"lr": 0.1}),
    "the name adamw": (transformation("adamw", 0.1), "AdamW", {"lr": 0.1, "weight_decay": 1e-4}),
}


@pytest.mark.parametrize("name", EQUAL)
def test_each_step_is_that_of_pytorch(name, by_torch):
    rule, peer, settings = EQUAL[name]
    np.testing.assert_allclose(by_optax(rule), by_torch(peer, **settings), rtol=0, atol=1e-12)


DIFFERENT = {
    # PyTorch's first velocity is g, the lecture's (1 - a) g.
    "dampening": (
        momentum(0.2, 0.8),
        "SGD",
        {"lr": 0.2, "momentum": 0.8, "dampening": 0.8},
        0.1,
    ),
    # optax adds what keeps the root from zero under the root.
    "the name rmsprop": (
        transformation("rmsprop", 0.1),
        "RMSprop",
        {"lr": 0.1, "alpha": 0.9, "eps": 1e-8},
        1e-9,
    ),
    # optax starts the sum of squares at 0.1.
    "the name adagrad": (transformation("adagrad", 0.3), "Adagrad", {"lr": 0.3, "eps": 1e-7}, 1e-3),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_rules_that_are_said_to_differ_do(name, by_torch):
    rule, peer, settings, least = DIFFERENT[name]
    assert np.abs(by_optax(rule) - by_torch(peer, **settings)).max() > least


def test_clipping_is_that_of_pytorch_but_for_its_small_term(by_torch):
    """PyTorch divides by |g| + 1e-6, so each clipped step is shorter by 1e-6 / |g|."""
    clipped = by_optax(optax.chain(clip_by_norm(0.5), gradient_descent(0.5)))
    unclipped = by_optax(gradient_descent(0.5))
    np.testing.assert_allclose(clipped, by_torch("SGD", clip=0.5, lr=0.5), rtol=0, atol=1e-5)
    assert np.abs(clipped - unclipped).max() > 0.1
