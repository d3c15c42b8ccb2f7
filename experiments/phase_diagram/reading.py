"""How do claims and figures compute accuracies, depths and growth rates from the stored arrays?

The accuracy of each cell of the map, the depth at which accuracy falls below a value, and the
growth of gradients per layer.
"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results


def best_accuracy(results: Results) -> np.ndarray:
    """Mean accuracy over starts, at the better learning rate: (depths, weight variances).

    A start that diverged counts as 0.
    """
    accuracy = np.nan_to_num(results["map_accuracy"].astype(float))
    return accuracy.mean(axis=3).max(axis=2)


def depth_reached(results: Results, accuracy: float) -> np.ndarray:
    """Depth at which accuracy falls below a value, interpolated: (weight variances,).

    NaN where accuracy never falls below it, or is already below it at the smallest depth.
    """
    depths = np.log(results["map_depths"])
    reached = np.full(len(results["map_weight_variances"]), np.nan)
    for column, values in enumerate(best_accuracy(results).T):
        below = np.flatnonzero(values < accuracy)
        if len(below) and below[0] > 0:
            ends = slice(below[0] - 1, below[0] + 1)
            reached[column] = np.exp(np.interp(-accuracy, -values[ends], depths[ends]))
    return reached


def growth_rate(log_ratio: np.ndarray, layers: int) -> tuple[float, float]:
    """ln of the mean over seeds of a ratio, per layer, and its standard error.

    Args:
      log_ratio: (seeds,) ln of the ratio of each network over `layers` layers.
      layers: number of layers.
    """
    ratios = np.exp(log_ratio - log_ratio.max())
    rate = (np.log(ratios.mean()) + log_ratio.max()) / layers
    error = ratios.std(ddof=1) / ratios.mean() / np.sqrt(len(ratios)) / layers
    return float(rate), float(error)
