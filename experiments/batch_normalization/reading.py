"""What do the stored arrays of `batch_normalization` say? Look-ups for claims and figures."""

from __future__ import annotations

import numpy as np

from experiments.batch_normalization.compute import SWEPT, WATCHED
from experiments.lab.contract import Results

LOW_LOSS = 0.3
WINDOW = 20  # batches over which losses are averaged
USABLE = 0.9  # test accuracy of the worst start
COMPARED_RATE = 0.5


def compared(results: Results, name: str, network: str) -> np.ndarray:
    """(starts, ...) of an array of the watched networks, at the learning rate 0.5."""
    rate = int(np.argmin(np.abs(results["watched_rates"] - COMPARED_RATE)))
    return results[name][list(WATCHED).index(network), rate]


def smoothed(losses: np.ndarray) -> np.ndarray:
    """Means over the last 20 batches: (..., steps - 19) for losses (..., steps)."""
    sums = np.cumsum(losses, axis=-1, dtype=float)
    before = np.concatenate([np.zeros((*sums.shape[:-1], 1)), sums[..., :-WINDOW]], axis=-1)
    return (sums[..., WINDOW - 1 :] - before) / WINDOW


def steps_to_low_loss(losses: np.ndarray) -> np.ndarray:
    """(...,) steps until the smoothed loss is below 0.3; all steps where it never is."""
    low = smoothed(losses) < LOW_LOSS
    return np.where(low.any(axis=-1), low.argmax(axis=-1) + WINDOW, losses.shape[-1])


def compared_steps(results: Results, network: str) -> np.ndarray:
    """(starts,) steps until a watched network has a low loss."""
    return steps_to_low_loss(compared(results, "watched_losses", network))


def growth_of_spread(results: Results, network: str) -> np.ndarray:
    """(starts,) standard deviation of the last pre-activations, at the end over the start."""
    spreads = compared(results, "spreads", network)
    return spreads[:, -1] / spreads[:, 0]


def shifts(results: Results, network: str) -> np.ndarray:
    """(starts, units) farthest the median of a unit goes, in units of its range at the start.

    The range is from the 15th to the 85th percentile.
    """
    low, median, high = np.moveaxis(compared(results, "percentiles", network), 2, 0)
    farthest = np.abs(median - median[:, :1]).max(axis=1)
    return farthest / (high - low)[:, 0]


def worst_accuracy(results: Results, network: str) -> np.ndarray:
    """(rates,) test accuracy of the worst start."""
    return results["swept_accuracy"][list(SWEPT).index(network)].min(axis=-1)


def usable_rates(results: Results) -> dict[str, int]:
    """At how many of the rates every start of a sigmoid network ends above 90%."""
    networks = {
        "plain": "sigmoid",
        "wide start": "sigmoid, wide start",
        "normalised": "sigmoid, normalised",
    }
    return {
        name: int((worst_accuracy(results, network) > USABLE).sum())
        for name, network in networks.items()
    }


def largest_usable_rate(results: Results, network: str) -> float:
    """The largest learning rate at which every start ends above 90%; NaN if there is none."""
    usable = results["swept_rates"][worst_accuracy(results, network) > USABLE]
    return float(usable.max()) if usable.size else float("nan")
