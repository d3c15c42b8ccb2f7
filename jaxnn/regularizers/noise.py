"""What does noise on inputs or weights do to what is learned?

    inputs    x' = x + e,    weights   W' = W + e,    e ~ N(0, deviation^2), anew in every step

To second order, noise on the inputs adds

    deviation^2 [ E |grad f|^2 + E (f - y) tr Hess f ]

to the mean squared error (Bishop 1995). The first term alone is Tikhonov's penalty; the second
vanishes only where residuals average to zero. For a linear f, deviation^2 |w|^2 is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
from jax import Array

from jaxnn.errors import check_not_negative
from jaxnn.regularizers.places import Regularizer


@dataclass(frozen=True)
class InputNoise(Regularizer):
    """Normal noise on every feature of every row, anew in every step.

    Attributes:
      deviation: its standard deviation, at least 0, in the unit of the features: the standard
        deviation of a predictor if an encoder standardises it.

    Raises:
      InputError, InputTypeError: a deviation that is not a finite number of at least 0.

    Example:
      >>> InputNoise(0.1).features(jax.random.key(0), jax.numpy.zeros((2, 3))).shape
      (2, 3)
    """

    deviation: float
    draws_by_row: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_not_negative(self.deviation, "deviation")

    def features(self, key: Array, features: Array) -> Array:
        """The features with noise."""
        if self.deviation == 0:
            return features
        return features + self.deviation * jax.random.normal(key, features.shape, features.dtype)


@dataclass(frozen=True)
class WeightNoise(Regularizer):
    """Normal noise on every weight, never on biases, anew in every step.

    The loss and its gradient are those at the noisy weights, and the gradient moves the weights
    without noise.

    Attributes:
      deviation: its standard deviation, at least 0.

    Raises:
      InputError, InputTypeError: a deviation that is not a finite number of at least 0.

    Example:
      >>> WeightNoise(0.1).weights(jax.random.key(0), jax.numpy.zeros((2, 3))).shape
      (2, 3)
    """

    deviation: float

    def __post_init__(self) -> None:
        check_not_negative(self.deviation, "deviation")

    def weights(self, key: Array, weights: Array) -> Array:
        """The weights with noise."""
        if self.deviation == 0:
            return weights
        return weights + self.deviation * jax.random.normal(key, weights.shape, weights.dtype)
