"""What do small networks of one input attain when they are trained on a curve?

    RMSE = sqrt(mean over a grid of [-1, 1] of (network - curve)^2)

One protocol for all: full-batch Adam whose learning rate falls to 0 along a cosine, evenly spaced
points without noise, and the start below.  A ReLU of one input bends at -b / w.  With biases of
zero all would bend at x = 0; here w = +-sqrt(2), the size of He's N(0, 2), and b ~ U(-1, 1), so
that kinks start evenly spread over the middle 70% of the interval and no unit starts dead on it.
Other layers have weights N(0, 2 / inputs) and biases U(+-1 / sqrt(inputs)).

`readout_errors` keeps a trained hidden layer and solves for its output weights: what the network
could do with the features it has found, whatever the optimiser made of them.
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
from jaxnn.regions import best_monotone, best_pieces, joined_pieces
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
    """What is trained, how, and where it is measured.

    Attributes:
      pictured: nodes of each hidden layer, of the networks whose curves are shown.
      pictured_activations: for each of them.
      widths: nodes of the networks with one hidden layer whose errors are compared.
      activations: for each of them.
      seeds: random starts of every network.
      steps: of full-batch Adam.
      learning_rate: the first; the last is 0.
      rows: training points.
      grid: points of the error.
      resamples: of the starts, for intervals of medians.
    """

    pictured: tuple[tuple[int, ...], ...] = ((1,), (2,), (3,), (10,), (64,), (1, 1))
    pictured_activations: tuple[str, ...] = ("sigmoid", "relu")
    widths: tuple[int, ...] = (2, 4, 8, 16, 32, 64)
    activations: tuple[str, ...] = ("relu", "tanh", "sigmoid")
    seeds: int = 32
    steps: int = 3000
    learning_rate: float = 0.02
    rows: int = 256
    grid: int = 1024
    resamples: int = 2000


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


def spread_kinks(key: Array, shape: tuple[int, int], dtype: Any = None) -> Array:
    """First weights: +-sqrt(2), either sign as likely, for one input; else N(0, 2 / inputs)."""
    if shape[0] == 1:
        return 2**0.5 * jax.random.rademacher(key, shape, dtype or float)
    return initializer("he_normal")(key, shape, dtype)


@cache
def _recipe(steps: int, learning_rate: float) -> Recipe:
    # Each schedule is a new function and equal to itself alone; one recipe compiles once.
    schedule = optax.cosine_decay_schedule(learning_rate, steps)
    return Recipe(learning_rate=schedule, epochs=steps)


def train(
    keys: Array,
    hidden: tuple[int, ...],
    activation: str,
    curve: Function,
    settings: TrainingSettings,
) -> Parameters:
    """Train one network from several starts.

    Args:
      keys: (seeds,) typed keys, one a start.
      hidden: nodes of each hidden layer.
      activation: of the hidden layers, a name of `HIDDEN`.
      curve: what is to be followed.
      settings: how.

    Returns:
      The parameters, stacked along a leading (seeds,); NaN where a fit diverged.
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
    """What stacked networks make of x (n,): (seeds, n) in float64."""
    h = hidden_states(params[:-1], activation, x)
    return (h @ params[-1].weights + params[-1].biases[:, None])[..., 0]


def hidden_states(layers: Parameters, activation: str, x: np.ndarray) -> np.ndarray:
    """What the last of these stacked layers makes of x (n,): (seeds, n, nodes) in float64."""
    h = x[None, :, None]
    for weights, biases in layers:
        h = HIDDEN[activation](h @ weights.astype(float) + biases[:, None])
    return h


def readout_errors(
    params: Parameters, activation: str, curve: Function, x: np.ndarray
) -> np.ndarray:
    """RMSE at x (n,) of trained hidden layers with the best output weights there, in float64.

    Args:
      params: stacked parameters, of which the output layer is not used.
      activation: of the hidden layers.
      curve: what is to be followed.
      x: (n,) places of the least squares and of the error.

    Returns:
      (seeds,) errors; NaN where a fit diverged.
    """
    errors = []
    for hidden in hidden_states(params[:-1], activation, x):
        features = np.column_stack([np.ones_like(x), hidden])
        if np.isnan(features).any():
            errors.append(np.nan)
        else:
            solution = np.linalg.lstsq(features, curve(x))[0]
            errors.append(rmse(features @ solution, curve(x)))
    return np.array(errors)


def pictures(key: Array, settings: TrainingSettings) -> dict[str, Any]:
    """The curves that networks make of `two_periods`.

    Returns:
      grid: (grid,) places; picture_truth: (grid,) the curve to follow.
      picture_curves: (activations, nets, seeds, grid), NaN where a fit diverged.
      picture_activations: names; picture_nodes: the nodes of each hidden layer, as "1+1".
      monotone_bound: the least RMSE of a curve that only rises or only falls.
    """
    nets = [
        (h, activation) for activation in settings.pictured_activations for h in settings.pictured
    ]
    keys = jax.random.split(key, (len(nets), settings.seeds))
    grid = midpoints(settings.grid)
    curves = [
        outputs(train(k, hidden, activation, two_periods, settings), activation, grid)
        for k, (hidden, activation) in zip(keys, nets, strict=True)
    ]
    shape = (len(settings.pictured_activations), len(settings.pictured), *curves[0].shape)
    truth = two_periods(grid)
    return {
        "grid": grid,
        "picture_truth": truth,
        "picture_curves": np.reshape(curves, shape).astype(np.float32),
        "picture_activations": np.array(settings.pictured_activations),
        "picture_nodes": np.array(["+".join(map(str, hidden)) for hidden in settings.pictured]),
        "monotone_bound": best_monotone(truth),
    }


def sweep(key: Array, settings: TrainingSettings) -> dict[str, Any]:
    """Errors of networks with one hidden layer on `one_period`, and the best straight pieces.

    Returns:
      widths: (widths,) numbers m of nodes; activations: their names.
      trained: (activations, widths, seeds) RMSE, NaN where a fit diverged.
      solved: the same, with `readout_errors`.
      resampled: (resamples, widths, seeds) numbers of seeds, for intervals of medians.
      optimum: (widths,) least RMSE of m + 1 straight pieces, joined or not.
      joined: (widths,) RMSE of a continuous curve of m + 1 pieces that break at the same places.
    """
    key_fits, key_resample = jax.random.split(key)
    nets = [
        ((width,), activation) for activation in settings.activations for width in settings.widths
    ]
    keys = jax.random.split(key_fits, (len(nets), settings.seeds))
    curve, grid = one_period, midpoints(settings.grid)
    trained, solved = [], []
    for k, (hidden, activation) in zip(keys, nets, strict=True):
        params = train(k, hidden, activation, curve, settings)
        trained.append(rmse(outputs(params, activation, grid), curve(grid)))
        solved.append(readout_errors(params, activation, curve, grid))
    shape = (len(settings.activations), len(settings.widths), settings.seeds)
    widths = np.array(settings.widths)
    errors, breaks = best_pieces(grid, curve(grid), int(widths.max()) + 1)
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key_resample)))
    resampled = generator.integers(settings.seeds, size=(settings.resamples, *shape[1:]))
    return {
        "widths": widths,
        "activations": np.array(settings.activations),
        "trained": np.reshape(trained, shape),
        "solved": np.reshape(solved, shape),
        "resampled": resampled.astype(np.uint16),
        "optimum": errors[widths],
        "joined": np.array([joined_pieces(grid, curve(grid), breaks[m]) for m in widths]),
    }
