"""Which labels, records and predictions do both claims and figures look up?"""

from __future__ import annotations

from functools import cache

import numpy as np

from experiments.initialization.initial_signals import saturation
from experiments.lab.contract import Results
from experiments.shared import finite_width

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


def finite_width_theory(results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Theory for networks of the measured width, to first order in 1/width: (scales, depth) each.

    Returns:
      Mean squared pre-activations, and shares of saturated units.
    """
    limit = results["theory_variance"]
    sizes = (int(results["signal_width"]), limit.shape[1])
    shift, spread = _shift_and_spread(tuple(results["scales"].tolist()), *sizes)
    step = 1e-3 * limit
    low, center, high = (saturation(limit + sign * step) for sign in (-1, 0, 1))
    slope, bend = (high - low) / (2 * step), (high - 2 * center + low) / step**2
    return limit + shift, center + slope * shift + bend * spread / 2


@cache
def _shift_and_spread(
    scales: tuple[float, ...], width: int, depth: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean minus limit, and variance over networks, of the variance that a layer's units share."""
    shifts, spreads = [], []
    for scale in scales:
        start = finite_width.with_direction(finite_width.first_layer(scale**2, 0.0))
        course = finite_width.layers(
            start, finite_width.TANH, (scale**2, 0.0), width, depth, direction=True
        )
        shifts.append([layer.shift[0] for layer in course])
        spreads.append([layer.covariance[0, 0] for layer in course])
    return np.array(shifts), np.array(spreads)
