"""Working calls of `jaxnn.bootstrap`."""

import jax
import numpy as np

from jaxnn.bootstrap import Bootstrap, bootstrap, converged, interval
from tests.hostile.calls import Call

X = np.arange(24.0).reshape(12, 2) / 10
Y = np.arange(12.0) % 5


def mean_response(key, X, y, weights=None):
    return (y if weights is None else y * weights).mean()


def refits():
    return Bootstrap(
        {"level": np.arange(4.0)},
        np.ones((4, 12), np.uint8),
        np.array([False, True, False, False]),
    )


CALLS = {
    "bootstrap": lambda: Call(
        bootstrap,
        {
            "key": jax.random.key(0),
            "fit": mean_response,
            "X": X.copy(),
            "y": Y.copy(),
            "replicates": 3,
            "weights": np.ones(12),
            "groups": np.arange(12) // 2,
            "resampling": "multiplicities",
            "progress": False,
            "directory": None,
            "chunk": None,
        },
        slow=True,
        nan_passes=("fit",),
    ),
    "converged": lambda: Call(converged, {"refits": refits()}),
    "interval": lambda: Call(interval, {"samples": np.arange(30.0).reshape(10, 3), "level": 0.9}),
}
