"""How much does a prediction rely on a predictor? Permute its column and see the score fall.

    importance_jr = score(y, f(X)) - score(y, f(X with column j in the order of permutation r))

Breiman 2001, "Random forests"; lecture 11. Positive is useful. The spread over permutations is the
noise of permuting, for this one fitted model and these rows: it is no confidence interval, and
says nothing of other rows or another fit (`jaxnn.refits.refit_importance` does).

Correlation is the main weakness of the method: permuting one of several correlated columns makes
rows that nobody has seen, and how much each column counts depends on how the fit happened to divide
their common effect. It is then not what a refit without the column would lose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.errors import InputError, InputTypeError, as_weights, check_count, check_key, is_whole
from jaxnn.inspection.black_box import BLOCK_BYTES, BlackBox, Predict, black_box, check_matrix
from jaxnn.inspection.scores import checked_response, score_named


class Importance(NamedTuple):
    """The permutation importance of predictors, or of groups of predictors.

    Attributes:
      importances: (features, repeats) fall of the score, in its unit.
      mean, std: (features,) over the repeats, with ddof 0.
      baseline: the score of the rows as they are.
      names: of the features.
    """

    importances: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    baseline: float
    names: tuple[str, ...]


def permutation_importance(
    predict: Predict,
    X: Any,
    y: Any,
    score: Any,
    *,
    n_repeats: int = 5,
    key: Array,
    groups: Sequence[Sequence[int]] | None = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
) -> Any:
    """The fall of a score when a column is permuted, by the formula at the top of this module.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`), without a replicate axis.
        Predictions (n, 1) are passed to scores as (n,).
      X: (n, p).
      y: (n,) responses.
      score: the name of a score in `jaxnn.inspection.scores.SCORES`, or a function of
        (y, prediction) or (y, prediction, weights), the higher the better. Several at once, by
        name in a mapping, share their predictions.
      n_repeats: permutations per feature.
      key: a typed JAX key.
      groups: lists of columns that move together, each column in one list at most; None takes every
        column alone.
      weights: (n,) weights of the rows in the score, at least 0; values are permuted regardless.
      names: of the p columns; None calls them x0, x1, ...

    Returns:
      An `Importance`, or a dictionary of them for several scores. An unused column is exactly 0. A
      JAX function is compiled; memory is bounded.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or a replicate axis.

    Example:
      >>> X = np.array([[0.0, 5.0], [1.0, 3.0], [2.0, 4.0], [3.0, 6.0]])
      >>> found = permutation_importance(
      ...     lambda X: X[:, 0], X, X[:, 0], "r_squared", n_repeats=3, key=jax.random.key(0)
      ... )
      >>> bool(found.mean[0] > 0), found.mean[1].item()
      (True, 0.0)
    """
    X, y, box = checked_model(predict, X, y)
    check_key(key)
    check_count(n_repeats, "n_repeats")
    columns = checked_groups(groups, X.shape[1])
    labels = group_names(names, columns, X.shape[1])
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    named = {"": score} if not isinstance(score, Mapping) else score
    scores = {name: score_named(one) for name, one in named.items()}
    if not scores:
        raise InputError("score is an empty mapping; pass at least one score.")

    at_once = max(1, min(n_repeats, BLOCK_BYTES // (len(X) * (box.row_bytes + X.itemsize))))
    blocks = [slice(a, min(a + at_once, n_repeats)) for a in range(0, n_repeats, at_once)]

    def scored(block: slice, features: list[int], values: np.ndarray) -> list[list[float]]:
        predicted = as_one_output(box.evaluate_with(X, features, values))
        return [[one(y, row, w) for row in predicted] for one in scores.values()]

    # Rows as they are, in the same places of the same blocks, so that rounding is the same too.
    unchanged = np.concatenate(
        [scored(b, [0], np.tile(X[:, :1], (b.stop - b.start, 1, 1))) for b in blocks], axis=1
    )
    found = np.empty((len(scores), len(columns), n_repeats))
    for place, (features, one_key) in enumerate(
        zip(columns, jax.random.split(key, len(columns)), strict=True)
    ):
        orders = np.asarray(_orders(one_key, n_repeats, len(X)))
        for block in blocks:
            values = X[:, features][orders[block]]
            found[:, place, block] = unchanged[:, block] - scored(block, features, values)
    results = {
        name: Importance(falls, falls.mean(axis=1), falls.std(axis=1), float(before[0]), labels)
        for name, falls, before in zip(scores, found, unchanged, strict=True)
    }
    return results if isinstance(score, Mapping) else results[""]


@partial(jax.jit, static_argnums=(1, 2))
def _orders(key: Array, repeats: int, rows: int) -> Array:
    """(repeats, rows) independent permutations of the row numbers."""
    keys = jax.random.split(key, repeats)
    return jax.vmap(lambda one: jax.random.permutation(one, rows))(keys)


def importance_table(result: Any, *, normalize: bool = False) -> str:
    """Importances as text, `weight ± 2 sd  name`, the largest first.

    Args:
      result: an `Importance` or an `ExactImportance`.
      normalize: divide by the sum of the means, so that they add up to one. They need not do so by
        themselves: what two predictors do together is lost with either of them.

    Returns:
      Lines; the last says what ± is. Not compiled.

    Raises:
      InputError: `normalize`, and the means add up to nothing above 0.

    Example:
      >>> result = Importance(np.ones((1, 1)), np.array([0.5]), np.array([0.01]), 0.9, ("age",))
      >>> print(importance_table(result).splitlines()[0])
      0.5000 ± 0.0200  age
    """
    total = 1.0
    if normalize:
        total = float(np.sum(result.mean))
        if total <= 0:
            raise InputError(
                f"the importances add up to {total:g}, so they cannot be made to add up to one."
            )
    lines = [
        f"{result.mean[j] / total:.4f} ± {2 * result.std[j] / total:.4f}  {result.names[j]}"
        for j in np.argsort(-result.mean, kind="stable")
    ]
    return "\n".join(
        [
            *lines,
            "± is twice the standard deviation over permutations of this one model's columns: the "
            "noise of permuting, not a confidence interval",
        ]
    )


def checked_model(predict: Predict, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray, BlackBox]:
    """The arguments of an importance, if predict has no replicate axis."""
    X = check_matrix(X)
    y = checked_response(y, len(X))
    box = black_box(predict, X)
    if box.rows_axis:
        raise InputError(
            "predict gives a replicate axis before the rows; pass one model, or "
            "jaxnn.refits.refit_importance for many refits."
        )
    return X, y, box


def as_one_output(predicted: np.ndarray) -> np.ndarray:
    """Predictions (k, n, 1) as (k, n); others as they are; in double precision."""
    predicted = predicted[..., 0] if predicted.ndim == 3 and predicted.shape[2] == 1 else predicted
    return predicted.astype(float)


def checked_groups(groups: Any, width: int) -> list[list[int]]:
    """Lists of columns that move together, none of them in two.

    Raises:
      InputError, InputTypeError: anything else.
    """
    if groups is None:
        return [[column] for column in range(width)]
    if isinstance(groups, str) or not isinstance(groups, Sequence) or not len(groups):
        raise InputTypeError(f"groups is {groups!r}; pass lists of numbers of columns.")
    seen: set[int] = set()
    checked = []
    for group in groups:
        members = [group] if is_whole(group) else list(group)
        if not members or not all(is_whole(member) for member in members):
            raise InputTypeError(f"groups has {group!r}; pass lists of numbers of columns.")
        outside = [member for member in members if not -width <= member < width]
        if outside:
            raise InputError(
                f"groups has column {outside[0]}, but X has the columns 0 to {width - 1}."
            )
        members = [int(member) % width for member in members]
        twice = [c for i, c in enumerate(members) if c in seen or c in members[:i]]
        if twice:
            raise InputError(
                f"groups has column {twice[0]} more than once; each column can be in one group."
            )
        seen |= set(members)
        checked.append(members)
    return checked


def group_names(names: Any, groups: list[list[int]], width: int) -> tuple[str, ...]:
    """The names of groups, from those of the columns, such as "age + sex"."""
    if names is None:
        names = [f"x{column}" for column in range(width)]
    if isinstance(names, str) or len(names) != width:
        raise InputError(f"names is {names!r}; pass one for each of the {width} columns of X.")
    return tuple(" + ".join(str(names[column]) for column in group) for group in groups)
