"""How much does a prediction rely on a predictor beyond what the other predictors say?

Permuting one of several correlated columns makes rows that nobody has seen. If it is exchanged only
within what the other columns leave open (`conditional_values.py`), the rows stay possible, and

    importance_jr = score(y, f(X)) - score(y, f(X with the residuals of j in the order of r))

For f = b_1 x_1 + b_2 x_2 with correlation rho, the squared error rises by 2 b_1^2 var(x_1) when x_1
is permuted as it is, but by 2 b_1^2 var(x_1) (1 - rho^2) when only its residual is: twice what the
error of a least-squares fit without x_1 would rise. So for a given model plain permutation counts
a correlated column too high against what is lost without it; and b_1^2 itself is arbitrary when a
fit can divide a common effect between columns in many ways. Both are the same for independent
columns. Strobl et al. 2008, "Conditional variable importance for random forests"; here the model
is any, and the residuals are those of ridge regressions on the other columns.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.errors import InputTypeError, as_weights, check_count, check_key
from jaxnn.inspection.arguments import check_matrix
from jaxnn.inspection.black_box import Predict
from jaxnn.inspection.column_groups import Groups, column_groups, column_names
from jaxnn.inspection.conditional_values import Residuals, conditional_residuals
from jaxnn.inspection.permutation_importance import (
    Importance,
    as_one_output,
    checked_model,
    exchanged_importance,
    permutation_importance,
)

RELEVANT = 0.25  # a change of importance below this share of it is not worth a warning

logger = logging.getLogger("jaxnn")


class CorrelationCheck(NamedTuple):
    """Permutation importance and conditional importance, from the same permutations.

    Attributes:
      plain: the importance when columns are permuted as they are.
      conditional: when they are permuted within what the other columns predict.
      explained: (features,) share of a feature's variance that the other columns predict, in rows
        out of fold.
      differs: (features,) bool, whether the two importances differ by more than three standard
        errors of their paired difference and more than a quarter of the plain one.
      sentence: what follows, in words.
    """

    plain: Importance
    conditional: Importance
    explained: np.ndarray
    differs: np.ndarray
    sentence: str


def conditional_importance(
    key: Array,
    predict: Predict,
    X: Any,
    y: Any,
    score: Any,
    *,
    n_repeats: int = 5,
    groups: Groups | None = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
) -> Any:
    """The fall of a score when a column is permuted within what the other columns predict.

    Args:
      key: a typed JAX key.
      predict, X, y, score, n_repeats, groups, names: as for
        `jaxnn.inspection.permutation_importance`. A column of at most ten distinct values takes
        values from among them; another may take values between those of X.
      weights: (n,) weights of the rows in the score and in the regressions, at least 0; residuals
        are exchanged regardless.

    Returns:
      An `Importance`, or a dictionary of them for several scores. An unused column is exactly 0,
      and so is one that the others determine, nearly. Regressions are linear, so what a column
      shares with the others in another way is not taken out. A JAX predict is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, fewer than ten rows of positive
        weight, or a replicate axis.

    Example:
      >>> x1 = np.random.default_rng(0).normal(size=200)
      >>> X = np.stack([x1, x1], axis=1)  # the same column twice
      >>> found = conditional_importance(
      ...     jax.random.key(0), lambda X: X[:, 0], X, x1, "negative_squared_error"
      ... )
      >>> bool(found.mean[0] < 0.001)  # permuted as it is, it would be about 2
      True
    """
    check_key(key)
    matrix = check_matrix(X)
    labels, columns = column_groups(groups, column_names(names, matrix.shape[1]))
    of_residuals, permutations = jax.random.split(key)
    found = _residuals(of_residuals, matrix, columns, weights)
    return _exchanged(
        permutations, predict, X, y, score, n_repeats, weights, labels, columns, found
    )


def correlation_check(
    key: Array,
    predict: Predict,
    X: Any,
    y: Any,
    score: Any,
    *,
    n_repeats: int = 30,
    groups: Groups | None = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
) -> CorrelationCheck:
    """Permutation importance and conditional importance side by side.

    Args:
      key, predict, X, y, groups, weights, names: as for `conditional_importance`.
      score: one score.
      n_repeats: permutations, at least two.

    Returns:
      A `CorrelationCheck`. A warning of the logger "jaxnn" holds its sentence where features
      differ.

    Raises:
      InputError, InputTypeError: as `conditional_importance`.

    Example:
      >>> x1, x2 = np.random.default_rng(0).normal(size=(2, 200))
      >>> X = np.stack([x1, x2], axis=1)  # independent
      >>> found = correlation_check(jax.random.key(0), lambda X: X[:, 0], X, x1, "r_squared")
      >>> found.differs.tolist()
      [False, False]
    """
    check_key(key)
    check_count(n_repeats, "n_repeats", 2)
    if isinstance(score, Mapping):
        raise InputTypeError("score is a mapping; pass one score.")
    matrix = check_matrix(X)
    labels, columns = column_groups(groups, column_names(names, matrix.shape[1]))
    of_residuals, permutations = jax.random.split(key)
    residuals = _residuals(of_residuals, matrix, columns, weights)
    plain = permutation_importance(
        predict,
        X,
        y,
        score,
        n_repeats=n_repeats,
        key=jax.random.clone(permutations),
        groups=columns,
        weights=weights,
    )._replace(names=labels)
    conditional = _exchanged(
        permutations, predict, X, y, score, n_repeats, weights, labels, columns, residuals
    )
    difference = plain.importances - conditional.importances
    error = difference.std(axis=1, ddof=1) / np.sqrt(n_repeats)
    size = np.abs(difference.mean(axis=1))
    differs = (size > 3 * error) & (size > RELEVANT * np.abs(plain.mean))
    sentence = _sentence(plain, conditional, differs)
    if differs.any():
        logger.warning("%s", sentence)
    explained = np.array([one.explained for one in residuals])
    return CorrelationCheck(plain, conditional, explained, differs, sentence)


def _residuals(
    key: Array, X: np.ndarray, columns: list[list[int]], weights: Any
) -> list[Residuals]:
    random = np.random.default_rng(np.asarray(jax.random.bits(key, (4,), "uint32")).tolist())
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    return conditional_residuals(random, X, columns, w)


def _exchanged(
    key: Array,
    predict: Predict,
    X: Any,
    y: Any,
    score: Any,
    n_repeats: int,
    weights: Any,
    labels: tuple[str, ...],
    columns: list[list[int]],
    residuals: list[Residuals],
) -> Any:
    X, y, box = checked_model(predict, X, y)
    check_count(n_repeats, "n_repeats")

    def exchanged(place: int, donors: np.ndarray) -> tuple[np.ndarray, None]:
        features = columns[place]
        values = residuals[place].exchanged(X[:, features], donors)
        return as_one_output(box.evaluate_with(X, features, values)), None

    return exchanged_importance(key, box, X, y, score, n_repeats, weights, labels, exchanged)


def _sentence(plain: Importance, conditional: Importance, differs: np.ndarray) -> str:
    if not differs.any():
        return (
            "No importance changes by more than a quarter when a column is permuted only within "
            "what the other columns predict."
        )
    order = [j for j in np.argsort(-plain.mean, kind="stable") if differs[j]]
    shown = [
        f"{plain.names[j]} (from {plain.mean[j]:.3g} to {conditional.mean[j]:.3g})"
        for j in order[:5]
    ]
    more = f" and {len(order) - 5} more" if len(order) > 5 else ""
    several = len(order) > 1
    return (
        f"The importance{'s' * several} of {', '.join(shown)}{more} change{'s' * (not several)} by "
        "more than a quarter when a column is permuted only within what the other columns predict: "
        "permuting correlated columns as they are makes rows that nobody has seen."
    )
