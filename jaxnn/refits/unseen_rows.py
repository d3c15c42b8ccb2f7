"""How do refits, alone and as their mean, predict each row that they have not seen?

    of one refit      mean over refits b without row i of  l(y_i, f_b(x_i))
    of their mean     l(y_i, mean over refits b without row i of f_b(x_i))

Both are one loss per row; a row that every refit has seen has none. The second is never the larger
one, since the losses are convex. One pass over blocks of rows collects them, with what the .632+
estimate needs beside: the losses on the rows that a refit has drawn, and those of all pairs of a
response and a prediction, which follow from the losses at a few reference responses r,

    squared error      (y - p)^2 itself
    cross-entropy      l(y, p) is one of l(r, p), r the classes
    Poisson deviance   l(y, m) = 2 (y log y - y) + (1 - y) l(0, m) + y (l(1, m) + 2)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_weights
from jaxnn.inspection.scores import brier_score, poisson_deviance
from jaxnn.refits.black_boxes import RefittedModel, checked_training_rows, row_blocks
from jaxnn.training.groups import group_codes

HELD_BYTES = 2**28  # of predictions of single refits, which the area under the curve needs at once


class UnseenRows(NamedTuple):
    """Losses and predictions out of bag, row by row; float64, NaN for rows that all refits saw.

    Attributes:
      prediction: (rows,) mean prediction of the refits that left the row out: a number, or the
        probability of y = 1; (rows, classes) probabilities for a categorical response.
      single_loss, mean_loss: (rows,) loss of one refit and of their mean, by the formulas above.
      single_wrong: (rows,) share of these refits with another most probable class.
      single_brier: (rows,) mean over these refits of the squared error of the probabilities, summed
        over the classes if there are more than two.
      left_out_by: (rows,) number of refits that left the row out.
      constant_loss: (rows,) loss of the constant prediction that has the least loss on all rows.
      refit_predictions: (refits, rows) probabilities of y = 1 by single refits, for a binary
        response; of the first refits, as many as `HELD_BYTES` allow.
      unseen: (refits, rows) bool.
      apparent: mean over refits of the loss on the rows that they have drawn, each counted once; by
        multiplicity it would be too low, since a refit adapts more to a row that it drew twice than
        a fit to all rows does.
      no_information: mean over refits of the loss over all pairs of a response and a prediction.
    """

    prediction: np.ndarray
    single_loss: np.ndarray
    mean_loss: np.ndarray
    single_wrong: np.ndarray
    single_brier: np.ndarray
    left_out_by: np.ndarray
    constant_loss: np.ndarray
    refit_predictions: np.ndarray
    unseen: np.ndarray
    apparent: float
    no_information: float


def unseen_rows(
    model: RefittedModel, X: Any, y: Any, weights: Any = None, groups: Any = None
) -> UnseenRows:
    """Predict each training row by the refits that have seen neither it nor its group.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      weights: (rows,) case weights, at least 0; None gives all rows the same weight.
      groups: (rows,) labels, equal for rows that belong together; None for single rows.

    Raises:
      InputTypeError: `model` is not the refits of a model.
      InputError: other rows than those of the bootstrap, weights or groups that cannot be used, or
        fewer than two rows of positive weight that some refit left out.

    Example:
      >>> import jax
      >>> from sklearn.tree import DecisionTreeRegressor
      >>> from jaxnn.estimators import refitted_estimator
      >>> X = np.arange(30.0)[:, None]
      >>> y = np.sin(np.arange(30))
      >>> tree = DecisionTreeRegressor()
      >>> model = refitted_estimator(jax.random.key(0), tree, X, y, replicates=20)
      >>> found = unseen_rows(model, X, y)
      >>> print(f"{found.apparent:.6f}")  # each tree has memorised its own rows
      0.000000
      >>> bool(np.nanmean(found.mean_loss) < np.nanmean(found.single_loss))  # averaging helps
      True
    """
    X, y = checked_training_rows(model, X, y)
    count = len(y)
    w = np.ones(count) if weights is None else as_weights(weights, count).astype(float)
    unseen = _unseen(model, groups, count)
    left_out_by = unseen.sum(axis=0)
    judged = int(((left_out_by > 0) & (w > 0)).sum())
    if judged < 2:
        raise InputError(
            f"model left out {judged} of the {count} rows with all rows of their group; pass more "
            "refits, and the groups that the bootstrap drew together."
        )
    kind, refits = model.response, len(unseen)
    references = _references(kind, model.width)
    held = min(refits, HELD_BYTES // (8 * count)) if kind == "binary" else 0
    refit_predictions = np.empty((held, count))
    prediction = np.empty((count, model.width))
    rows = np.full((4, count), np.nan)
    drawn_total, drawn_weight, pair_total = np.zeros((3, refits))
    for block in row_blocks(model, count):
        means, losses = _at_references(model, X[block], y[block], references)
        known = unseen[:, block]
        number = np.where(left_out_by[block] > 0, left_out_by[block], np.nan)

        def mean_of(values: np.ndarray, known: np.ndarray = known, number=number) -> np.ndarray:
            return np.where(known, values, 0).sum(axis=0) / number

        of_observed = _losses_of(kind, y[block], means, losses)
        center = np.stack([mean_of(means[..., k]) for k in range(model.width)], axis=-1)
        prediction[block] = center
        rows[0, block] = mean_of(of_observed)
        rows[1, block] = _loss_of_mean(kind, y[block], center, losses, of_observed, known)
        if kind in ("binary", "categorical"):
            wrong, brier = _of_classes(y[block], means)
            rows[2, block], rows[3, block] = mean_of(wrong), mean_of(brier)
            refit_predictions[:, block] = means[:held, :, 0]
        drawn = (model.multiplicities[:, block] > 0) * w[block]
        drawn_total += (drawn * of_observed).sum(axis=1)
        drawn_weight += drawn.sum(axis=1)
        pair_total += _pair_losses(kind, y, w, means, losses) @ w[block]
    return UnseenRows(
        prediction if kind == "categorical" else prediction[:, 0],
        *rows,
        left_out_by=left_out_by,
        constant_loss=constant_losses(kind, y, w, model.width),
        refit_predictions=refit_predictions,
        unseen=unseen,
        apparent=float(np.mean(drawn_total / drawn_weight)),
        no_information=float(np.mean(pair_total) / w.sum()),
    )


def constant_losses(kind: str, y: np.ndarray, weights: np.ndarray, classes: int = 1) -> np.ndarray:
    """(rows,) the losses of the constant prediction that has the least weighted mean loss."""
    mean = np.average(y, weights=weights)
    if kind == "quantitative":
        return np.square(y - mean)
    if kind == "count":
        return poisson_deviance(y, np.full(len(y), mean))
    classes = 2 if kind == "binary" else classes
    shares = np.bincount(y.astype(int), weights, classes) / weights.sum()
    losses = np.zeros(len(y))
    np.log(shares[y.astype(int)], out=losses, where=weights > 0)
    return -losses


def _unseen(model: RefittedModel, groups: Any, count: int) -> np.ndarray:
    """(refits, rows) True where a refit has seen no row of the row's group."""
    if groups is None:
        return np.asarray(model.out_of_bag)
    codes = np.asarray(group_codes(groups, count))
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(codes.max() + 1))
    seen = np.add.reduceat(model.multiplicities[:, order], starts, axis=1) > 0
    return ~seen[:, codes]


