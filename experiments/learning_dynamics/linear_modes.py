"""Does a two-layer linear network learn one mode after another, each along a sigmoid?

    f(x) = x W_1 W_2,   loss = 1/2 mean over rows of |f(x) - x A|^2,   A = sum_a s_a p_a q_a^T
    u_a = p_a^T W_1 W_2 q_a:     du/dt = 2 u (s - u)
    u(t) = s e^{2st} / (e^{2st} - 1 + s / u_0),   u = s / 2 at t = ln(s / u_0 - 1) / (2 s)

for inputs of mean 0 and covariance I, and initial weights that are aligned with A and balanced:
W_1 = sum_a sqrt(u_0) p_a r_a^T, W_2 = sum_a sqrt(u_0) r_a q_a^T with orthonormal r_a. Time is
steps times the learning rate. Gradient descent lags behind gradient flow: to first order in the
learning rate its half time is later by (rate / 2) ln(g(s / 2) / g(u_0)), g(u) = sqrt(u) (s - u);
this follows from the modified equation of Euler's method for sqrt(u).

The networks are the library's `MLP((inputs, hidden, outputs), "identity")` with biases: rows come
in pairs x and -x, so that every bias starts at 0 and has gradient 0.

A small initial network that is not aligned follows the same curve with another u_0: see
`effective_starts`.

Saxe, McClelland and Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep
linear neural networks".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import MLP, apply, init, responses
from jaxnn.initializers import INITIALIZERS, normal
from jaxnn.mlp import Layer, Parameters
from jaxnn.replicate import replicate


@dataclass(frozen=True)
class LinearSettings:
    """The task, the initial weights and the training.

    Attributes:
      sizes: numbers of inputs, hidden units and outputs.
      strengths: s, largest first.
      start: u_0 of the aligned start; for random starts, its mean for the first mode.
      plateau_start: a much smaller u_0, from which learning proceeds in stages.
      duration, plateau_duration: training time from these starts, in steps times learning rate.
      spacing: time between two records.
      rates: learning rates, each half of the previous one.
      random_rate: learning rate of random starts.
      seeds: number of random starts.
      shown: number of random starts whose trajectories are kept.
    """

    sizes: tuple[int, int, int] = (5, 6, 4)
    strengths: tuple[float, ...] = (4.0, 2.0, 1.0)
    start: float = 1e-3
    plateau_start: float = 1e-12
    duration: float = 8.0
    plateau_duration: float = 18.0
    spacing: float = 0.004
    rates: tuple[float, ...] = (0.004, 0.002, 0.001, 0.0005)
    random_rate: float = 0.002
    seeds: int = 400
    shown: int = 40

    @property
    def net(self) -> MLP:
        """The description of the network."""
        return MLP(self.sizes, "identity", initializer="zeros")


class Task(NamedTuple):
    """The linear map A to be learned, by its modes.

    Attributes:
      strengths: (modes,) s.
      inputs: (inputs, modes) p, orthonormal columns.
      outputs: (outputs, modes) q, orthonormal columns.
    """

    strengths: Array
    inputs: Array
    outputs: Array

    def rows(self) -> tuple[Array, Array]:
        """X (2 inputs, inputs), of mean 0 and covariance I, and Y = X A (2 inputs, outputs)."""
        size = len(self.inputs)
        half = size**0.5 * jnp.eye(size)
        X = jnp.concatenate([half, -half])
        return X, X @ (self.inputs * self.strengths[None]) @ self.outputs.T


class Trajectory(NamedTuple):
    """Training, recorded at the times 0, spacing, 2 spacing, ...

    Attributes:
      strengths: (records, modes) u.
      between: (records,) largest |p_a^T W_1 W_2 q_b| over pairs of different modes.
      biases: (records,) largest absolute value of all biases.
      loss: (records,).
      gradient: (records,) Euclidean norm over all parameters.
    """

    strengths: Array
    between: Array
    biases: Array
    loss: Array
    gradient: Array


def mode_strength(t: Any, s: Any, start: Any) -> np.ndarray:
    """u(t), by the formula at the top of this module."""
    decay = np.exp(-2 * np.asarray(s) * t)
    return s / (1 + decay * (s / start - 1))


def half_time(s: Any, start: Any) -> np.ndarray:
    """The time at which u is s / 2."""
    return np.log(s / start - 1) / (2 * s)


def half_time_lag(s: Any, start: Any) -> np.ndarray:
    """The delay with which gradient descent reaches s / 2, over the learning rate; first order."""
    return np.log(np.sqrt(s / (2 * start)) / (2 * (1 - start / s))) / 2


def half_times(times: np.ndarray, strengths: np.ndarray, s: np.ndarray) -> np.ndarray:
    """When modes first reach s / 2, interpolated between records; NaN if never.

    Args:
      times: (records,).
      strengths: (..., records, modes) u.
      s: (modes,).

    Returns:
      (..., modes) times.
    """
    above = strengths >= s / 2
    after = np.maximum(np.argmax(above, axis=-2), 1)[..., None, :]
    last, first = (np.take_along_axis(strengths, after - i, -2)[..., 0, :] for i in (0, 1))
    after = after[..., 0, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (s / 2 - first) / (last - first)
    found = times[after - 1] + share * (times[after] - times[after - 1])
    return np.where(above.any(axis=-2), found, np.nan)


def orthonormal(key: Array, size: int, columns: int) -> Array:
    """A uniformly random (size, columns) matrix with orthonormal columns."""
    return INITIALIZERS["orthogonal"](key, (size, columns))


def random_task(key: Array, settings: LinearSettings) -> Task:
    """A task with random modes that have the strengths in the settings."""
    key_inputs, key_outputs = jax.random.split(key)
    inputs, _, outputs = settings.sizes
    modes = len(settings.strengths)
    return Task(
        jnp.array(settings.strengths),
        orthonormal(key_inputs, inputs, modes),
        orthonormal(key_outputs, outputs, modes),
    )


def aligned(task: Task, directions: Array, start: Any) -> Parameters:
    """Balanced weights with u_a = start_a along hidden directions (hidden, modes)."""
    root = jnp.sqrt(start)[None]
    weights = (task.inputs * root) @ directions.T, (directions * root) @ task.outputs.T
    return tuple(Layer(w, jnp.zeros(w.shape[1])) for w in weights)


def effective_starts(task: Task, params: Parameters) -> Array:
    """The u_0 with which small initial weights in any directions follow the formula: (modes,).

    Near 0, the mean of W_1^T p_a and W_2 q_a grows like e^{st}, and their difference decays. Modes
    are learned in the order of their strengths, and a hidden direction that one mode uses is not
    available to later ones; so u_0 is the squared length of the part of the mean that is orthogonal
    to the means of the stronger modes. For an aligned start it is u_0 itself.
    """
    first, second = (layer.weights for layer in params)
    means = (first.T @ task.inputs + second @ task.outputs) / 2
    return jnp.diagonal(jnp.linalg.qr(means)[1]) ** 2


def loss(net: MLP, params: Parameters, X: Array, Y: Array) -> Array:
    """Half the mean squared distance over rows (the library's loss is a mean over outputs)."""
    outputs = jax.vmap(apply, in_axes=(None, None, 0))(net, params, X)
    return net.sizes[-1] / 2 * jnp.mean(responses.loss("quantitative", outputs, Y))


@partial(jax.jit, static_argnames=("net", "records"))
def descend(
    net: MLP, params: Parameters, task: Task, rate: Any, every: Any, *, records: int
) -> Trajectory:
    """Gradient descent, recorded every `every` steps; compiled."""
    X, Y = task.rows()
    value_and_gradient = jax.value_and_grad(lambda params: loss(net, params, X, Y))

    def step(_: Any, params: Parameters) -> Parameters:
        return jax.tree.map(lambda p, g: p - rate * g, params, value_and_gradient(params)[1])

    def record(params: Parameters, _: None) -> tuple[Parameters, Trajectory]:
        value, gradient = value_and_gradient(params)
        between = task.inputs.T @ params[0].weights @ params[1].weights @ task.outputs
        u = jnp.diagonal(between)
        here = Trajectory(
            u,
            jnp.max(jnp.abs(between - jnp.diag(u))),
            jnp.max(jnp.abs(jnp.concatenate([layer.biases for layer in params]))),
            value,
            jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient))),
        )
        return lax.fori_loop(0, every, step, params), here

    return lax.scan(record, params, None, length=records)[1]


