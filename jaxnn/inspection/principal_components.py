"""What does the response look like over two principal components? Why is that hard to read?

With Z the standardised features of the predictors (for levels, indicators as in
`jaxnn.tables.encoding`) and the singular value decomposition Z = U S V',

    component c of row i     t_ic = sum_j Z_ij V_jc
    share of the variance    S_c^2 / sum_d S_d^2
    the picture              f(x(t_1, t_2)),  x the predictors at the point t_1 V_1 + t_2 V_2

The picture holds all predictors at once, as no curve does. But each axis mixes all of them, so a
step along it cannot be taken by one predictor alone; and rows lie off the plane, where the picture
says nothing. A component is chosen because the predictors vary along it, not because the response
does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_weights, check_count, check_memory, check_positive
from jaxnn.inspection.arguments import check_columns, check_matrix
from jaxnn.inspection.black_box import Predict, black_box
from jaxnn.inspection.surfaces import REACH, data_nearby
from jaxnn.tables import Column, Encoder, encoded_names, numeric_columns

RESOLUTION = 40  # values along each component


class ComponentPicture(NamedTuple):
    """The prediction over the plane of two principal components.

    Attributes:
      features: the names of the d features: a predictor, or one of its levels.
      loadings: (d, 2), the weight of each standardised feature in a component; of unit length, and
        positive where it is largest.
      variance_share: (2,) the share of each component in the variance of the features.
      points: (n, 2) the rows on the plane, in standard deviations of a feature.
      grids: (g,) and (g,), values of the two components.
      prediction: (g, g) or (g, g, outputs), with a leading (replicates,) if `predict` has one.
      nearby: (g, g) bool, False where no row is near on the plane.
      fidelity: 1 - sum_i w_i (f(x_i) - f(x(t_i)))^2 / sum_i w_i (f(x_i) - mean f)^2: the share of
        the variance of the predictions that the rows' places on the plane reproduce; below 0 if
        the mean prediction reproduces more. NaN if all predictions are equal.
    """

    features: tuple[str, ...]
    loadings: np.ndarray
    variance_share: np.ndarray
    points: np.ndarray
    grids: tuple[np.ndarray, np.ndarray]
    prediction: np.ndarray
    nearby: np.ndarray
    fidelity: float

    @property
    def caution(self) -> str:
        """Why the picture is hard to read, in one sentence."""
        text = (
            f"Each axis mixes all {len(self.features)} features, and the plane holds "
            f"{self.variance_share.sum():.0%} of their variance"
        )
        if not np.isfinite(self.fidelity):
            return text + "."
        if self.fidelity <= 0:
            return text + " and nothing of how the predictions differ between rows."
        return text + f" and {self.fidelity:.0%} of how the predictions differ between rows."


def principal_component_picture(
    predict: Predict,
    X: Any,
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
    resolution: int = RESOLUTION,
    reach: float = REACH,
) -> ComponentPicture:
    """The prediction over the plane of the first two principal components.

    A point of the plane is a row of predictors: numbers as they come out of it; of a column with
    levels, the level whose indicator is largest there (of an ordinal one, the highest whose
    indicator is at least 1/2).

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`). Of refits, pass
        `predict_mean`.
      X: (n, p), the observed rows.
      columns: descriptions of the columns of X; None takes all as numeric, called x1, x2, ...
      weights: (n,) weights of the rows, at least 0; a row of weight two is that row twice.
      resolution: values along each component, at least 2.
      reach: as in `jaxnn.inspection.data_nearby`, in standard deviations of the component.

    Returns:
      A `ComponentPicture`. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or rows that vary along fewer
        than two directions.

    Example:
      >>> rng = np.random.default_rng(0)
      >>> a, b = rng.normal(size=(2, 200))
      >>> X = np.stack([a, a + 0.1 * b, b], axis=1)  # two directions, three columns
      >>> picture = principal_component_picture(lambda X: X[:, 0] + X[:, 2], X)
      >>> picture.variance_share.sum().round(6), round(picture.fidelity, 6)
      (np.float64(1.0), 1.0)
    """
    X = check_matrix(X)
    check_columns(columns, X)
    check_count(resolution, "resolution", least=2)
    check_memory(8 * resolution**2, "resolution", resolution)
    check_positive(reach, "reach")
    described = numeric_columns(X.shape[1]) if columns is None else tuple(columns)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    shares = w / w.sum()

    features = _features(X, described)
    mean = shares @ features
    scale = np.sqrt(shares @ np.square(features - mean))
    # A column that is constant to rounding is no direction.
    varies = scale > 1e-9 * np.maximum(1e-300, np.abs(features).max(axis=0))
    mean = np.where(varies, mean, features[np.argmax(w > 0)])
    scale = np.where(varies, scale, 1.0)
    Z = np.where(varies, (features - mean) / scale, 0.0)
    loadings, variance_share = _components(Z, shares)
    points = Z @ loadings

    def row_at(t: np.ndarray) -> np.ndarray:
        return _predictors(mean + scale * (t @ loadings.T), described).astype(X.dtype)

    grids = tuple(np.linspace(t.min(), t.max(), resolution) for t in points[w > 0].T)
    first, second = grids
    plane = np.stack([np.repeat(first, resolution), np.tile(second, resolution)], axis=1)
    box = black_box(predict, X)
    axis = box.rows_axis
    found = np.asarray(box.evaluate(row_at(plane)), float)
    rows = X[w > 0], row_at(points[w > 0])
    predicted, reproduced = (np.asarray(box.evaluate(part), float) for part in rows)
    sides = (*found.shape[:axis], resolution, resolution, *found.shape[axis + 1 :])
    return ComponentPicture(
        encoded_names(Encoder(described)),
        loadings,
        variance_share,
        points,
        (first, second),
        found.reshape(sides),
        data_nearby(points, (0, 1), grids, weights=w, reach=reach),
        _fidelity(predicted, reproduced, shares[w > 0], axis),
    )


def _features(X: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """(n, d) features, in the order of `encoded_names`."""
    parts = []
    for x, column in zip(X.T.astype(float), columns, strict=True):
        if not column.levels:
            parts.append(x[:, None])
            continue
        codes = np.arange(1, len(column.levels))
        rounded = np.rint(x)[:, None]
        parts.append((rounded >= codes if column.kind == "ordinal" else rounded == codes) * 1.0)
    return np.concatenate(parts, axis=1)


def _predictors(features: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """(n, p) predictors whose features are nearest, column by column; inverse to `_features`."""
    parts, start = [], 0
    for column in columns:
        width = len(column.levels) - 1 if column.levels else 1
        own = features[:, start : start + width]
        start += width
        if not column.levels:
            parts.append(own[:, 0])
        elif column.kind == "ordinal":
            parts.append((own >= 0.5).sum(axis=1))
        else:
            reference = 1 - own.sum(axis=1, keepdims=True)
            parts.append(np.concatenate([reference, own], axis=1).argmax(axis=1))
    return np.stack(parts, axis=1)


def _components(Z: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The loadings (d, 2) of the first two components, and their shares of the variance."""
    triangle = np.linalg.qr(Z * np.sqrt(shares)[:, None], mode="r")  # small, of the same S and V
    _, lengths, directions = np.linalg.svd(triangle, full_matrices=False)
    if (lengths > 1e-6 * max(lengths.max(initial=0.0), 1e-300)).sum() < 2:
        raise InputError(
            f"X has {len(Z)} rows that vary along fewer than two directions; a picture of two "
            "components needs two."
        )
    loadings = directions[:2].T
    largest = np.abs(loadings).argmax(axis=0)
    loadings = loadings * np.sign(loadings[largest, [0, 1]])
    return loadings, lengths[:2] ** 2 / np.sum(lengths**2)


def _fidelity(
    predicted: np.ndarray, reproduced: np.ndarray, shares: np.ndarray, axis: int
) -> float:
    """The share of the variance over rows, with all replicates and outputs together."""
    predicted, reproduced = (np.moveaxis(part, axis, -1) for part in (predicted, reproduced))
    variance = np.square(predicted - (predicted @ shares)[..., None]) @ shares
    error = np.square(predicted - reproduced) @ shares
    total = float(np.sum(variance))
    if total <= (1e-12 * float(np.abs(predicted).max())) ** 2:  # nothing but rounding
        return float("nan")
    return 1 - float(np.sum(error)) / total
