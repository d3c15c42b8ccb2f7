"""Is stopping early the same as a penalty on squared weights?

    gradient descent from 0, t = steps * rate    w_i = (1 - exp(-t h_i)) w*_i
    ridge regression with penalty 1 / t          w_i = t h_i / (1 + t h_i) w*_i

They agree to first order in x = t h. The largest gap of the two filters is 0.2036, at x = 2.51, and
the risk of gradient descent is at most 1.6859 times that of ridge regression, at every t and for
every problem (Goodfellow et al. 2016, eq. 7.41-7.45; Ali, Kolter & Tibshirani 2019).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.landscape import trajectory
from jaxnn.optimizers import gradient_descent

RATE, STEPS = 0.001, 8000  # of one weight with curvature 1
COARSE_RATE, MARKS = 0.01, (10, 100, 1000)
EIGENVALUES = np.arange(1, 201) / 200
ROWS, PREDICTORS = 60, 30
TIMES = np.geomspace(0.01, 1000, 200)
PROBLEM_RATE, PROBLEM_MARKS = 0.05, (1, 4, 16, 64, 256)  # of the simulated problem


def compute(key: Array, problems: int, samples: int) -> dict[str, Any]:
    """Filters of gradient descent and of ridge regression, and the risks of both.

    Returns:
      `descent_filter`, `ridge_filter` (steps + 1,) of curvature 1; `coarse_gaps` (marks,) largest
      gaps over `EIGENVALUES`; `descent_risk`, `ridge_risk` (problems, times) mean squared errors
      of the weights; `sampled_errors`, `ridge_errors` (marks, samples) of simulated responses of
      the first problem, and `sampled_risk`, `sampled_ridge_risk` (marks,) what they should be.
    """
    with jax.enable_x64(True):
        fine = np.asarray(
            trajectory(
                gradient_descent(RATE), lambda w: (w - 1) ** 2 / 2, jnp.zeros(()), steps=STEPS
            )
        )
        coarse = np.asarray(
            trajectory(
                gradient_descent(COARSE_RATE),
                lambda w: jnp.sum(EIGENVALUES * (w - 1) ** 2) / 2,
                jnp.zeros(len(EIGENVALUES)),
                steps=MARKS[-1],
            )
        )
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    risks = [_risks(rng) for _ in range(problems)]
    return {
        "descent_filter": fine,
        "ridge_filter": np.array([_ridge(1.0, RATE * t) for t in range(STEPS + 1)]),
        "coarse_gaps": np.array(
            [np.abs(coarse[t] - _ridge(EIGENVALUES, COARSE_RATE * t)).max() for t in MARKS]
        ),
        "descent_risk": np.array([descent for descent, _ in risks]),
        "ridge_risk": np.array([ridge for _, ridge in risks]),
        **_simulated(rng, samples),
    }


def _ridge(h: Any, t: float) -> Any:
    """argmin of h/2 (w - 1)^2 + w^2 / (2 t), of each h."""
    return h / (h + 1 / t) if t else 0 * h


def _problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(rows, predictors) normal predictors and (predictors,) weights; the noise has variance 1."""
    return rng.normal(size=(ROWS, PREDICTORS)), rng.normal(size=PREDICTORS) / PREDICTORS**0.5


def _risk(shares: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Bias^2 + variance for filters (..., predictors) in the basis of the eigenvectors."""
    return np.sum((1 - shares) ** 2 * weights**2 + shares**2 / (ROWS * values), axis=-1)


def _risks(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    X, weights = _problem(rng)
    values, axes = np.linalg.eigh(X.T @ X / ROWS)
    x = TIMES[:, None] * values
    rotated = axes.T @ weights
    return _risk(1 - np.exp(-x), values, rotated), _risk(x / (1 + x), values, rotated)


def _simulated(rng: np.random.Generator, samples: int) -> dict[str, np.ndarray]:
    """Gradient descent and ridge regression on simulated responses of one problem."""
    X, weights = _problem(rng)
    Y = X @ weights[:, None] + rng.normal(size=(ROWS, samples))
    gram, cross = X.T @ X / ROWS, X.T @ Y / ROWS
    values, axes = np.linalg.eigh(gram)
    rotated = axes.T @ weights
    found: dict[str, list] = {
        name: []
        for name in ("sampled_errors", "ridge_errors", "sampled_risk", "sampled_ridge_risk")
    }
    w, made = np.zeros_like(cross), 0
    for mark in PROBLEM_MARKS:
        for _ in range(mark - made):
            w = w - PROBLEM_RATE * (gram @ w - cross)
        made = mark
        t = PROBLEM_RATE * mark
        ridge = np.linalg.solve(gram + np.eye(PREDICTORS) / t, cross)
        found["sampled_errors"].append(np.sum((w - weights[:, None]) ** 2, axis=0))
        found["ridge_errors"].append(np.sum((ridge - weights[:, None]) ** 2, axis=0))
        left = (1 - PROBLEM_RATE * values) ** mark
        found["sampled_risk"].append(_risk(1 - left, values, rotated))
        found["sampled_ridge_risk"].append(_risk(t * values / (1 + t * values), values, rotated))
    return {name: np.array(rows) for name, rows in found.items()}
