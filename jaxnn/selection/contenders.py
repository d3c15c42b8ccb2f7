"""How well do a constant, a random forest and gradient boosting predict on the same resamples?

Each is refitted to resamples that are given by how often each row was drawn, and its predictions
are averaged over the refits that left a row out, as those of networks are
(`jaxnn.selection.bagging`). A predicted probability or count p is moved towards the overall mean m
of the response,

    p' = (n p + m) / (n + 1)

as if one more of the n rows had the response m. So a class that a forest rules out, or that a
resample lacks, has a finite loss.

The forest and boosting are those of scikit-learn, which is imported when they are called.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

FOREST_TREES = 25  # per resample; about a third of the resamples predict each row
FOREST_LEAF = 5  # rows, so that a probability is not that of a single row
BOOSTING_ROUNDS = (25, 50, 100, 200)  # at scikit-learn's default learning rate of 0.1
BOOSTING_TREES = 500  # at most; a round has one tree per class
BOOSTING_BINS = 200  # per feature; scikit-learn bins those with more than 255 values itself
SMALL_TABLE = 1000  # rows, for which 100 rounds are enough


def constant_losses(
    kind: str, y: Any, outputs: int, multiplicities: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """The out-of-bag losses of the mean of each resample.

    Args:
      kind: the kind of response, as `MLP.response`.
      y: (rows,) or (rows, outputs).
      outputs: of a network for this response: the number of classes if it is categorical.
      multiplicities: (resamples, rows) how often each row was drawn.
      weights: (rows,) case weights.

    Returns:
      (1, rows); NaN for rows that no resample left out.
    """
    targets = _targets(kind, y, outputs)
    drawn = multiplicities * weights
    constants = drawn @ targets / drawn.sum(axis=1, keepdims=True)
    total = (multiplicities == 0).T @ constants
    return _averaged_losses(kind, total[None], targets, multiplicities, weights)


def tree_losses(
    key: Array,
    kind: str,
    features: np.ndarray,
    y: Any,
    outputs: int,
    multiplicities: np.ndarray,
    weights: np.ndarray,
) -> dict[str, np.ndarray]:
    """The out-of-bag losses of a random forest, and of boosting after several numbers of rounds.

    Args:
      key: a typed JAX key, for the random choices of the trees.
      features: (rows, features), encoded.
      kind, y, outputs, multiplicities, weights: as for `constant_losses`. A model sees each drawn
        row once, with multiplicity times case weight as sample weight.

    Returns:
      "random forest": (1, rows) and "gradient boosting": (numbers of rounds, rows); NaN for rows
      that no resample left out.
    """
    import sklearn.ensemble  # noqa: F401  # limits reach only libraries that are loaded
    from threadpoolctl import threadpool_limits  # which scikit-learn depends on

    targets, classes = _targets(kind, y, outputs), outputs if kind == "categorical" else 1
    most = BOOSTING_ROUNDS[2] if len(targets) <= SMALL_TABLE else BOOSTING_ROUNDS[-1]
    most = max(min(most, BOOSTING_TREES // classes), BOOSTING_ROUNDS[0])
    rounds = [number for number in BOOSTING_ROUNDS if number <= most]
    totals = [np.zeros((length, *targets.shape)) for length in (1, len(rounds))]
    seeds = np.asarray(jax.random.bits(key, (len(multiplicities),), "uint32")).tolist()
    inputs = features, np.apply_along_axis(_binned, 0, features)
    # Threads that share a step of boosting spin while they wait: on a busy machine for most of the
    # time. Refits are not spread over threads either, since scikit-learn changes warning filters.
    with threadpool_limits(1, "openmp"):
        for seed, counts in zip(seeds, multiplicities, strict=True):
            unseen = counts == 0
            if not unseen.any():
                continue
            drawn = (counts > 0) & (weights > 0)
            sample = (targets[drawn], (counts * weights)[drawn])
            models = (_forest(kind, seed), None), (_boosting(kind, seed, rounds[-1]), rounds)
            for total, (model, stages), X in zip(totals, models, inputs, strict=True):
                total[:, unseen] += _predictions(model, kind, X[drawn], *sample, X[unseen], stages)
    return {
        name: _averaged_losses(kind, total, targets, multiplicities, weights)
        for name, total in zip(("random forest", "gradient boosting"), totals, strict=True)
    }


def _forest(kind: str, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    shared: dict[str, Any] = {
        "n_estimators": FOREST_TREES,
        "min_samples_leaf": FOREST_LEAF,
        "random_state": seed,
    }
    if kind in ("binary", "categorical"):
        return RandomForestClassifier(**shared)
    criterion = "poisson" if kind == "count" else "squared_error"
    return RandomForestRegressor(criterion=criterion, max_features=1 / 3, **shared)


def _boosting(kind: str, seed: int, rounds: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    shared: dict[str, Any] = {
        "max_iter": rounds,
        "early_stopping": False,
        "random_state": seed,
    }
    if kind in ("binary", "categorical"):
        return HistGradientBoostingClassifier(**shared)
    loss = "poisson" if kind == "count" else "squared_error"
    return HistGradientBoostingRegressor(loss=loss, **shared)


def _binned(values: np.ndarray) -> np.ndarray:
    """The bin of each value of a feature, if there are many; trees depend on the order alone.

    Boosting bins its features itself, but with sample weights that takes longer than the trees.
    """
    if len(np.unique(values)) <= BOOSTING_BINS:
        return values
    edges = np.quantile(values, np.arange(1, BOOSTING_BINS) / BOOSTING_BINS)
    return np.searchsorted(edges, values).astype(float)


def _predictions(
    model: Any,
    kind: str,
    features: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray,
    new: np.ndarray,
    stages: list[int] | None,
) -> np.ndarray:
    """(stages, new rows, columns of targets) predicted means of the response."""
    predicted = np.zeros((1 if stages is None else len(stages), len(new), targets.shape[1]))
    if kind in ("binary", "categorical"):
        codes = targets[:, 0] if kind == "binary" else targets.argmax(axis=1)
        found = np.unique(codes).astype(int)
        if len(found) == 1:  # there is nothing to learn
            predicted[:] = targets[0]
            return predicted
        model.fit(features, codes.astype(int), sample_weight=weights)
        probabilities = _at_stages(model, "predict_proba", new, stages)
        if kind == "binary":
            return probabilities[..., 1:]
        predicted[..., found] = probabilities
        return predicted
    for column, values in enumerate(targets.T):
        if np.ptp(values) == 0:
            predicted[..., column] = values[0]
            continue
        model.fit(features, values, sample_weight=weights)
        predicted[..., column] = _at_stages(model, "predict", new, stages)
    return predicted


def _at_stages(model: Any, method: str, new: np.ndarray, stages: list[int] | None) -> np.ndarray:
    """The predictions of the whole model, or after some numbers of boosting rounds, stacked."""
    if stages is None:
        return getattr(model, method)(new)[None]
    staged = enumerate(getattr(model, f"staged_{method}")(new), start=1)
    return np.stack([values for number, values in staged if number in stages])


def _targets(kind: str, y: Any, outputs: int) -> np.ndarray:
    """(rows, columns) whose mean is predicted: numbers, 0 or 1, or one indicator per class."""
    y = np.asarray(y, float)
    if kind == "categorical":
        return np.eye(outputs)[y.astype(int)]
    return y.reshape(len(y), -1)


def _averaged_losses(
    kind: str,
    total: np.ndarray,
    targets: np.ndarray,
    multiplicities: np.ndarray,
    weights: np.ndarray,
) -> np.ndarray:
    """(path, rows) losses of the mean of predictions whose sums are (path, rows, columns)."""
    number = (multiplicities == 0).sum(axis=0)[:, None]
    mean = total / np.where(number > 0, number, np.nan)
    if kind == "quantitative":
        return np.square(mean - targets).mean(axis=-1)
    rows = len(targets)
    mean = (rows * mean + weights @ targets / weights.sum()) / (rows + 1)
    if kind == "count":
        ratio = np.where(targets > 0, targets, 1) / mean
        deviance = 2 * (np.where(targets > 0, targets * np.log(ratio), 0) - targets + mean)
        return deviance.mean(axis=-1)
    if kind == "binary":
        mean, targets = (
            np.concatenate([1 - mean, mean], -1),
            np.concatenate([1 - targets, targets], -1),
        )
    return -np.log((mean * targets).sum(axis=-1))
