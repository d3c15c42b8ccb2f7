"""Working calls of `jaxnn.regularizers`."""

import jax
import jax.numpy as jnp

from jaxnn import MLP, init, regularizers
from jaxnn.regularizers import Dropout
from tests.hostile.calls import Call

NET = MLP((4, 2, 1))


def penalty(weights):
    return sum(jnp.sum(matrix**2) for matrix in weights)


def noisy(key, x):
    return x + 0.1 * jax.random.normal(key, x.shape)


CALLS = {
    "ActivityPenalty": lambda: Call(regularizers.ActivityPenalty, {"l1": 0.1, "l2": 0.1}),
    "Augmentation": lambda: Call(regularizers.Augmentation, {"function": noisy}),
    "BatchNormalization": lambda: Call(
        regularizers.BatchNormalization, {"epsilon": 1e-5, "momentum": 0.9}
    ),
    "Dropout": lambda: Call(Dropout, {"input_keep": 0.8, "hidden_keep": 0.5}),
    "ElasticNet": lambda: Call(regularizers.ElasticNet, {"l1": 0.1, "l2": 0.1}),
    "InputNoise": lambda: Call(regularizers.InputNoise, {"deviation": 0.1}),
    "LabelNoise": lambda: Call(regularizers.LabelNoise, {"share": 0.1}),
    "LabelSmoothing": lambda: Call(regularizers.LabelSmoothing, {"share": 0.1}),
    "MaxNorm": lambda: Call(regularizers.MaxNorm, {"limit": 2.0}),
    "NormalPrior": lambda: Call(regularizers.NormalPrior, {"rows": 10, "strength": 1.0}),
    "RandomFlip": lambda: Call(regularizers.RandomFlip, {"height": 2, "width": 2, "share": 0.5}),
    "RandomRotation": lambda: Call(
        regularizers.RandomRotation, {"height": 2, "width": 2, "most": 15.0}
    ),
    "RandomShift": lambda: Call(regularizers.RandomShift, {"height": 2, "width": 2, "most": 1}),
    "WeightNoise": lambda: Call(regularizers.WeightNoise, {"deviation": 0.1}),
    "as_regularizers": lambda: Call(
        regularizers.as_regularizers,
        {"given": (penalty, Dropout())},
        words={"given": ("regularizers",)},
    ),
    "monte_carlo_predict": lambda: Call(
        regularizers.monte_carlo_predict,
        {
            "key": jax.random.key(0),
            "net": NET,
            "params": init(jax.random.key(1), NET),
            "X": jnp.ones((3, 4)),
            "dropout": Dropout(),
            "draws": 2,
        },
        slow=True,
    ),
}
# The steps of training call these, with what has been checked.
HOOKS = {
    "activity",
    "check",
    "check_encoder",
    "features",
    "hidden",
    "targets",
    "updated",
    "weights",
}
CALLED_BY_TRAINING = {
    *(
        f"{kind}.{hook}"
        for kind, value in vars(regularizers).items()
        if isinstance(value, type)
        for hook in HOOKS
    ),
    "acting",
    "check_penalty",
    "check_places",
    "penalty_of",
}
