"""Working calls of `jaxnn.mlp`."""

import jax
import jax.numpy as jnp

from jaxnn.mlp import MLP, apply, count_parameters, hidden_states, init
from tests.hostile.calls import Call


def elementwise(z):
    return jnp.tanh(z)


def draw(key, shape, dtype=float):
    return jax.random.normal(key, shape, dtype)


NET = MLP((3, 2, 1))


def example():
    return {
        "net": NET,
        "params": init(jax.random.key(1), NET),
        "x": jnp.arange(3.0),
    }


CALLS = {
    "MLP": lambda: Call(
        MLP,
        {
            "sizes": (3, 2, 1),
            "activation": elementwise,
            "response": "quantitative",
            "initializer": draw,
            "bias_initializer": draw,
        },
    ),
    "init": lambda: Call(init, {"key": jax.random.key(0), "net": NET}),
    "apply": lambda: Call(apply, example(), nan_passes=("x", "params")),
    "hidden_states": lambda: Call(hidden_states, example(), nan_passes=("x", "params")),
    "count_parameters": lambda: Call(count_parameters, {"net": NET}),
}
