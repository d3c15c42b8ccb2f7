"""Can these rows be fitted by this network at all?  Said in one sentence, before compiling.

Shapes are checked always; values (finite numbers, classes that exist, two classes at least) only
where there are values, that is, not inside another transformation such as `jax.vmap`.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_finite,
    check_key,
    check_number,
)
from jaxnn.mlp import MLP
from jaxnn.tables import Encoder, encoded_width
from jaxnn.training.recipe import Recipe, validation_rows


def _shape(array: Any, argument: str) -> tuple[int, ...]:
    return array.shape if isinstance(array, Tracer) else as_numbers(array, argument).shape


def _values(array: Any) -> np.ndarray | None:
    return None if isinstance(array, Tracer) else np.asarray(array)


def check_predictors(X: Any, net: MLP, encoder: Encoder | None, name: str = "X") -> int:
    """Refuse a predictor matrix that does not fit the network; returns its number of rows.

    Args:
      X, net, encoder: as `jaxnn.training.fit` takes them.
      name: what to call it in the sentence.
    """
    shape = _shape(X, name)
    if len(shape) != 2:
        raise InputError(
            f"{name} has shape {shape}; pass a matrix (rows, predictors), one row an example."
        )
    wanted = net.sizes[0]
    if encoder is not None:
        if encoded_width(encoder) != wanted:
            raise InputError(
                f"sizes starts with {wanted}, but the encoder makes {encoded_width(encoder)} "
                "features; start sizes with encoded_width(encoder)."
            )
        wanted = len(encoder.columns)
    if shape[1] != wanted:
        source = "the first entry of sizes" if encoder is None else "the encoder's columns"
        raise InputError(f"{name} has {shape[1]} columns; {source} says {wanted}.")
    if shape[0] == 0:
        raise InputError(f"{name} has no rows; pass one at least.")
    values = _values(X)
    if values is not None:
        check_finite(values, name)
    return shape[0]


def check_response(y: Any, rows: int, net: MLP, name: str = "y", *, to_learn: bool = True) -> None:
    """Refuse a response that does not fit the network or the number of rows.

    Args:
      y, net: as `jaxnn.training.fit` takes them.
      rows: how many rows the predictors have.
      name: what to call it in the sentence.
      to_learn: whether two classes at least must be there.
    """
    y_shape = _shape(y, name)
    outputs = net.sizes[-1]
    shapes: list[tuple[int, ...]] = (
        [(rows,)] if outputs == 1 or net.response == "categorical" else []
    )
    if net.response != "categorical":
        shapes.append((rows, outputs))
    if y_shape not in shapes:
        raise InputError(
            f"{name} has shape {y_shape}; X has {rows} rows and the response is {net.response} "
            f"with {outputs} outputs, so pass shape {' or '.join(map(str, shapes))}."
        )
    values = _values(y)
    if values is not None:
        check_finite(values, name)
        _check_classes(values, net, name, to_learn)


def _check_classes(y: np.ndarray, net: MLP, argument: str, to_learn: bool) -> None:
    classes = 2 if net.response == "binary" else net.sizes[-1]
    if net.response == "quantitative":
        return
    found = np.unique(y)
    wrong = found[(found < 0) | (found >= classes) | (found != np.round(found))]
    if len(wrong):
        listed = "0 and 1" if classes == 2 else f"the class numbers 0 to {classes - 1}"
        shown = ", ".join(f"{value:g}" for value in found[:6]) + (", ..." if len(found) > 6 else "")
        raise InputError(
            f"{argument} has the values {shown}; a {net.response} response takes {listed}."
        )
    if to_learn and len(found) < 2:
        raise InputError(
            f"{argument} has the single class {found[0]:g}; a {net.response} response needs two."
        )


def check_weights(weights: Any, rows: int) -> None:
    """Refuse row weights of the wrong shape, negative, not finite or all zero."""
    shape = _shape(weights, "weights")
    if shape != (rows,):
        raise InputError(f"weights has shape {shape}; X has {rows} rows, so pass shape ({rows},).")
    values = _values(weights)
    if values is not None:
        check_finite(values, "weights")
        if values.min() < 0:
            raise InputError(f"weights has the value {values.min():g}; pass numbers of at least 0.")
        if values.sum() == 0:
            raise InputError("weights is zero for every row; one row must count.")
        with np.errstate(over="ignore"):
            total = np.sum(values, dtype=jnp.result_type(float))
        if not np.finfo(total.dtype).tiny <= total < np.inf:
            raise InputError(
                f"weights has the sum {np.sum(values, dtype=float):g}, beyond the precision of the "
                "computation; divide it by its largest value."
            )


def check_descriptions(net: Any, recipe: Any, encoder: Any) -> None:
    """Refuse descriptions of another kind."""
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    if not isinstance(recipe, Recipe):
        raise InputTypeError(f"recipe is a {type(recipe).__name__}; pass a jaxnn.Recipe.")
    if encoder is not None and not isinstance(encoder, Encoder):
        raise InputTypeError(f"encoder is a {type(encoder).__name__}; pass a jaxnn.Encoder.")


def check_fit_arguments(
    key: Any,
    net: MLP,
    X: Any,
    y: Any,
    recipe: Recipe,
    weights: Any,
    encoder: Encoder | None,
    validation: tuple[Any, Any] | None = None,
    learning_rate: Any = None,
) -> None:
    """Every check that `jaxnn.training.fit` makes of its arguments."""
    check_key(key)
    check_descriptions(net, recipe, encoder)
    rows = check_predictors(X, net, encoder)
    check_response(y, rows, net)
    if weights is not None:
        check_weights(weights, rows)
    if learning_rate is not None and not isinstance(learning_rate, Tracer):
        rate = (
            learning_rate.item()
            if np.ndim(learning_rate) == 0 and hasattr(learning_rate, "item")
            else learning_rate
        )
        check_number(rate, "learning_rate", "a positive number", lambda rate: rate > 0)
    if validation is not None:
        if not isinstance(validation, tuple | list) or len(validation) != 2:
            raise InputTypeError(
                f"validation is a {type(validation).__name__}; pass a pair (X, y) of rows to watch."
            )
        if recipe.validation_fraction:
            raise InputError(
                f"validation is given and validation_fraction is {recipe.validation_fraction}; "
                "choose one."
            )
        watched = check_predictors(validation[0], net, encoder, "validation X")
        check_response(validation[1], watched, net, "validation y", to_learn=False)
    elif recipe.patience is not None and not recipe.validation_fraction:
        raise InputError(
            f"patience is {recipe.patience}, but no rows are set aside to watch; give "
            "validation_fraction or validation."
        )
    aside = validation_rows(recipe, rows)
    if aside >= rows:
        raise InputError(
            f"validation_fraction is {recipe.validation_fraction}, which leaves none of {rows} "
            "rows to train on."
        )
