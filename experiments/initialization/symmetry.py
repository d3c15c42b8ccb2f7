"""Why must initial weights differ, and how fast do nearly equal units diverge?

    all weights of a layer equal:   the units of a layer are copies, and remain copies forever
    layers of n_l copies:           a network of width one, w_l = n_{l-1} v_l, trained at learning
                                    rates  rate n_{l-1} / n_l (weights) and  rate / n_l (biases)
    weights equal up to noise e:    copies diverge like  e prod over steps of (1 + rate |lambda|)

Here lambda is the most negative eigenvalue of the Hessian at the network of copies, at each step.
What is a minimum for the copies is a saddle for all weights together, and the direction of the most
negative curvature leads away from it. (n_0 and n_L count as 1: inputs and outputs are not copies.)

Lecture 11, "Parameter Initialization": "break symmetry between units".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.flatten_util import ravel_pytree

from jaxnn import MLP, apply, init, responses
from jaxnn.initializers import normal
from jaxnn.mlp import Layer, Parameters
from jaxnn.replicate import replicate


@dataclass(frozen=True)
class SymmetrySettings:
    """The networks, their initial parameters and the training.

    Attributes:
      units: units of the hidden layer.
      deep: units per hidden layer of the network that is compared with a network of width one.
      weight: the value of all equal weights.
      noises: standard deviations of the noise that is added to them; 0 adds none.
      side: points along each side of the square grid of training points.
      rate: learning rate of gradient descent.
      records: number of records of the training, including the start.
      every: number of steps between two records.
      deep_records: number of records for the deep network.
      noise_seeds: number of starts for each noise.
      seeds: number of starts of each random kind.
    """

    units: int = 8
    deep: tuple[int, ...] = (8, 5)
    weight: float = 0.5
    noises: tuple[float, ...] = (0.0, 1e-12, 1e-9, 1e-6, 1e-3)
    side: int = 8
    rate: float = 0.1
    records: int = 121
    every: int = 50
    deep_records: int = 41
    noise_seeds: int = 16
    seeds: int = 50


class Trajectory(NamedTuple):
    """Training, recorded at the steps 0, every, 2 every, ...

    Attributes:
      params: parameters, each leaf with a leading axis (records,).
      loss: (records,) mean squared error.
    """

    params: Parameters
    loss: Array


STARTS = ("random biases", "random weights", "all random")  # other parameters are equal


def surface(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Training data: (side^2, 2) grid points on [-1, 1]^2, and sin(3 x_1) + x_2^2 - 1/2 there."""
    axis = np.linspace(-1, 1, side)
    X = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2 - 0.5


def loss(net: MLP, params: Parameters, X: Any, y: Any) -> Array:
    """Mean squared error over the rows X (rows, inputs), y (rows,)."""
    outputs = jax.vmap(apply, in_axes=(None, None, 0))(net, params, X)
    return jnp.mean(responses.loss("quantitative", outputs, y[:, None]))


@partial(jax.jit, static_argnames=("net", "records", "every"))
def descend(
    net: MLP, params: Parameters, rates: Parameters, X: Array, y: Array, records: int, every: int
) -> Trajectory:
    """Gradient descent with a learning rate per leaf of the parameters; compiled."""
    value_and_gradient = jax.value_and_grad(lambda params: loss(net, params, X, y))

    def step(_: Any, params: Parameters) -> Parameters:
        gradient = value_and_gradient(params)[1]
        return jax.tree.map(lambda p, rate, g: p - rate * g, params, rates, gradient)

    def record(params: Parameters, _: None) -> tuple[Parameters, Trajectory]:
        here = Trajectory(params, loss(net, params, X, y))
        return lax.fori_loop(0, every, step, params), here

    return lax.scan(record, params, None, length=records)[1]


def equal_parameters(net: MLP, weight: float) -> Parameters:
    """Parameters with all weights equal to `weight` and all biases 0."""
    return tuple(
        Layer(jnp.full((inputs, outputs), weight), jnp.zeros(outputs))
        for inputs, outputs in pairwise(net.sizes)
    )


def equal_rates(params: Parameters, rate: Any) -> Parameters:
    """The same learning rate for every leaf."""
    return jax.tree.map(lambda _: rate, params)


