"""What do small networks of one input attain when they are trained on a curve?

    RMSE = sqrt(mean over a grid of [-1, 1] of (network - curve)^2)

One protocol for all: full-batch Adam whose learning rate falls to 0 along a cosine, evenly spaced
points without noise, first weights N(0, 2 / inputs) and biases U(+-1 / sqrt(inputs)).  With biases
of zero all kinks of a ReLU network of one input would start at the same place, x = 0.

`readout_errors` keeps a trained hidden layer and solves for its output weights: what the network
could do with the features it has found, whatever the optimiser made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import numpy as np
import optax
from jax import Array

from jaxnn import MLP, Fitter, Recipe, predict
from jaxnn.mlp import Parameters
from jaxnn.replicate import replicate

Function = Callable[[np.ndarray], np.ndarray]

# The functions of these names in `jaxnn.mlp.ACTIVATIONS`, in float64.
HIDDEN: dict[str, Function] = {
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2,
    "tanh": np.tanh,
}


@dataclass(frozen=True)
class Protocol:
    """How every network is trained and measured.

    Attributes:
      steps: of full-batch Adam.
      learning_rate: the first; the last is 0.
      rows: training points.
      grid: points of the error.
    """

    steps: int = 3000
    learning_rate: float = 0.02
    rows: int = 256
    grid: int = 1024


def one_period(x: np.ndarray) -> np.ndarray:
    """sin(pi x): one period on [-1, 1]."""
    return np.sin(np.pi * x)


def two_periods(x: np.ndarray) -> np.ndarray:
    """sin(2 pi x): two periods on [-1, 1]."""
    return np.sin(2 * np.pi * x)


def midpoints(n: int) -> np.ndarray:
    """The middles of n equal parts of [-1, 1]."""
    return (2 * np.arange(n) + 1) / n - 1


def rmse(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Root mean square error along the last axis, in float64."""
    return np.sqrt(np.mean(np.square(np.asarray(prediction, float) - truth), axis=-1))


@cache
def _recipe(steps: int, learning_rate: float) -> Recipe:
    # Each schedule is a new function and equal to itself alone; one recipe compiles once.
    schedule = optax.cosine_decay_schedule(learning_rate, steps)
    return Recipe(learning_rate=schedule, epochs=steps)


def _train(fitter: Fitter, key: Array, X: Array, y: Array, grid: Array) -> Any:
    fitted = fitter(key, X, y)
    return predict(fitter.net, fitted, grid), fitted.params, fitted.diverged_at


def train(
    keys: Array,
    hidden: tuple[int, ...],
    activation: str,
    curve: Function,
    protocol: Protocol,
    progress: bool | str = False,
) -> tuple[np.ndarray, Parameters]:
    """Train one network from several starts.

    Args:
      keys: (seeds,) typed keys, one a start.
      hidden: sizes of the hidden layers.
      activation: of the hidden layers, a name of `HIDDEN`.
      curve: what is to be followed.
      protocol: how.
      progress: as `jaxnn.replicate` takes it.

    Returns:
      The fitted curves (seeds, grid) at `midpoints(protocol.grid)`, NaN where a fit diverged, and
      the stacked parameters.
    """
    net = MLP((1, *hidden, 1), activation, initializer="he_normal", bias_initializer="uniform")
    fitter = Fitter(net, _recipe(protocol.steps, protocol.learning_rate))
    x, grid = midpoints(protocol.rows), midpoints(protocol.grid)
    fitted, params, diverged_at = replicate(
        partial(_train, fitter),
        keys,
        shared=[np.asarray(part, np.float32) for part in (x[:, None], curve(x), grid[:, None])],
        working_set=fitter.working_set(protocol.rows),
        progress=progress,
    )
    return np.where(diverged_at[:, None] < 0, fitted, np.nan), params


def readout_errors(
    params: Parameters, activation: str, curve: Function, protocol: Protocol
) -> np.ndarray:
    """RMSE of trained hidden layers with the output weights of least squares, in float64.

    Args:
      params: stacked parameters of networks with one hidden layer, of which the first is used.
      activation: of the hidden layer.
      curve: what is to be followed, at the training points.
      protocol: the one trained with.

    Returns:
      (seeds,) errors on the grid; NaN where the hidden layer is not finite.
    """

    def features(weights: np.ndarray, biases: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [np.ones_like(at), HIDDEN[activation](at[:, None] * weights + biases)]
        )

    x, grid = midpoints(protocol.rows), midpoints(protocol.grid)
    errors = []
    layer = jax.tree.map(lambda leaf: np.asarray(leaf, float), params[0])
    for weights, biases in zip(layer.weights, layer.biases, strict=True):  # (1, m), (m,)
        if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
            errors.append(np.nan)
            continue
        outputs = np.linalg.lstsq(features(weights, biases, x), curve(x))[0]
        errors.append(rmse(features(weights, biases, grid) @ outputs, curve(grid)))
    return np.array(errors)
