"""How do raw predictors become the inputs of a network?

    numeric      x' = (x - mu) / sigma
    binary       the code, 0 or 1
    categorical  [code = 1], ..., [code = k-1]    (one-hot without the first of k levels)
    ordinal      [code >= 1], ..., [code >= k-1]  (one step per level above the first)

with mu = sum_i w_i x_i / sum_i w_i and sigma^2 = sum_i w_i (x_i - mu)^2 / sum_i w_i over rows of
weight w_i. The code is pure JAX and runs inside a compiled program, so inspection can vary one raw
predictor, and every refit standardises by its own rows.

A constant column becomes exactly zero. Single precision suffices: values are first shifted by an
approximate mean and divided by the largest deviation, so columns near 1e30 and columns that vary
only in their last digits keep their spread, and no square overflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.core import Tracer

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_array,
    as_jax_array,
    as_weights,
    check_bool,
    check_finite,
    check_instance,
    check_memory,
    is_whole,
    shown,
)
from jaxnn.tables.table import Column, check_names, is_list_of_texts


@dataclass(frozen=True)
class Encoder:
    """The description of raw predictors and how to encode them; hashable, so static under jit.

    Attributes:
      columns: one `Column` per raw predictor, such as `table.columns`.
      drop_first: whether the first level of a categorical column, the reference, has no feature
        of its own. A binary column is one feature either way, and an ordinal one has k-1.

    Raises:
      InputError: no columns.
      InputTypeError: entries that are not a `Column`.

    Example:
      >>> thal = Column("Thal", "categorical", ("normal", "fixed", "reversable"))
      >>> encoder = Encoder((Column("Age", "numeric"), thal))
      >>> encoded_width(encoder), encoded_names(encoder)
      (3, ('Age', 'Thal=fixed', 'Thal=reversable'))
    """

    columns: tuple[Column, ...]
    drop_first: bool = True

    def __post_init__(self) -> None:
        given = self.columns
        listed = isinstance(given, Iterable) and not isinstance(given, np.ndarray | Array)
        columns = tuple(given) if listed else (None,)
        check_bool(self.drop_first, "drop_first")
        if not all(isinstance(column, Column) for column in columns):
            raise InputTypeError(
                f"columns is a {type(self.columns).__name__}; pass the columns of a table, "
                "table.columns."
            )
        if not columns:
            raise InputError("columns is empty; pass at least one column.")
        object.__setattr__(self, "columns", columns)  # a list becomes hashable


class Scaling(NamedTuple):
    """The mean and scale that standardise each raw predictor: x' = (x - mean) / scale.

    Attributes:
      mean: (p,), 0 for columns that are not numeric.
      scale: (p,), 1 for columns that are constant or not numeric.
    """

    mean: Array
    scale: Array


def numeric_columns(names: int | Sequence[str]) -> tuple[Column, ...]:
    """Columns for a plain matrix of numbers, so that an `Encoder` can standardise it.

    Args:
      names: the number of columns (called x1, x2, ...), or their names.

    Returns:
      One numeric `Column` per name.

    Raises:
      InputError: no columns, or two of the same name.
      InputTypeError: neither a number nor a list of names.

    Example:
      >>> encoded_names(Encoder(numeric_columns(2)))
      ('x1', 'x2')
    """
    given: Any = names
    if is_whole(given):
        if given < 1:
            raise InputError(f"names is {given}; pass the number of columns, at least 1.")
        check_memory(100 * int(given), "names", given)
        given = [f"x{number}" for number in range(1, int(given) + 1)]
    if not is_list_of_texts(given):
        text = "the text " * isinstance(given, str) + shown(given)
        raise InputTypeError(f"names is {text}; pass a list of names or a number.")
    listed = [str(name) for name in given]
    check_names(listed, "names")
    return tuple(Column(name, "numeric") for name in listed)


class _Features(NamedTuple):
    """What each feature is made from; NumPy arrays, hence constants under jit."""

    source: np.ndarray  # (width,) int, the column of its raw predictor
    level: np.ndarray  # (width,) int, the code it indicates; -1 for a numeric column
    last: np.ndarray  # (width,) int, the largest code of its column
    step: np.ndarray  # (width,) int, 1 if it indicates its code or any above


def _features(encoder: Encoder) -> _Features:
    check_instance(encoder, "encoder", Encoder, "a jaxnn.Encoder")
    entries = []
    for place, column in enumerate(encoder.columns):
        if column.kind == "numeric":
            entries.append((place, -1, 0, 0))
            continue
        first = 1 if encoder.drop_first or column.kind != "categorical" else 0
        last = len(column.levels) - 1
        step = int(column.kind == "ordinal")
        entries += [(place, level, last, step) for level in range(first, last + 1)]
    return _Features(*np.array(entries, dtype=np.int32).reshape(-1, 4).T)


def encoded_width(encoder: Encoder) -> int:
    """The number of features: the first entry of a network's sizes."""
    return len(_features(encoder).source)