def narrowed(params: Parameters) -> Parameters:
    """Parameters of the network of width one that computes the same as a network of copies.

    Args:
      params: parameters of a network whose units are copies within each layer; leaves may have a
        leading axis.
    """
    layers = []
    copies = 1
    for number, (weights, biases) in enumerate(params):
        inner, last = number > 0, number == len(params) - 1
        rows = weights[..., :1, :] * copies if inner else weights
        layers.append(Layer(rows if last else rows[..., :1], biases if last else biases[..., :1]))
        copies = weights.shape[-1]
    return tuple(layers)


def narrowed_rates(params: Parameters, rate: float) -> Parameters:
    """The learning rates with which the network of width one learns like the copies."""
    layers = []
    copies = 1
    for number, (weights, _) in enumerate(params):
        following = 1 if number == len(params) - 1 else weights.shape[-1]
        layers.append(Layer(jnp.array(rate * copies / following), jnp.array(rate / following)))
        copies = following
    return tuple(layers)


def unit_vectors(params: Parameters) -> Array:
    """Incoming weights, bias, outgoing weights per unit: (..., units, inputs + 1 + outputs)."""
    (weights, biases), (outgoing, _) = params
    return jnp.concatenate([jnp.swapaxes(weights, -1, -2), biases[..., None], outgoing], axis=-1)


def distance_between_units(vectors: Any) -> Any:
    """Root mean square distance of unit vectors (..., units, n) from their mean: (...)."""
    off = vectors - vectors.mean(axis=-2, keepdims=True)
    return (off**2).sum(axis=-1).mean(axis=-1) ** 0.5


def largest_difference(params: Parameters) -> float:
    """The largest difference between units of a hidden layer, in any weight or bias."""
    found = []
    for number, (weights, biases) in enumerate(params):
        if number > 0:
            found.append(np.ptp(weights, axis=-2).max())
        if number < len(params) - 1:
            found += [np.ptp(weights, axis=-1).max(), np.ptp(biases, axis=-1).max()]
    return float(max(found))


class Start(NamedTuple):
    """The distribution of initial parameters: numbers, so that one program serves all.

    Attributes:
      weight: mean of all weights.
      noise: standard deviation of all weights.
      bias: biases are this times U(+-1/sqrt(inputs)).
    """

    weight: Any
    noise: Any
    bias: Any


def _from_start(
    key: Array, start: Start, X: Array, y: Array, *, net: MLP, settings: SymmetrySettings
) -> tuple[Array, Array]:
    """Loss (records,) and unit vectors (records, units, 4) from one start."""
    params = tuple(
        Layer(start.weight + start.noise * weights, start.bias * biases)
        for weights, biases in init(key, net)
    )
    rates = equal_rates(params, settings.rate)
    trained = descend(net, params, rates, X, y, settings.records, settings.every)
    return trained.loss, unit_vectors(trained.params)


def compute(key: Array, settings: SymmetrySettings) -> dict[str, Any]:
    """Train from equal, nearly equal and random weights, in float64.

    Returns:
      symmetry_steps: (records,); symmetry_rate: learning rate.
      noises: (noises,); noisy_loss, noisy_apart: (noises, seeds, records) loss, and distance
        between units; paths: (noises, records, units, 4) unit vectors of the first seed.
      curvature: (records,) smallest eigenvalue of the Hessian while exact copies train;
        copied_loss: (records,) their loss.
      starts: names of the parameters that are random; start_loss: (starts, seeds, records).
      copies_differ: largest difference between copies at any record of the deep network.
      copies_rank: largest ratio of the second to the first singular value of its inner weights.
      copies_steps, copies_loss, narrow_loss: (deep records,) losses of this network and of its
        network of width one; narrow_off: largest difference between their parameters.
      zero_gradient: (layers, 2) largest entry of the first gradient, by weights and biases, where
        all parameters of the deep network start at 0; zero_last: largest final value of all
        parameters but the last bias; zero_loss: the final loss; zero_variance: variance of y.
    """
    with jax.enable_x64(True):
        X, y = surface(settings.side)
        return {
            "symmetry_steps": settings.every * np.arange(settings.records),
            "symmetry_rate": settings.rate,
            **_starts(key, X, y, settings),
            **_curvature(X, y, settings),
            **_copies(X, y, settings),
            **_zeros(X, y, settings),
        }


