"""What does a fitted network predict for new rows?

    prediction = mean of the response given f(encode(x); W)

The encoder is the first stage, so the input is raw predictors. The inverse link of the response is
the last, so the output is numbers or probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.tree_util import Partial

from jaxnn import mlp, responses
from jaxnn.errors import InputError, check_count, check_instance, shown
from jaxnn.mlp import MLP
from jaxnn.tables import Encoder, encode
from jaxnn.training import Fit
from jaxnn.training.arguments import checked_predictors

__all__ = [
    "predict",
    "predictor",
]


def predict(net: MLP, fitted: Fit, X: Any, encoder: Encoder | None = None) -> Array:
    """Predicted means of the response for rows, by the formula at the top of this module.

    Args:
      net: the network.
      fitted: one `Fit`.
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      encoder: the encoder that was passed to `fit`, or None.

    Returns:
      (rows,) for one output (a number, or the probability of y = 1); (rows, outputs) otherwise
      (numbers, or the probability of each class). Not compiled; see `predictor`.

    Raises:
      InputError, InputTypeError: an encoder that is missing or was not used in the fit, parameters
        of another network, stacked fits, or rows that do not fit.

    Example:
      >>> import jax
      >>> from jaxnn import MLP, Recipe, fit, predict
      >>> X, y = [[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1]
      >>> net = MLP((1, 1), response="binary")
      >>> fitted = fit(jax.random.key(0), net, X, y, Recipe(epochs=1))
      >>> predict(net, fitted, [[0.0], [3.0]]).shape  # two probabilities
      (2,)
    """
    _check_fitted(net, fitted, encoder)
    if jnp.ndim(fitted.diverged_at):
        raise InputError(
            f"fitted holds {len(fitted.diverged_at)} fits; pass one, or use jaxnn.predictor for "
            "many at once."
        )
    X = checked_predictors(X, net, encoder)
    return _predict(net, fitted, jnp.asarray(X, jnp.result_type(float)), encoder)


def predictor(
    net: MLP, fits: Fit, encoder: Encoder | None = None, *, batch_size: int = 8
) -> Callable[[Any], Array]:
    """Turn one fit, or many stacked, into a black box: a function of X alone.

    Args:
      net: the network.
      fits: a `Fit`, or fits stacked along a leading replicate axis as `replicate` returns them.
      encoder: the encoder that was passed to `fit`, or None.
      batch_size: number of fits that are evaluated at the same time.

    Returns:
      predict(X (rows, predictors)) -> what `predict` returns, with a leading (replicates,) if the
      fits are stacked. Compiled, once for each number of rows and equal networks.

    Raises:
      InputError, InputTypeError: an encoder that is missing or was not used in the fits, or
        parameters of another network; and, when called, rows that do not fit.

    Example:
      >>> import jax
      >>> import numpy as np
      >>> from jaxnn import MLP, Fitter, Recipe, predictor
      >>> from jaxnn.replicate import replicate
      >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 4.0])
      >>> net = MLP((1, 2, 1))
      >>> keys = jax.random.split(jax.random.key(0), 4)
      >>> fits = replicate(Fitter(net, Recipe(epochs=1)), keys, shared=(X, y))
      >>> black_box = predictor(net, fits)
      >>> black_box([[0.5], [1.5]]).shape  # four networks, two rows
      (4, 2)
    """
    check_count(batch_size, "batch_size")
    _check_fitted(net, fits, encoder)

    # JAX sees the arrays of its own partial: in a larger program they are arguments, not constants.
    return Partial(FitsPredict(net, encoder, batch_size), jax.tree.map(jnp.asarray, fits))


@dataclass(frozen=True)
class FitsPredict:
    """What `predictor` does with fits and rows.

    It can be compared, so that predictors of equal networks share their programs, and it says what
    a predictor computes, so that inspection need not repeat what stays the same from row to row.

    Attributes:
      net, encoder, batch_size: as for `predictor`.
    """

    net: MLP
    encoder: Encoder | None
    batch_size: int

    def __call__(self, fits: Fit, X: Any) -> Array:
        """What the predictor of these fits returns for rows X."""
        X = jnp.asarray(checked_predictors(X, self.net, self.encoder), jnp.result_type(float))
        return _evaluate(fits, X, self.net, self.encoder, self.batch_size)


def _check_fitted(net: Any, fitted: Any, encoder: Encoder | None) -> None:
    mlp.check_network(net)
    check_instance(fitted, "fitted", Fit, "a jaxnn.Fit, as jaxnn.fit or jaxnn.converged returns it")
    if encoder is not None:
        check_instance(encoder, "encoder", Encoder, "the jaxnn.Encoder of the fit")
    check_stacked(fitted)
    if encoder is None and fitted.scaling is not None:
        raise InputError("encoder is None, but the fit was made with an encoder; pass that one.")
    if encoder is not None and fitted.scaling is None:
        raise InputError("encoder is given, but the fit was made without one; pass None.")
    mlp.check_parameters(net, fitted.params, stacked=jnp.ndim(fitted.diverged_at))


def check_stacked(fitted: Fit) -> None:
    """Refuse a fit of which some field is no array, or has another number of replicates.

    Raises:
      InputError: such a field.
    """
    fits = np.shape(fitted.diverged_at) if _is_array(fitted.diverged_at) else None
    for name, field in fitted._asdict().items():
        for leaf in jax.tree.leaves(field):
            if fits is None or not _is_array(leaf) or np.shape(leaf)[: len(fits)] != fits:
                raise InputError(
                    f"fitted has {shown(leaf)} in {name}; pass a jaxnn.Fit as jaxnn.fit or "
                    "jaxnn.converged returns it."
                )


def _is_array(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, np.number)


def _predict(net: MLP, fitted: Fit, X: Array, encoder: Encoder | None) -> Array:
    features = X
    if encoder is not None and fitted.scaling is not None:
        features = encode(encoder, fitted.scaling, X)
    outputs = jax.vmap(partial(mlp.output, net, fitted.params))(features)
    means = responses.mean(net.response, outputs)
    return means[:, 0] if net.sizes[-1] == 1 else means


@partial(jax.jit, static_argnames=("net", "encoder", "batch_size"))
def _evaluate(fits: Fit, X: Array, net: MLP, encoder: Encoder | None, batch_size: int) -> Array:
    predict_one = partial(_predict, net, X=X, encoder=encoder)
    if jnp.ndim(fits.diverged_at) == 0:
        return predict_one(fits)
    return lax.map(predict_one, fits, batch_size=batch_size)
