"""How is one scikit-learn estimator fitted to one resample?

To each drawn row once, with multiplicity times case weight as sample weight, if it takes sample
weights; otherwise to the drawn rows, with repeats. A pipeline gets repeated rows too, since its
first steps would not see the weights.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError


class SingleFit(NamedTuple):
    """One refit.

    Attributes:
      estimator: the fitted scikit-learn estimator, or None if the resample has a single class or a
        single value of the response, which is then predicted everywhere.
      constant: (width,) that prediction, or None.
      classes: codes of the classes whose probabilities the estimator gives; None for numbers.
    """

    estimator: Any
    constant: np.ndarray | None
    classes: np.ndarray | None

    @property
    def is_forest(self) -> bool:
        """Whether the estimator is a forest of scikit-learn, or has no part in the prediction."""
        if self.constant is not None:
            return True
        return type(self.estimator).__module__ == "sklearn.ensemble._forest"

    def means(self, features: np.ndarray, width: int) -> np.ndarray:
        """(rows, width) predicted means: numbers, or probabilities of the classes.

        Args:
          features: (rows, features).
          width: 1, or the number of classes of a categorical response.
        """
        if self.constant is not None:
            return np.broadcast_to(self.constant, (len(features), width))
        if self.is_forest:
            found = _mean_of_trees(self.estimator, features)
        elif self.classes is None:
            found = self.estimator.predict(features)
        else:
            found = self.estimator.predict_proba(features)
        found = np.asarray(found, float).reshape(len(features), -1)
        if self.classes is None:
            return found
        if width == 1:
            return found[:, 1:]  # both classes were drawn
        means = np.zeros((len(features), width))
        means[:, self.classes] = found
        return means


def _mean_of_trees(forest: Any, features: np.ndarray) -> np.ndarray:
    """The mean prediction of the trees, as a forest computes it, in a fifth of its time.

    For few rows the forest itself mostly checks them and sets up threads, once per tree.
    """
    features = features.astype(np.float32)  # as every tree of scikit-learn does
    total: Any = 0
    for tree in forest.estimators_:
        total = total + tree.tree_.predict(features)
    return total / len(forest.estimators_)


class Rows(NamedTuple):
    """The training rows of all refits.

    Attributes:
      features: (rows, features).
      y: (rows,) numbers, or class codes.
      weights: (rows,) case weights, or None.
      kind: the kind of response.
      width: 1, or the number of classes of a categorical response.
    """

    features: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None
    kind: str
    width: int


def fit_once(estimator: Any, seed: int, counts: np.ndarray, rows: Rows, by_weight: bool) -> Any:
    """Fit a copy of an estimator to one resample.

    Args:
      estimator: a scikit-learn estimator; it is not changed.
      seed: of its random choices.
      counts: (rows,) how often each row was drawn.
      rows: all rows.
      by_weight: whether each drawn row is passed once, with a weight.

    Returns:
      A `SingleFit`, or the text of the error that the estimator raised.
    """
    from sklearn.base import clone

    drawn = np.flatnonzero(counts if rows.weights is None else counts * rows.weights)
    if not len(drawn):
        return "all rows that were drawn have weight zero"
    classes = None if rows.kind in ("quantitative", "count") else np.unique(rows.y[drawn])
    if len(np.unique(rows.y[drawn])) == 1:  # there is nothing to learn
        value = rows.y[drawn[0]]
        constant = np.eye(rows.width)[int(value)] if rows.width > 1 else np.array([value])
        return SingleFit(None, constant, None)
    weights = None
    if by_weight:
        weights = counts[drawn] * (1.0 if rows.weights is None else rows.weights[drawn])
    else:
        drawn = np.repeat(drawn, counts[drawn])
        weights = None if rows.weights is None else rows.weights[drawn]
    model: Any = clone(estimator)
    model.set_params(**_settings(model, seed))
    y = rows.y[drawn] if classes is None else rows.y[drawn].astype(int)
    passed = {} if weights is None else {str(weight_argument(model)): weights}
    try:
        model.fit(rows.features[drawn], y, **passed)
    except Exception as error:  # of any library; told with the number of the resample
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return SingleFit(model, None, None if classes is None else classes.astype(int))


def _settings(model: Any, seed: int) -> dict[str, Any]:
    """The seeds of all random choices, and one thread each, since refits run side by side."""
    given = model.get_params(deep=True)
    random = np.random.default_rng(seed)
    settings: dict[str, Any] = {}
    for name in sorted(given):
        last = name.rpartition("__")[2]
        if last == "random_state":
            settings[name] = int(random.integers(2**31))
        elif last == "n_jobs" and given[name] is not None:
            settings[name] = 1
    return settings


def weight_argument(model: Any) -> str | None:
    """The argument of `fit` with the weights of rows, or None if it has none."""
    steps = getattr(model, "steps", None)
    if steps is None:
        has = "sample_weight" in inspect.signature(model.fit).parameters
        return "sample_weight" if has else None
    name, last = steps[-1]
    inner = None if isinstance(last, str) else weight_argument(last)
    return None if inner is None else f"{name}__{inner}"


def check_estimator(estimator: Any, kind: str | None) -> None:
    """Refuse what is not an unfitted scikit-learn estimator for this kind of response.

    Raises:
      InputError: anything else.
    """
    from sklearn.base import is_classifier, is_regressor

    given = f"estimator is {estimator!r}".splitlines()[0][:80]
    if isinstance(estimator, type) or not all(
        hasattr(estimator, name) for name in ("fit", "get_params", "set_params")
    ):
        raise InputError(
            f"{given}; pass an estimator of scikit-learn, such as RandomForestClassifier()."
        )
    if is_classifier(estimator):
        if kind in ("quantitative", "count"):
            raise InputError(
                f"{given}, a classifier, but the response is {kind}; pass a regressor."
            )
        if not hasattr(estimator, "predict_proba"):
            raise InputError(
                f"{given}, which predicts no probabilities; wrap it in "
                "sklearn.calibration.CalibratedClassifierCV."
            )
    elif not is_regressor(estimator):
        raise InputError(f"{given}; pass a classifier or a regressor.")
    elif kind in ("binary", "categorical"):
        raise InputError(f"{given}, a regressor, but the response is {kind}; pass a classifier.")