def source_columns(encoder: Encoder) -> np.ndarray:
    """(encoded_width(encoder),) int, the place of the raw predictor that a feature is made from."""
    return _features(encoder).source


def encoded_names(encoder: Encoder) -> tuple[str, ...]:
    """A name for each feature: "Age", "Thal=fixed" for a level, "Size>=M" for an ordinal one."""
    features = _features(encoder)
    names = []
    for place, level, step in zip(features.source, features.level, features.step, strict=True):
        column, sign = encoder.columns[place], ">=" if step else "="
        names.append(column.name if level < 0 else f"{column.name}{sign}{column.levels[level]}")
    return tuple(names)


def _predictors(encoder: Encoder, X: Any, dimensions: int | None = None) -> Array:
    """X as floats, if its shape fits the encoder; `dimensions` fixes its number of axes."""
    check_instance(encoder, "encoder", Encoder, "a jaxnn.Encoder")
    X = as_jax_array(X, "X")
    X = X.astype(jnp.result_type(X.dtype, float))
    wanted = len(encoder.columns)
    shape = f"(rows, {wanted})" if dimensions == 2 else f"(..., {wanted})"
    if X.ndim < 1 or X.shape[-1] != wanted or dimensions not in (None, X.ndim):
        raise InputError(
            f"X has shape {X.shape}; this encoder has {wanted} columns, so pass shape {shape}."
        )
    return X


def fit_scaling(
    encoder: Encoder, X: Any, weights: Any = None, fallback: Scaling | None = None
) -> Scaling:
    """Weighted mean and standard deviation of the numeric columns.

    Args:
      encoder: the columns.
      X: (rows, p) raw predictors.
      weights: (rows,) numbers of at least 0, such as the multiplicities of a bootstrap resample;
        None gives every row the same weight. Only their ratios matter.
      fallback: the scaling of the whole table, from which a column takes its scale where it is
        constant over the rows of positive weight. So a refit to a resample that lacks the only
        rows in which a column varies still measures that column in the table's unit.

    Returns:
      A `Scaling` with, for numeric columns, mean = sum(w x) / sum(w) and
      scale = sqrt(sum(w (x - mean)^2) / sum(w)), without Bessel's correction. Where a column is
      constant over the rows of positive weight, `mean` is that constant exactly and `scale` is
      that of `fallback`, or 1 without one. Differentiable; not compiled.

    Raises:
      InputError: a shape that does not fit, or weights that are negative, not finite, all zero, or
        so small that they vanish in the precision of the computation.

    Example:
      >>> scaling = fit_scaling(Encoder(numeric_columns(1)), [[1.0], [3.0]], weights=[3, 1])
      >>> [float(part[0]) for part in scaling]
      [1.5, 0.8660253882408142]
    """
    X = _predictors(encoder, X, dimensions=2)
    rows = X.shape[0]
    if rows == 0:
        raise InputError("X has no rows; pass at least one.")
    if not isinstance(X, Tracer):
        check_finite(np.asarray(X), "X")
    w = jnp.ones(rows, X.dtype) if weights is None else as_array(weights, "weights")
    if w.shape != (rows,):
        raise InputError(
            f"weights has shape {w.shape}, but X has {rows} rows; pass one weight per row of at "
            "least one row."
        )
    if weights is not None and not isinstance(weights, Tracer):
        as_weights(w, rows)
    w = jnp.asarray(w).astype(X.dtype)
    w = (w / jnp.sum(w))[:, None]
    counted = jnp.broadcast_to(w > 0, X.shape)
    least = jnp.min(jnp.where(counted, X, jnp.inf), axis=0)
    most = jnp.max(jnp.where(counted, X, -jnp.inf), axis=0)
    constant = least == most

    # The shift and the unit change only the rounding of the result, so neither has a derivative.
    shift = lax.stop_gradient(jnp.sum(w * X, axis=0, keepdims=True))
    deviation = jnp.where(counted, X - shift, 0)
    unit = lax.stop_gradient(jnp.max(jnp.abs(deviation), axis=0, keepdims=True))
    unit = jnp.where(unit > 0, unit, 1)
    z = deviation / unit
    center = jnp.sum(w * z, axis=0, keepdims=True)
    variance = jnp.sum(w * jnp.square(z - center), axis=0)
    spread = ~constant & (variance > 0)
    scale = unit[0] * jnp.sqrt(jnp.where(spread, variance, 1))

    numeric = np.array([column.kind == "numeric" for column in encoder.columns])
    mean = jnp.where(constant, least, (shift + unit * center)[0])
    without = jnp.ones_like(scale)
    if fallback is not None:
        check_instance(fallback, "fallback", Scaling, "a Scaling, as from fit_scaling")
        without = as_jax_array(fallback.scale, "fallback.scale").astype(X.dtype)
        if not isinstance(without, Tracer) and not bool(jnp.all(without > 0)):
            raise InputError("fallback has scales that are not positive; pass that of the table.")
        if without.shape != scale.shape:
            raise InputError(
                f"fallback has scales of shape {without.shape}; pass the scaling of the same "
                f"{scale.shape[0]} columns."
            )
    return Scaling(
        jnp.where(numeric, mean, jnp.zeros_like(mean)),
        jnp.where(numeric, jnp.where(spread, scale, without), jnp.ones_like(scale)),
    )


