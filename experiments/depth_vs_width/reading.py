"""How do claims and figures find and compare the stored cells of `depth_vs_width`?

A cell is one data set with a number of rows, parameters and steps; its errors are stored by number
of hidden layers and seed. One rule judges every cell, and every number of layers in it:

    helps, hurts        the interval of (error of L layers / error of one layer) is below or above 1
    unclear             it contains 1
    no network learns   neither has a median error below 0.9 times that of the best constant
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from experiments.depth_vs_width.training import CLASSES
from experiments.lab.contract import Results
from experiments.shared.statistics import MedianInterval, median_interval, side

SOLVED = 0.05  # test error below which a network has found the fold
LOST = "no network learns"
LEARNED = 0.9  # of the error of a constant: what has been learned is a tenth or more
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


class Comparison(NamedTuple):
    """A network of several hidden layers against one with one layer and as many parameters.

    Attributes:
      place: the index of the cell.
      depth: the number of hidden layers, from 2.
      ratio: median over seeds of error / error of one layer, with its interval.
      outcome: "helps", "hurts", "unclear" or `LOST`.
    """

    place: int
    depth: int
    ratio: MedianInterval
    outcome: str


def comparisons(results: Results) -> list[Comparison]:
    """Every cell with every number of layers, judged by one rule."""
    found = []
    for place in range(len(results["cell_data"])):
        for depth in range(2, results["test"].shape[1] + 1):
            ratio = error_ratio(results, place, depth)
            if np.isnan(ratio.median):
                continue
            if learns(results, place, 1) or learns(results, place, depth):
                outcome = {"below": "helps", "above": "hurts"}.get(side(ratio), "unclear")
            else:
                outcome = LOST
            found.append(Comparison(place, depth, ratio, outcome))
    return found


def learns(results: Results, place: int, depth: int) -> bool:
    """Whether the median error is below 0.9 times that of the best constant.

    A constant has the error 1 for numbers, and 0.9 for ten equally frequent classes.
    """
    constant = 0.9 if results["cell_data"][place] in CLASSES else 1.0
    return bool(np.nanmedian(results["test"][place, depth - 1]) < LEARNED * constant)


def cell_name(results: Results, place: int) -> str:
    """Data set, rows, parameters and steps of a cell in words."""
    data, rows, parameters, steps = (
        results[f"cell_{of}"][place] for of in ("data", "rows", "parameters", "steps")
    )
    many = "fresh rows" if results["cell_fresh"][place] else f"n = {rows:,}"
    return f"{NAMES[str(data)]}, {many}, {parameters:,} parameters, {steps:,} steps"


def overfitting(results: Results, place: int, depth: int) -> MedianInterval:
    """Median over seeds of the test error minus the training error; NaN if there is none."""
    errors, own = results["test"][place], results["train"][place]
    return median_interval(errors[depth - 1] - own[depth - 1])


def in_words(found: MedianInterval) -> str:
    """A median and its interval with two significant digits: "0.66 (0.57 to 0.7)"."""
    return f"{found.median:.2g} ({found.lower:.2g} to {found.upper:.2g})"
