"""How much does a prediction rely on a predictor? Permute its column and see the score fall.

    importance_jr = score(y, f(X)) - score(y, f(X with column j in the order of permutation r))

Breiman 2001, "Random forests"; lecture 11. Positive is useful. The spread over permutations is the
noise of permuting, for this one fitted model and these rows: it is no confidence interval, and
says nothing of other rows or another fit (`jaxnn.refits.refit_importance` does).

Correlation, which lecture 11 counts as a strength, is the main weakness of the method: permuting
one of several correlated columns makes rows that nobody has seen, and how much each column counts
depends on how the fit happened to divide their common effect. It is then not what a refit without
the column would lose; see `conditional_importance.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.errors import InputError, as_weights, check_bool, check_count, check_key
from jaxnn.inspection.arguments import check_matrix
from jaxnn.inspection.black_box import BLOCK_BYTES, BlackBox, Predict, black_box
from jaxnn.inspection.column_groups import Groups, column_groups, column_names
from jaxnn.inspection.score_falls import score_falls
from jaxnn.inspection.scores import check_scorable, checked_response, score_named
from jaxnn.results import check_result


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
    groups: Groups | None = None,
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
      groups: columns that move together: lists of their numbers or names, or by the name of the
        group, as {"blood": ["RestBP", "Chol"]}; each column in one group at most. None takes every
        column alone.
      weights: (n,) weights of the rows in the score, at least 0; values are permuted regardless.
      names: of the p columns; None calls them x0, x1, ...

    Returns:
      An `Importance`, or a dictionary of them for several scores. An unused column is exactly 0.
      All columns see the same permutations, so that their differences are paired. A JAX function
      is compiled; memory is bounded.

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
    labels, columns = column_groups(groups, column_names(names, X.shape[1]))

    def permuted(place: int, donors: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        return _permuted(box, X, columns[place], donors)

    return exchanged_importance(key, box, X, y, score, n_repeats, weights, labels, permuted)


def exchanged_importance(
    key: Array,
    box: BlackBox,
    X: np.ndarray,
    y: np.ndarray,
    score: Any,
    n_repeats: int,
    weights: Any,
    labels: tuple[str, ...],
    exchanged: Callable[[int, np.ndarray], tuple[np.ndarray, np.ndarray | None]],
) -> Any:
    """What `permutation_importance` returns, for any way of exchanging values between rows.

    Args:
      key, score, n_repeats, weights: as for `permutation_importance`.
      box, X, y: as from `checked_model`.
      labels: of the features.
      exchanged: (number of a feature, donors (k, n)) -> `after` and `of_row` of `score_falls`.

    Raises:
      InputError, InputTypeError: as `permutation_importance`.
    """
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    scores = score if isinstance(score, Mapping) else {"": score}
    functions = {name: score_named(one) for name, one in scores.items()}
    if not scores:
        raise InputError("score is an empty mapping; pass at least one score.")
    original = as_one_output(box.unchanged(X, 1))[0]
    for one in scores.values():
        check_scorable(one, "score", y, original.shape[1:])
    baselines = {name: function(y, original, w) for name, function in functions.items()}
    found = np.empty((len(scores), len(labels), n_repeats))
    before: dict[int, np.ndarray] = {1: original[None]}
    for block, donors in _permutations(key, box, X, n_repeats):
        for place in range(len(labels)):
            predicted, of_row = exchanged(place, donors)
            k = box.places(len(predicted))
            if k not in before:
                before[k] = as_one_output(box.unchanged(X, k))
            for number, one in enumerate(scores.values()):
                found[number, place, block] = score_falls(one, y, w, before[k], predicted, of_row)
    results = {
        name: Importance(falls, falls.mean(axis=1), falls.std(axis=1), baselines[name], labels)
        for name, falls in zip(scores, found, strict=True)
    }
    return results if isinstance(score, Mapping) else results[""]


def _permutations(
    key: Array, box: BlackBox, X: np.ndarray, n_repeats: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of repeats, each with the permutations (repeats, n) of the row numbers."""
    random = np.random.default_rng(np.asarray(jax.random.bits(key, (4,), "uint32")).tolist())
    at_once = max(1, BLOCK_BYTES // (len(X) * (box.row_bytes + X.itemsize)))
    rows = np.arange(len(X), dtype=np.int32)
    for start in range(0, n_repeats, at_once):
        block = slice(start, min(start + at_once, n_repeats))
        yield block, random.permuted(np.tile(rows, (block.stop - start, 1)), axis=1)


def _permuted(
    box: BlackBox, X: np.ndarray, features: list[int], donors: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """The predictions with columns permuted, as `after` and `of_row` of `score_falls`.

    A permutation pairs each row with the values of another. Where these are fewer than the repeats,
    they are predicted once for all rows, and the repeats take their predictions from there.
    """
    values, of_donor = distinct_rows(X[:, features])
    if len(values) <= len(donors):
        return as_one_output(box.evaluate_with(X, features, values)), of_donor[donors]
    return as_one_output(box.evaluate_with(X, features, X[:, features], donors)), None


def distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows (d, s) of rows (n, s), and the number of its own for each row (n,)."""
    if rows.shape[1] == 1:  # faster
        values, numbers = np.unique(rows[:, 0], return_inverse=True)
        return values[:, None], numbers
    values, numbers = np.unique(rows, axis=0, return_inverse=True)
    return values, numbers.reshape(-1)


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
    from jaxnn.inspection.exact_importance import ExactImportance  # which imports this module

    kind = Importance if isinstance(result, Importance) else ExactImportance
    shapes = {"mean": "p", "std": "p", "names": "p"}
    check_result(result, "result", kind, "permutation_importance or exact_importance", **shapes)
    check_bool(normalize, "normalize")
    total = 1.0
    if normalize:
        total = float(np.sum(result.mean))
        if total <= 0:
            raise InputError(
                f"normalize is True, but the means add up to {total:g}; pass normalize=False."
            )
    order = np.argsort(-result.mean, kind="stable")
    weights = _aligned(result.mean[order] / total)
    deviations = _aligned(2 * result.std[order] / total)
    lines = [
        f"{weight} ± {deviation}  {result.names[j]}"
        for weight, deviation, j in zip(weights, deviations, order, strict=True)
    ]
    return "\n".join(
        [
            *lines,
            "± is twice the standard deviation over permutations of this one model's columns: the "
            "noise of permuting, not a confidence interval",
        ]
    )


def _aligned(numbers: np.ndarray) -> list[str]:
    """Numbers with four decimals, all as wide as the widest; zero has no sign."""
    texts = [f"{number:z.4f}" for number in numbers.tolist()]
    return [text.rjust(max(map(len, texts))) for text in texts]


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
