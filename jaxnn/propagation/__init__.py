"""How do signals and gradients travel through a deep random network?

    measured     by layer, in networks of any width, initialiser and activation, over many seeds
    mean_field   theory of infinitely wide ones: fixed points, depth scales, the critical line
    exact_laws   what holds at every width: log-normal gradients, products of matrices, and what
                 batch normalisation does to gradients

Read `mean_field` first.  `quadrature` integrates any activation to rounding; `matrices` gives
products with random matrices that are never drawn.
"""

from jaxnn.propagation.exact_laws import (
    batch_norm_gradient_growth,
    log_gradient_moments,
    lyapunov_spectrum,
    lyapunov_standard_errors,
)
from jaxnn.propagation.matrices import NormalBiases
from jaxnn.propagation.mean_field import (
    Course,
    MeanField,
    correlation_map,
    critical_weight_variance,
    mean_field,
    trajectory,
    variance_map,
)
from jaxnn.propagation.measured import Measured, measure, random_network

__all__ = [
    "Course",
    "MeanField",
    "Measured",
    "NormalBiases",
    "batch_norm_gradient_growth",
    "correlation_map",
    "critical_weight_variance",
    "log_gradient_moments",
    "lyapunov_spectrum",
    "lyapunov_standard_errors",
    "mean_field",
    "measure",
    "random_network",
    "trajectory",
    "variance_map",
]
