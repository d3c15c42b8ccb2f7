"""Does a network of thirty layers learn, if the variance of its first weights is off by two?

    ReLU, weights N(0, 1/m):  every ReLU halves the variance, 29 of them leave 2^-29 = 2e-9 of it
    ReLU, weights N(0, 2/m):  kept, and gradients alike

He et al. 2015, figure 3, in small: handwritten digits, 64 units a layer, stochastic gradient
descent with momentum 0.9, one learning rate for all.  The protocol was fixed before any run was
looked at.
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

SCHEMES = ("lecun_normal", "he_normal")  # what the lecture calls Xavier, and He's


@dataclass(frozen=True)
class DeepTraining:
    """What is trained, and how.

    Attributes:
      layers: numbers of layers with weights; all but the last have ReLUs.
      width: units of each but the last.
      rows: training images.
      seeds: random starts of every network.
      epochs: passes over the rows.
      batch_size: rows a step.
      learning_rate: of momentum descent.
    """

    layers: tuple[int, ...] = (8, 30)
    width: int = 64
    rows: int = 1400
    seeds: int = 16
    epochs: int = 18
    batch_size: int = 64
    learning_rate: float = 0.003


def accuracies(params: Parameters, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of rows whose highest score is that of their class, of stacked networks: (seeds,)."""
    h = X
    for weights, biases in params[:-1]:
        h = np.maximum(h @ weights + biases[:, None], 0)
    scores = h @ params[-1].weights + params[-1].biases[:, None]
    return np.mean(np.argmax(scores, axis=2) == y, axis=1)


def train(key: Array, settings: DeepTraining) -> dict[str, Any]:
    """Train every number of layers under every scheme.

    Returns:
      trained_layers: (depths,); trained_schemes: names; trained_epochs: (entries,).
      trained_loss: (depths, schemes, seeds, entries) mean training loss in nats.
      trained_accuracy: (depths, schemes, seeds) share of training images told right at the end,
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
    losses, right = [], []
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
        right.append(np.where(fits.diverged_at < 0, accuracies(fits.params, X, y), np.nan))
    return {
        "trained_layers": np.array(settings.layers),
        "trained_schemes": np.array(SCHEMES),
        "trained_epochs": np.arange(settings.epochs + 1),
        "trained_loss": np.reshape(losses, (*shape, *losses[0].shape)),
        "trained_accuracy": np.reshape(right, (*shape, settings.seeds)),
    }
