"""Working calls of `jaxnn.propagation`."""

from __future__ import annotations

import jax
import numpy as np

from jaxnn import MLP, propagation
from tests.hostile.calls import Call

ALL = ("activation", "weight_variance", "bias_variance")  # NaN and infinity as documented
VARIANCES = {"activation": "tanh", "weight_variance": 1.5, "bias_variance": 0.1}

CALLS = {
    "NormalBiases": lambda: Call(propagation.NormalBiases, {"variance": 0.1}),
    "batch_norm_gradient_growth": lambda: Call(
        propagation.batch_norm_gradient_growth, {"activation": "relu"}
    ),
    "critical_weight_variance": lambda: Call(
        propagation.critical_weight_variance, {"activation": "tanh", "bias_variance": 0.1}
    ),
    "log_gradient_moments": lambda: Call(
        propagation.log_gradient_moments, {"width": 10, "depth": 5}
    ),
    "lyapunov_spectrum": lambda: Call(propagation.lyapunov_spectrum, {"width": 5}),
    "lyapunov_standard_errors": lambda: Call(
        propagation.lyapunov_standard_errors, {"width": 5, "depth": 4, "products": 3}
    ),
    "mean_field": lambda: Call(propagation.mean_field, dict(VARIANCES), nan_passes=ALL),
    "measure": lambda: Call(
        propagation.measure,
        {
            "key": jax.random.key(0),
            "net": MLP((2, 3, 3, 1)),
            "seeds": 2,
            "inputs": np.array([[1.0, 0.0], [0.0, 1.0]]),
            "mean_square": 1.0,
            "correlation": 0.5,
            "batch_normalized": False,
            "draw_weights": True,
            "progress": False,
        },
        slow=True,
        nan_passes=("inputs", "mean_square"),  # the logarithm of a gradient that vanishes
    ),
    "random_network": lambda: Call(propagation.random_network, {"sizes": (2, 3, 1), **VARIANCES}),
    "trajectory": lambda: Call(
        propagation.trajectory,
        {**VARIANCES, "depth": 3, "mean_square": 1.0, "correlation": 0.5},
        nan_passes=(*ALL, "mean_square"),
    ),
}
