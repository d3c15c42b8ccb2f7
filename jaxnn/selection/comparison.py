"""Is a network worth it here?

The best network of a selection, the best linear model (linear, logistic or Poisson regression), a
constant, a random forest and gradient boosting are judged alike: refitted to the same resamples,
averaged, and scored on the rows that were left out (`jaxnn.selection.bagging`). The difference
between two of them is the mean of d_i = l_i - l'_i over rows, with the interval

    d  +-  z se(d)

A method with a path (penalties, epochs, numbers of trees) is represented at each row by the point
of its path with the least loss on the other rows: rows are cut into ten folds, and the choice for a
fold is made without it. So no row helps to choose what it then judges, and a longer path is no
advantage.

Random forest and gradient boosting need scikit-learn, and are left out where it is not installed.
"""

from __future__ import annotations

import importlib.util
from statistics import NormalDist
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.bootstrap import Interval
from jaxnn.errors import (
    InputError,
    as_numbers,
    check_bool,
    check_key,
    check_level,
    check_name,
)
from jaxnn.mlp import MLP
from jaxnn.results import (
    check_result,
)
from jaxnn.selection.bagging import Estimate, mean_over_rows
from jaxnn.selection.choosing import (
    Selection,
    check_selection,
    checked_rows_of,
)
from jaxnn.selection.contenders import constant_losses, tree_losses
from jaxnn.tables import Encoder, encode, fit_scaling

FOLDS = 10
LINEAR = {
    "quantitative": "linear regression",
    "binary": "logistic regression",
    "categorical": "multinomial logistic regression",
    "count": "Poisson regression",
}


class Comparison(NamedTuple):
    """Methods judged on the same rows; losses are those of `jaxnn.responses`.

    Attributes:
      names: of the methods: "network", the linear model, "constant", and maybe "random forest" and
        "gradient boosting".
      row_losses: (methods, rows) out-of-bag losses; NaN for rows that no resample left out.
      loss: their weighted means, with standard errors over rows or groups, (methods,) each.
      kind: the kind of response.
      weights: (rows,) case weights, or None.
      groups: (rows,) whole numbers, equal for rows that belong together; or None.
    """

    names: tuple[str, ...]
    row_losses: np.ndarray
    loss: Estimate
    kind: str
    weights: np.ndarray | None
    groups: np.ndarray | None

    def difference(self, of: str, to: str) -> Estimate:
        """The paired difference in loss, positive where method `of` is worse than method `to`.

        Raises:
          InputError, InputTypeError: a method that was not compared.
        """
        losses = [self.row_losses[self._place(name)] for name in (of, to)]
        return mean_over_rows(losses[0] - losses[1], self.weights, self.groups)

    def interval(self, of: str, to: str, level: float = 0.95) -> Interval:
        """The interval d +- z se(d) of `difference`."""
        check_level(level)
        mean, error = self.difference(of, to)
        half = NormalDist().inv_cdf((1 + level) / 2) * error
        return Interval(mean - half, mean + half)

    def _place(self, name: str) -> int:
        check_name(name, "method", self.names)
        return self.names.index(name)


