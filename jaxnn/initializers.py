"""How large should the first weights be?

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
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import InputError, check_count, unknown_name

Initializer = Callable[..., Array]


@dataclass(frozen=True)
class Scaled:
    """Independent weights of mean 0 and a variance that depends only on the sizes of the layer.

    Attributes:
      scale: the numerator of Var(w).
      mode: the denominator of Var(w): "fan_in" (m), "fan_avg" ((m+n)/2) or "none" (1).
      distribution: "normal" or "uniform".

    Example:
      >>> Scaled(2.0, "fan_in", "normal").deviation(50, 100)  # sqrt(2 / 50)
      0.2
    """

    scale: float
    mode: str
    distribution: str

    def deviation(self, inputs: int, outputs: int) -> float:
        """The standard deviation of the weights of a layer."""
        fans = {"fan_in": inputs, "fan_avg": (inputs + outputs) / 2, "none": 1}
        return math.sqrt(self.scale / fans[self.mode])

    def standard(self, key: Array, shape: tuple[int, ...], dtype: Any) -> Array:
        """Draws of mean 0 and variance 1, to be multiplied by a deviation."""
        if self.distribution == "normal":
            return jax.random.normal(key, shape, dtype)
        return jax.random.uniform(key, shape, dtype, -math.sqrt(3), math.sqrt(3))

    def __call__(self, key: Array, shape: tuple[int, int], dtype: Any = None) -> Array:
        dtype = jnp.result_type(float) if dtype is None else dtype
        return self.deviation(*shape) * self.standard(key, shape, dtype)


def normal(standard_deviation: float) -> Scaled:
    """Weights N(0, standard_deviation^2), whatever the sizes of the layer."""
    return Scaled(standard_deviation**2, "none", "normal")


@cache
def constant(value: float) -> Initializer:
    """All weights equal to `value`: equal units, which gradient descent keeps equal."""
    return jax.nn.initializers.constant(value)


@cache
def orthogonal(scale: float = 1.0) -> Initializer:
    """`scale` times a uniformly random matrix with orthonormal rows or columns.

    The rows are orthonormal if there are fewer of them than columns, otherwise the columns. Saxe,
    McClelland & Ganguli 2014.
    """
    return jax.nn.initializers.orthogonal(scale)


@cache
def sparse(nonzeros: int, standard_deviation: float = 1.0) -> Initializer:
    """Each unit starts with exactly `nonzeros` incoming weights N(0, standard_deviation^2).

    With a fixed number of non-zeros, the total input of a unit does not depend on how many inputs
    it has. Martens 2010, "Deep learning via Hessian-free optimization", section 5 (k = 15).

    Raises:
      InputError, InputTypeError: `nonzeros` is not a whole number of at least 1 or, when a layer is
        drawn, exceeds its number of inputs.
    """
    check_count(nonzeros, "nonzeros")

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
      InputError: the name is unknown.

    Example:
      >>> import jax
      >>> from jaxnn.initializers import initializer
      >>> initializer("he_normal")(jax.random.key(0), (3, 2)).shape
      (3, 2)
    """
    if callable(scheme):
        return scheme
    if not isinstance(scheme, str) or scheme not in INITIALIZERS:
        raise unknown_name("initializer", scheme, INITIALIZERS)
    return INITIALIZERS[scheme]
