"""Do a tree, a forest, boosting and a network find the same predictors important?

Two measures of every model, on identical resamples, so that differences are paired:

    impurity      what the splits on predictor j take from the impurity, as a share of all splits
                  (Breiman et al. 1984); trees have it, from the rows they were fitted to
    permutation   mean_i L(y_i, f(x_i, x_j from another row)) - mean_i L(y_i, f(x_i)), any model

Impurity favours predictors with many values and what was learned by heart. Permutation importances
do not add up to one; here they are divided by the sum of the positive ones, for comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.bootstrap import interval
from jaxnn.errors import (
    InputError,
    as_numbers,
    as_weights,
    check_count,
    check_key,
    check_level,
    unknown_name,
)
from jaxnn.estimators.refitted_estimator import RefittedEstimator
from jaxnn.inspection.black_box import check_matrix
from jaxnn.refits.black_boxes import BLOCK_BYTES, RefittedModel, check_refitted, row_blocks
from jaxnn.refits.importance_intervals import shifted_replicates
from jaxnn.tables import Encoder, encoded_width


class MethodImportances(NamedTuple):
    """Importances of the same predictors by several methods, as shares.

    Attributes:
      methods: such as "random forest, impurity" and "network, permutation".
      names: the predictors.
      shares: (methods, refits, predictors): of each refit by impurity, which adds up to one; by
        permutation what `jaxnn.refits.shifted_replicates` gives about the mean out of bag,
        divided by `totals`.
      totals: (methods,) 1 by impurity; by permutation the sum of the positive mean importances
        out of bag, in the unit of the loss.
      center, lower, upper: (methods, predictors) mean share and its interval over refits.
      level: coverage that the intervals aim at.
    """

    methods: tuple[str, ...]
    names: tuple[str, ...]
    shares: np.ndarray
    totals: np.ndarray
    center: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float

    def difference(self, of: str, to: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """How much larger the shares of one method are than those of another, refit by refit.

        Args:
          of, to: two of `methods`.

        Returns:
          The (predictors,) mean difference, and the ends of its percentile interval over refits.

        Raises:
          InputError: an unknown method.
        """
        for argument, method in (("of", of), ("to", to)):
            if method not in self.methods:
                raise unknown_name(argument, method, self.methods)
        one, other = (self.shares[self.methods.index(method)] for method in (of, to))
        lower, upper = interval(one - other, self.level)
        return (one - other).mean(axis=0), lower, upper


def tree_models(response: str) -> dict[str, Any]:
    """The trees whose importances are usually shown, as unfitted scikit-learn estimators.

    Args:
      response: the kind of response.

    Returns:
      By name: trees of depth 3 and 10, a random forest of 100 trees, and AdaBoost of 50 trees of
      depth 1 (classes) or 3 (numbers).

    Raises:
      InputError: scikit-learn is not installed.
    """
    from jaxnn.estimators.refitting import require_scikit_learn

    require_scikit_learn("tree_models()")
    from sklearn import ensemble, tree

    if response in ("binary", "categorical"):
        return {
            "tree of depth 3": tree.DecisionTreeClassifier(max_depth=3),
            "tree of depth 10": tree.DecisionTreeClassifier(max_depth=10),
            "random forest": ensemble.RandomForestClassifier(),
            "AdaBoost": ensemble.AdaBoostClassifier(),
        }
    return {
        "tree of depth 3": tree.DecisionTreeRegressor(max_depth=3),
        "tree of depth 10": tree.DecisionTreeRegressor(max_depth=10),
        "random forest": ensemble.RandomForestRegressor(max_features=1 / 3),
        "AdaBoost": ensemble.AdaBoostRegressor(),
    }


def impurity_importances(model: RefittedEstimator) -> np.ndarray:
    """The impurity-based importances of every refit, as shares.

    Args:
      model: refits of a tree, a forest, AdaBoost, or a pipeline that ends with one and does not
        change the number of features.

    Returns:
      (refits, predictors); the features of one predictor are added up. Each refit adds up to 1, or
      to 0 without any split.

    Raises:
      InputError: an estimator without impurity-based importances of the predictors' features.
    """
    features = _features_of_predictors(model)
    found = np.zeros((len(model.fits), sum(features)))
    for place, fit in enumerate(model.fits):
        if fit.constant is None:
            last = fit.estimator.steps[-1][1] if hasattr(fit.estimator, "steps") else fit.estimator
            values = getattr(last, "feature_importances_", None)
            if values is None or len(values) != sum(features):
                raise InputError(
                    f"model holds refits of {type(last).__name__}, which have no impurity-based "
                    f"importances of {sum(features)} features; pass refits of trees."
                )
            found[place] = values
    starts = np.cumsum([0, *features[:-1]])
    added = np.add.reduceat(found, starts, axis=1)
    total = added.sum(axis=1, keepdims=True)
    return added / np.where(total > 0, total, 1)


def permutation_importances(
    key: Array,
    model: RefittedModel,
    X: Any,
    y: Any,
    *,
    n_repeats: int = 5,
    measure: Literal["loss", "wrong class"] = "loss",
    weights: Any = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The permutation importances of every refit of any model, by the formula above.

    With the same key all models see the same permutations of all rows, so that differences are
    paired. (`jaxnn.refits.refit_importance` averages over more permutations of a single model.)

    Args:
      key: a typed JAX key.
      model: as from `refitted_estimator` or `jaxnn.refits.refitted_network`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      n_repeats: number of permutations, shared by all predictors.
      measure: "loss" is that of `jaxnn.responses`; "wrong class" is 1 for a class other than the
        most probable one, and otherwise 0.
      weights: (rows,) case weights, at least 0.

    Returns:
      In bag and out of bag, (refits, predictors) each: on the rows that a refit drew, each as often
      as it was drawn, and on those it left out; NaN if it left none out.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.
    """
    check_key(key)
    check_count(n_repeats, "n_repeats")
    check_refitted(model)
    X, y = check_matrix(X), as_numbers(y, "y").astype(float)
    rows = model.multiplicities.shape[1]
    if len(X) != rows or y.shape != (rows,):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {rows} training rows."
        )
    if measure not in ("loss", "wrong class"):
        raise InputError(f"measure is {measure!r}; pass 'loss' or 'wrong class'.")
    if measure == "wrong class" and model.response not in ("binary", "categorical"):
        raise InputError(f"measure is 'wrong class', but the response is {model.response}.")
    w = np.ones(rows) if weights is None else as_weights(weights, rows).astype(float)
    random = np.random.default_rng(int(jax.random.bits(key, (), "uint32")))
    donors = np.stack([random.permutation(rows) for _ in range(n_repeats)])
    sums = np.zeros((X.shape[1], 2, len(model.multiplicities)))
    totals = np.zeros_like(sums)
    for predictor, block, rises in _rises(model, X, y, donors, measure):
        counts = model.multiplicities[:, block]
        sides = np.stack([counts * w[block], (counts == 0) * w[block]])  # (2, refits, rows)
        totals[predictor] += sides.sum(axis=2)
        sums[predictor] += np.einsum("sbi,bi->sb", sides, rises)
    means = sums / np.where(totals > 0, totals, np.nan)
    in_bag, out_of_bag = np.moveaxis(means, 0, -1)
    return in_bag, out_of_bag


