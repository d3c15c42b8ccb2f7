"""What does a network predict when a few columns change? The rest of its first layer stays.

The first layer is linear in the features that the encoder makes of each column, so with the columns
S of row i set to v

    z_1 = E(x_i) W_1 + b_1  +  (E_S(v) - E_S(x_iS)) W_1S

in which the first part is computed once for all v, and E_S(v) W_1S once for all rows. A change to
the value that a row already has, or of columns without weight, adds exactly zero. The other layers
follow with the rows along the last axis, where one value after the other passes the processor's
cache.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.tree_util import Partial

from jaxnn import responses
from jaxnn.mlp import MLP, Parameters, activation_function
from jaxnn.prediction import FitsPredict
from jaxnn.tables import Encoder, Scaling, encode, source_columns
from jaxnn.training.arguments import checked_predictors


def network_of(predict: Any) -> Partial | None:
    """`predict` itself if `jaxnn.predictor` made it, otherwise None."""
    made = isinstance(predict, Partial) and isinstance(predict.func, FitsPredict)
    return predict if made else None


def form_of_predictions(network: Partial, X: np.ndarray) -> tuple[int, tuple[int, ...]]:
    """The axis of the rows in the predictions of a network, and their shape without it.

    Raises:
      InputError: X does not fit the network.
    """
    (fits,), about = network.args, network.func
    checked_predictors(X[:1], about.net, about.encoder)
    of_fits, outputs = np.shape(fits.diverged_at), about.net.sizes[-1]
    return len(of_fits), of_fits if outputs == 1 else (*of_fits, outputs)


def predictions_with(
    network: Partial, X: np.ndarray, replaced: np.ndarray, settings: np.ndarray, of_row: Any
) -> np.ndarray:
    """The predictions of a network for rows with some columns replaced, once per replacement.

    Args:
      network: as from `jaxnn.predictor`, of one fit or many.
      X: (n, p) rows.
      replaced: (p,) bool, the columns that are replaced.
      settings: (d, p) values, of which those of other columns do not matter.
      of_row: (k, n) int, the setting of each row in each replacement; None is one replacement for
        each setting, of all rows.

    Returns:
      (k, n) or (k, n, outputs), with a leading (fits,) if there are many; not checked. Compiled,
      once for equal networks and shapes; a fit takes memory of the size of its predictions.
    """
    (fits,), about = network.args, network.func
    dtype = jnp.result_type(float)
    predictions = _predictions(
        (fits.params, fits.scaling),
        X.astype(dtype),
        replaced,
        settings.astype(dtype),
        of_row if of_row is None else of_row.astype(np.int32),
        about.net,
        about.encoder,
        about.batch_size if np.ndim(fits.diverged_at) else None,
    )
    return np.asarray(predictions)


@partial(jax.jit, static_argnames=("net", "encoder", "batch_size"))
def _predictions(
    fits: tuple[Parameters, Scaling | None],
    X: Array,
    replaced: Array,
    settings: Array,
    of_row: Array | None,
    net: MLP,
    encoder: Encoder | None,
    batch_size: int | None,
) -> Array:
    one = partial(
        _of_one_fit,
        X=X,
        replaced=replaced,
        settings=settings,
        of_row=of_row,
        net=net,
        encoder=encoder,
    )
    return one(fits) if batch_size is None else lax.map(one, fits, batch_size=batch_size)


def _of_one_fit(
    fit: tuple[Parameters, Scaling | None],
    *,
    X: Array,
    replaced: Array,
    settings: Array,
    of_row: Array | None,
    net: MLP,
    encoder: Encoder | None,
) -> Array:
    """(k, n) or (k, n, outputs)."""
    params, scaling = fit

    def features(rows: Array) -> Array:
        if encoder is None or scaling is None:
            return rows
        return encode(encoder, scaling, rows)

    source = np.arange(X.shape[1]) if encoder is None else source_columns(encoder)
    moved = replaced[source][None]
    first, own = params[0], features(X)
    unchanged = (own @ first.weights + first.biases[None]).T  # (units, n)
    from_own = (jnp.where(moved, own, 0) @ first.weights).T
    from_settings = (jnp.where(moved, features(settings), 0) @ first.weights).T  # (units, d)

    # Without the barrier the transposition is done anew in every step of the loop.
    layers = lax.optimization_barrier([(weights.T, biases[:, None]) for weights, biases in params])

    def one(entry: Array) -> Array:
        """(n,) or (n, outputs), with the settings (n,) of all rows or (units,) of one setting."""
        change = entry[:, None] if of_row is None else from_settings[:, entry]
        z = unchanged + (change - from_own)
        for weights, biases in layers[1:]:
            z = weights @ activation_function(net.activation)(z) + biases
        means = responses.mean(net.response, z, axis=0)
        return means[0] if net.sizes[-1] == 1 else means.T

    return lax.map(one, from_settings.T if of_row is None else of_row)