def _references(kind: str, width: int) -> int | None:
    """The reference responses 0, 1, ... at which losses are computed, or None for the observed."""
    return {"quantitative": None, "categorical": width}.get(kind, 2)


def _at_references(
    model: Any, X: np.ndarray, y: np.ndarray, references: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Predictions (refits, rows, width), and losses (references, refits, rows)."""
    if references is None:
        means, losses = model.predictions_and_losses(X, y)
        return means, losses[None]
    if hasattr(model, "predictions_and_losses_at"):  # from one evaluation
        return model.predictions_and_losses_at(X, references)
    means = model.predict(X)
    losses = [
        model.predictions_and_losses(X, np.full(len(y), float(r)))[1] for r in range(references)
    ]
    return means.reshape(*means.shape[:2], -1), np.stack(losses)


def _losses_of(kind: str, y: np.ndarray, means: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """(refits, rows) the losses at the observed responses."""
    if kind == "quantitative":
        return losses[0]
    if kind == "count":
        return poisson_deviance(y, np.ones(len(y))) - 2 + (1 - y) * losses[0] + y * (losses[1] + 2)
    return np.moveaxis(losses, 0, -1)[:, np.arange(len(y)), y.astype(int)]


def _loss_of_mean(
    kind: str,
    y: np.ndarray,
    center: np.ndarray,
    losses: np.ndarray,
    of_observed: np.ndarray,
    known: np.ndarray,
) -> np.ndarray:
    """(rows,) the loss of the mean prediction of the known refits, NaN without any.

    The mean probability of a class is that of exp(-loss), which is exact where a probability has
    rounded to 0 or 1.
    """
    number = np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    if kind == "quantitative":
        return np.square(y - center[:, 0])
    if kind == "count":  # a deviance from 0 is twice the mean
        return poisson_deviance(y, np.where(known, losses[0] / 2, 0).sum(axis=0) / number)
    least = np.where(known, of_observed, np.inf).min(axis=0)
    least = np.where(np.isfinite(number), least, np.nan)
    ratios = np.exp(np.where(known, least - of_observed, -np.inf))
    return least - np.log(ratios.sum(axis=0) / number)


def _of_classes(y: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(refits, rows) whether the class is wrong, and the squared error of the probabilities."""
    if means.shape[-1] == 1:
        p = means[..., 0]
        return ((p > 0.5) != (y == 1)).astype(float), np.square(p - y)
    wrong = np.argmax(means, axis=-1) != y
    return wrong.astype(float), brier_score(y, means)


def _pair_losses(
    kind: str, y: np.ndarray, weights: np.ndarray, means: np.ndarray, losses: np.ndarray
) -> np.ndarray:
    """(refits, rows of the block) the weighted mean loss of each prediction over all responses."""
    mean = np.average(y, weights=weights)
    if kind == "quantitative":
        variance = np.average(np.square(y - mean), weights=weights)
        return variance + np.square(means[..., 0] - mean)
    if kind == "count":
        saturated = np.average(poisson_deviance(y, np.ones(len(y))), weights=weights)
        return saturated - 2 + (1 - mean) * losses[0] + mean * (losses[1] + 2)
    shares = np.bincount(y.astype(int), weights, len(losses)) / weights.sum()
    return np.tensordot(shares, losses, axes=1)
