"""What does theory say of fits to data whose truth is known, and of their bands?

Closed forms, sums over a grid, and Newton's method, in double precision and without the library:
what the simulations of `known_truth` are held against.

    left out     (1 - 1/n)^n of the rows are in no resample
    mean         the percentile band covers with P(|t_{n-1}| <= z sqrt((n-1)/n))
    regression   large-sample width 2 z sqrt(x^T V x / n) of a band
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

INTERCEPT, SLOPE = -0.5, 1.2  # of the logistic truth


def logistic_curve(x: Any, intercept: Any = INTERCEPT, slope: Any = SLOPE) -> np.ndarray:
    """P(y = 1 | x) = 1 / (1 + exp(-(intercept + slope x))), by default the truth."""
    return 1 / (1 + np.exp(-line(x, intercept, slope)))


def line(x: Any, intercept: Any, slope: Any) -> np.ndarray:
    """intercept + slope x."""
    return intercept + slope * np.asarray(x, dtype=float)


def left_out_moments(rows: int) -> tuple[float, float]:
    """Mean and standard deviation of the share of rows that a resample of as many leaves out.

    q = (1 - 1/n)^n,  variance = q/n + (1 - 1/n) (1 - 2/n)^n - q^2.
    """
    q = (1 - 1 / rows) ** rows
    return q, math.sqrt(q / rows + (1 - 1 / rows) * (1 - 2 / rows) ** rows - q**2)


def percentile_coverage(rows: int, level: float = 0.95) -> float:
    """Coverage of the percentile band for a normal mean with ever more resamples.

    Its half-width is z s sqrt((n-1)/n) / sqrt(n) with s the sample's standard deviation (n-1), so
    it is P(|t_{n-1}| <= z sqrt((n-1)/n)): the band knows neither Student's factor nor n-1.
    """
    degrees = rows - 1
    end = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(degrees / rows)
    t = np.linspace(0, end, 20_001)
    factor = math.exp(math.lgamma(rows / 2) - math.lgamma(degrees / 2))
    density = factor / math.sqrt(degrees * math.pi) * (1 + t**2 / degrees) ** (-rows / 2)
    return 2 * float(np.trapezoid(density, t))


def logistic_widths(x: Any, rows: int, level: float = 0.95) -> np.ndarray:
    """Widths of the large-sample band for P(y = 1 | x) of logistic regression, x ~ N(0, 1).

    2 z p (1-p) sqrt((1, x) I^-1 (1, x)^T / n) with I = E[p (1-p) (1, X)^T (1, X)].
    """
    nodes = np.linspace(-9, 9, 4001)
    p = logistic_curve(nodes)
    mass = np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi) * p * (1 - p)
    moments = [np.trapezoid(mass * nodes**power, nodes) for power in range(3)]
    covariance = np.linalg.inv([[moments[0], moments[1]], [moments[1], moments[2]]])
    x = np.asarray(x, dtype=float)
    design = np.stack([np.ones_like(x), x], axis=-1)
    variance = np.einsum("...i,ij,...j->...", design, covariance, design)
    p = logistic_curve(x)
    z = NormalDist().inv_cdf((1 + level) / 2)
    return 2 * z * p * (1 - p) * np.sqrt(variance / rows)


def linear_width(x: float, rows: int, level: float = 0.95) -> float:
    """Width of the large-sample band for the mean at x of y = x + N(0, 1), x ~ N(0, 1)."""
    return 2 * NormalDist().inv_cdf((1 + level) / 2) * math.sqrt((1 + x**2) / rows)


def newton(x: np.ndarray, y: np.ndarray, steps: int = 20) -> np.ndarray:
    """(2, ...): intercept and slope of logistic regressions of y (..., n) on x (..., n).

    beta <- beta + (sum p (1-p) x x^T)^-1 sum (y - p) x with x = (1, x), from zero.
    """
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
