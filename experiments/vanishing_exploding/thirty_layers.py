"""Does a network of thirty layers learn if its initial weight variance is off by a factor of 2?

    ReLU, weights N(0, 1/m): each ReLU halves the mean square; 29 reduce it to 2^-29 = 2e-9
    ReLU, weights N(0, 2/m): mean squares of signals and of gradients are preserved

A small version of He et al. 2015, figure 3: handwritten digits, 64 units per layer, stochastic
gradient descent with momentum 0.9, and the same learning rate for all. The protocol was fixed
before the first run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.shared.digit_images import images
from jaxnn import MLP, Fitter, Recipe
from jaxnn.mlp import Parameters
from jaxnn.replicate import replicate

SCHEMES = ("lecun_normal", "he_normal")  # the lecture calls the first one Xavier


@dataclass(frozen=True)
class DeepTraining:
    """Which networks are trained, and how.

    Attributes:
      layers: numbers of layers with weights; all but the last are followed by a ReLU.
      width: units per layer, except the last.
      rows: number of training images.
      seeds: random starts per network.
      epochs: passes over the rows.
      batch_size: rows per step.
      learning_rate: learning rate of momentum descent.
    """

    layers: tuple[int, ...] = (8, 30)
    width: int = 64
    rows: int = 1400
    seeds: int = 16
    epochs: int = 18
    batch_size: int = 64
    learning_rate: float = 0.003


def accuracies(params: Parameters, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of rows that each of several stacked networks classifies correctly: (seeds,)."""
    h = X
    for weights, biases in params[:-1]:
        h = np.maximum(h @ weights + biases[:, None], 0)
    scores = h @ params[-1].weights + params[-1].biases[:, None]
    return np.mean(np.argmax(scores, axis=2) == y, axis=1)


def train(key: Array, settings: DeepTraining) -> dict[str, Any]:
    """Train a network for each number of layers and each scheme.

    Returns:
      trained_layers: (depths,) numbers; trained_schemes: names; trained_epochs: (entries,).
      trained_loss: (depths, schemes, seeds, entries) mean training loss in nats.
      trained_accuracy: (depths, schemes, seeds) accuracy on the training images at the end,
        NaN where a fit diverged.
    """
    key_rows, key_fits = jax.random.split(key)
    X, y = images(key_rows, settings.rows)
    recipe = Recipe(
        "momentum",
        settings.learning_rate,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        history_every=1,
    )
    losses, shares = [], []
    shape = (len(settings.layers), len(SCHEMES))
    keys = jax.random.split(key_fits, (*shape, settings.seeds))
    for place in np.ndindex(shape):
        layers, scheme = settings.layers[place[0]], SCHEMES[place[1]]
        sizes = (X.shape[1], *[settings.width] * (layers - 1), 10)
        net = MLP(sizes, "relu", response="categorical", initializer=scheme)
        fitter = Fitter(net, recipe)
        fits = replicate(
            fitter,
            keys[place],
            shared=(X, y),
            working_set=fitter.working_set(len(X)),
            progress=f"{layers} layers, {scheme}",
        )
        losses.append(fits.history.train_loss)
        shares.append(np.where(fits.diverged_at < 0, accuracies(fits.params, X, y), np.nan))
    return {
        "trained_layers": np.array(settings.layers),
        "trained_schemes": np.array(SCHEMES),
        "trained_epochs": np.arange(settings.epochs + 1),
        "trained_loss": np.reshape(losses, (*shape, *losses[0].shape)),
        "trained_accuracy": np.reshape(shares, (*shape, settings.seeds)),
    }
