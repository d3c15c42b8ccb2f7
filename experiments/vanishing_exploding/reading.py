"""Which gains, variances, labels and outcomes do both claims and figures look up?"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results
from experiments.vanishing_exploding.cliffs import SOLVED

ACTIVATION_WORDS = {"identity": "no activation", "relu": "ReLU", "tanh": "tanh"}
SCHEME_WORDS = {
    "standard_uniform": "U(±1/√n)",
    "glorot_uniform": "Glorot uniform",
    "lecun_normal": "N(0, 1/n)",
    "he_normal": "N(0, 2/n)",
}


def gain_label(results: Results, place: int) -> str:
    """The activation and initialiser of a pair, in words."""
    activation = ACTIVATION_WORDS[str(results["gain_activations"][place])]
    return f"{activation}, {SCHEME_WORDS[str(results['gain_initializers'][place])]}"


def measured_gains(results: Results, way: str) -> np.ndarray:
    """Factors of mean squares per layer, for `way` "forward" or "backward": (gains,)."""
    return results[f"gain_{way}"].mean(axis=1) ** (1 / int(results["gain_layers"]))


def gain_errors(results: Results) -> np.ndarray:
    """Standard errors of measured factors relative to theory, from theory: (gains,).

    One layer's factor has relative variance c / n, so that of L layers has (1 + c / n)^L - 1.
    """
    layers, seeds = int(results["gain_layers"]), results["gain_forward"].shape[1]
    growth = (1 + results["gain_excesses"] / int(results["gain_width"])) ** layers - 1
    return np.sqrt(growth / seeds) / layers


def asymptotic_shares(results: Results) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Variances of ln |J u|² over the asymptotic 5L/n, for each size of network.

    Returns:
      Measured, their standard errors, and by the exact law: (laws,) each.
    """
    width, layers = results["law_sizes"].T
    asymptotic = 5 * layers / width
    found, errors = zip(*map(variance_and_error, results["law_samples"]), strict=True)
    return (
        np.array(found) / asymptotic,
        np.array(errors) / asymptotic,
        results["law_moments"][:, 1] / asymptotic,
    )


def variance_and_error(values: np.ndarray) -> tuple[float, float]:
    """The variance of (n,) values, and its standard error."""
    values = values.astype(float)
    variance = values.var(ddof=1)
    fourth = np.mean((values - values.mean()) ** 4)
    return float(variance), float(np.sqrt((fourth - variance**2) / len(values)))


def chain_outcomes(results: Results) -> np.ndarray:
    """Outcomes for the chain of 20 layers, (thresholds, starts): -1 diverged, 1 solved, 0 else."""
    ended = np.isfinite(results["chain_ends"])
    solved = ended & (results["chain_losses"] < SOLVED)
    return np.where(ended, solved.astype(int), -1)