def encode(encoder: Encoder, scaling: Scaling, X: Any) -> Array:
    """The features of raw predictors, by the formulas at the top of this module.

    Args:
      encoder: the columns.
      scaling: means and scales, as from `fit_scaling`.
      X: (..., p) raw predictors; codes are rounded to the nearest level.

    Returns:
      (..., encoded_width(encoder)), in the float dtype of X. NaN stays NaN in every feature of
      its predictor. Differentiable in the numeric columns; not compiled.

    Raises:
      InputError: a shape that does not fit.

    Example:
      >>> encoder = Encoder((Column("age", "numeric"), Column("sex", "binary", ("f", "m"))))
      >>> X = np.array([[40.0, 0], [60.0, 1]])
      >>> np.asarray(encode(encoder, fit_scaling(encoder, X), X))
      array([[-1.,  0.],
             [ 1.,  1.]], dtype=float32)
    """
    X = _predictors(encoder, X)
    features = _features(encoder)
    if not isinstance(scaling, tuple | list) or len(scaling) != 2:
        raise InputTypeError(f"scaling is {shown(scaling)}; pass a Scaling, as from fit_scaling.")
    mean, scale = (as_jax_array(part, "scaling").astype(X.dtype) for part in scaling)
    if mean.shape != (X.shape[-1],) or scale.shape != mean.shape:
        raise InputError(
            f"scaling has shapes {mean.shape} and {scale.shape}; pass one mean and one scale for "
            f"each of the {X.shape[-1]} columns of the encoder."
        )
    standardised = (X - jnp.broadcast_to(mean, X.shape)) / jnp.broadcast_to(scale, X.shape)
    numeric = features.level < 0
    if np.array_equal(features.source[numeric], np.arange(X.shape[-1])):
        return standardised
    values = standardised[..., features.source]
    shape = values.shape
    codes = jnp.clip(jnp.round(values), 0, jnp.broadcast_to(features.last.astype(X.dtype), shape))
    level = jnp.broadcast_to(features.level, shape)
    indicators = codes == level
    if features.step.any():
        indicators |= jnp.broadcast_to(features.step == 1, shape) & (codes >= level)
    indicators = indicators.astype(X.dtype)
    indicators = jnp.where(jnp.isnan(values), jnp.nan, indicators)
    return jnp.where(jnp.broadcast_to(numeric, shape), values, indicators)
