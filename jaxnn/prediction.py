"""What does a fitted network say of new rows?

    prediction = mean of the response given  f( (encode(x) ; W) )

The encoder is the first stage, so that raw predictors go in; the response's link is the last, so
that numbers or probabilities come out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.tree_util import Partial

from jaxnn import mlp, responses
from jaxnn.errors import InputError, InputTypeError, check_count
from jaxnn.mlp import MLP
from jaxnn.tables import Encoder, encode
from jaxnn.training import Fit
from jaxnn.training.arguments import check_predictors


def predict(net: MLP, fitted: Fit, X: Any, encoder: Encoder | None = None) -> Array:
    """Predicted means for a table of rows: the encoder, the network and the response's link.

    Args:
      net: the network.
      fitted: one `Fit`.
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      encoder: the one given to `fit`.

    Returns:
      (rows,) for one output (a number, or the probability of y = 1); (rows, outputs) otherwise
      (numbers, or the probability of each class).  Not compiled; see `predictor`.

    Raises:
      InputError: an encoder that is missing or was not used in the fit, or stacked fits.
    """
    _check_fitted(net, fitted, encoder)
    if jnp.ndim(fitted.diverged_at):
        raise InputError(
            f"fitted holds {len(fitted.diverged_at)} fits; use jaxnn.predictor for many at once."
        )
    check_predictors(X, net, encoder)
    X = jnp.asarray(X, jnp.result_type(float))
    features = X
    if encoder is not None and fitted.scaling is not None:
        features = encode(encoder, fitted.scaling, X)
    outputs = jax.vmap(partial(mlp.apply, net, fitted.params))(features)
    means = responses.mean(net.response, outputs)
    return means[:, 0] if net.sizes[-1] == 1 else means


def _check_fitted(net: MLP, fitted: Fit, encoder: Encoder | None) -> None:
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    if not isinstance(fitted, Fit):
        raise InputTypeError(
            f"fitted is a {type(fitted).__name__}; pass a jaxnn.Fit, as jaxnn.fit or "
            "jaxnn.converged returns it."
        )
    if encoder is None and fitted.scaling is not None:
        raise InputError("encoder is None, but the fit was made with one; pass the same.")
    if encoder is not None and fitted.scaling is None:
        raise InputError("encoder is given, but the fit was made without one; leave it out.")


def predictor(
    net: MLP, fits: Fit, encoder: Encoder | None = None, *, batch_size: int = 8
) -> Callable[[Any], Array]:
    """Turn one fit, or many stacked, into a black box: a function of X alone.

    Args:
      net: the network.
      fits: a `Fit`, or fits stacked along a leading replicate axis as `replicate` returns them.
      encoder: the one given to `fit`.
      batch_size: fits evaluated at once; the others follow one batch after the other.

    Returns:
      predict(X (rows, predictors)) -> what `predict` gives, with a leading (replicates,) if the
      fits are stacked.  Compiled, once for each number of rows and equal networks.

    Raises:
      InputError: an encoder that is missing or was not used in the fits.
    """
    check_count(batch_size, "batch_size")
    _check_fitted(net, fits, encoder)

    def predict_all(fits: Fit, X: Any) -> Array:
        check_predictors(X, net, encoder)
        return _evaluate(fits, jnp.asarray(X, jnp.result_type(float)), net, encoder, batch_size)

    # A partial whose arrays JAX can see: within a larger program they are arguments, no constants.
    return Partial(predict_all, jax.tree.map(jnp.asarray, fits))


@partial(jax.jit, static_argnames=("net", "encoder", "batch_size"))
def _evaluate(fits: Fit, X: Array, net: MLP, encoder: Encoder | None, batch_size: int) -> Array:
    one = partial(predict, net, X=X, encoder=encoder)
    if jnp.ndim(fits.diverged_at) == 0:
        return one(fits)
    return lax.map(one, fits, batch_size=batch_size)
