"""Working calls of `jaxnn.datasets`."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import datasets
from tests.hostile.calls import Call


def key():
    return jax.random.key(0)


def half(x):
    return jnp.sum(x) / 2


def example(n=4):
    return np.linspace(0.1, 0.9, n)


CALLS = {
    "Target": lambda: Call(
        datasets.Target, {"function": half, "inputs": 2, "low": 0.0, "high": 1.0}
    ),
    "digits": lambda: Call(datasets.digits, {}),
    "fold": lambda: Call(datasets.fold, {"x": example(), "offset": 1.0}, nan_passes=("x",)),
    "heart": lambda: Call(datasets.heart, {"missing": "drop"}),
    "linear_mean": lambda: Call(
        datasets.linear_mean,
        {"X": np.ones((4, 2)), "coefficients": (1.0, 2.0), "intercept": 0.5},
        nan_passes=("X",),
    ),
    "linear_truth": lambda: Call(
        datasets.linear_truth,
        {
            "key": key(),
            "n": 5,
            "coefficients": (1.0, 2.0),
            "intercept": 0.5,
            "correlation": 0.5,
            "noise": 1.0,
        },
    ),
    "logistic_probability": lambda: Call(
        datasets.logistic_probability,
        {"x": example(), "intercept": 0.0, "slope": 1.0},
        nan_passes=("x",),
    ),
    "logistic_truth": lambda: Call(
        datasets.logistic_truth, {"key": key(), "n": 5, "intercept": 0.0, "slope": 1.0}
    ),
    "nested_differences": lambda: Call(
        datasets.nested_differences, {"x": example()}, nan_passes=("x",)
    ),
    "product": lambda: Call(
        datasets.product, {"x": example(), "scale": 2.0}, nan_passes=("x", "scale")
    ),
    "radial_sine": lambda: Call(datasets.radial_sine, {"x": example()}, nan_passes=("x",)),
    "rare_event_table": lambda: Call(
        datasets.rare_event_table, {"key": key(), "n": 5, "predictors": 6}
    ),
    "sample_signals": lambda: Call(
        datasets.sample_signals, {"key": key(), "n": 5, "length": 12, "noise": 0.1}
    ),
    "sample_target": lambda: Call(
        datasets.sample_target,
        {"key": key(), "n": 5, "truth": datasets.Target(half, 2), "noise": 0.1},
    ),
    "sample_target.name": lambda: Call(
        datasets.sample_target, {"key": key(), "n": 5, "truth": "sine", "noise": 0.1}
    ),
    "sample_target.function": lambda: Call(
        lambda function: datasets.sample_target(key(), 3, datasets.Target(function, 2)),
        {"function": half},
        nan_passes=("function",),
    ),
    "signal": lambda: Call(datasets.signal, {"shape": 3, "start": 2.0, "width": 9.0, "length": 12}),
    "sine_tree": lambda: Call(datasets.sine_tree, {"x": example()}, nan_passes=("x",)),
    "skewed_table": lambda: Call(datasets.skewed_table, {"key": key(), "n": 5, "predictors": 6}),
    "tanh_teacher": lambda: Call(
        datasets.tanh_teacher, {"key": key(), "inputs": 2, "depth": 2, "width": 2, "gain": 2.0}
    ),
    "target": lambda: Call(datasets.target, {"name": "fold"}),
    "tent": lambda: Call(datasets.tent, {"x": np.array([0.3]), "times": 2}, nan_passes=("x",)),
}
