"""Which ratios to theory do the claims and figures of universal approximation show?"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results

LABELS = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}


def spline_ratios(results: Results, norm: str) -> np.ndarray:
    """Error × N² / C of the best N straight pieces, norm "l2" or "sup": (curves, pieces)."""
    constants = results[f"{norm}_constants"][:, None]
    return results[f"{norm}_errors"] * results["pieces"] ** 2 / constants


def sampling_ratios(results: Results, bump: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean over draws of m × MSE / C of random cosines, and standard errors: both (units,)."""
    scaled = results["sampled"][bump] * results["units"] / results["sample_constants"][bump]
    return scaled.mean(axis=0), scaled.std(axis=0, ddof=1) / len(scaled) ** 0.5
