"""Do a tree, a forest, boosting and a network find the same predictors important?

Two measures of every model, on identical resamples, so that differences are paired:

    impurity      what the splits on predictor j take from the impurity, as a share of all splits
                  (Breiman et al. 1984); trees have it, from the rows they were fitted to
    permutation   mean_ik L(y_i, f(x_i with x_j from row k)) - mean_i L(y_i, f(x_i)), any model;
                  as `jaxnn.refits.refit_importance` computes it

Impurity favours predictors with many values and what was memorised. Permutation importances
do not add up to one; here they are divided by the sum of the positive ones, for comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn import responses
from jaxnn.bootstrap import interval
from jaxnn.errors import (
    InputError,
    check_key,
    check_level,
    check_name,
)
from jaxnn.estimators.refitted_estimator import RefittedEstimator
from jaxnn.refits.black_boxes import RefittedModel, check_refitted
from jaxnn.refits.importance_intervals import shifted_replicates
from jaxnn.refits.importance_scores import VALUES, Measure, importances_of_refits
from jaxnn.results import (
    check_result,
)
from jaxnn.tables import source_columns


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
            check_name(method, argument, self.methods)
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
      InputError, InputTypeError: an unknown kind, or scikit-learn is not installed.
    """
    from jaxnn.estimators.refitting import require_scikit_learn

    responses.response(response)
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
    check_result(model, "model", RefittedEstimator, "refitted_estimator", multiplicities="r n")
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


def compare_importances(
    key: Array,
    models: Mapping[str, RefittedModel],
    X: Any,
    y: Any,
    *,
    values: int | None = VALUES,
    measure: Measure = "loss",
    weights: Any = None,
    level: float = 0.95,
) -> MethodImportances:
    """The importances of all models: by impurity where they have it, and all by permutation.

    Args:
      key: a typed JAX key.
      models: by name, all refitted to the same resamples (`multiplicities` of
        `refitted_estimator`): networks, trees, forests, boosting.
      X, y, values, measure, weights: as for `jaxnn.refits.refit_importance`. Row by row all models
        see the same values of other rows.
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
        found = importances_of_refits(
            jax.random.clone(key),
            model,
            X,
            y,
            values=values,
            measure=measure,
            weights=weights,
        )
        inside, outside = found.in_bag, found.out_of_bag
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

    Raises:
      InputError, InputTypeError: not what `compare_importances` returned.
    """
    shapes = {
        "methods": "m",
        "names": "p",
        "shares": "m r p",
        "totals": "m",
        "center": "m p",
        "lower": "m p",
        "upper": "m p",
    }
    check_result(result, "result", MethodImportances, "compare_importances", **shapes)
    check_level(result.level)
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
    return np.bincount(source_columns(model.encoder), minlength=model.predictors).tolist()


def _has_impurity(model: RefittedEstimator) -> bool:
    fitted = [fit.estimator for fit in model.fits if fit.constant is None]
    return bool(fitted) and hasattr(fitted[0], "feature_importances_")
