"""By which line do predictions have to be corrected?

With eta the prediction on the link scale (itself, the log odds, or the log of a mean count), fit

    link(E y) = a + eta             the intercept a alone: 0 if predictions are right on average
    link(E y) = a' + b eta          the slope b: 1 if they are right everywhere

by maximum likelihood (Cox 1958; Van Calster et al. 2016). A slope below 1 says that predictions are
too extreme, as those of an overfitted model are. Standard errors are those of the sandwich: row i
moves a coefficient by the entry of H^-1 z_i w_i (y_i - m_i), with H the information and z_i = (1,
eta_i), so they hold where the variance is not that of the model, and for rows in groups.

Out of bag, 95% intervals contained the line of many new rows in 92% to 97% of 300 simulated tables
(least squares and logistic regression, 5 predictors, 100 and 300 rows), and those of ten bins the
mean in the bin in 95% to 96%.
"""

from __future__ import annotations

import numpy as np

from jaxnn.inspection.score_intervals import Rows, ScoreInterval, standard_error, t_quantile

STEPS = 50
OF_LINE = "sampling of the rows: sandwich standard error, t interval"


def intercept_and_slope(
    kind: str, y: np.ndarray, prediction: np.ndarray, rows: Rows, level: float
) -> tuple[ScoreInterval, ScoreInterval]:
    """The intercept with slope 1 and the slope, each with its interval.

    Args:
      kind: "quantitative", "binary" or "count".
      y, prediction: (rows,) of the used rows.
      rows: of the sample.
      level: coverage of the intervals.

    Returns:
      Both; NaN where there is no finite estimate: for the slope of constant predictions, and for
      classes that predictions separate. Probabilities of 0 or 1, and counts of 0, are taken as the
      nearest other prediction, or as 1 / 2n if that is nearer to 0.
    """
    eta = _link(kind, prediction)
    ones = np.ones((len(y), 1))
    intercept = _fitted(kind, ones, eta, y, rows, level)
    if np.ptp(eta) <= 1e-12 * max(1.0, np.abs(eta).max()):
        return intercept, _none()
    slope = _fitted(kind, np.column_stack([eta, ones]), np.zeros(len(y)), y, rows, level)
    return intercept, slope


def _link(kind: str, prediction: np.ndarray) -> np.ndarray:
    if kind == "quantitative":
        return prediction
    inside = prediction[prediction > 0]
    least = min(inside.min(initial=1.0), 0.5 / len(prediction))
    if kind == "count":
        return np.log(np.maximum(prediction, least))
    below = 1 - prediction[prediction < 1]
    most = min(below.min(initial=1.0), 0.5 / len(prediction))
    return np.log(np.maximum(prediction, least)) - np.log(np.maximum(1 - prediction, most))


def _fitted(
    kind: str, Z: np.ndarray, offset: np.ndarray, y: np.ndarray, rows: Rows, level: float
) -> ScoreInterval:
    """The first coefficient of link(E y) = offset + Z b, by Newton's method with halved steps."""
    w, scale = rows.weights, np.abs(Z).max(axis=0)
    Z = Z / scale
    beta = np.zeros(Z.shape[1])
    value, mean, variance = _likelihood(kind, offset, y, w)
    for _ in range(STEPS):
        gradient = Z.T @ (w * (y - mean))
        information = (Z * (w * variance)[:, None]).T @ Z
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return _none()
        for _ in range(30):
            new = _likelihood(kind, offset + Z @ (beta + step), y, w)
            if new[0] >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta = beta + step
        value, mean, variance = new
        if not np.isfinite(beta).all() or np.abs(offset + Z @ beta).max() > 500 > np.ptp(y):
            return _none()
        if np.abs(step).max() <= 1e-9 * max(1.0, np.abs(beta).max()):
            break
    else:
        return _none()
    influences = (Z * (w * (y - mean))[:, None]) @ np.linalg.inv(information)[:, 0] / scale[0]
    estimate, error = float(beta[0] / scale[0]), standard_error(influences, rows.groups)
    half = t_quantile(rows.size, level) * error
    return ScoreInterval(estimate, estimate - half, estimate + half, error, OF_LINE)


def _likelihood(
    kind: str, eta: np.ndarray, y: np.ndarray, w: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The log-likelihood up to a constant, the means and the variances."""
    if kind == "quantitative":
        return float(-w @ np.square(y - eta) / 2), eta, np.ones(len(y))
    if kind == "count":
        mean = np.exp(np.minimum(eta, 700))
        return float(w @ (y * eta - mean)), mean, mean
    mean = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    return float(w @ (y * eta - np.logaddexp(0, eta))), mean, mean * (1 - mean)


def _none() -> ScoreInterval:
    nothing = float("nan")
    return ScoreInterval(nothing, nothing, nothing, nothing, OF_LINE)
