"""Can this network be fitted to these rows? If not, one sentence says why, before compiling.

Shapes are always checked. Values (finite numbers, classes that exist, at least two classes) are
checked where there are values, that is, not inside another transformation such as `jax.vmap`.

Each function that a user calls checks its arguments here once; the functions that it calls do not
check them again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_array,
    as_real,
    as_weights,
    check_finite,
    check_instance,
    check_memory,
)
from jaxnn.layer_shapes import number_of_parameters
from jaxnn.mlp import MLP, check_network, init
from jaxnn.optimizers import check_learning_rate, check_step, treats_parameters_alike
from jaxnn.optimizers.schedules import check_rates
from jaxnn.regularizers import Regularizer, check_penalty, check_places, penalty_of
from jaxnn.regularizers.batch_normalization import with_scales
from jaxnn.tables import Encoder, encoded_width
from jaxnn.training.groups import check_several_groups, group_codes
from jaxnn.training.recipe import Recipe, validation_rows
from jaxnn.training.regularized_pass import batch_normalization
from jaxnn.training.scales import Scales


class CheckedRows(NamedTuple):
    """Rows that a network can be fitted to, as arrays of numbers of any dtype.

    Attributes:
      X: (rows, predictors).
      y: (rows,) or (rows, outputs).
      weights: (rows,), or None for equal weights.
      validation: X, y and weights (or None) of the validation rows, or None.
      groups: (rows,) int in [0, rows), the group of each row, or None.
      whole: the scales of the table that these rows are from, or None.
    """

    X: Any
    y: Any
    weights: Any = None
    validation: tuple[Any, Any, Any] | None = None
    groups: Any = None
    whole: Scales | None = None


def _values(array: Any) -> np.ndarray | None:
    """The values of an array, or None if it is traced."""
    return None if isinstance(array, Tracer) else np.asarray(array)


def checked_predictors(X: Any, net: MLP, encoder: Encoder | None, name: str = "X") -> Any:
    """A predictor matrix as an array, if it fits the network.

    Args:
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      net: the network.
      encoder: description of the raw predictors, or None.
      name: what to call `X` in an error message.

    Raises:
      InputError, InputTypeError: text, another shape, no rows, or numbers that are not finite.
    """
    array = as_array(X, name)
    if array.ndim != 2:
        raise InputError(
            f"{name} has shape {array.shape}; pass a matrix (rows, predictors), one row per "
            "example."
        )
    wanted = net.sizes[0]
    if encoder is not None:
        if encoded_width(encoder) != wanted:
            raise InputError(
                f"sizes starts with {wanted}, but the encoder makes {encoded_width(encoder)} "
                "features; start sizes with encoded_width(encoder)."
            )
        wanted = len(encoder.columns)
    if array.shape[1] != wanted:
        reason = f"sizes starts with {wanted}"
        if encoder is not None:
            reason = f"the encoder has {wanted}"
        raise InputError(f"{name} has {array.shape[1]} columns, but {reason}; pass {wanted}.")
    if array.shape[0] == 0:
        raise InputError(f"{name} has no rows; pass at least one.")
    values = _values(array)
    if values is not None:
        check_finite(values, name)
    return array


def _checked_response(
    y: Any, rows: int, net: MLP, name: str = "y", *, to_learn: bool = True
) -> Any:
    """A response as an array, if it fits the network and the number of rows.

    Args:
      y: (rows,), or for a response that is not categorical (rows, outputs).
      rows: number of rows of the predictors.
      net: the network.
      name: what to call `y` in an error message.
      to_learn: whether at least two classes must occur.

    Raises:
      InputError, InputTypeError: text, another shape, numbers that are not finite, or classes that
        do not fit the response.
    """
    array = as_array(y, name)
    outputs = net.sizes[-1]
    shapes = [(rows,)] if outputs == 1 or net.response == "categorical" else []
    if net.response != "categorical":
        shapes = [*shapes, (rows, outputs)]
    if array.shape not in shapes:
        raise InputError(
            f"{name} has shape {array.shape}; X has {rows} rows and the response is {net.response} "
            f"with {outputs} outputs, so pass shape {' or '.join(map(str, shapes))}."
        )
    values = _values(array)
    if values is not None:
        check_finite(values, name)
        _check_classes(values, net, name, to_learn)
    return array


def _check_classes(y: np.ndarray, net: MLP, argument: str, to_learn: bool) -> None:
    if net.response == "quantitative":
        return
    if net.response == "count":
        wrong = y[(y < 0) | (y != np.round(y))]
        if len(wrong):
            raise InputError(
                f"{argument} has the value {wrong[0]:g}; a count response takes the whole numbers "
                "0, 1, 2, ..."
            )
        return
    classes = 2 if net.response == "binary" else net.sizes[-1]
    found = np.unique(y)
    wrong = found[(found < 0) | (found >= classes) | (found != np.round(found))]
    if len(wrong):
        accepted = "0 and 1" if classes == 2 else f"the class numbers 0 to {classes - 1}"
        shown = ", ".join(f"{value:g}" for value in found[:6]) + (", ..." if len(found) > 6 else "")
        raise InputError(
            f"{argument} has the values {shown}; a {net.response} response takes {accepted}."
        )
    if to_learn and len(found) < 2:
        raise InputError(
            f"{argument} has the single class {found[0]:g}; a {net.response} response needs at "
            "least two classes."
        )


def _checked_weights(weights: Any, rows: int, name: str = "weights") -> Any:
    """Row weights as an array, if they are at least 0 and their sum is positive and finite."""
    if not isinstance(weights, Tracer):
        numbers = as_weights(weights, rows, name)
        return weights if isinstance(weights, jax.Array) else numbers
    if weights.shape != (rows,):
        raise InputError(
            f"{name} has shape {weights.shape}; X has {rows} rows, so pass shape ({rows},)."
        )
    return weights


def check_descriptions(
    net: Any, recipe: Any, encoder: Any, learning_rate: Any = None, penalty_factor: Any = None
) -> None:
    """Refuse a network, recipe, encoder, learning rate or factor that `fit` does not accept.

    Args:
      net: accepted if it is an `MLP`.
      recipe: accepted if it is a `Recipe`.
      encoder: accepted if it is an `Encoder` or None.
      learning_rate: accepted if it is None, or a positive number (traced or not) and the recipe's
        optimizer takes one.
      penalty_factor: accepted if it is None, or a number of at least 0 (traced or not) and the
        recipe has a penalty.

    Raises:
      InputError, InputTypeError: one sentence that says what is accepted.
    """
    check_network(net)
    held = 3 * 4 * number_of_parameters(net.sizes)  # with the gradient, and what a step makes
    check_memory(held, "net", net.sizes, "pass fewer units")
    if not isinstance(recipe, Recipe):
        raise InputTypeError(f"recipe is a {type(recipe).__name__}; pass a jaxnn.Recipe.")
    if encoder is not None and not isinstance(encoder, Encoder):
        raise InputTypeError(f"encoder is a {type(encoder).__name__}; pass a jaxnn.Encoder.")
    _check_recipe_suits(net, recipe, encoder)
    check_learning_rate(learning_rate, recipe.optimizer, schedules=False)
    if penalty_factor is None:
        return
    if penalty_of(recipe.regularizers) is None:
        raise InputError("penalty_factor is given, but the recipe has no penalty; pass None.")
    accepted = "a finite number of at least 0"
    as_real(penalty_factor, "penalty_factor", accepted, lambda factor: factor >= 0)


@lru_cache(maxsize=128)
def _check_recipe_suits(net: MLP, recipe: Recipe, encoder: Encoder | None) -> None:
    """Refuse regularisers and update rules that do not suit the network or the encoder."""
    for entry in recipe.regularizers:
        if isinstance(entry, Regularizer):
            entry.check(net)
            check_places(entry, net)
            if encoder is not None:
                entry.check_encoder(encoder)
        else:
            check_penalty(entry, net)
    if not treats_parameters_alike(recipe.optimizer):  # else it is one of the known rules
        normalization = batch_normalization(recipe.regularizers)

        def first_parameters() -> Any:
            params = init(jax.random.key(0), net)
            return params if normalization is None else with_scales(params, normalization)

        check_step(recipe.optimizer, jax.eval_shape(first_parameters), recipe.learning_rate)


def checked_rows(
    X: Any,
    y: Any,
    net: MLP,
    recipe: Recipe,
    encoder: Encoder | None,
    weights: Any = None,
    validation: Any = None,
    groups: Any = None,
) -> CheckedRows:
    """The rows as arrays, if this network can be fitted to them by this recipe.

    Args:
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      y: (rows,) or (rows, outputs).
      net, recipe, encoder: as `check_descriptions` accepts them.
      weights: (rows,) or None.
      validation: (X, y) or (X, y, weights) of validation rows, or None.
      groups: (rows,) labels, or None.

    Raises:
      InputError, InputTypeError: one sentence that says what is accepted.
    """
    X = checked_predictors(X, net, encoder)
    rows = X.shape[0]
    y = _checked_response(y, rows, net)
    if weights is not None:
        weights = _checked_weights(weights, rows)
    if validation is not None:
        validation = _checked_validation(validation, net, recipe, encoder)
    elif recipe.patience is not None and not recipe.validation_fraction:
        raise InputError(
            f"patience is {recipe.patience}, but no rows are set aside for validation; pass "
            "validation_fraction or validation."
        )
    if validation_rows(recipe, rows) >= rows:
        raise InputError(
            f"validation_fraction is {recipe.validation_fraction}, which leaves none of {rows} "
            "rows to train on."
        )
    if batch_normalization(recipe.regularizers) is not None:
        _check_batches(X, weights, recipe, grouped=groups is not None)
    if groups is not None:
        groups = group_codes(groups, rows)
        if recipe.validation_fraction:
            check_several_groups(groups, "setting some aside for validation")
    if callable(recipe.learning_rate):
        trained = _trained_rows(recipe, rows, grouped=groups is not None)
        size = min(recipe.batch_size or trained, trained)
        check_rates(recipe.learning_rate, recipe.epochs * -(-trained // size))
    return CheckedRows(X, y, weights, validation, groups)


def check_checked(rows: Any) -> None:
    """Refuse what is not the rows that `checked_rows` returns.

    Raises:
      InputError, InputTypeError: anything else, or columns of different lengths.
    """
    source = "the rows that Fitter.checked returned"
    check_instance(rows, "rows", CheckedRows, source)
    X = as_array(rows.X, "rows.X")
    for name in ("y", "weights", "groups"):
        column = getattr(rows, name)
        if column is None and name != "y":
            continue
        column = as_array(column, f"rows.{name}")
        if X.ndim != 2 or column.shape[:1] != X.shape[:1]:
            raise InputError(
                f"rows has X of shape {X.shape} and {name} of shape {column.shape}; pass {source}."
            )
    if not (rows.whole is None or isinstance(rows.whole, Scales)):
        raise InputTypeError(f"rows has whole that is no Scales; pass {source}.")
    if not (rows.validation is None or isinstance(rows.validation, tuple)):
        raise InputTypeError(f"rows has validation that is no tuple; pass {source}.")


def _trained_rows(recipe: Recipe, rows: int, *, grouped: bool) -> int:
    """How many rows batches are made of."""
    # Rows that are set aside in groups stay in the batches, with weight zero.
    return rows - (0 if grouped else validation_rows(recipe, rows))


def _check_batches(X: Any, weights: Any, recipe: Recipe, *, grouped: bool) -> None:
    """Refuse batches of one row, and rows that are all equal, which have no spread."""
    trained = _trained_rows(recipe, X.shape[0], grouped=grouped)
    size = min(recipe.batch_size or trained, trained)
    if size == 1:
        raise InputError(
            "BatchNormalization needs the spread over the rows of a batch, but a batch has one "
            "row; pass a batch_size of at least 2 and more rows."
        )
    if trained % size == 1:
        raise InputError(
            f"batch_size is {size}, which leaves a last batch of one of {trained} training rows, "
            "whose spread BatchNormalization needs; pass another batch_size."
        )
    values, counts = _values(X), None if weights is None else _values(weights)
    if values is None or (weights is not None and counts is None):
        return
    counted = values if counts is None else values[counts > 0]
    counted = counted.astype(jnp.result_type(float))  # in which rows may be equal that were not
    if (counted == counted[:1]).all():
        raise InputError(
            "X has equal rows only, which have no spread for BatchNormalization; pass rows that "
            "differ."
        )


def _checked_validation(
    validation: Any, net: MLP, recipe: Recipe, encoder: Encoder | None
) -> tuple[Any, Any, Any]:
    if not isinstance(validation, tuple | list) or len(validation) not in (2, 3):
        raise InputTypeError(
            f"validation is a {type(validation).__name__}; pass (X, y) or (X, y, weights) of "
            "validation rows."
        )
    if recipe.validation_fraction:
        raise InputError(
            f"validation is given, but validation_fraction is {recipe.validation_fraction}; pass "
            "one of them."
        )
    X = checked_predictors(validation[0], net, encoder, "validation X")
    y = _checked_response(validation[1], X.shape[0], net, "validation y", to_learn=False)
    weights = validation[2] if len(validation) == 3 else None
    if weights is not None:
        weights = _checked_weights(weights, X.shape[0], "validation weights")
    return X, y, weights
