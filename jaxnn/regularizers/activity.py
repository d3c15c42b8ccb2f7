"""How do hidden units learn to be silent for most rows?

    price of a row = sum over hidden units of  l1 |h| + l2/2 h^2

The weighted mean over rows is added to the loss. With l1 the representation becomes sparse: few
units are active for any one row (Goodfellow, Bengio & Courville 2016, section 7.10).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array

from jaxnn.errors import check_not_negative
from jaxnn.mlp import MLP
from jaxnn.regularizers.places import Regularizer, check_hidden_units


@dataclass(frozen=True)
class ActivityPenalty(Regularizer):
    """A price of active hidden units; the factor `penalty_factor` of `fit` does not touch it.

    Attributes:
      l1: factor of the sum of absolute hidden units, at least 0.
      l2: factor of half the sum of squared hidden units, at least 0.

    Raises:
      InputError, InputTypeError: a factor that is not a finite number of at least 0.

    Example:
      >>> print(ActivityPenalty(l1=0.5).activity(jnp.array([[1.0, 0.0], [-3.0, 0.0]])))
      [2. 0.]
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_not_negative(self.l1, "l1")
        check_not_negative(self.l2, "l2")

    def check(self, net: MLP) -> None:
        """Refuse a network without hidden units."""
        check_hidden_units(net, self)

    def activity(self, h: Array) -> Array:
        """The price of each row."""
        price = jnp.zeros(h.shape[1], h.dtype)
        if self.l1:
            price += self.l1 * jnp.sum(h * jnp.sign(h), axis=0)
        if self.l2:
            price += 0.5 * self.l2 * jnp.sum(jnp.square(h), axis=0)
        return price