def compare(
    key: Array,
    selection: Selection,
    net: MLP,
    X: Any,
    y: Any,
    *,
    encoder: Encoder | None = None,
    trees: bool | None = None,
) -> Comparison:
    """Judge the best network of a selection beside simpler and other methods.

    Args:
      key: a typed JAX key, for the folds of rows and the random choices of the trees.
      selection: as from `jaxnn.selection.select`, with candidates with and without hidden layers.
      net, X, y, encoder: as they were passed to `select`; weights and groups are those of the
        selection.
      trees: whether to compare with a random forest (25 trees per resample, with leaves of at
        least 5 rows and a third or the square root of the features per split) and gradient
        boosting (histogram-based, learning rate 0.1, 25 to 200 rounds); None does so if
        scikit-learn is installed. They see the encoded features and, as sample weights,
        multiplicity times case weight.

    Returns:
      A `Comparison`. The predicted probabilities and counts of constant, forest and boosting are
      moved towards the overall mean by one part in rows + 1, as if one more row had it, so that a
      predicted 0 has a finite loss.

    Raises:
      InputError, InputTypeError: arguments that do not belong together, or `trees` without
        scikit-learn.
    """
    check_key(key)
    check_selection(selection)
    if trees is not None:
        check_bool(trees, "trees")
    rows = selection.multiplicities.shape[1]
    X, y = as_numbers(X, "X"), as_numbers(y, "y")
    if X.shape[:1] != (rows,) or y.shape[:1] != (rows,):
        found = [len(values) if values.ndim else "no" for values in (X, y)]
        raise InputError(
            f"X has {found[0]} rows and y has {found[1]}; pass the {rows} rows of the selection."
        )
    given = checked_rows_of(net, X, y, encoder)
    X, y = np.asarray(given.X, float), np.asarray(given.y, float)
    installed = importlib.util.find_spec("sklearn") is not None
    if trees and not installed:
        raise InputError("trees is True, but scikit-learn is not installed; pass False or None.")
    if min(selection.network, selection.baseline) < 0:
        raise InputError(
            "selection has no candidate that converged with hidden layers, or none without; pass "
            "one that has both."
        )
    weights, groups = selection.weights, selection.groups
    case = np.ones(rows) if weights is None else weights
    folds = _folds(jax.random.fold_in(key, 0), rows, groups)
    hidden = np.array([bool(candidate.hidden) for candidate in selection.candidates])
    paths = {
        "network": selection.row_losses[hidden & ~selection.diverged],
        LINEAR[net.response]: selection.row_losses[~hidden & ~selection.diverged],
    }
    multiplicities, kind, outputs = selection.multiplicities, net.response, net.sizes[-1]
    paths["constant"] = constant_losses(kind, y, outputs, multiplicities, case)
    if installed if trees is None else trees:
        features = X
        if encoder is not None:
            features = np.asarray(encode(encoder, fit_scaling(encoder, X), X), float)
        paths |= tree_losses(
            jax.random.fold_in(key, 1), kind, features, y, outputs, multiplicities, case
        )
    losses = np.stack([_cross_chosen(path, case, folds) for path in paths.values()])
    return Comparison(
        tuple(paths), losses, mean_over_rows(losses, weights, groups), net.response, weights, groups
    )


def verdict(comparison: Comparison, level: float = 0.95) -> str:
    """One plain sentence: is a network worth it here?

    Args:
      comparison: as from `compare`.
      level: of the intervals; two methods differ clearly if that of their difference excludes 0.

    Returns:
      Whether the network is clearly worse than the linear model, not clearly better than a
      constant, clearly better than the linear model, or none of these; and which of forest and
      boosting predict clearly better than the network.

    Raises:
      InputError, InputTypeError: not what `compare` returned, or a level outside (0, 1).
    """
    shapes = {"names": "m", "row_losses": "m n", "weights": "n", "groups": "n"}
    check_result(comparison, "comparison", Comparison, "jaxnn.selection.compare", **shapes)
    if len(comparison.names) < 3 or np.shape(comparison.loss.mean) != (len(comparison.names),):
        raise InputError("comparison has other losses than methods; pass what compare returned.")
    check_level(level)
    linear = comparison.names[1]
    lower, upper = comparison.interval("network", linear, level)
    change = 100 * comparison.difference("network", linear).mean / comparison.loss.mean[1]
    if lower > 0:
        sentence = (
            f"A network is not worth it here: its loss is {change:.2g}% above that of {linear}"
        )
    elif comparison.interval("network", "constant", level).upper >= 0:
        sentence = (
            "A network is not worth it here: it does not predict clearly better than a constant"
        )
    elif upper < 0:
        sentence = f"A network is worth it here: its loss is {-change:.2g}% below that of {linear}"
    else:
        sentence = f"A network is no clear gain here: it predicts about as well as {linear}"
    better = [
        name
        for name in comparison.names[3:]
        if comparison.interval(name, "network", level).upper < 0
    ]
    if better:
        verb = "predicts" if len(better) == 1 else "predict"
        sentence += f"; {' and '.join(better)} {verb} clearly better than the network"
    return sentence + "."


def _folds(key: Array, rows: int, groups: Any) -> np.ndarray:
    """(rows,) the fold of each row; rows of a group are in one fold."""
    codes = np.arange(rows)
    if groups is not None:
        codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    order = np.asarray(jax.random.permutation(key, int(codes.max()) + 1))
    return order[codes] % FOLDS


def _cross_chosen(path: np.ndarray, weights: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """(rows,) losses of the point of a path that is best on the rows of the other folds."""
    chosen = np.empty(path.shape[1])
    for fold in np.unique(folds):
        inside = folds == fold
        best = np.argmin(mean_over_rows(path, np.where(inside, 0, weights)).mean)
        chosen[inside] = path[best, inside]
    return chosen
