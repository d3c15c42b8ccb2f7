"""Which labels, records and predictions do both claims and figures look up?"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results

GROWTH_FROM = 500  # the step from which noise grows at the rate of theory

LABELS = {
    "tanh": "tanh",
    "relu": "ReLU",
    "zeros": "all zero",
    "standard_uniform": "“standard” uniform, 1/(3m)",
    "lecun_normal": "LeCun normal, 1/m",
    "he_normal": "He normal, 2/m",
    "he_uniform": "He uniform, 2/m",
    "glorot_uniform": "Glorot uniform, 2/(m+n)",
    "glorot_normal": "Glorot normal, 2/(m+n)",
    "orthogonal": "orthogonal, 1/max(m, n)",
    "sparse": "sparse, 15 of N(0, 1)",
}


def predicted_growth(results: Results) -> np.ndarray:
    """Theory for ln of the distance between units, relative to the first record: (records,).

    Each step multiplies the distance by 1 + rate |lambda|, with lambda the most negative
    curvature.
    """
    by_step = np.log1p(results["symmetry_rate"] * np.maximum(-results["curvature"], 0))
    by_record = (by_step[1:] + by_step[:-1]) / 2 * np.diff(results["symmetry_steps"])
    return np.concatenate([[0], np.cumsum(by_record)])


def first_growth_record(results: Results) -> int:
    """The first record at or after step `GROWTH_FROM`."""
    return int(np.searchsorted(results["symmetry_steps"], GROWTH_FROM))


def place_of_small_noise(results: Results) -> int:
    """The index of the noise that is closest to 1e-6."""
    return int(np.argmin(np.abs(results["noises"] - 1e-6)))