def _starts(key: Array, X: np.ndarray, y: np.ndarray, settings: SymmetrySettings) -> dict[str, Any]:
    weight, counts = settings.weight, (settings.noise_seeds, settings.seeds)
    noisy = [Start(weight, noise, 0.0) for noise in settings.noises]
    random = [Start(weight, 0.0, 1.0), Start(0.0, weight, 0.0), Start(0.0, weight, 1.0)]
    runs = [start for start in noisy for _ in range(counts[0])]
    runs += [start for start in random for _ in range(counts[1])]
    net = MLP((2, settings.units, 1), "tanh", initializer=normal(1.0), bias_initializer="uniform")
    losses, vectors = replicate(
        partial(_from_start, net=net, settings=settings),
        jax.random.split(key, len(runs)),
        mapped=(Start(*map(np.array, zip(*runs, strict=True))),),
        shared=(X, y),
        progress="equal and random weights",
    )
    near, shape = len(noisy) * counts[0], (len(noisy), counts[0], settings.records)
    vectors = vectors[:near].reshape(*shape, settings.units, 4)
    return {
        "noises": np.array(settings.noises),
        "noisy_loss": losses[:near].reshape(shape),
        "noisy_apart": distance_between_units(vectors),
        "paths": vectors[:, 0].astype(np.float32),
        "starts": np.array(STARTS),
        "start_loss": losses[near:].reshape(len(random), counts[1], settings.records),
    }


def _curvature(X: np.ndarray, y: np.ndarray, settings: SymmetrySettings) -> dict[str, Any]:
    net = MLP((2, settings.units, 1), "tanh")
    params = equal_parameters(net, settings.weight)
    rates = equal_rates(params, settings.rate)
    trained = descend(net, params, rates, X, y, settings.records, settings.every)
    unravel = ravel_pytree(params)[1]

    @jax.jit
    @jax.vmap
    def hessian(params: Parameters) -> Array:
        return jax.hessian(lambda flat: loss(net, unravel(flat), X, y))(ravel_pytree(params)[0])

    return {
        "curvature": np.linalg.eigvalsh(np.asarray(hessian(trained.params)))[:, 0],
        "copied_loss": np.asarray(trained.loss),
    }


def _copies(X: np.ndarray, y: np.ndarray, settings: SymmetrySettings) -> dict[str, Any]:
    """Train a deep network of copies, and the equivalent network of width one."""
    net = MLP((2, *settings.deep, 1), "tanh")
    params = equal_parameters(net, settings.weight)
    narrow_net = MLP((2, *[1] * len(settings.deep), 1), "tanh")

    def train(net: MLP, params: Parameters, rates: Parameters) -> Trajectory:
        return descend(net, params, rates, X, y, settings.deep_records, settings.every)

    wide = train(net, params, equal_rates(params, settings.rate))
    narrow = train(narrow_net, narrowed(params), narrowed_rates(params, settings.rate))
    off = jax.tree.map(lambda a, b: np.max(np.abs(a - b)), narrowed(wide.params), narrow.params)
    values = [np.linalg.svd(layer.weights, compute_uv=False) for layer in wide.params[1:-1]]
    return {
        "copies_differ": largest_difference(jax.tree.map(np.asarray, wide.params)),
        "copies_rank": max(float((value[:, 1] / value[:, 0]).max()) for value in values),
        "copies_steps": settings.every * np.arange(settings.deep_records),
        "copies_loss": np.asarray(wide.loss),
        "narrow_loss": np.asarray(narrow.loss),
        "narrow_off": max(jax.tree.leaves(off)),
    }


def _zeros(X: np.ndarray, y: np.ndarray, settings: SymmetrySettings) -> dict[str, Any]:
    """Train the deep network with all parameters starting at 0."""
    net = MLP((2, *settings.deep, 1), "tanh")
    params = equal_parameters(net, 0.0)
    rates = equal_rates(params, settings.rate)
    trained = descend(net, params, rates, X, y, settings.deep_records, settings.every)
    gradient = jax.grad(lambda params: loss(net, params, X, y))(params)
    *others, _, _ = jax.tree.leaves(trained)  # the last bias, the loss
    return {
        "zero_gradient": np.array([[np.abs(leaf).max() for leaf in layer] for layer in gradient]),
        "zero_last": max(float(np.abs(leaf[-1]).max()) for leaf in others),
        "zero_loss": float(trained.loss[-1]),
        "zero_variance": float(np.var(y)),
    }
