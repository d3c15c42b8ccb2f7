"""Which functions need a deep network, and which do not?

    x ~ U(low, high)^d        y = f(x) + noise

Each f takes one example x (inputs,) and returns a number, (); `jax.vmap` applies it to rows.
Compositions are thought to need depth. For the curves, the error of the best piecewise linear
approximation is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.tree_util import Partial

from jaxnn.errors import (
    InputError,
    as_jax_array,
    as_real,
    check_count,
    check_key,
    check_memory,
    check_name,
    shown,
)
from jaxnn.user_functions import check_callable, check_returns

FUNCTION = "a JAX function of one example x (inputs,) that returns a number, ()"
MOST_FOLDS = 100  # of the tent map; each doubles the number of pieces
MOST_LAYERS = 1000  # of a random network, which are traced one by one


class Sample(NamedTuple):
    """Rows drawn from a target function.

    Attributes:
      X: (n, inputs).
      y: (n,), the target plus noise.
      mean: (n,), the target.
    """

    X: Array
    y: Array
    mean: Array


def fold(x: Array, offset: float = 1.2) -> Array:
    """| |sum_i x_i| - offset |: a ridge function folded twice, which four ReLUs give exactly."""
    offset = as_real(offset, "offset")
    return jnp.abs(jnp.abs(jnp.sum(as_jax_array(x, "x"))) - offset)


def nested_differences(x: Array) -> Array:
    """Absolute differences of neighbours, then of the results, in a binary tree of 2^k inputs."""
    x = _checked_tree(x)
    while jnp.size(x) > 1:
        x = jnp.abs(x[0::2] - x[1::2])
    return x[0]


def _checked_tree(x: Any) -> Array:
    x = as_jax_array(x, "x")
    if x.ndim != 1:
        raise InputError(f"x has shape {x.shape}; pass one example of shape (inputs,).")
    if x.size < 2 or x.size & (x.size - 1):
        raise InputError(f"x has {x.size} entries; a binary tree needs 2, 4, 8, 16 or more.")
    return x


def product(x: Array, scale: float = 1.0) -> Array:
    """The product over i of scale x_i."""
    scale = as_real(scale, "scale")
    return jnp.prod(scale * as_jax_array(x, "x"))


def tent(x: Array, times: int = 3) -> Array:
    """The tent map h -> 2 relu(h) - 4 relu(h - 1/2), composed `times` times, on [0, 1].

    It has 2^times linear pieces and alternates between 0 and 1 at i / 2^times (Telgarsky 2015).
    Takes x (1,) or ().

    Example:
      >>> [float(tent(jnp.array(x), times=2)) for x in (0.0, 0.25, 0.5, 0.75)]
      [0.0, 1.0, 0.0, 1.0]
    """
    check_count(times, "times", least=0)
    if times > MOST_FOLDS:
        raise InputError(f"times is {shown(times)}; pass at most {MOST_FOLDS}.")
    x = as_jax_array(x, "x")
    if x.size != 1:
        raise InputError(f"x has shape {x.shape}; pass a single number, of shape (1,) or ().")
    h = jnp.reshape(x, ())
    for _ in range(times):
        h = 2 * jax.nn.relu(h) - 4 * jax.nn.relu(h - 0.5)
    return h


def sine_tree(x: Array) -> Array:
    """sin(pi (a + b)) of neighbours, then of the results, in a binary tree of 2^k inputs."""
    x = _checked_tree(x)
    while jnp.size(x) > 1:
        x = jnp.sin(jnp.pi * (x[0::2] + x[1::2]))
    return x[0]


def radial_sine(x: Array) -> Array:
    """sin(2 pi |x|^2): the same in every direction, with many waves along each."""
    return jnp.sin(2 * jnp.pi * jnp.sum(jnp.square(as_jax_array(x, "x"))))


def tanh_teacher(
    key: Array, inputs: int = 8, depth: int = 4, width: int = 8, gain: float = 2.0
) -> Partial:
    """Draw a target: a random network of `depth` tanh layers and a linear output.

    Args:
      key: a typed JAX key.
      inputs: number of inputs.
      depth: number of hidden layers, at least 1.
      width: units per hidden layer.
      gain: weights are N(0, gain^2 / inputs of the layer); a gain well above 1 saturates the tanh.

    Returns:
      A function of x (inputs,), also a pytree, so that it passes through `jax.jit` and `jax.vmap`.

    Raises:
      InputError, InputTypeError: a seed instead of a key, or a size below 1.

    Example:
      >>> teacher = tanh_teacher(jax.random.key(0), inputs=3, depth=2, width=4)
      >>> teacher(jnp.ones(3)).shape
      ()
    """
    check_key(key)
    check_count(inputs, "inputs")
    check_count(depth, "depth")
    check_count(width, "width")
    gain = as_real(gain, "gain")
    check_memory(4 * width * (inputs + (depth - 1) * width), "depth", depth)
    if depth > MOST_LAYERS:
        raise InputError(f"depth is {depth}; pass at most {MOST_LAYERS} layers.")
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
    """A function and the cube from which its inputs are drawn.

    Attributes:
      function: a pure function of one example x (inputs,), giving a number.
      inputs: number of inputs.
      low, high: each input is uniform between them.

    Raises:
      InputError, InputTypeError: no function of one argument, inputs below 1, or ends that are not
        finite numbers with low below high.
    """

    function: Callable[[Array], Array]
    inputs: int
    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        check_callable(self.function, "function", FUNCTION, arguments=1)
        check_count(self.inputs, "inputs")
        as_real(self.low, "low")
        as_real(self.high, "high", f"a number above low, {self.low}", lambda high: high > self.low)


TARGETS: dict[str, Target] = {
    # Curves; the L2 error of the best N linear pieces is about C / N^2, C = 0.0745, 1.743, 0.836.
    "square": Target(lambda x: jnp.square(x[0]), 1, 0.0, 1.0),
    "exponential": Target(lambda x: jnp.exp(3 * x[0]), 1, 0.0, 1.0),
    "sine": Target(lambda x: jnp.sin(2 * jnp.pi * x[0]), 1, 0.0, 1.0),
    # One period, on an interval centred at 0, for networks without standardised inputs.
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
    """The target in `TARGETS` with a given name.

    Raises:
      InputError: there is no such target; the message suggests similar names.
    """
    check_name(name, "name", TARGETS)
    return TARGETS[name]


def sample_target(key: Array, n: int, truth: str | Target, *, noise: Any = 0.0) -> Sample:
    """Draw n rows of a target, with inputs uniform in its cube and noise N(0, noise^2).

    Args:
      key: a typed JAX key.
      n: number of rows, at least 1.
      truth: a name of `TARGETS`, or a `Target` such as `Target(tanh_teacher(key, 8), 8)`.
      noise: standard deviation of y about the target.

    Returns:
      A `Sample`. Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, an unknown name, a function
        that does not return a number, or noise below 0.

    Example:
      >>> X, y, mean = sample_target(jax.random.key(0), 100, "fold", noise=0.1)
      >>> X.shape, y.shape
      ((100, 8), (100,))
    """
    check_key(key)
    check_count(n, "n")
    check_memory(8 * n, "n", n)
    noise = as_real(noise, "noise", "a finite number of at least 0", lambda size: size >= 0)
    if not isinstance(truth, Target):
        check_name(truth, "truth", TARGETS)
        truth = TARGETS[truth]
    check_memory(4 * n * truth.inputs, "n", n)
    example = jax.ShapeDtypeStruct((truth.inputs,), jnp.result_type(float))
    check_returns(truth.function, [example], "function", FUNCTION, shape=())
    key_x, key_noise = jax.random.split(key)
    X = jax.random.uniform(key_x, (n, truth.inputs), minval=truth.low, maxval=truth.high)
    mean = jax.vmap(truth.function)(X)
    return Sample(X, mean + noise * jax.random.normal(key_noise, (n,)), mean)
