"""Which curves do networks of growing width learn, and how do their errors fall with the width?

    trained   RMSE of a network after training
    solved    RMSE of its hidden layer with output weights from least squares on the same rows, in
              float64 and in float32, the precision of training
    optimum   RMSE of the best m + 1 straight pieces: no ReLU network of m nodes has less

All networks are trained by the protocol of `curve_training`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.shared.curve_training import (
    TrainingSettings,
    midpoints,
    outputs,
    readout_errors,
    rmse,
    train,
)
from jaxnn.regions import best_monotone_error, best_segmentation, linear_spline_error

PROTOCOL = TrainingSettings()


@dataclass(frozen=True)
class NetworkSettings:
    """Which networks are trained, and how their errors are measured.

    Attributes:
      training: how each network is trained.
      pictured: number of nodes in each hidden layer, of the networks whose curves are drawn.
      pictured_activations: activations with which each of those is trained.
      widths: number of nodes of the networks with one hidden layer whose errors are compared.
      activations: activations with which each of those is trained.
      seeds: number of random starts of every network.
      grid: number of points at which the error is measured; none of them is a training point.
      resamples: number of bootstrap resamples of the starts, for intervals of medians.
    """

    training: TrainingSettings = PROTOCOL
    pictured: tuple[tuple[int, ...], ...] = ((1,), (2,), (3,), (10,), (64,), (1, 1))
    pictured_activations: tuple[str, ...] = ("sigmoid", "relu")
    widths: tuple[int, ...] = (2, 4, 8, 16, 32, 64)
    activations: tuple[str, ...] = ("relu", "tanh", "sigmoid")
    seeds: int = 32
    grid: int = 1024
    resamples: int = 2000


def one_period(x: np.ndarray) -> np.ndarray:
    """sin(pi x): one period on [-1, 1]."""
    return np.sin(np.pi * x)


def two_periods(x: np.ndarray) -> np.ndarray:
    """sin(2 pi x): two periods on [-1, 1]."""
    return np.sin(2 * np.pi * x)


def learned_curves(key: Array, settings: NetworkSettings) -> dict[str, Any]:
    """The curves that networks learn from `two_periods`.

    Returns:
      grid: (grid,) points; picture_truth: (grid,) the curve to follow.
      picture_curves: (activations, networks, seeds, grid), NaN where a fit diverged.
      picture_activations: names; picture_nodes: the nodes per hidden layer, such as "1+1".
      monotone_bound: the least RMSE of a monotone curve.
    """
    networks = [
        (hidden, activation)
        for activation in settings.pictured_activations
        for hidden in settings.pictured
    ]
    keys = jax.random.split(key, (len(networks), settings.seeds))
    grid = midpoints(settings.grid)
    curves = [
        outputs(train(starts, *network, two_periods, settings.training), network[1], grid)
        for starts, network in zip(keys, networks, strict=True)
    ]
    shape = (len(settings.pictured_activations), len(settings.pictured), *curves[0].shape)
    truth = two_periods(grid)
    return {
        "grid": grid,
        "picture_truth": truth,
        "picture_curves": np.reshape(curves, shape).astype(np.float32),
        "picture_activations": np.array(settings.pictured_activations),
        "picture_nodes": np.array(["+".join(map(str, hidden)) for hidden in settings.pictured]),
        "monotone_bound": best_monotone_error(truth),
    }


def errors_by_width(key: Array, settings: NetworkSettings) -> dict[str, Any]:
    """Errors of networks with one hidden layer on `one_period`, and of the best straight pieces.

    Returns:
      widths: (widths,) numbers of nodes m; activations: (activations,) names.
      trained: (activations, widths, seeds) RMSE, NaN where a fit diverged.
      solved, solved_float32: the same with output weights from least squares on the training
        points (`readout_errors`).
      resampled: (resamples, widths, seeds) indices of seeds, for intervals of medians.
      optimum: (widths,) least RMSE of m + 1 straight pieces, joined or not.
      joined: (widths,) RMSE of a continuous curve of m + 1 pieces that break at the same places.
    """
    key_fits, key_resamples = jax.random.split(key)
    networks = [
        ((width,), activation) for activation in settings.activations for width in settings.widths
    ]
    keys = jax.random.split(key_fits, (len(networks), settings.seeds))
    curve, grid = one_period, midpoints(settings.grid)
    rows = midpoints(settings.training.rows)
    trained: list[np.ndarray] = []
    solved: dict[str, list[np.ndarray]] = {"solved": [], "solved_float32": []}
    for starts, (hidden, activation) in zip(keys, networks, strict=True):
        params = train(starts, hidden, activation, curve, settings.training)
        trained.append(rmse(outputs(params, activation, grid), curve(grid)))
        for name, dtype in (("solved", np.float64), ("solved_float32", np.float32)):
            solved[name].append(readout_errors(params, activation, curve, rows, grid, dtype))
    shape = (len(settings.activations), len(settings.widths), settings.seeds)
    widths = np.array(settings.widths)
    errors, breaks = best_segmentation(grid, curve(grid), int(widths.max()) + 1)
    resampled = jax.random.randint(
        key_resamples, (settings.resamples, *shape[1:]), 0, settings.seeds
    )
    return {
        "widths": widths,
        "activations": np.array(settings.activations),
        "trained": np.reshape(trained, shape),
        **{name: np.reshape(errors, shape) for name, errors in solved.items()},
        "resampled": np.asarray(resampled, np.uint16),
        "optimum": errors[widths],
        "joined": np.array([linear_spline_error(grid, curve(grid), breaks[m]) for m in widths]),
    }
