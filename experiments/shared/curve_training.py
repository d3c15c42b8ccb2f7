"""How well do small networks of one input follow a curve when they are trained on it?

    RMSE = sqrt(mean over a grid of [-1, 1] of (network - curve)^2)

One protocol for networks of any depth: full-batch Adam whose learning rate falls to 0 along a
cosine, evenly spaced points without noise, and the following initial parameters. A ReLU of one
input has its kink at -b / w. With biases of zero all kinks would be at x = 0; here w = +-sqrt(2),
the standard deviation of He's N(0, 2), and b ~ U(-1, 1), so that kinks start evenly spread over the
middle 70% of the interval and no unit starts dead on it. Other layers have weights
N(0, 2 / inputs) and biases U(+-1 / sqrt(inputs)).

`readout_errors` keeps the trained hidden layers and solves for the output weights: how well the
network could follow the curve with the features that it has learned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import numpy as np
import optax
from jax import Array

from jaxnn import MLP, Fitter, Recipe
from jaxnn.initializers import initializer
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
class TrainingSettings:
    """How a network is trained on a curve.

    Attributes:
      steps: number of full-batch Adam steps.
      learning_rate: its initial value; it falls to 0.
      rows: number of training points.
    """

    steps: int = 3000
    learning_rate: float = 0.02
    rows: int = 256


def midpoints(n: int) -> np.ndarray:
    """The midpoints of n equal parts of [-1, 1]: (n,)."""
    return (2 * np.arange(n) + 1) / n - 1


def rmse(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Root mean square error along the last axis, in float64."""
    return np.sqrt(np.mean(np.square(np.asarray(prediction, float) - truth), axis=-1))


def spread_kinks(key: Array, shape: tuple[int, int], dtype: Any = None) -> Array:
    """Initial weights: +-sqrt(2), equally likely, for one input; otherwise N(0, 2 / inputs)."""
    if shape[0] == 1:
        return 2**0.5 * jax.random.rademacher(key, shape, dtype or float)
    return initializer("he_normal")(key, shape, dtype)


@cache
def _recipe(steps: int, learning_rate: float) -> Recipe:
    # A schedule equals only itself, so one recipe per setting lets a network compile once.
    schedule = optax.cosine_decay_schedule(learning_rate, steps)
    return Recipe(learning_rate=schedule, epochs=steps, standardize_response=False)


def train(
    keys: Array,
    hidden: tuple[int, ...],
    activation: str,
    curve: Function,
    settings: TrainingSettings,
) -> Parameters:
    """Train one network on a curve from several random initial parameters.

    Args:
      keys: (starts,) typed keys, one per start.
      hidden: number of nodes in each hidden layer.
      activation: of the hidden layers, a name in `HIDDEN`.
      curve: the function to follow.
      settings: see `TrainingSettings`.

    Returns:
      The parameters, stacked along a leading (starts,); NaN where a fit diverged.
    """
    net = MLP((1, *hidden, 1), activation, initializer=spread_kinks, bias_initializer="uniform")
    fitter = Fitter(net, _recipe(settings.steps, settings.learning_rate))
    x = midpoints(settings.rows)
    fits = replicate(
        fitter,
        keys,
        shared=(x[:, None], curve(x)),
        working_set=fitter.working_set(settings.rows),
        progress=f"{'+'.join(map(str, hidden))} {activation}",
    )
    failed = fits.diverged_at >= 0
    for leaf in jax.tree.leaves(fits.params):
        leaf[failed] = np.nan
    return fits.params


def outputs(params: Parameters, activation: str, x: np.ndarray) -> np.ndarray:
    """Outputs of stacked networks at x (n,): (starts, n) in float64."""
    h = hidden_states(params[:-1], activation, x)
    return (h @ params[-1].weights + params[-1].biases[:, None])[..., 0]


def hidden_states(layers: Parameters, activation: str, x: np.ndarray) -> np.ndarray:
    """Outputs of the last of some stacked layers at x (n,): (starts, n, nodes) in float64."""
    h = x[None, :, None]
    for weights, biases in layers:
        h = HIDDEN[activation](h @ weights.astype(float) + biases[:, None])
    return h


def readout_errors(
    params: Parameters,
    activation: str,
    curve: Function,
    rows: np.ndarray,
    x: np.ndarray,
    dtype: Any = np.float64,
) -> np.ndarray:
    """RMSE of trained hidden layers with least-squares output weights.

    Args:
      params: stacked parameters; the output layer is not used.
      activation: of the hidden layers.
      curve: the function to follow.
      rows: (rows,) points at which the weights are solved for.
      x: (n,) points at which the error is taken.
      dtype: float type of features, weights and outputs.

    Returns:
      (starts,) errors in float64; NaN where a fit diverged.
    """
    errors = []
    for hidden in hidden_states(params[:-1], activation, np.concatenate([rows, x])):
        features = np.column_stack([np.ones(len(hidden)), hidden]).astype(dtype)
        if np.isnan(features).any():
            errors.append(np.nan)
        else:
            solution = np.linalg.lstsq(features[: len(rows)], curve(rows).astype(dtype))[0]
            errors.append(rmse(features[len(rows) :] @ solution, curve(x)))
    return np.array(errors)
