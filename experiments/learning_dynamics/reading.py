"""How do claims and figures count negative eigenvalues and positive definite matrices?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from experiments.lab.contract import Results
from experiments.learning_dynamics.critical_points import negative_eigenvalues

ROUNDING = 1e-10  # largest rounding error of a number that is 0, in float64


class Shares(NamedTuple):
    """How often random n x n matrices are positive definite, for n = 1, 2, ...

    Attributes:
      measured: (sizes,) shares of the draws.
      exact: (sizes,) probabilities.
      error: (sizes,) standard errors of the shares, from the exact probabilities.
      draws: number of matrices.
    """

    measured: np.ndarray
    exact: np.ndarray
    error: np.ndarray
    draws: int


def negative_counts(results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of negative eigenvalues at each critical point, counted and by formula."""
    strengths, hidden = results["saddle_strengths"], int(results["saddle_hidden"])
    theory = [negative_eigenvalues(strengths, which, hidden) for which in results["learned"]]
    return np.sum(results["eigenvalues"] < -ROUNDING, axis=1), np.array(theory)


def positive_shares(results: Results) -> Shares:
    """Shares of positive definite matrices, and their probabilities."""
    counts = results["matrix_counts"]
    draws = len(counts) * int(results["matrix_batch"])
    exact = np.exp(results["log_probabilities"])[: counts.shape[1]]
    return Shares(counts.sum(axis=0) / draws, exact, np.sqrt(exact * (1 - exact) / draws), draws)
