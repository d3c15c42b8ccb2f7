"""What do both the claims and the figures of `learning_dynamics` read off the stored arrays?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from experiments.lab.contract import Results
from experiments.learning_dynamics.critical_points import negative_eigenvalues

ROUNDING = 1e-10  # what rounding in float64 may leave of a number that is 0


class Shares(NamedTuple):
    """How often random n x n matrices are positive definite, for n = 1, 2, ...

    Attributes:
      measured: (sizes,) shares of the draws.
      exact: (sizes,) probabilities.
      error: (sizes,) standard errors of the shares, by the exact probabilities.
      draws: number of matrices.
    """

    measured: np.ndarray
    exact: np.ndarray
    error: np.ndarray
    draws: int


def negative_counts(results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Negative eigenvalues of the Hessian at each critical point, counted and by the formula."""
    strengths, hidden = results["saddle_strengths"], int(results["saddle_hidden"])
    theory = [negative_eigenvalues(strengths, which, hidden) for which in results["learned"]]
    return np.sum(results["eigenvalues"] < -ROUNDING, axis=1), np.array(theory)


def positive_shares(results: Results) -> Shares:
    """Shares of positive definite matrices beside their probabilities."""
    counts = results["matrix_counts"]
    draws = len(counts) * int(results["matrix_batch"])
    exact = np.exp(results["log_probabilities"])[: counts.shape[1]]
    return Shares(counts.sum(axis=0) / draws, exact, np.sqrt(exact * (1 - exact) / draws), draws)
