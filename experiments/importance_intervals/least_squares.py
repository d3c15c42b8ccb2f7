"""What is the permutation importance to least squares, in closed form?

    importance of x_j, mean over all permutations   2 b_j cov(r, x_j) + 2 b_j^2 var(x_j)

with the coefficient b_j, the residuals r and the moments of the rows on which it is scored. A row
drawn twice counts twice. The truth is y = x1 - x2 + N(0, 1) with x1, x2 and the noise x3 uniform on
(0, 1): importance 2 / 12 of x1 and x2, and 0 of x3. The second truth has correlated predictors, for
what is lost without a column: b_j^2 times the variance that the other columns leave unexplained.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np
from jax import Array

from experiments.importance_intervals.known_truths import (
    CORRELATED_SLOPES,
    CORRELATION,
    draw_predictors,
)

TRUE_SLOPES = np.array([1.0, -1.0, 0.0])
TRUTH = 2 * TRUE_SLOPES**2 / 12
ROWS = (100, 303)


class Scores(NamedTuple):
    """Importances to least squares fits, each (sets, refits, predictors)."""

    own: np.ndarray
    out_of_bag: np.ndarray
    observed: np.ndarray


def refit(key: Array, rows: int, sets: int, refits: int) -> Scores:
    """Refit least squares to resamples of data sets, and score each refit on three sets of rows.

    Args:
      key: a typed JAX key.
      rows: n.
      sets: number of data sets.
      refits: number of resamples of each.
    """
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    found = []
    for _ in range(sets):
        X = generator.random((rows, len(TRUE_SLOPES)))
        y = X @ TRUE_SLOPES + generator.normal(size=rows)
        counts = generator.multinomial(rows, np.full(rows, 1 / rows), size=refits).astype(float)
        coefficients = fit(X, y, counts)
        found.append(
            [
                importance(X, y, weights, coefficients)
                for weights in (counts, (counts == 0).astype(float), np.ones_like(counts))
            ]
        )
    return Scores(*(np.stack(scores) for scores in zip(*found, strict=True)))


def fit(X: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(fits, 1 + predictors): intercept and coefficients for weights (fits, rows)."""
    design = np.column_stack([np.ones(len(X)), X])
    products = (design[:, :, None] * design[:, None, :]).reshape(len(X), -1)
    normal = (weights @ products).reshape(-1, design.shape[1], design.shape[1])
    return np.linalg.solve(normal, (weights @ (design * y[:, None]))[..., None])[..., 0]


def importance(
    X: np.ndarray, y: np.ndarray, weights: np.ndarray, coefficients: np.ndarray
) -> np.ndarray:
    """The mean over all permutations of weighted rows: (fits, predictors), the formula above."""
    weights = weights / weights.sum(axis=1, keepdims=True)
    residuals = y - coefficients[:, :1] - coefficients[:, 1:] @ X.T
    means = weights @ X
    variance = weights @ X**2 - means**2
    mean_residual = (weights * residuals).sum(axis=1, keepdims=True)
    covariance = (weights * residuals) @ X - mean_residual * means
    slopes = coefficients[:, 1:]
    return 2 * slopes * covariance + 2 * slopes**2 * variance


def unexplained_variance() -> np.ndarray:
    """Variance of each correlated predictor that the others leave unexplained: (predictors,)."""
    correlations = np.eye(len(CORRELATED_SLOPES))
    correlations[:3, :3] += CORRELATION * (1 - np.eye(3))
    return 1 / np.diag(np.linalg.inv(correlations))


def without_a_column(key: Array, rows: int, sets: int) -> tuple[np.ndarray, np.ndarray]:
    """Permutation importance, and what a refit without the column loses, on correlated predictors.

    Args:
      key: a typed JAX key.
      rows: n.
      sets: number of data sets.

    Returns:
      Two arrays (sets, predictors): the permutation importance by an unbiased estimate, and the
      unbiased estimate of the error variance without the column less that with it.
    """
    key_rows, key_noise = jax.random.split(key)
    X = np.asarray(draw_predictors(key_rows, "correlated", (sets, rows)), float)
    noise = np.asarray(jax.random.normal(key_noise, (sets, rows)), float)
    y = X @ np.array(CORRELATED_SLOPES) + noise
    predictors = X.shape[-1]
    permuted, lost = np.empty((2, sets, predictors))
    for number in range(sets):
        design = np.column_stack([np.ones(rows), X[number]])
        whole = _error_variance(design, y[number])
        inverse = np.linalg.inv(design.T @ design)
        slopes = (inverse @ design.T @ y[number])[1:]
        squares = slopes**2 - whole * np.diag(inverse)[1:]
        permuted[number] = 2 * squares * X[number].var(axis=0, ddof=1)
        for column in range(predictors):
            fewer = np.delete(design, 1 + column, axis=1)
            lost[number, column] = _error_variance(fewer, y[number]) - whole
    return permuted, lost


def _error_variance(design: np.ndarray, y: np.ndarray) -> float:
    residual = y - design @ np.linalg.lstsq(design, y)[0]
    return float(residual @ residual / (len(y) - design.shape[1]))
