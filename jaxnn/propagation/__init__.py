"""How do signals and gradients travel through a deep random network?

    mean_field           theory of infinite width: fixed points, depth scales, the critical line
    layer_maps           the maps from layer to layer behind it, and `trajectory` through them
    batch_normalization  why batch normalisation makes gradients explode
    finite_width         laws that hold exactly at every width
    measurement          `measure`: finite networks of any width, initialiser and activation
    random_networks      how such networks are described
    random_layers        products with random matrices that need not be drawn
    gaussian_means       Gaussian means of any activation, accurate to rounding

Read `mean_field` first, then `measurement`.
"""

from jaxnn.propagation.batch_normalization import batch_norm_gradient_growth
from jaxnn.propagation.finite_width import (
    log_gradient_moments,
    lyapunov_spectrum,
    lyapunov_standard_errors,
)
from jaxnn.propagation.layer_maps import Trajectory, trajectory
from jaxnn.propagation.mean_field import MeanField, critical_weight_variance, mean_field
from jaxnn.propagation.measurement import Measured, measure
from jaxnn.propagation.random_networks import NormalBiases, random_network

__all__ = [
    "MeanField",
    "Measured",
    "NormalBiases",
    "Trajectory",
    "batch_norm_gradient_growth",
    "critical_weight_variance",
    "log_gradient_moments",
    "lyapunov_spectrum",
    "lyapunov_standard_errors",
    "mean_field",
    "measure",
    "random_network",
    "trajectory",
]
