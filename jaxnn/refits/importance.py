"""How much does each predictor matter, and how sure is that?

The importance of predictor j in refit b is how much the mean loss of its predictions rises when the
values of j are exchanged between rows; here it is the mean over all permutations of the rows,

    I_bj = mean_ik loss(y_i, f_b(x_i with x_j from row k)) - mean_i loss(y_i, f_b(x_i)),

once over the rows that the refit drew ("in bag", each as often as it was drawn) and once over those
it left out ("out of bag"). `jaxnn.refits.donors` says how this is computed from few predictions,
and `jaxnn.refits.importance_intervals` how intervals follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from jax import Array

from jaxnn.errors import check_level, unknown_name
from jaxnn.inspection.column_groups import Groups
from jaxnn.refits.importance_intervals import DEFAULT_RULE, RULES, importance_interval
from jaxnn.refits.importance_scores import VALUES, Measure, importances_of_refits
from jaxnn.refits.network import RefittedNetwork


class RefitImportance(NamedTuple):
    """Permutation importances of all refits, in the unit of the loss.

    Attributes:
      names: the predictors.
      in_bag: (refits, predictors) on the rows that each refit drew; it favours predictors whose
        values the refit memorised.
      out_of_bag: (refits, predictors) on the rows it left out; NaN if there are none.
      center, lower, upper: (predictors,) the importance and its interval.
      level: coverage that the interval aims at.
      rule: how the interval was made, a name in `jaxnn.refits.RULES`.
      exact: (predictors,) bool, whether the importances are those of all permutations; those of the
        others are estimates of it.
      permutation_error: (predictors,) standard error of the mean out of bag because of that, 0
        where exact.
    """

    names: tuple[str, ...]
    in_bag: np.ndarray
    out_of_bag: np.ndarray
    center: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float
    rule: str
    exact: np.ndarray
    permutation_error: np.ndarray

    @property
    def replicates(self) -> np.ndarray:
        """(refits, predictors) importances in bag, shifted so that their mean is `center`.

        Ranks and comparisons of predictors are made from these, refit by refit.
        """
        return self.in_bag - self.in_bag.mean(axis=0) + self.center


def refit_importance(
    key: Array,
    model: Any,
    X: Any,
    y: Any,
    *,
    values: int | None = VALUES,
    groups: Groups | None = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
    measure: Measure = "loss",
    rule: str | None = None,
    level: float = 0.95,
    progress: bool | str | Callable[[float], object] = False,
) -> RefitImportance:
    """The importance of every predictor in every refit, by the formula at the top of this module.

    Args:
      key: a typed JAX key, for the draws of predictors with many values.
      model: as from `refitted_network`, or `jaxnn.estimators.refitted_estimator`.
      X: (rows, columns), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes; (rows, outputs) of several numbers.
      values: a predictor with at most this many distinct values is scored exactly; of any other
        this many values, an even number, are drawn for each row. None scores all exactly, with as
        many predictions per row as there are distinct values.
      groups: columns that are exchanged together, as {"blood": ["RestBP", "Chol"]} or a list of
        lists, by their names or places; they are then scored in place of single columns. No column
        may be in two groups; those in none are not scored. None scores each column by itself.
      weights: (rows,) case weights, at least 0; a row of weight two is the same as that row twice.
      names: names of the columns; None takes those of the model, or x1, x2, ...
      measure: the loss of a row. "loss" is that of `jaxnn.responses` for the model's kind of
        response: the square of the response's unit, nats, or a deviance. "wrong class" is 1 where
        the most probable class is not the observed one, and otherwise 0.
      rule: how the intervals are made, as for `importance_interval`; None is "weighted" for a
        network, and "shifted" for other models, which may memorise their rows.
      level: coverage of the intervals, in (0, 1).
      progress: as for `jaxnn.replicate.replicate`.

    Returns:
      A `RefitImportance`. A column that a refit does not use has importance exactly 0 in it.
      Compiled, once for equal networks, shapes and numbers of passes over the rows.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation, or
        predictions that are not finite.

    Example:
      >>> import jax, jaxnn
      >>> from jaxnn.bootstrap import bootstrap
      >>> X = np.stack([np.linspace(-1, 1, 20), np.arange(20) % 2], axis=1)
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((2, 1)), jaxnn.Recipe(epochs=200))
      >>> refits = bootstrap(jax.random.key(0), fitter, X, X[:, 0], replicates=8)
      >>> from jaxnn.refits import refit_importance, refitted_network
      >>> network = refitted_network(fitter, refits)
      >>> result = refit_importance(jax.random.key(1), network, X, X[:, 0])
      >>> result.names, result.in_bag.shape, bool(result.center[0] > result.center[1])
      (('x1', 'x2'), (8, 2), True)
    """
    check_level(level)
    if rule is None:
        rule = DEFAULT_RULE if isinstance(model, RefittedNetwork) else "shifted"
    if not isinstance(rule, str) or rule not in RULES:
        raise unknown_name("rule", rule, RULES)
    found = importances_of_refits(
        key,
        model,
        X,
        y,
        values=values,
        groups=groups,
        weights=weights,
        names=names,
        measure=measure,
        progress=progress,
    )
    center, lower, upper = importance_interval(found.in_bag, found.out_of_bag, level, rule)
    return RefitImportance(
        *found[:3], center, lower, upper, level, rule, found.exact, found.permutation_error
    )
