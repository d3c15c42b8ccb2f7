"""How large can the rounding errors of pre-activations be, layer after layer?

    errors (2, ...):   [0] a strict bound,   [1] the likely size if roundings are independent

A strict bound grows like the product of the absolute weight matrices, which leaves no correct digit
after a dozen layers. Independent errors hardly grow in a network that preserves its signals. So
both are computed: the strict bound suits structured networks, whose errors are few and alike, the
likely size suits deep ones, and `error_bound` takes the smaller.
"""

from __future__ import annotations

import numpy as np

from jaxnn.regions.activation_patterns import PiecewiseLinear, slopes_at

EPSILON = float(np.finfo(np.float64).eps)
CERTAIN = 1e3  # no rounding error is larger than this many times its likely size
LARGEST = 1e300  # larger bounds are useless, and are cut off here so that they do not become NaN


def error_bound(errors: np.ndarray) -> np.ndarray:
    """The bound (...) that no rounding error exceeds, from both measures of it (2, ...)."""
    return np.minimum(errors[0], CERTAIN * errors[1])


def affine_errors(
    errors: np.ndarray, values: np.ndarray, weights: np.ndarray, biases: np.ndarray | float
) -> np.ndarray:
    """Rounding errors of values @ weights + biases.

    Args:
      errors: (2, ..., inputs) rounding errors of `values`.
      values: (..., inputs).
      weights, biases: (inputs, outputs), and (outputs,) or 0.

    Returns:
      (2, ..., outputs).
    """
    scale = np.abs(weights)
    errors = np.minimum(errors, LARGEST)
    # Scaled to size 1 first, so that squares stay in range.
    unit, peak = (max(part.max(initial=0), np.finfo(float).tiny) for part in (errors[1], scale))
    with np.errstate(over="ignore"):
        sizes = np.abs(values) @ scale + np.abs(biases)
        strict = errors[0] @ scale + (len(weights) + 2) * EPSILON * sizes
        likely = unit * (peak * np.sqrt(np.square(errors[1] / unit) @ np.square(scale / peak)))
        likely = np.hypot(likely, EPSILON * sizes)
    return np.minimum(np.stack([strict, likely]), LARGEST)


def activation_errors(
    activation: PiecewiseLinear, values: np.ndarray, errors: np.ndarray
) -> np.ndarray:
    """Rounding errors (2, ...) of phi(values); 0 where a value is certainly on a flat piece."""
    reach = error_bound(errors)
    steepest = np.max(
        [
            np.abs(slopes_at(activation, place))
            for place in (values - reach, values, values + reach)
        ],
        axis=0,
    )
    return steepest * errors
