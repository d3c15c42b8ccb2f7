"""From which initial weights does a deep network learn, on real images?

    handwritten digits, 10 hidden layers of 32 units, stochastic gradient descent

Learning curves of named schemes come from `jaxnn.fit`, mapped over seeds by
`jaxnn.replicate.replicate`. A sweep over the scale of Gaussian weights uses several learning
rates, since a scale that is too small for one rate could be right for another; its steps are
written out with scale and rate as array arguments, so that one compiled program serves all of them.
Images have a root mean square of 1; those not used for training are the test set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from experiments.initialization.initial_signals import replicates_together, scheme
from experiments.shared.digit_images import images
from jaxnn import MLP, Recipe, fit, init, responses
from jaxnn.initializers import Initializer
from jaxnn.mlp import Layer, Parameters
from jaxnn.replicate import replicate
from jaxnn.training import forward_pass

CLASSES = 10


@dataclass(frozen=True)
class TrainingSettings:
    """The data, the networks and the training.

    Attributes:
      rows, test_rows: numbers of images to train on and to test on.
      width, depth: units per hidden layer, and number of hidden layers.
      epochs, batch_size: passes over the training images, and images per step.
      scales: sqrt(m) times the standard deviation of the weights.
      rates: learning rates of the sweep over scales.
      scale_activation: activation of the networks in the sweep.
      curves: activation and scheme of each learning curve.
      nonzeros: k, the number of non-zero weights per unit in the sparse scheme.
      scheme_rate: learning rate of the learning curves.
      seeds: number of random starts of each network.
    """

    rows: int = 600
    test_rows: int = 1000
    width: int = 32
    depth: int = 10
    epochs: int = 20
    batch_size: int = 60
    scales: tuple[float, ...] = (0.03, 0.1, 0.3, 0.6, 1.0, 1.4, 2.0, 3.0, 10.0)
    rates: tuple[float, ...] = (0.01, 0.1)
    scale_activation: str = "tanh"
    curves: tuple[tuple[str, str], ...] = (
        ("tanh", "standard_uniform"),
        ("tanh", "lecun_normal"),
        ("tanh", "glorot_uniform"),
        ("tanh", "orthogonal"),
        ("tanh", "he_normal"),
        ("tanh", "sparse"),
        ("relu", "standard_uniform"),
        ("relu", "lecun_normal"),
        ("relu", "he_normal"),
    )
    nonzeros: int = 15
    scheme_rate: float = 0.05
    seeds: int = 30


class Outcome(NamedTuple):
    """The outcome of one fit; NaN where it diverged.

    Attributes:
      loss: (entries,) training loss in nats by epoch, or () at the end.
      accuracy, test_accuracy: () at the end, on training and on test images.
    """

    loss: Array
    accuracy: Array
    test_accuracy: Array


class Digits(NamedTuple):
    """Training and test images, each (rows, 64), and their classes (rows,)."""

    X: Array
    y: Array
    test_X: Array
    test_y: Array


def _scores(net: MLP, groups: Parameters, X: Array) -> Array:
    """(classes, rows) of parameters grouped by `jaxnn.training.forward_pass.grouped`."""
    return forward_pass.forward(net, groups, X.T)


def _accuracies(net: MLP, groups: Parameters, data: Digits) -> tuple[Array, Array]:
    predicted = jnp.argmax(_scores(net, groups, jnp.concatenate([data.X, data.test_X])), axis=0)
    correct = predicted == jnp.concatenate([data.y, data.test_y])
    rows = len(data.y)
    return jnp.mean(correct[:rows]), jnp.mean(correct[rows:])


@dataclass(frozen=True)
class NamedStart:
    """A fit by the library from a named scheme: (key, learning rate, data) -> Outcome."""

    net: MLP
    recipe: Recipe

    def __call__(self, key: Array, rate: Array, data: Digits) -> Outcome:
        trained = fit(key, self.net, data.X, data.y, self.recipe, learning_rate=rate)
        groups = forward_pass.grouped(self.net, trained.params)
        outcome = Outcome(trained.history.train_loss, *_accuracies(self.net, groups, data))
        return jax.tree.map(lambda x: jnp.where(trained.diverged_at < 0, x, jnp.nan), outcome)


@dataclass(frozen=True)
class ScaledStart:
    """Gradient descent from weights times a scale: (key, scale, learning rate, data) -> Outcome."""

    net: MLP
    epochs: int
    batch_size: int

    def __call__(self, key: Array, scale: Array, rate: Array, data: Digits) -> Outcome:
        key_init, key_batches = jax.random.split(key)
        params = tuple(Layer(scale * w, b) for w, b in init(key_init, self.net))

        def loss(groups: Parameters, X: Array, y: Array) -> Array:
            scores = _scores(self.net, groups, X)
            return jnp.mean(responses.loss("categorical", scores, y[None], axis=0))

        def step(groups: Parameters, rows: Array) -> tuple[Parameters, None]:
            gradient = jax.grad(loss)(groups, data.X[rows], data.y[rows])
            return jax.tree.map(lambda p, g: p - rate * g, groups, gradient), None

        def epoch(groups: Parameters, number: Array) -> tuple[Parameters, None]:
            order = jax.random.permutation(jax.random.fold_in(key_batches, number), len(data.y))
            whole = len(order) // self.batch_size * self.batch_size
            return lax.scan(step, groups, order[:whole].reshape(-1, self.batch_size))

        groups, _ = lax.scan(epoch, forward_pass.grouped(self.net, params), jnp.arange(self.epochs))
        value = loss(groups, data.X, data.y)
        outcome = Outcome(value, *_accuracies(self.net, groups, data))
        return jax.tree.map(lambda x: jnp.where(jnp.isfinite(value), x, jnp.nan), outcome)


def class_entropy(y: np.ndarray) -> float:
    """The smallest loss, in nats, of a network whose output does not depend on its input."""
    shares = np.bincount(y.astype(int)) / len(y)
    shares = shares[shares > 0]
    return float(-np.sum(shares * np.log(shares)))


def compute(key: Array, settings: TrainingSettings) -> dict[str, Any]:
    """Train at every scale and learning rate, and with every scheme.

    Returns:
      train_entropy: training loss in nats if the class frequencies are predicted.
      train_epochs: (entries,).
      swept_scales: (scales,); swept_rates: (rates,); swept_loss, swept_accuracy,
        swept_test: (scales, rates, seeds) at the end, NaN where a fit diverged.
      curve_activations, curve_schemes: (curves,) names; curve_rate: learning rate; curve_loss:
        (curves, seeds, entries); curve_accuracy, curve_test: (curves, seeds) at the end.
    """
    key_rows, key_scales, key_schemes = jax.random.split(key, 3)
    X, y = images(key_rows, settings.rows + settings.test_rows)
    rows, seeds = settings.rows, settings.seeds
    data = Digits(*map(jnp.asarray, (X[:rows], y[:rows], X[rows:], y[rows:])))
    sizes = (X.shape[1], *[settings.width] * settings.depth, CLASSES)
    work = 4 * settings.batch_size * sum(sizes)

    def net(activation: str, start: Initializer) -> MLP:
        return MLP(sizes, activation, response="categorical", initializer=start)

    # The same seeds at every scale and rate, so that comparisons are paired.
    shape = (len(settings.scales), len(settings.rates), seeds)
    scales, rates, starts = np.meshgrid(
        settings.scales, settings.rates, np.arange(seeds), indexing="ij"
    )
    swept = replicate(
        ScaledStart(
            net(settings.scale_activation, scheme("lecun_normal", settings.nonzeros)),
            settings.epochs,
            settings.batch_size,
        ),
        jax.random.split(key_scales, seeds)[starts.reshape(-1)],
        mapped=(scales.reshape(-1).astype(np.float32), rates.reshape(-1).astype(np.float32)),
        shared=(data,),
        working_set=work,
        progress="scales",
    )
    recipe = Recipe("sgd", epochs=settings.epochs, batch_size=settings.batch_size, history_every=1)
    keys = jax.random.split(key_schemes, seeds)
    curves = [
        replicate(
            NamedStart(net(activation, scheme(name, settings.nonzeros)), recipe),
            keys,
            mapped=(np.full(seeds, settings.scheme_rate, np.float32),),
            shared=(data,),
            chunk=replicates_together(name),
            working_set=work,
            progress=f"{name}, {activation}",
        )
        for activation, name in settings.curves
    ]
    return {
        "train_entropy": class_entropy(y[:rows]),
        "train_epochs": np.arange(settings.epochs + 1),
        "swept_scales": np.array(settings.scales),
        "swept_rates": np.array(settings.rates),
        "swept_loss": swept.loss.reshape(shape),
        "swept_accuracy": swept.accuracy.reshape(shape),
        "swept_test": swept.test_accuracy.reshape(shape),
        "curve_activations": np.array([activation for activation, _ in settings.curves]),
        "curve_schemes": np.array([name for _, name in settings.curves]),
        "curve_rate": settings.scheme_rate,
        "curve_loss": np.stack([outcome.loss for outcome in curves]),
        "curve_accuracy": np.stack([outcome.accuracy for outcome in curves]),
        "curve_test": np.stack([outcome.test_accuracy for outcome in curves]),
    }
