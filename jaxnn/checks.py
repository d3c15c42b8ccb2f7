"""Can these rows be fitted by this network at all?  Said in one sentence, before compiling.

Shapes are checked always; values (finite numbers, classes that exist, two classes at least) only
where there are values, that is, not inside another transformation such as `jax.vmap`.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from jaxnn.errors import InputError, InputTypeError, as_numbers, check_finite, check_key
from jaxnn.mlp import MLP
from jaxnn.recipe import Recipe
from jaxnn.tables import Encoder, encoded_width


def _shape(array: Any, argument: str) -> tuple[int, ...]:
    return array.shape if isinstance(array, jax.Array) else as_numbers(array, argument).shape


def _values(array: Any) -> np.ndarray | None:
    return None if isinstance(array, Tracer) else np.asarray(array)


def check_rows(X: Any, y: Any, net: MLP, encoder: Encoder | None, name: str = "") -> None:
    """Refuse a predictor matrix and a response that do not fit the network or each other.

    Args:
      X, y, net, encoder: as `jaxnn.training.fit` takes them.
      name: what to put before "X" and "y" in the sentence.
    """
    X_shape, y_shape = _shape(X, f"{name}X"), _shape(y, f"{name}y")
    if len(X_shape) != 2:
        raise InputError(
            f"{name}X has shape {X_shape}; pass a matrix (rows, predictors), one row an example."
        )
    wanted = net.sizes[0]
    if encoder is not None:
        if encoded_width(encoder) != wanted:
            raise InputError(
                f"sizes starts with {wanted}, but the encoder makes {encoded_width(encoder)} "
                "features; start sizes with encoded_width(encoder)."
            )
        wanted = len(encoder.columns)
    if X_shape[1] != wanted:
        source = "the first entry of sizes" if encoder is None else "the encoder's columns"
        raise InputError(f"{name}X has {X_shape[1]} columns; {source} says {wanted}.")
    if X_shape[0] == 0:
        raise InputError(f"{name}X has no rows; pass one at least.")
    outputs = net.sizes[-1]
    shapes: list[tuple[int, ...]] = (
        [(X_shape[0],)] if outputs == 1 or net.response == "categorical" else []
    )
    if net.response != "categorical":
        shapes.append((X_shape[0], outputs))
    if y_shape not in shapes:
        raise InputError(
            f"{name}y has shape {y_shape}; {name}X has {X_shape[0]} rows and the response is "
            f"{net.response} with {outputs} outputs, so pass shape "
            f"{' or '.join(map(str, shapes))}."
        )
    values = _values(X)
    if values is not None:
        check_finite(values, f"{name}X")
    values = _values(y)
    if values is not None:
        check_finite(values, f"{name}y")
        _check_classes(values, net, f"{name}y")


def _check_classes(y: np.ndarray, net: MLP, argument: str) -> None:
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
    if len(found) < 2:
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


def check_fit_arguments(
    key: Any,
    net: MLP,
    X: Any,
    y: Any,
    recipe: Recipe,
    weights: Any,
    encoder: Encoder | None,
    validation: tuple[Any, Any] | None,
) -> None:
    """Every check that `jaxnn.training.fit` makes of its arguments."""
    check_key(key)
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    if not isinstance(recipe, Recipe):
        raise InputTypeError(f"recipe is a {type(recipe).__name__}; pass a jaxnn.Recipe.")
    check_rows(X, y, net, encoder)
    rows = np.shape(X)[0]
    if weights is not None:
        check_weights(weights, rows)
    if validation is not None:
        if recipe.validation_fraction:
            raise InputError(
                f"validation is given and validation_fraction is {recipe.validation_fraction}; "
                "choose one."
            )
        check_rows(*validation, net, encoder, "validation ")
    elif recipe.patience is not None and not recipe.validation_fraction:
        raise InputError(
            f"patience is {recipe.patience}, but no rows are set aside to watch; give "
            "validation_fraction or validation."
        )
    aside = max(1, round(recipe.validation_fraction * rows)) if recipe.validation_fraction else 0
    if aside >= rows:
        raise InputError(
            f"validation_fraction is {recipe.validation_fraction}, which leaves none of {rows} "
            "rows to train on."
        )
