"""Up to which depth does gradient descent learn digits, for each scale of the weights?

    h <- tanh(h W + b),   W ~ N(0, sw2 / n),  b ~ N(0, 0.05);    trainable to about 6 xi_c layers

The protocol is the same in every cell: n = 64 units per layer, 250 steps of plain stochastic
gradient descent on batches of 64, several starts, and the better of two learning rates. Hidden
layers are as wide as the input, so a network of any depth is one scan over a stack of equal layers.
Weight variance and learning rate are arguments, so that one program serves a row of the map.

Schoenholz et al. 2017, "Deep information propagation", figure 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from experiments.shared.digit_images import images
from jaxnn import responses
from jaxnn.replicate import replicate


@dataclass(frozen=True)
class Map:
    """Cells of the map, and how networks are trained in each.

    Attributes:
      depths: numbers of tanh layers below the linear read-out.
      weight_variances: sw2 of each column.
      bias_variance: sb2 of every network.
      learning_rates: learning rates; the better one counts in each cell.
      seeds: number of starts per cell and rate.
      rows: number of training images.
      steps: number of steps of gradient descent.
      batch_size: images per step.
    """

    depths: tuple[int, ...] = (3, 5, 8, 12, 16, 20, 26, 32, 40, 54, 74, 100)
    weight_variances: tuple[float, ...] = (
        *(0.7, 0.85, 1.0, 1.15, 1.3, 1.5),
        *(1.76, 2.1, 2.5, 3.0, 3.5, 4.0),
    )
    bias_variance: float = 0.05
    learning_rates: tuple[float, ...] = (0.001, 0.01)
    seeds: int = 2
    rows: int = 1400
    steps: int = 250
    batch_size: int = 64


def _scores(params: Any, X: Array) -> Array:
    """Scores (rows, classes) at X (rows, inputs)."""
    hidden, (weights, biases) = params

    def layer(h: Array, parameters: tuple[Array, Array]) -> tuple[Array, None]:
        return jnp.tanh(h @ parameters[0] + parameters[1][None]), None

    return lax.scan(layer, X, hidden)[0] @ weights + biases[None]


def _loss(params: Any, X: Array, y: Array) -> Array:
    return jnp.mean(responses.loss("categorical", _scores(params, X), y[:, None]))


def train_one(
    key: Array,
    weight_variance: Array,
    learning_rate: Array,
    X: Array,
    y: Array,
    *,
    depth: int,
    bias_variance: float,
    steps: int,
    batch_size: int,
) -> Array:
    """Train one network from random weights.

    Args:
      key: a typed JAX key, for the weights and the batches.
      weight_variance, learning_rate: scalars.
      X, y: (rows, inputs) images and (rows,) their digits.
      depth, bias_variance, steps, batch_size: as in `Map`.

    Returns:
      (2,) accuracy and loss on all rows after the last step, NaN if the loss is not finite.
    """
    width, classes = X.shape[1], 10
    key_weights, key_biases, key_batches = jax.random.split(key, 3)
    weights = jax.random.normal(key_weights, (width, depth * width + classes))
    weights = jnp.sqrt(weight_variance / width) * weights
    biases = bias_variance**0.5 * jax.random.normal(key_biases, (depth * width + classes,))
    stack = weights[:, : depth * width].reshape(width, depth, width).swapaxes(0, 1)
    params = (
        (stack, biases[: depth * width].reshape(depth, width)),
        (weights[:, depth * width :], biases[depth * width :]),
    )

    batches = jax.random.randint(key_batches, (steps, batch_size), 0, len(X))

    def step(params: Any, batch: Array) -> tuple[Any, None]:
        gradient = jax.grad(_loss)(params, X[batch], y[batch])
        return jax.tree.map(lambda p, g: p - learning_rate * g, params, gradient), None

    params, _ = lax.scan(step, params, batches)
    accuracy = jnp.mean(jnp.argmax(_scores(params, X), axis=1) == y)
    last = _loss(params, X, y)
    return jnp.where(jnp.isfinite(last), jnp.stack([accuracy, last]), jnp.nan)


def compute(key: Array, settings: Map) -> dict[str, Any]:
    """Train the networks of every cell.

    Returns:
      map_depths, map_weight_variances, map_learning_rates: the axes.
      map_accuracy, map_loss: (depths, weight variances, learning rates, seeds) on the training
        images, NaN where training diverged; a start has the same random numbers at both rates.
    """
    key_rows, key_starts = jax.random.split(key)
    X, y = images(key_rows, settings.rows)
    variances, rates = settings.weight_variances, settings.learning_rates
    shape = (len(variances), len(rates), settings.seeds)
    by_cell = np.broadcast_to(np.array(variances, np.float32)[:, None, None], shape).ravel()
    by_rate = np.broadcast_to(np.array(rates, np.float32)[:, None], shape).ravel()
    made = []
    for depth, k in zip(
        settings.depths, jax.random.split(key_starts, len(settings.depths)), strict=True
    ):
        starts = jax.random.split(k, (len(variances), 1, settings.seeds))
        keys = jnp.broadcast_to(starts, shape).ravel()
        one = partial(
            train_one,
            depth=depth,
            bias_variance=settings.bias_variance,
            steps=settings.steps,
            batch_size=settings.batch_size,
        )
        ended = replicate(
            one,
            keys,
            mapped=(by_cell, by_rate),
            shared=(X, y.astype(np.float32)),
            working_set=settings.batch_size * X.shape[1] * depth * 4,
            progress=f"{depth} layers",
        )
        made.append(np.moveaxis(ended.reshape(*shape, 2), -1, 0))
    accuracy, loss = np.swapaxes(np.array(made), 0, 1)
    return {
        "map_depths": np.array(settings.depths),
        "map_weight_variances": np.array(variances),
        "map_learning_rates": np.array(rates),
        "map_accuracy": accuracy,
        "map_loss": loss,
    }
