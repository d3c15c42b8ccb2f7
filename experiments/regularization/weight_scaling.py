"""When is predicting with all units the same as averaging over all thinned networks?

    mean over masks m of f(x m / p)    against    f(x)

They are equal where f is linear in what is dropped. For a softmax of linear scores the renormalised
geometric mean of the probabilities is equal, the arithmetic mean is not; nor is the mean of a
network in which a ReLU follows. All 2^10 masks are enumerated, in double precision.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import MLP, init, mlp
from jaxnn.mlp import Layer, Parameters
from jaxnn.regularizers import Dropout, monte_carlo_predict

UNITS, CLASSES = 10, 3
KEEPS = (0.5, 0.8)
MASKS = (np.arange(2**UNITS)[:, None] >> np.arange(UNITS)) & 1

LINEAR = MLP((UNITS, 1))
SOFTMAX = MLP((UNITS, CLASSES), response="categorical")
RELU = MLP((UNITS, UNITS, 1), activation="relu")


def compute(key: Array, draws: int) -> dict[str, Any]:
    """Outputs of all thinned networks and of the whole one, for one row x.

    Returns:
      For NAME in `linear` (inputs of a linear network), `hidden` (hidden units of a ReLU network)
      and `inputs` (inputs of it): `NAME_thinned` (keeps, masks) and `NAME_whole` ().
      `scores_thinned` (keeps, masks, classes), `scores_whole` (classes,) of the softmax network;
      `drawn` (keeps, draws, classes) probabilities of `monte_carlo_predict`.
    """
    key_x, *keys = jax.random.split(key, 5)
    x32 = np.asarray(jax.random.normal(key_x, (UNITS,)))
    nets = (LINEAR, SOFTMAX, RELU)
    drawn = [_params(k, net) for k, net in zip(keys[:3], nets, strict=True)]
    with jax.enable_x64(True):
        params = jax.tree.map(lambda w: jnp.asarray(w, float), tuple(drawn))
        thinned = jax.tree.map(np.asarray, _all_outputs(params, jnp.asarray(x32, float)))
    return thinned | {"drawn": _drawn(keys[3], drawn[1], x32, draws)}


@jax.jit
def _all_outputs(params: tuple[Parameters, ...], x: Array) -> dict[str, Array]:
    linear, softmax, relu = params
    thinned = jnp.asarray(np.array([MASKS / keep for keep in KEEPS]))
    states = mlp.hidden_states(RELU, relu, x)
    return {
        "linear_thinned": _outputs(LINEAR, linear, x[None, None] * thinned)[..., 0],
        "linear_whole": mlp.apply(LINEAR, linear, x)[0],
        "inputs_thinned": _outputs(RELU, relu, x[None, None] * thinned)[..., 0],
        "inputs_whole": mlp.apply(RELU, relu, x)[0],
        "hidden_thinned": _outputs(LINEAR, relu[1:], states.hidden[0][None, None] * thinned)[
            ..., 0
        ],
        "hidden_whole": states.pre_activations[-1][0],
        "scores_thinned": _outputs(SOFTMAX, softmax, x[None, None] * thinned),
        "scores_whole": mlp.apply(SOFTMAX, softmax, x),
    }


def chances(keep: float) -> np.ndarray:
    """(masks,) probabilities."""
    kept = MASKS.sum(axis=1)
    return keep**kept * (1 - keep) ** (UNITS - kept)


def _params(key: Array, net: MLP) -> Parameters:
    """Weights that are twice as large as at the start of training, and biases."""
    return tuple(
        Layer(2 * w, 0.5 * jax.random.normal(jax.random.fold_in(key, place), b.shape))
        for place, (w, b) in enumerate(init(key, net))
    )


def _outputs(net: MLP, params: Parameters, rows: Array) -> Array:
    """(keeps, masks, outputs)."""
    return jax.vmap(jax.vmap(lambda x: mlp.apply(net, params, x)))(rows)


def _drawn(key: Array, params: Parameters, x: np.ndarray, draws: int) -> np.ndarray:
    return np.array(
        [
            monte_carlo_predict(k, SOFTMAX, params, x[None], Dropout(keep, 1.0), draws)[:, 0]
            for k, keep in zip(jax.random.split(key, len(KEEPS)), KEEPS, strict=True)
        ]
    )
