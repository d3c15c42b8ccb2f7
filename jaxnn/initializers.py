"""How large should the initial weights be?

A layer with m inputs and n outputs preserves the mean square of its signal if m Var(w) is one over
the mean square gain of the activation. Most schemes are named after those who proposed them:

    name              distribution                    Var(w)       source
    lecun_normal      N(0, 1/m)                       1/m          LeCun et al. 1998
    he_normal         N(0, 2/m)                       2/m          He et al. 2015, eq. 10
    he_uniform        U(+-sqrt(6/m))                  2/m          He et al. 2015
    glorot_uniform    U(+-sqrt(6/(m+n)))              2/(m+n)      Glorot & Bengio 2010, eq. 16
    glorot_normal     N(0, 2/(m+n))                   2/(m+n)      Glorot & Bengio 2010
    standard_uniform  U(+-1/sqrt(m))                  1/(3m)       lecture 11, "standard"
    orthogonal        orthonormal rows or columns     1/max(m, n)  Saxe et al. 2014
    sparse(k)         k weights N(0, 1) per unit      k/m          Martens 2010
    zeros             0                               0

What the lecture calls "Xavier", N(0, 1/m), is LeCun's scale; Glorot's has (m+n)/2 in place of m.
The normal schemes are not truncated (as `jax.nn.initializers.variance_scaling` with "normal"),
because the laws of signal propagation at finite width need Gaussian weights.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_count,
    check_key,
    check_name,
    check_not_negative,
    check_number,
    shown,
)
from jaxnn.layer_shapes import check_shape
from jaxnn.user_functions import check_callable, check_returns

__all__ = [
    "INITIALIZERS",
    "Initializer",
    "Scaled",
    "constant",
    "initializer",
    "normal",
    "orthogonal",
    "sparse",
]

Initializer = Callable[..., Array]


@dataclass(frozen=True)
class Scaled:
    """Independent weights of mean 0 and a variance that depends only on the sizes of the layer.

    Attributes:
      scale: the numerator of Var(w).
      mode: the denominator of Var(w): "fan_in" (m), "fan_avg" ((m+n)/2) or "none" (1).
      distribution: "normal" or "uniform".

    Raises:
      InputError, InputTypeError: a scale below 0, or an unknown name.

    Example:
      >>> Scaled(2.0, "fan_in", "normal").deviation(50, 100)  # sqrt(2 / 50)
      0.2
    """

    scale: float
    mode: str
    distribution: str

    def __post_init__(self) -> None:
        check_not_negative(self.scale, "scale")
        check_name(self.mode, "mode", ("fan_in", "fan_avg", "none"))
        check_name(self.distribution, "distribution", ("normal", "uniform"))

    def deviation(self, inputs: int, outputs: int) -> float:
        """The standard deviation of the weights of a layer."""
        check_count(inputs, "inputs")
        check_count(outputs, "outputs")
        fans = {"fan_in": inputs, "fan_avg": (inputs + outputs) / 2, "none": 1}
        return math.sqrt(self.scale / fans[self.mode])

    def standard(self, key: Array, shape: tuple[int, ...], dtype: Any) -> Array:
        """Draws of mean 0 and variance 1, to be multiplied by a deviation."""
        check_key(key)
        check_shape(shape)
        _check_dtype(dtype)
        if self.distribution == "normal":
            return jax.random.normal(key, shape, dtype)
        return jax.random.uniform(key, shape, dtype, -math.sqrt(3), math.sqrt(3))

    def __call__(self, key: Array, shape: tuple[int, int], dtype: Any = None) -> Array:
        dtype = jnp.result_type(float) if dtype is None else dtype
        return self.deviation(*shape) * self.standard(key, shape, dtype)


def _check_dtype(dtype: Any) -> None:
    try:
        is_array = isinstance(dtype, np.ndarray | Array)
        floating = not is_array and jnp.issubdtype(dtype, jnp.floating)
    except (TypeError, ValueError):
        floating = False
    if not floating:
        raise InputTypeError(f"dtype is {shown(dtype)}; pass a floating-point dtype.")


def normal(standard_deviation: float) -> Scaled:
    """Weights N(0, standard_deviation^2), whatever the sizes of the layer.

    Raises:
      InputError, InputTypeError: a standard deviation that is not a finite number of at least 0.
    """
    check_number(
        standard_deviation,
        "standard_deviation",
        "a number of at least 0, whose square is finite",
        lambda number: 0 <= number < 1e150,
    )
    return Scaled(standard_deviation**2, "none", "normal")


def constant(value: float) -> Initializer:
    """All weights equal to `value`: equal units, which gradient descent keeps equal.

    Raises:
      InputError, InputTypeError: a value that is not a finite number.
    """
    check_number(value, "value", "a finite number", lambda number: True)
    return _constant(value)


@cache
def _constant(value: float) -> Initializer:
    return jax.nn.initializers.constant(value)


def orthogonal(scale: float = 1.0) -> Initializer:
    """`scale` times a uniformly random matrix with orthonormal rows or columns.

    The rows are orthonormal if there are fewer of them than columns, otherwise the columns. Saxe,
    McClelland & Ganguli 2014.

    Raises:
      InputError, InputTypeError: a scale that is not a finite number.
    """
    check_number(scale, "scale", "a finite number", lambda number: True)
    return _orthogonal(scale)


@cache
def _orthogonal(scale: float) -> Initializer:
    return jax.nn.initializers.orthogonal(scale)


def sparse(nonzeros: int, standard_deviation: float = 1.0) -> Initializer:
    """Each unit starts with exactly `nonzeros` incoming weights N(0, standard_deviation^2).

    With a fixed number of non-zeros, the total input of a unit does not depend on how many inputs
    it has. Martens 2010, "Deep learning via Hessian-free optimization", section 5 (k = 15).

    Raises:
      InputError, InputTypeError: `nonzeros` is not a whole number of at least 1 or, for a network,
        exceeds the number of inputs of a layer; or a standard deviation below 0.
    """
    check_count(nonzeros, "nonzeros")
    check_not_negative(standard_deviation, "standard_deviation")
    return _sparse(operator.index(nonzeros), standard_deviation)


@cache
def _sparse(nonzeros: int, standard_deviation: float) -> Initializer:
    def initialize(key: Array, shape: tuple[int, int], dtype: Any = None) -> Array:
        inputs = shape[0]
        if nonzeros > inputs:
            raise InputError(
                f"nonzeros is {nonzeros}, but a layer has {inputs} inputs; pass at most {inputs}."
            )
        key_weights, key_places = jax.random.split(key)
        weights = standard_deviation * jax.random.normal(key_weights, shape, dtype)
        ranks = jnp.argsort(jnp.argsort(jax.random.uniform(key_places, shape), axis=0), axis=0)
        return jnp.where(ranks < nonzeros, weights, 0)

    return initialize


INITIALIZERS: dict[str, Initializer] = {
    "lecun_normal": Scaled(1.0, "fan_in", "normal"),
    "he_normal": Scaled(2.0, "fan_in", "normal"),
    "he_uniform": Scaled(2.0, "fan_in", "uniform"),
    "glorot_uniform": Scaled(1.0, "fan_avg", "uniform"),
    "glorot_normal": Scaled(1.0, "fan_avg", "normal"),
    "standard_uniform": Scaled(1 / 3, "fan_in", "uniform"),
    "orthogonal": orthogonal(),
    "zeros": jax.nn.initializers.zeros,
}


def initializer(scheme: str | Initializer) -> Initializer:
    """The function (key, shape (inputs, outputs), dtype) -> weights of a scheme.

    Args:
      scheme: a name of `INITIALIZERS`, or such a function, which is returned as it is.

    Raises:
      InputError, InputTypeError: the name is unknown.

    Example:
      >>> import jax
      >>> from jaxnn.initializers import initializer
      >>> initializer("he_normal")(jax.random.key(0), (3, 2)).shape
      (3, 2)
    """
    if callable(scheme):
        return scheme
    check_name(scheme, "initializer", INITIALIZERS)
    return INITIALIZERS[scheme]


def check_initializer(scheme: Any, argument: str, shapes: Iterable[tuple[int, ...]]) -> None:
    """Refuse a function that does not draw numbers of the shape of a layer; names are accepted.

    Args:
      scheme: a name, or a function (key, shape, dtype) -> weights or biases.
      argument: its name, for the sentence.
      shapes: those of all layers.

    Raises:
      InputError, InputTypeError: another function.
    """
    if not callable(scheme) or isinstance(scheme, Scaled) or scheme in INITIALIZERS.values():
        return
    for shape in dict.fromkeys(shapes):
        _check_draw(scheme, argument, shape, jnp.result_type(float))


@lru_cache
def _check_draw(scheme: Initializer, argument: str, shape: tuple[int, ...], dtype: Any) -> None:
    accepted = "a name, or a function of (key, shape, dtype) that returns an array of that shape"
    check_callable(scheme, argument, accepted, arguments=3)

    def draw() -> Array:
        return scheme(jax.random.key(0), shape, dtype)

    check_returns(draw, [], argument, accepted, shape=shape)
