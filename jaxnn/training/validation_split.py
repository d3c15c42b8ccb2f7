"""Which rows are trained on, and which are watched?

    validation rows are given     all rows are trained on
    a fraction f is set aside     the first f n of a random order are watched, the others trained on
    the same, with groups         whole groups in random order, until about f n rows are watched

A row of weight zero, as in a bootstrap resample, is neither. Where two rows have positive weight,
one at least is watched and one at least is trained on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.training.arguments import CheckedRows
from jaxnn.training.groups import groups_set_aside
from jaxnn.training.recipe import Recipe, validation_rows


class Examples(NamedTuple):
    """Rows as arrays of the default float dtype.

    Attributes:
      X: (rows, predictors), zero where the weight is zero.
      y: (rows,) or (rows, outputs), zero where the weight is zero.
      weights: (rows,), at least 0.
    """

    X: Array
    y: Array
    weights: Array


def as_floats(X: Any, y: Any, weights: Any = None) -> tuple[Array, Array, Array]:
    """X, y and weights in the default float dtype; weights are all 1 if none are given."""
    dtype = jnp.result_type(float)
    X, y = jnp.asarray(X, dtype), jnp.asarray(y, dtype)
    return X, y, jnp.ones(len(X), dtype) if weights is None else jnp.asarray(weights, dtype)


def examples(X: Any, y: Any, weights: Any = None) -> Examples:
    """The rows as floats. Rows of weight zero become zeros, lest an infinite loss of them count."""
    X, y, weights = as_floats(X, y, weights)
    counted = weights > 0
    X = jnp.where(counted[:, None], X, 0)
    return Examples(X, jnp.where(counted.reshape(-1, *[1] * (y.ndim - 1)), y, 0), weights)


def split(key: Array, rows: CheckedRows, recipe: Recipe) -> tuple[Examples, Examples | None]:
    """The training rows, and the validation rows if there are any.

    Args:
      key: a typed JAX key, which decides what is set aside.
      rows: the rows, with validation rows and groups if these are given.
      recipe: says which fraction is set aside.

    Returns:
      Training rows and validation rows. Not compiled.
    """
    X, y, weights = given = examples(rows.X, rows.y, rows.weights)
    if rows.validation is not None:
        return given, examples(*rows.validation)
    if not recipe.validation_fraction:
        return given, None
    if rows.groups is not None:
        # How many rows a group has is not known when this is compiled, so weights decide.
        aside = groups_set_aside(key, rows.groups, weights, recipe.validation_fraction)
        trained, watched = (jnp.where(part, weights, 0) for part in (~aside, aside))
        return examples(X, y, trained), examples(X, y, watched)
    count = validation_rows(recipe, X.shape[0])
    order = with_weight_on_both_sides(jax.random.permutation(key, X.shape[0]), weights, count)
    aside, kept = order[:count], order[count:]
    held_out = Examples(X[aside], y[aside], weights[aside])
    return Examples(X[kept], y[kept], weights[kept]), held_out


def with_weight_on_both_sides(order: Array, weights: Array, count: int) -> Array:
    """The order of the rows, with a row of positive weight before and after place `count`.

    If all rows before it have weight zero, the first row of positive weight takes the place of the
    last of these; the same from behind. A single row of positive weight stays behind.

    Args:
      order: (rows,) a permutation of the row numbers.
      weights: (rows,), at least 0.
      count: how many rows are before, at least 1 and less than rows.

    Returns:
      (rows,) the same order, in which at most two rows have changed places. Not compiled.
    """
    rows = len(order)
    positive = weights[order] > 0
    first, last = jnp.argmax(positive), rows - 1 - jnp.argmax(positive[::-1])
    none_before, none_behind = (first >= count) & (first < last), last < count
    into = jnp.where(none_behind, count, count - 1)
    other = jnp.select([none_before, none_behind], [first, last], into)
    pair, swapped = jnp.stack([into, other]), jnp.stack([other, into])
    return order.at[pair].set(order[swapped])
