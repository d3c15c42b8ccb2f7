"""What are the exact minima of logistic and of linear regression on one predictor?

    logistic   beta <- beta + (sum p (1-p) x x^T)^-1 sum (y - p) x        x = (1, x), from zero
    linear     slope = sum (x - mean x) y / sum (x - mean x)^2

In NumPy, in double precision and without the library: a reference for fits by gradient descent.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def logistic_curve(x: Any, intercept: Any, slope: Any) -> np.ndarray:
    """P(y = 1 | x) = 1 / (1 + exp(-(intercept + slope x)))."""
    return 1 / (1 + np.exp(-line(x, intercept, slope)))


def line(x: Any, intercept: Any, slope: Any) -> np.ndarray:
    """intercept + slope x."""
    return intercept + slope * np.asarray(x, dtype=float)


def newton(x: np.ndarray, y: np.ndarray, steps: int = 20) -> np.ndarray:
    """(2, ...): intercept and slope of logistic regressions of y (..., n) on x (..., n)."""
    design = np.stack([np.ones_like(x), x], axis=-1).astype(float)  # (..., n, 2)
    beta = np.zeros((*x.shape[:-1], 2))
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.einsum("...ni,...i->...n", design, beta)))
        information = np.einsum("...n,...ni,...nj->...ij", p * (1 - p), design, design)
        score = np.einsum("...n,...ni->...i", y - p, design)
        beta += np.linalg.solve(information, score[..., None])[..., 0]
    return np.moveaxis(beta, -1, 0)


def least_squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(2, ...): intercept and slope of linear regressions of y (..., n) on x (..., n)."""
    x, y = x.astype(float), y.astype(float)
    deviation = x - x.mean(axis=-1, keepdims=True)
    slope = np.sum(deviation * y, axis=-1) / np.sum(deviation**2, axis=-1)
    return np.stack([y.mean(axis=-1) - slope * x.mean(axis=-1), slope])
