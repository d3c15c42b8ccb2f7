"""How much does it cost not to normalise the features?

    condition number k = L / mu of X^T X / n,    gradient descent at 2 / (L + mu): (k - 1) / (k + 1)

A regression on an intercept, x1 ~ N(0, 1) and x2 ~ N(20, 10^2) with correlation 0.5 has
k = 3,344.7; with standardised features it has (1 + 0.5) / (1 - 0.5) = 3.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

CORRELATION, MEAN, DEVIATION = 0.5, 20.0, 10.0
SHRUNK = 1e-6  # of the distance at the start


def compute(key: Array, tables: int, rows: int) -> dict[str, Any]:
    """Simulated tables, and steps of gradient descent for the moments that they are drawn from.

    Returns:
      `conditions` (2, tables) condition numbers, raw and standardised; `steps_needed` (2,) until
      the distance from the minimum has shrunk by a million; `distance_marks` (marks,) numbers of
      steps and `distances` (2, marks) relative to the start then, NaN after the last step.
    """
    conditions = np.array([_conditions(k, rows) for k in jax.random.split(key, tables)]).T
    courses = [_distances(moments) for moments in moments_of_truth()]
    longest = max(len(course) for course in courses)
    marks = np.unique(np.rint(np.geomspace(1, longest, 100)).astype(int)) - 1
    return {
        "conditions": conditions,
        "steps_needed": np.array([len(course) - 1 for course in courses]),
        "distance_marks": marks,
        "distances": np.array(
            [np.append(course, np.full(longest - len(course), np.nan))[marks] for course in courses]
        ),
    }


def moments_of_truth() -> tuple[np.ndarray, np.ndarray]:
    """E x x^T of the raw features and of the standardised ones."""
    mean = np.array([1.0, 0.0, MEAN])
    spread = np.zeros((3, 3))
    spread[1:, 1:] = [
        [1.0, CORRELATION * DEVIATION],
        [CORRELATION * DEVIATION, DEVIATION**2],
    ]
    standardised = np.eye(3)
    standardised[1, 2] = standardised[2, 1] = CORRELATION
    return spread + np.outer(mean, mean), standardised


def condition_number(moments: np.ndarray) -> float:
    """Largest over smallest eigenvalue."""
    eigenvalues = np.linalg.eigvalsh(moments)
    return float(eigenvalues[-1] / eigenvalues[0])


def _conditions(key: Array, rows: int) -> tuple[float, float]:
    z = np.asarray(jax.random.normal(key, (rows, 2)), float)
    x1 = z[:, 0]
    x2 = MEAN + DEVIATION * (CORRELATION * z[:, 0] + (1 - CORRELATION**2) ** 0.5 * z[:, 1])
    raw = np.column_stack([np.ones(rows), x1, x2])
    normal = raw.copy()
    normal[:, 1:] = (raw[:, 1:] - raw[:, 1:].mean(axis=0)) / raw[:, 1:].std(axis=0)
    return condition_number(raw.T @ raw / rows), condition_number(normal.T @ normal / rows)


def _distances(moments: np.ndarray) -> np.ndarray:
    """(steps + 1,) at the best learning rate, from the worst start, relative to it."""
    eigenvalues, axes = np.linalg.eigh(moments)
    rate = 2 / (eigenvalues[0] + eigenvalues[-1])
    w = (axes[:, 0] + axes[:, -1]) / 2**0.5
    distances = [1.0]
    while distances[-1] > SHRUNK:
        w = w - rate * (moments @ w)
        distances.append(float(np.linalg.norm(w)))
    return np.array(distances)
