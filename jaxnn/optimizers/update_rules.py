"""What are the update rules of the lecture?

With the gradient g, the weights W and the learning rate e, one step is

    gradient descent   W <- W - e g
    momentum           v <- a v + (1 - a) g,                         W <- W - e v
    Nesterov           g at W + a v,    v <- a v - e g,              W <- W + v
    AdaGrad            r <- r + g^2,                                 W <- W - e g / (d + sqrt r)
    RMSProp            r <- p r + (1 - p) g^2,                       W <- W - e g / (d + sqrt r)
    Adam               v <- a v + (1 - a) g,  r <- p r + (1 - p) g^2,
                       W <- W - e v' / (d + sqrt r'),  v' = v / (1 - a^t),  r' = r / (1 - p^t)

with v = r = 0 before the first step t = 1. Each is an optax gradient transformation: it can be
chained, scheduled and passed to a `Recipe`. Libraries write the same rules with other constants;
each docstring says which of theirs is equal.

Lecture 11, "Momentum" and "Adaptive Learning Rates". The lecture prints Nesterov's point as W + v
and Adam without the primes, where W + a v and the bias correction are meant.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxnn.errors import as_real
from jaxnn.optimizers.schedules import check_schedule

LearningRate = Any  # a positive number, a schedule, or a traced number


def gradient_descent(learning_rate: LearningRate) -> optax.GradientTransformation:
    """Gradient descent: W <- W - e g.

    Equal to `optax.sgd(e)` and to PyTorch's SGD(lr=e).

    Args:
      learning_rate: e, a positive number, a function of the step (a schedule) or a traced number.

    Raises:
      InputError, InputTypeError: another learning rate.

    Example:
      >>> rule = gradient_descent(0.1)
      >>> step, _ = rule.update(jnp.array([2.0]), rule.init(jnp.zeros(1)))
      >>> print(step)
      [-0.2]
    """
    learning_rate = _learning_rate(learning_rate)
    return optax.sgd(learning_rate)


def momentum(learning_rate: LearningRate, decay: Any = 0.9) -> optax.GradientTransformation:
    """Damped momentum: v <- a v + (1 - a) g, then W <- W - e v.

    v is an average of the past gradients, so its size does not depend on a. Libraries add the
    gradients up instead, v <- a v + g, which is the same with the learning rate e (1 - a):
    `optax.sgd(e * (1 - a), a)`, PyTorch's SGD(lr=e * (1 - a), momentum=a), and the recipe's
    optimizer="momentum" with a = 0.9. PyTorch's dampening=a differs: its first v is g.

    Args:
      learning_rate: e, as for `gradient_descent`.
      decay: a, at least 0 and below 1; 0 is gradient descent.

    Raises:
      InputError, InputTypeError: numbers outside these ranges.

    Example:
      >>> rule = momentum(1.0, decay=0.5)
      >>> state = rule.init(jnp.zeros(1))
      >>> for _ in range(3):
      ...     step, state = rule.update(jnp.ones(1), state)
      ...     print(step)
      [-0.5]
      [-0.75]
      [-0.875]
    """
    learning_rate = _learning_rate(learning_rate)
    decay = _decay(decay, "decay")
    return optax.chain(optax.ema(decay, debias=False), optax.scale_by_learning_rate(learning_rate))


def nesterov(learning_rate: LearningRate, decay: Any = 0.9) -> optax.GradientTransformation:
    """Nesterov momentum: the gradient at W + a v, then v <- a v - e g and W <- W + v.

    The parameters that are moved are the point at which the gradient is taken, P = W + a v, as in
    every library, so that one gradient per step is enough. It is not damped: the same e moves
    1 / (1 - a) times as far as with `momentum`. Equal to `optax.sgd(e, a, nesterov=True)` and to
    PyTorch's SGD(lr=e, momentum=a, nesterov=True). With a = 0 it is gradient descent.

    Args:
      learning_rate: e, as for `gradient_descent`; constant, if P is to be W + a v exactly.
      decay: a, at least 0 and below 1.

    Raises:
      InputError, InputTypeError: numbers outside these ranges.
    """
    learning_rate = _learning_rate(learning_rate)
    decay = _decay(decay, "decay")
    return optax.sgd(learning_rate, decay, nesterov=True)


def adagrad(learning_rate: LearningRate, eps: Any = 1e-7) -> optax.GradientTransformation:
    """AdaGrad: r <- r + g^2, then W <- W - e g / (d + sqrt r).

    Equal to PyTorch's Adagrad(lr=e, eps=d). `optax.adagrad` differs: it divides by sqrt(r + d) and
    starts at r = 0.1.

    Args:
      learning_rate: e, as for `gradient_descent`.
      eps: d, a positive number.

    Raises:
      InputError, InputTypeError: numbers outside these ranges.

    Example:
      >>> rule = adagrad(0.5)
      >>> state = rule.init(jnp.zeros(2))
      >>> step, state = rule.update(jnp.array([1.0, 100.0]), state)
      >>> print(f"{step[0]:.4f} {step[1]:.4f}")  # the same for every size of the gradient
      -0.5000 -0.5000
    """
    learning_rate = _learning_rate(learning_rate)
    eps = _positive(eps, "eps")

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        total = jax.tree.map(lambda r, g: r + jnp.square(g), state.total, updates)
        scaled = jax.tree.map(lambda r, g: g / (eps + jnp.sqrt(r)), total, updates)
        return scaled, _SquaredSum(total)

    scale = optax.GradientTransformation(
        lambda params: _SquaredSum(jax.tree.map(jnp.zeros_like, params)), update
    )
    return optax.chain(scale, optax.scale_by_learning_rate(learning_rate))


def rmsprop(
    learning_rate: LearningRate, decay: Any = 0.9, eps: Any = 1e-7
) -> optax.GradientTransformation:
    """RMSProp: r <- p r + (1 - p) g^2, then W <- W - e g / (d + sqrt r).

    Equal to `optax.rmsprop(e, p, d, eps_in_sqrt=False)` and to PyTorch's
    RMSprop(lr=e, alpha=p, eps=d). optax by default has d inside the root, which is what the
    recipe's optimizer="rmsprop" means.

    Args:
      learning_rate: e, as for `gradient_descent`.
      decay: p, at least 0 and below 1.
      eps: d, a positive number.

    Raises:
      InputError, InputTypeError: numbers outside these ranges.
    """
    learning_rate = _learning_rate(learning_rate)
    decay = _decay(decay, "decay")
    eps = _positive(eps, "eps")
    return optax.rmsprop(learning_rate, decay, eps, eps_in_sqrt=False)


def adam(
    learning_rate: LearningRate, b1: Any = 0.9, b2: Any = 0.999, eps: Any = 1e-8
) -> optax.GradientTransformation:
    """Adam: W <- W - e v' / (d + sqrt r'), with averages v of g and r of g^2.

    The averages start at 0; v' = v / (1 - a^t) and r' = r / (1 - p^t) correct this bias, so that
    the first step is e sign(g), up to d. Equal to `optax.adam` and to PyTorch's Adam, and what the
    recipe's optimizer="adam" means. Kingma & Ba 2015, algorithm 1.

    Args:
      learning_rate: e, as for `gradient_descent`.
      b1: a, at least 0 and below 1.
      b2: p, at least 0 and below 1.
      eps: d, a positive number.

    Raises:
      InputError, InputTypeError: numbers outside these ranges.
    """
    learning_rate = _learning_rate(learning_rate)
    b1 = _decay(b1, "b1")
    b2 = _decay(b2, "b2")
    eps = _positive(eps, "eps")
    return optax.adam(learning_rate, b1, b2, eps)


def clip_by_norm(max_norm: Any) -> optax.GradientTransformation:
    """Clipping: g <- g max_norm / |g| where the norm |g| over all parameters exceeds max_norm.

    Chain it before a rule: `optax.chain(clip_by_norm(1.0), gradient_descent(0.1))`. Equal to
    `optax.clip_by_global_norm` and, but for its 1e-6, to PyTorch's clip_grad_norm_. Lecture 11,
    "Exploding gradients"; Pascanu, Mikolov & Bengio 2013.

    Args:
      max_norm: the largest norm that is left as it is, a positive number.

    Raises:
      InputError, InputTypeError: another max_norm.

    Example:
      >>> rule = clip_by_norm(1.0)
      >>> clipped, _ = rule.update(jnp.array([3.0, 4.0]), rule.init(jnp.zeros(2)))
      >>> print(clipped)
      [0.6 0.8]
    """
    max_norm = _positive(max_norm, "max_norm")
    return optax.clip_by_global_norm(max_norm)


class _SquaredSum(NamedTuple):
    total: Any


def _learning_rate(learning_rate: LearningRate) -> LearningRate:
    if callable(learning_rate):
        check_schedule(learning_rate)
        return learning_rate
    return as_real(
        learning_rate, "learning_rate", "a positive number or a schedule", lambda r: r > 0
    )


def _decay(decay: Any, argument: str) -> Any:
    return as_real(decay, argument, "a number of at least 0 and below 1", lambda d: 0 <= d < 1)


def _positive(value: Any, argument: str) -> Any:
    return as_real(value, argument, "a positive number", lambda number: number > 0)
