"""Working calls of `jaxnn.optimizers`."""

from __future__ import annotations

from typing import Any

import numpy as np
import optax

from jaxnn import optimizers
from tests.hostile.calls import Call

W = np.array([1.0, -0.5])


def factory(learning_rate: Any) -> Any:
    """A rule of one's own."""
    return optax.sgd(learning_rate)


def schedule(step: Any) -> Any:
    """A falling learning rate."""
    return 0.1 / (1 + step)


CALLS = {
    "adagrad": lambda: Call(optimizers.adagrad, {"learning_rate": schedule, "eps": 1e-7}),
    "adam": lambda: Call(
        optimizers.adam, {"learning_rate": 0.1, "b1": 0.9, "b2": 0.99, "eps": 1e-8}
    ),
    "best_settings": lambda: Call(
        optimizers.best_settings, {"rule": "momentum", "smallest": 1.0, "largest": 10.0}
    ),
    "check_learning_rate": lambda: Call(
        optimizers.check_learning_rate,
        {"learning_rate": 0.1, "optimizer": "adam", "schedules": True},
    ),
    "check_optimizer": lambda: Call(optimizers.check_optimizer, {"optimizer": factory}),
    "check_step": lambda: Call(
        optimizers.check_step,
        {"optimizer": "adam", "params": W.copy(), "learning_rate": 0.1},
        slow=True,
    ),
    "clip_by_norm": lambda: Call(optimizers.clip_by_norm, {"max_norm": 1.0}),
    "convergence_rate": lambda: Call(
        optimizers.convergence_rate,
        {
            "rule": "momentum",
            "curvatures": np.array([1.0, 10.0]),
            "learning_rate": 0.1,
            "decay": 0.5,
        },
    ),
    "default_learning_rate": lambda: Call(optimizers.default_learning_rate, {"optimizer": "adam"}),
    "gradient_descent": lambda: Call(optimizers.gradient_descent, {"learning_rate": 0.1}),
    "largest_learning_rate": lambda: Call(
        optimizers.largest_learning_rate, {"rule": "nesterov", "curvature": 2.0, "decay": 0.5}
    ),
    "momentum": lambda: Call(optimizers.momentum, {"learning_rate": schedule, "decay": 0.9}),
    "nesterov": lambda: Call(optimizers.nesterov, {"learning_rate": 0.1, "decay": 0.9}),
    "rmsprop": lambda: Call(optimizers.rmsprop, {"learning_rate": 0.1, "decay": 0.9, "eps": 1e-7}),
    "transformation": lambda: Call(
        optimizers.transformation, {"optimizer": factory, "learning_rate": 0.1}
    ),
    "treats_parameters_alike": lambda: Call(
        optimizers.treats_parameters_alike, {"optimizer": "adam"}
    ),
}
