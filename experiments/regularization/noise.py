"""What does noise on inputs or on output weights add to the squared error of a given network?

    inputs           s^2 [ E |grad f|^2 + E (f - y) tr Hess f ]  to second order   (Bishop 1995)
    output weights   s^2 E |h|^2                                  exactly

Both signs of each noise are used, so that terms of odd order cancel. The network is random and
fixed, and does not fit y, so the second term of the first formula matters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import MLP, init, mlp
from jaxnn.mlp import Parameters
from jaxnn.regularizers import InputNoise, WeightNoise

ROWS, NET = 200, MLP((3, 20, 1))
DEVIATIONS = (0.3, 0.1, 0.03, 0.01)
LARGEST = DEVIATIONS[0]
SLOPE = np.array([1.0, -0.5, 1.0])  # of the linear model


def compute(key: Array, draws: int) -> dict[str, Any]:
    """Excess squared error over s^2, mean over rows of each draw, in double precision.

    Returns:
      `input_excess` (deviations, draws); `linear_excess`, `weight_excess` (draws,);
      `gradient_term`, `curvature_term`, `linear_term`, `weight_term` () of the formulas, by
      automatic differentiation.
    """
    key_rows, key_net, key_noise = jax.random.split(key, 3)
    z = np.asarray(jax.random.normal(key_rows, (ROWS, 4)), float)
    params32 = init(key_net, NET)
    with jax.enable_x64(True):
        X, y = jnp.asarray(z[:, :3]), jnp.asarray(np.sin(z[:, 0]) + 2 * z[:, 1] ** 2 - 1)
        params = jax.tree.map(lambda w: 1.5 * jnp.asarray(w, float), params32)
        inputs, linear, weights = _excesses(params, X, y, jax.random.split(key_noise, draws))
        return {
            "input_excess": np.asarray(inputs).T,
            "linear_excess": np.asarray(linear),
            "weight_excess": np.asarray(weights),
            **_terms(params, X, y),
        }


@jax.jit
def _terms(params: Parameters, X: Array, y: Array) -> dict[str, Array]:
    def f(x: Array) -> Array:
        return mlp.apply(NET, params, x)[0]

    gradients = jax.vmap(jax.grad(f))(X)
    traces = jax.vmap(lambda x: jnp.trace(jax.hessian(f)(x)))(X)
    hidden = jax.vmap(lambda x: mlp.hidden_states(NET, params, x).hidden[0])(X)
    return {
        "gradient_term": jnp.mean(jnp.sum(gradients**2, axis=1)),
        "curvature_term": jnp.mean((jax.vmap(f)(X) - y) * traces),
        "linear_term": jnp.sum(jnp.square(SLOPE)),
        "weight_term": jnp.mean(jnp.sum(hidden**2, axis=1)),
    }


@jax.jit
def _excesses(params: Parameters, X: Array, y: Array, keys: Array) -> tuple[Array, Array, Array]:
    """(draws, deviations), (draws,), (draws,); a draw has the same noise at all deviations."""

    def error(params: Parameters, X: Array) -> Array:
        return jnp.mean(jnp.square(jax.vmap(lambda x: mlp.apply(NET, params, x)[0])(X) - y))

    def of_net(X: Array) -> Array:
        return error(params, X)

    def of_line(X: Array) -> Array:
        return jnp.mean(jnp.square(X @ SLOPE - y))

    def of_last(weights: Array) -> Array:
        return error((params[0], params[1]._replace(weights=weights)), X)

    def excess(key: Array) -> tuple[Array, Array, Array]:
        on_inputs, on_weights = jax.random.split(key)
        unit = InputNoise(1.0).features(on_inputs, jnp.zeros_like(X.T)).T
        last = params[1].weights
        noisy = WeightNoise(LARGEST).weights(on_weights, last)
        of_inputs = [_excess(of_net, X, X + s * unit, s) for s in DEVIATIONS]
        return (
            jnp.stack(of_inputs),
            _excess(of_line, X, X + LARGEST * unit, LARGEST),
            _excess(of_last, last, noisy, LARGEST),
        )

    return lax.map(excess, keys)


def _excess(error: Callable[[Array], Array], at: Array, noisy: Array, deviation: float) -> Array:
    """Mean error for both signs of the noise, less that without noise, over the variance."""
    return ((error(noisy) + error(2 * at - noisy)) / 2 - error(at)) / deviation**2
