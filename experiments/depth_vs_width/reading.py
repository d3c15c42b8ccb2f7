"""How do claims and figures find and compare the stored cells of `depth_vs_width`?

A cell is one data set with a number of rows, parameters and steps; its errors are stored by number
of hidden layers and seed.
"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results
from experiments.shared.statistics import MedianInterval, median_interval

NAMES = {
    "digits": "handwritten digits",
    "fold": "fold | |Σx| − 1.2 |, 8 inputs",
    "nested_differences_4": "nested |a − b|, 4 inputs",
    "nested_differences_8": "nested |a − b|, 8 inputs",
    "noisy_signals": "1-D digits, noise 0.5",
    "product_4": "product of 4 inputs",
    "product_6": "product of 6 inputs",
    "radial_sine_8": "sin 2π|x|², 8 inputs",
    "signals": "1-D digits, noise 0.25",
    "sine_tree_8": "tree of sines, 8 inputs",
    "tanh_teacher_8": "network of 4 tanh layers",
    "tent_3": "tent, composed 3 times",
}


def find(
    results: Results, data: str, rows: int | None, parameters: int, steps: int | None = None
) -> int | None:
    """The index of a cell, or None.

    Args:
      results: the stored arrays.
      data: the name of the data set.
      rows: the number of training rows; None for fresh rows at every step.
      parameters: the number of parameters that was asked for.
      steps: the number of steps; None for the first cell that matches otherwise.
    """
    wanted = (results["cell_data"] == data) & (results["cell_parameters"] == parameters)
    wanted &= results["cell_fresh"] if rows is None else results["cell_rows"] == rows
    if steps is not None:
        wanted &= results["cell_steps"] == steps
    places = np.flatnonzero(wanted)
    return int(places[0]) if len(places) else None


def error_ratio(results: Results, place: int, depth: int) -> MedianInterval:
    """Median ratio over seeds of test errors, `depth` hidden layers over one; NaN if none."""
    errors = results["test"][place]
    if depth > len(errors):
        return MedianInterval(np.nan, np.nan, np.nan)
    return median_interval(errors[depth - 1] / errors[0])


def in_words(found: MedianInterval) -> str:
    """A median and its interval with two significant digits: "0.66 (0.57 to 0.7)"."""
    return f"{found.median:.2g} ({found.lower:.2g} to {found.upper:.2g})"
