"""What does a linear model learn if noise acts on its steps?

    dropout of inputs    (X'X + (1 - p) / p diag(X'X)) w = X'y    (Srivastava et al. 2014, 9.1)
    noise on inputs      (X'X + n s^2 I) w = X'y                  (Bishop 1995; exact here)
    noise on weights     X'X w = X'y: the price s^2 |x|^2 does not depend on w

for columns of mean zero and a bias that is not penalised. With noise that is drawn anew in each
step, the mean over runs of gradient descent obeys gradient descent on the mean loss exactly, so the
weights of many runs of `fit` have the solution above as their mean.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import MLP, Recipe
from jaxnn.regularizers import Dropout, InputNoise, Regularizer, WeightNoise
from jaxnn.replicate import replicate
from jaxnn.training import Fitter

ROWS, PREDICTORS = 50, 5
KEEP, DEVIATION = 0.8, 0.5
REGULARIZERS: dict[str, Regularizer] = {
    "dropout of inputs": Dropout(KEEP, 1.0),
    "noise on inputs": InputNoise(DEVIATION),
    "noise on weights": WeightNoise(DEVIATION),
}


def compute(key: Array, masks: int, runs: int, steps: int) -> dict[str, Any]:
    """The mean loss over masks at given weights, and many fits with each kind of noise.

    Returns:
      `table` (rows, predictors), `response` (rows,); `given_weights` (predictors,);
      `masked_losses` (masks,) sums of squares at these; `noisy_fits` (kinds, runs, predictors).
    """
    key_rows, key_weights, key_masks, key_fits = jax.random.split(key, 4)
    z = np.asarray(jax.random.normal(key_rows, (ROWS, PREDICTORS + 1)))
    X = z[:, :-1] + z[:, :1]  # correlated, so that the solutions differ
    X = X - X.mean(axis=0)
    y = X @ np.array([1.0, -1, 0.5, 0, 2]) + z[:, -1]
    w = np.asarray(jax.random.normal(key_weights, (PREDICTORS,)))
    net = MLP((PREDICTORS, 1))
    fits = []
    for place, regularizer in enumerate(REGULARIZERS.values()):
        recipe = Recipe(
            "sgd",
            learning_rate=0.03,
            epochs=steps,
            regularizers=(regularizer,),
            history_every=steps,
            standardize_response=False,
        )
        keys = jax.random.split(jax.random.fold_in(key_fits, place), runs)
        fits.append(replicate(Fitter(net, recipe), keys, shared=(X, y)).params[0].weights[..., 0])
    return {
        "table": X,
        "response": y,
        "given_weights": w,
        "masked_losses": _masked_losses(key_masks, X, y, w, masks),
        "noisy_fits": np.array(fits),
    }


def _masked_losses(
    key: Array, X: np.ndarray, y: np.ndarray, w: np.ndarray, masks: int
) -> np.ndarray:
    dropout = REGULARIZERS["dropout of inputs"]

    def loss(key: Array) -> Array:
        return jnp.sum(jnp.square(y - w @ dropout.features(key, jnp.asarray(X.T))))

    return np.asarray(jax.jit(lambda keys: jax.lax.map(loss, keys))(jax.random.split(key, masks)))
