"""Working calls of `jaxnn.initializers`."""

import jax
import jax.numpy as jnp

from jaxnn.initializers import Scaled, constant, initializer, normal, orthogonal, sparse
from tests.hostile.calls import Call

SCHEME = Scaled(1.0, "fan_in", "normal")

CALLS = {
    "Scaled": lambda: Call(Scaled, {"scale": 1.0, "mode": "fan_in", "distribution": "normal"}),
    "Scaled.deviation": lambda: Call(SCHEME.deviation, {"inputs": 3, "outputs": 2}),
    "Scaled.standard": lambda: Call(
        SCHEME.standard, {"key": jax.random.key(0), "shape": (3, 2), "dtype": jnp.float32}
    ),
    "normal": lambda: Call(normal, {"standard_deviation": 0.1}),
    "constant": lambda: Call(constant, {"value": 0.5}),
    "orthogonal": lambda: Call(orthogonal, {"scale": 1.0}),
    "sparse": lambda: Call(sparse, {"nonzeros": 2, "standard_deviation": 1.0}),
    "initializer": lambda: Call(
        initializer, {"scheme": "he_normal"}, words={"scheme": ("initializer",)}
    ),
}
