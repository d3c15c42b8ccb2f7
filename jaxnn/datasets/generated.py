"""What does a method find when the truth is known?

Data drawn from models that are written down, so that bands and importances can be checked
against the function they estimate:

    logistic   x ~ N(0, 1),            P(y = 1) = 1 / (1 + exp(-(b0 + b1 x)))
    linear     x ~ N(0, 1), correlated,    y = b0 + b.x + noise
    targets    x ~ U(low, high)^d,         y = f(x) + noise
    signals    x = one of ten shapes, moved, stretched and scaled, + noise,    y = which

Each truth is a pure function of its own, apart from the sampling.  The compositional targets ask
for depth; the curves are those for which the best piecewise linear approximation is known; the
signals are to digits what a line is to an image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.tree_util import Partial

from jaxnn.errors import InputError, InputTypeError, check_count, check_key, unknown_name


class LogisticSample(NamedTuple):
    """Rows of a logistic model.

    Attributes:
      X: (n, 1).
      y: (n,), 0 or 1.
      probability: (n,), the true P(y = 1) of each row.
    """

    X: Array
    y: Array
    probability: Array


class LinearSample(NamedTuple):
    """Rows of a linear model.

    Attributes:
      X: (n, p).
      y: (n,).
      mean: (n,), the true mean of y at each row.
    """

    X: Array
    y: Array
    mean: Array


class Sample(NamedTuple):
    """Rows of a target function.

    Attributes:
      X: (n, inputs).
      y: (n,), the target plus noise.
      mean: (n,), the target.
    """

    X: Array
    y: Array
    mean: Array


class SignalSample(NamedTuple):
    """Signals of ten shapes.

    Attributes:
      X: (n, length).
      y: (n,), class numbers 0..9 in the dtype of X.
    """

    X: Array
    y: Array


def logistic_probability(x: Any, intercept: Any = -0.5, slope: Any = 1.2) -> Array:
    """P(y = 1) = 1 / (1 + exp(-(intercept + slope x))), elementwise, of the shape of x."""
    return jax.nn.sigmoid(intercept + slope * jnp.asarray(x))


def logistic_truth(key: Array, n: int, intercept: Any = -0.5, slope: Any = 1.2) -> LogisticSample:
    """Draw n rows with x ~ N(0, 1) and y ~ Bernoulli(`logistic_probability`).

    Args:
      key: a typed JAX key.
      n: rows, at least 1.
      intercept, slope: of the logit; may be traced.

    Raises:
      InputError, InputTypeError: a seed instead of a key, or n below 1.
    """
    _check(key, n)
    key_x, key_y = jax.random.split(key)
    X = jax.random.normal(key_x, (n, 1))
    probability = logistic_probability(X[:, 0], intercept, slope)
    y = (jax.random.uniform(key_y, (n,)) < probability).astype(X.dtype)
    return LogisticSample(X, y, probability)


def linear_mean(X: Any, coefficients: Any, intercept: Any = 0.0) -> Array:
    """intercept + X @ coefficients, for X (..., p), of shape (...)."""
    return intercept + jnp.asarray(X) @ jnp.asarray(coefficients, jnp.result_type(float))


def linear_truth(
    key: Array,
    n: int,
    coefficients: Any = (1.0, 2.0, 0.5, 0.0),
    *,
    intercept: Any = 0.0,
    correlation: Any = 0.0,
    noise: Any = 1.0,
) -> LinearSample:
    """Draw n rows with x ~ N(0, 1) each and y = `linear_mean` + noise N(0, 1).

    The permutation importance of feature j under squared error is 2 coefficients[j]^2 (the
    default: 2, 8, 0.5, 0), and its partial dependence has the slope coefficients[j], whatever
    the correlation, if the model is the truth.

    Args:
      key: a typed JAX key.
      n: rows, at least 1.
      coefficients: (p,), one a feature.
      intercept: the mean of y.
      correlation: between the first two features, in [-1, 1]; the others are independent.
      noise: standard deviation of y about its mean.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, or a correlation beyond
        [-1, 1] or without a second feature.
    """
    _check(key, n)
    coefficients = jnp.asarray(coefficients, jnp.result_type(float))
    shape = coefficients.shape
    if len(shape) != 1 or shape[0] == 0:
        raise InputError(f"coefficients has shape {shape}; pass one number a feature, shape (p,).")
    given = isinstance(correlation, int | float)
    if given and not -1 <= correlation <= 1:
        raise InputError(f"correlation is {correlation}; pass a number from -1 to 1.")
    key_x, key_noise = jax.random.split(key)
    X = jax.random.normal(key_x, (n, shape[0]))
    if not given or correlation != 0:
        if shape[0] < 2:
            raise InputError(f"correlation is {correlation}, but there is one feature; pass 0.")
        rest = jnp.sqrt(1 - jnp.square(correlation))
        X = X.at[:, 1].set(correlation * X[:, 0] + rest * X[:, 1])
    mean = linear_mean(X, coefficients, intercept)
    return LinearSample(X, mean + noise * jax.random.normal(key_noise, (n,)), mean)


# Targets: functions of one example x (inputs,), giving a number.


def fold(x: Array, offset: float = 1.2) -> Array:
    """| |sum_i x_i| - offset |: two folds of a ridge function, which four ReLUs represent."""
    return jnp.abs(jnp.abs(jnp.sum(x)) - offset)


def nested_differences(x: Array) -> Array:
    """Absolute differences of neighbours, of these again, ...: a binary tree; inputs 2^levels."""
    _check_tree(x)
    while jnp.size(x) > 1:
        x = jnp.abs(x[0::2] - x[1::2])
    return x[0]


def _check_tree(x: Array) -> None:
    inputs = jnp.size(x)
    if inputs < 2 or inputs & (inputs - 1):
        raise InputError(f"x has {inputs} entries; a binary tree takes 2, 4, 8, 16, ...")


def product(x: Array, scale: float = 1.0) -> Array:
    """The product over i of scale x_i."""
    return jnp.prod(scale * x)


def tent(x: Array, times: int = 3) -> Array:
    """The tent map 2 relu(h) - 4 relu(h - 1/2) of [0, 1], composed: 2^times linear pieces.

    It alternates between 0 and 1 at i / 2^times (Telgarsky 2015).  Takes x (1,) or ().
    """
    h = jnp.reshape(x, ())
    for _ in range(times):
        h = 2 * jax.nn.relu(h) - 4 * jax.nn.relu(h - 0.5)
    return h


def sine_tree(x: Array) -> Array:
    """sin(pi (a + b)) of neighbours, of these again, ...: a binary tree of smooth functions."""
    _check_tree(x)
    while jnp.size(x) > 1:
        x = jnp.sin(jnp.pi * (x[0::2] + x[1::2]))
    return x[0]


def radial_sine(x: Array) -> Array:
    """sin(2 pi |x|^2): the same in all directions, and many waves along each."""
    return jnp.sin(2 * jnp.pi * jnp.sum(jnp.square(x)))


def tanh_teacher(
    key: Array, inputs: int = 8, depth: int = 4, width: int = 8, gain: float = 2.0
) -> Partial:
    """Draw a target: a random network of `depth` tanh layers and a linear output.

    Args:
      key: a typed JAX key.
      inputs: the network's.
      depth: hidden layers, at least 1.
      width: units in each.
      gain: weights are N(0, gain^2 / inputs of the layer); above 1 the layers bend the signal.

    Returns:
      A function of x (inputs,), a pytree too, so that it passes through `jax.jit` and `jax.vmap`.
    """
    check_key(key)
    if min(inputs, depth, width) < 1:
        raise InputError(
            f"inputs, depth, width are {inputs}, {depth}, {width}; pass numbers of at least 1."
        )
    sizes = [inputs, *[width] * depth, 1]
    matrices = [
        gain / m**0.5 * jax.random.normal(layer_key, (m, outputs))
        for layer_key, m, outputs in zip(
            jax.random.split(key, depth + 1), sizes, sizes[1:], strict=False
        )
    ]
    return Partial(_teacher, matrices)


def _teacher(matrices: Sequence[Array], x: Array) -> Array:
    h = x
    for matrix in matrices[:-1]:
        h = jnp.tanh(h @ matrix)
    return (h @ matrices[-1])[0]


@dataclass(frozen=True)
class Target:
    """A function and the cube that its inputs are drawn from.

    Attributes:
      function: of one example x (inputs,), giving a number; pure.
      inputs: how many.
      low, high: each input is uniform between them.
    """

    function: Callable[[Array], Array]
    inputs: int
    low: float = -1.0
    high: float = 1.0


TARGETS: dict[str, Target] = {
    # Curves; with N linear pieces the best L2 error is about C / N^2, C = 0.0745, 1.743, 0.836.
    "square": Target(lambda x: jnp.square(x[0]), 1, 0.0, 1.0),
    "exponential": Target(lambda x: jnp.exp(3 * x[0]), 1, 0.0, 1.0),
    "sine": Target(lambda x: jnp.sin(2 * jnp.pi * x[0]), 1, 0.0, 1.0),
    # One period, on the interval that a network without standardised inputs likes.
    "sine_period": Target(lambda x: jnp.sin(jnp.pi * x[0]), 1),
    # Two periods.
    "sine_periods": Target(lambda x: jnp.sin(2 * jnp.pi * x[0]), 1),
    # Compositions.
    "fold": Target(fold, 8),
    "nested_differences_4": Target(nested_differences, 4),
    "nested_differences_8": Target(nested_differences, 8),
    "product_4": Target(product, 4),
    "product_6": Target(lambda x: product(x, 1.5), 6),
    "radial_sine_8": Target(radial_sine, 8),
    "sine_tree_8": Target(sine_tree, 8),
    "tent_3": Target(tent, 1, 0.0, 1.0),
    "tent_5": Target(lambda x: tent(x, 5), 1, 0.0, 1.0),
}


def target(name: str) -> Target:
    """A target of `TARGETS` by its name.  Raises InputError for an unknown one."""
    if name not in TARGETS:
        raise unknown_name("name", name, TARGETS)
    return TARGETS[name]


def sample_target(key: Array, n: int, truth: str | Target, *, noise: Any = 0.0) -> Sample:
    """Draw n rows of a target, with inputs uniform in its cube and noise N(0, noise^2).

    Args:
      key: a typed JAX key.
      n: rows, at least 1.
      truth: a name of `TARGETS`, or a `Target` such as `Target(tanh_teacher(key, 8), 8)`.
      noise: standard deviation of y about the target.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, or an unknown name.
    """
    _check(key, n)
    truth = target(truth) if isinstance(truth, str) else truth
    key_x, key_noise = jax.random.split(key)
    X = jax.random.uniform(key_x, (n, truth.inputs), minval=truth.low, maxval=truth.high)
    mean = jax.vmap(truth.function)(X)
    return Sample(X, mean + noise * jax.random.normal(key_noise, (n,)), mean)


# Heights of the ten shapes at even distances, in fifths; before and after they are 0.  They were
# drawn once, smoothed, and kept where they differ from the others however moved and stretched.
SHAPES = (
    (4, 7, -2, -9, 1, 3, -3, 0),
    (0, -2, -4, 1, 3, 7, 3, -9),
    (-5, -8, -1, 2, -4, 0, 9, 6),
    (5, 5, -1, 0, 3, 2, -5, -9),
    (-9, -1, 4, 2, 0, -2, 2, 4),
    (4, -4, -3, 1, 0, -5, -3, 9),
    (-6, 1, 9, 5, 0, -1, -3, -5),
    (2, -1, -4, -3, -7, -5, 8, 9),
    (9, -2, -7, -5, -1, 1, -1, 5),
    (9, 2, -7, -3, 1, 3, 3, -7),
)


def signal(shape: Any, start: Any, width: Any, length: int = 40) -> Array:
    """A shape of `SHAPES`, its heights joined by straight lines, on the places 0 ... length - 1.

    Args:
      shape: its number, 0..9.
      start, width: the shape leaves 0 at `start` and is back at `start + width`.
      length: of the signal.

    Returns:
      (length,).  Not compiled.
    """
    heights = jnp.pad(jnp.asarray(SHAPES, jnp.result_type(float)) / 5, ((0, 0), (1, 1)))
    along = (jnp.arange(length) - start) / width
    return jnp.interp(along, jnp.linspace(0, 1, heights.shape[1]), heights[shape])


def sample_signals(key: Array, n: int, *, length: int = 40, noise: Any = 0.25) -> SignalSample:
    """Draw n signals, each with one of ten shapes somewhere on it: digits in one dimension.

    Which shape is as likely as any other; its width is uniform from 0.3 to 0.6 of the length, its
    place uniform over where it fits, its height times a uniform number from 0.7 to 1.3.  To tell
    shapes wherever they are is the task of a handwritten digit without its second dimension
    (an idea of Greydanus 2020, "Scaling down deep learning"; these shapes are others).

    Args:
      key: a typed JAX key.
      n: rows, at least 1.
      length: places of a signal, at least 10.
      noise: standard deviation of the Gaussian noise on each place; the shapes' is about 0.6.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, or a length below 10.
    """
    _check(key, n)
    check_count(length, "length", least=10)
    key_class, key_place, key_noise = jax.random.split(key, 3)
    y = jax.random.randint(key_class, (n,), 0, len(SHAPES))
    place, stretch, height = jax.random.uniform(key_place, (3, n))
    width = (0.3 + 0.3 * stretch) * length
    start = place * (length - 1 - width)
    clean = jax.vmap(lambda *of: signal(*of, length))(y, start, width)  # pyright: ignore  of three
    X = (0.7 + 0.6 * height)[:, None] * clean
    return SignalSample(X + noise * jax.random.normal(key_noise, X.shape), y.astype(X.dtype))


def _check(key: Array, n: int) -> None:
    check_key(key)
    if isinstance(n, bool) or not isinstance(n, int):
        raise InputTypeError(f"n is {n!r}; pass a whole number of rows.")
    if n < 1:
        raise InputError(f"n is {n}; pass 1 row at least.")