def _from_random(
    key: Array, task: Task, rate: Array, every: Array, *, net: MLP, records: int
) -> tuple[Array, Array]:
    params = init(key, net)
    trained = descend(net, params, task, rate, every, records=records)
    return trained.strengths, effective_starts(task, params)


def compute(key: Array, settings: LinearSettings) -> dict[str, Any]:
    """Train from aligned starts at several learning rates, and from random starts, in float64.

    Returns:
      strengths: (modes,) s; start, plateau_start: u_0; rates, random_rate: learning rates.
      times: (records,); courses: (rates, records, modes) u; between, biases: (rates, records).
      plateau_times: (plateau records,); plateau_courses: (plateau records, modes) u from the
        smaller start; plateau_loss, plateau_gradient: (plateau records,).
      random_half_times: (seeds, modes), NaN where s / 2 is not reached.
      random_starts: (seeds, modes) effective u_0.
      random_courses: (shown, records / 4, modes) u; random_times: (records / 4,).
    """
    key_task, key_directions, key_random = jax.random.split(key, 3)
    with jax.enable_x64(True):
        task = random_task(key_task, settings)
        hidden, modes = settings.sizes[1], len(settings.strengths)
        directions = orthonormal(key_directions, hidden, modes)

        def steps_between(rate: float) -> int:
            return round(settings.spacing / rate)

        def train(start: float, rate: float, duration: float) -> Trajectory:
            params = aligned(task, directions, jnp.full(modes, start))
            records = round(duration / settings.spacing) + 1
            every = steps_between(rate)
            trained = descend(settings.net, params, task, rate, every, records=records)
            return jax.tree.map(np.asarray, trained)

        runs = [train(settings.start, rate, settings.duration) for rate in settings.rates]
        staged = train(settings.plateau_start, settings.rates[0], settings.plateau_duration)
        records = len(runs[0].loss)
        # The mean of W_1^T p and W_2 q then has a squared length of u_0 on average.
        scheme = normal((2 * settings.start / hidden) ** 0.5)
        random_net = MLP(settings.sizes, "identity", initializer=scheme)
        courses, starts = replicate(
            partial(_from_random, net=random_net, records=records),
            jax.random.split(key_random, settings.seeds),
            shared=(
                task,
                np.array(settings.random_rate),
                np.array(steps_between(settings.random_rate)),
            ),
            progress="random starts",
        )
    times = settings.spacing * np.arange(records)
    strengths = np.array(settings.strengths)
    return {
        "strengths": strengths,
        "start": settings.start,
        "plateau_start": settings.plateau_start,
        "rates": np.array(settings.rates),
        "random_rate": settings.random_rate,
        "times": times,
        "courses": np.stack([run.strengths for run in runs]),
        "between": np.stack([run.between for run in runs]),
        "biases": np.stack([run.biases for run in runs]),
        "plateau_times": settings.spacing * np.arange(len(staged.loss)),
        "plateau_courses": staged.strengths,
        "plateau_loss": staged.loss,
        "plateau_gradient": staged.gradient,
        "random_half_times": half_times(times, courses, strengths),
        "random_starts": starts,
        "random_courses": courses[: settings.shown, ::4].astype(np.float32),
        "random_times": times[::4],
    }
