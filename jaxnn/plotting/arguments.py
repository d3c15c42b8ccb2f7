"""What do the drawing functions accept? Names of colours and lines, and arrays of equal length."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from jaxnn.errors import InputError, unknown_name
from jaxnn.plotting.figure_style import COLORS, LINES


def color_named(name: str) -> str:
    """The colour with a given name in `COLORS`; InputError for an unknown name."""
    if name not in COLORS:
        raise unknown_name("color", name, COLORS)
    return COLORS[name]


def line_named(name: str) -> Any:
    """The line style with a given name in `LINES`; InputError for an unknown name."""
    if name not in LINES:
        raise unknown_name("line", name, LINES)
    return LINES[name]


def equally_long(**arrays: ArrayLike) -> list[np.ndarray]:
    """The arguments as float vectors of equal length n >= 1; InputError if they are not."""
    vectors = [np.asarray(array, dtype=float) for array in arrays.values()]
    first = next(iter(arrays))
    size = vectors[0].size
    for name, vector in zip(arrays, vectors, strict=True):
        if vector.shape != (size,) or not size:
            wanted = "shape (n,), n >= 1" if name == first else f"shape ({size},), as {first}"
            raise InputError(f"{name} has shape {vector.shape}; pass {wanted}.")
    return vectors


def interval_ends(interval: tuple[ArrayLike, ArrayLike], center: np.ndarray) -> list[np.ndarray]:
    """The lower and upper ends of an interval, as long as its center; InputError otherwise."""
    if len(interval) != 2:
        raise InputError(f"interval has {len(interval)} parts; pass (lower, upper).")
    return equally_long(center=center, lower=interval[0], upper=interval[1])[1:]
