"""How are the weights of a unit kept within a ball?

    w <- w min(1, limit / |w|)    after every update, w the incoming weights of one unit

Biases are free. With a limit, learning rates may be large without weights growing without bound,
as with dropout in Srivastava et al. 2014, section 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array

from jaxnn.errors import check_positive
from jaxnn.regularizers.places import Regularizer


@dataclass(frozen=True)
class MaxNorm(Regularizer):
    """Incoming weights of every unit, in all layers, with a norm of at most `limit`.

    The limit holds for the weights in training: a standardised response is then turned back to its
    own unit, and batch normalisation is folded in, which both rescale weights.

    Attributes:
      limit: the largest Euclidean norm, above 0.

    Raises:
      InputError, InputTypeError: a limit that is not a positive number.

    Example:
      >>> print(MaxNorm(1.0).updated(jnp.array([[3.0, 0.3], [4.0, 0.4]])))
      [[0.6 0.3]
       [0.8 0.4]]
    """

    limit: float

    def __post_init__(self) -> None:
        check_positive(self.limit, "limit")

    def updated(self, weights: Array) -> Array:
        """The weights, each unit's scaled down to the limit where they are beyond."""
        norms = jnp.sqrt(jnp.sum(jnp.square(weights), axis=-2, keepdims=True))
        return weights * (self.limit / jnp.maximum(norms, self.limit))