def _rises(
    model: RefittedModel, X: np.ndarray, y: np.ndarray, donors: np.ndarray, measure: str
) -> Iterator[tuple[int, slice, np.ndarray]]:
    """For blocks of rows, each predictor, the rows, and the rise of their losses (refits, rows).

    The rows as they are go through the model in the same places and numbers as those that are
    changed, so that the rise is exactly zero where a refit does not use the predictor.
    """
    repeats, width = len(donors), X.shape[1]
    first = next(row_blocks(model, len(X) * repeats)).stop
    size = max(1, min(first, BLOCK_BYTES // (8 * width)) // repeats)
    for start in range(0, len(X), size):
        block = slice(start, min(start + size, len(X)))
        rows, of_rows = np.tile(X[block], (repeats, 1)), np.tile(y[block], repeats)
        before = _measured(model, rows, of_rows, measure)
        for predictor in range(width):
            moved = rows.copy()
            moved[:, predictor] = X[donors[:, block].ravel(), predictor]
            rise = _measured(model, moved, of_rows, measure) - before
            yield predictor, block, rise.reshape(len(rise), repeats, -1).mean(axis=1)


def _measured(model: RefittedModel, X: np.ndarray, y: np.ndarray, measure: str) -> np.ndarray:
    """(refits, rows) losses, or 1 for a wrong class."""
    predicted, losses = model.predictions_and_losses(X, y)
    if measure == "loss":
        return losses
    binary = model.response == "binary"
    classes = predicted[..., 0] >= 0.5 if binary else predicted.argmax(axis=-1)
    return (classes != y).astype(float)


def compare_importances(
    key: Array,
    models: Mapping[str, RefittedModel],
    X: Any,
    y: Any,
    *,
    n_repeats: int = 5,
    measure: Literal["loss", "wrong class"] = "loss",
    weights: Any = None,
    level: float = 0.95,
) -> MethodImportances:
    """The importances of all models: by impurity where they have it, and all by permutation.

    Args:
      key: a typed JAX key.
      models: by name, all refitted to the same resamples (`multiplicities` of
        `refitted_estimator`): networks, trees, forests, boosting.
      X, y, n_repeats, measure, weights: as for `permutation_importances`.
      level: coverage that the intervals aim at, in (0, 1).

    Returns:
      A `MethodImportances`, first all by impurity, then all by permutation, in the order of
      `models`.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, models that were refitted to
        different resamples, or a model none of whose predictors matters.
    """
    check_key(key)
    check_level(level)
    if not isinstance(models, Mapping) or not models:
        raise InputError("models is not a mapping with a model; pass {name: model, ...}.")
    for model in models.values():
        check_refitted(model)
    first, *others = models.items()
    for name, model in others:
        if not np.array_equal(model.multiplicities, first[1].multiplicities):
            raise InputError(
                f"models has {name!r} and {first[0]!r}, which were refitted to different resamples;"
                " pass the same multiplicities to refitted_estimator, of refits that converged."
            )
    methods, shares, totals, centers = [], [], [], []
    for name, model in models.items():
        if isinstance(model, RefittedEstimator) and _has_impurity(model):
            of_trees = impurity_importances(model)
            methods.append(f"{name}, impurity")
            shares.append(of_trees)
            centers.append(of_trees.mean(axis=0))
            totals.append(1.0)
    for name, model in models.items():
        inside, outside = permutation_importances(
            jax.random.clone(key),
            model,
            X,
            y,
            n_repeats=n_repeats,
            measure=measure,
            weights=weights,
        )
        center = np.nanmean(outside, axis=0)
        total = float(center.clip(0).sum())
        if not total > 0:
            raise InputError(
                f"models has {name!r}, whose predictions of rows left out get no worse by the "
                "exchange of any predictor; leave it out."
            )
        methods.append(f"{name}, permutation")
        shares.append(shifted_replicates(inside, outside, in_bag_weight=0) / total)
        centers.append(center / total)
        totals.append(total)
    ends = np.stack([interval(share, level) for share in shares])  # (methods, 2, predictors)
    columns = first[1].columns
    names = [f"x{n}" for n in range(1, ends.shape[2] + 1)]
    names = names if columns is None else [column.name for column in columns]
    return MethodImportances(
        tuple(methods),
        tuple(names),
        np.stack(shares),
        np.array(totals),
        np.stack(centers),
        ends[:, 0],
        ends[:, 1],
        level,
    )


def comparison_table(result: MethodImportances) -> str:
    """The shares of all methods as text: a predictor per line, with the range over refits.

    Args:
      result: as from `compare_importances`.

    Returns:
      Lines in the order of the mean share over methods, the largest first.
    """
    # Adding zero makes a zero of a negative number that rounds to it.
    rounded = np.round([result.center, result.lower, result.upper], 2) + 0.0
    cells = [
        [f"{c:5.2f} ({low:5.2f} to {up:5.2f})" for c, low, up in of_predictor.T]
        for of_predictor in np.moveaxis(rounded, -1, 0)
    ]
    width = max(9, *map(len, result.names))
    columns = [max(22, len(method)) for method in result.methods]
    heads = [f"{m:>{n}}" for m, n in zip(result.methods, columns, strict=True)]
    lines = ["  ".join([f"{'predictor':{width}}", *heads])]
    for place in np.argsort(-result.center.mean(axis=0), kind="stable"):
        shown = [f"{cell:>{n}}" for cell, n in zip(cells[place], columns, strict=True)]
        lines.append("  ".join([f"{result.names[place]:{width}}", *shown]))
    lines.append(f"share of all predictors (interval of {result.level:.0%} over refits)")
    return "\n".join(lines)


def _features_of_predictors(model: RefittedEstimator) -> list[int]:
    """The number of features that each predictor becomes."""
    if model.encoder is None:
        return [1] * model.predictors
    encoder = model.encoder
    return [encoded_width(Encoder((column,), encoder.drop_first)) for column in encoder.columns]


def _has_impurity(model: RefittedEstimator) -> bool:
    fitted = [fit.estimator for fit in model.fits if fit.constant is None]
    return bool(fitted) and hasattr(fitted[0], "feature_importances_")
