"""What if every unit may be missing at any step?

    h' = m h / p,    m = 1 with probability p, else 0, for each unit and row of each step

p is the probability of KEEPING a unit. Dividing by p in training ("inverted" dropout) makes the
mean of h' equal to h, so the weights that training ends with are those to predict with: multiplying
the weights of undivided dropout by p (weight scaling, Srivastava et al. 2014, section 4) is the
same. For least squares without hidden layers, the mean loss over all masks has a ridge penalty,

    E |y - (M X / p) w|^2 = |y - X w|^2 + (1 - p) / p  w' diag(X'X) w.

`monte_carlo_predict` keeps the masks in prediction: its mean is an average over thinned networks,
of which weight scaling is an approximation (exact for the geometric mean without hidden layers).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxnn import responses
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    check_key,
    check_memory,
    check_number,
)
from jaxnn.mlp import MLP, Parameters, activation_function, check_parameters
from jaxnn.regularizers.places import Regularizer
from jaxnn.regularizers.random_bits import kept


@dataclass(frozen=True)
class Dropout(Regularizer):
    """Dropout of inputs and of the units of all hidden layers.

    An input that is dropped is zero, which is its mean if an encoder standardises it.

    Attributes:
      input_keep: probability of keeping an input, in (0, 1].
      hidden_keep: probability of keeping a hidden unit, in (0, 1]. Both are rounded to multiples
        of 2^-16.

    Raises:
      InputError, InputTypeError: a probability that is not in (0, 1].

    Example:
      >>> from jaxnn import MLP, Recipe, fit
      >>> from jaxnn.regularizers import Dropout
      >>> recipe = Recipe(epochs=5, regularizers=(Dropout(hidden_keep=0.5),))
      >>> fitted = fit(jax.random.key(0), MLP((1, 4, 1)), [[0.0], [1.0]], [0.0, 1.0], recipe)
      >>> fitted.params[0].weights.shape
      (1, 4)
    """

    input_keep: float = 0.8
    hidden_keep: float = 0.5
    draws_by_row: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name in ("input_keep", "hidden_keep"):
            value = getattr(self, name)
            check_number(value, name, "a probability of keeping in (0, 1]", lambda p: 0 < p <= 1)

    def features(self, key: Array, features: Array) -> Array:
        """The inputs that are kept, divided by the probability of keeping."""
        return kept(key, features, self.input_keep)

    def hidden(self, key: Array, h: Array) -> Array:
        """The hidden units that are kept, divided by the probability of keeping."""
        return kept(key, h, self.hidden_keep)


def monte_carlo_predict(
    key: Array, net: MLP, params: Parameters, X: Any, dropout: Dropout, draws: int
) -> Array:
    """Predictions of randomly thinned networks (Gal and Ghahramani 2016).

    Args:
      key: a typed JAX key, from which the masks are drawn: one per draw, unit and row.
      net: the network.
      params: its parameters, as `Fit.params`.
      X: (rows, inputs), as the network sees them.
      dropout: the probabilities of keeping.
      draws: number of thinned networks, at least 1.

    Returns:
      (draws, rows) predicted means of the response for one output, else (draws, rows, outputs).
      Their mean over draws is the prediction of Monte-Carlo dropout. Compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation.

    Example:
      >>> from jaxnn import init
      >>> net = MLP((2, 8, 1))
      >>> params = init(jax.random.key(0), net)
      >>> monte_carlo_predict(jax.random.key(1), net, params, [[0.0, 1.0]], Dropout(), 5).shape
      (5, 1)
    """
    check_key(key)
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    if not isinstance(dropout, Dropout):
        raise InputTypeError(f"dropout is a {type(dropout).__name__}; pass a Dropout.")
    check_count(draws, "draws")
    check_parameters(net, params)
    X = as_numbers(X, "X")
    if X.ndim != 2 or X.shape[1] != net.sizes[0] or not len(X):
        raise InputError(
            f"X has shape {X.shape}; sizes starts with {net.sizes[0]}, so pass (rows, "
            f"{net.sizes[0]}) with at least one row."
        )
    check_finite(X, "X")
    # Each draw is as large as the predictions, and its key takes eight bytes.
    size = len(X) * net.sizes[-1] * jnp.dtype(float).itemsize + 8
    check_memory(draws * size, "draws", draws)
    keys = jax.random.split(key, draws)
    return _monte_carlo(keys, params, jnp.asarray(X, jnp.result_type(float)), net, dropout)


@partial(jax.jit, static_argnames=("net", "dropout"))
def _monte_carlo(keys: Array, params: Parameters, X: Array, net: MLP, dropout: Dropout) -> Array:
    phi = activation_function(net.activation)

    def draw(key: Array) -> Array:
        h = dropout.features(jax.random.fold_in(key, 0), X.T)
        for number, (weights, biases) in enumerate(params[:-1], start=1):
            h = phi(weights.T @ h + biases[:, None])
            h = dropout.hidden(jax.random.fold_in(key, number), h)
        weights, biases = params[-1]
        means = responses.mean(net.response, weights.T @ h + biases[:, None], axis=0)
        return means[0] if len(means) == 1 else means.T

    return lax.map(draw, keys)
