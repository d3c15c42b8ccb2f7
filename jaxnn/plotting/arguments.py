"""What do the drawing functions accept? Axes, names, colours, lines, and arrays of equal length."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    check_memory,
    check_name,
    shown,
)
from jaxnn.plotting.figure_style import COLORS, LINES


def check_axes(ax: Any, *, optional: bool = False) -> None:
    """Refuse what are no axes of matplotlib; None is accepted where it makes a figure.

    Raises:
      InputTypeError: anything else.
    """
    if not (isinstance(ax, Axes) or (optional and ax is None)):
        new = ", or None for a new figure" if optional else ""
        raise InputTypeError(f"ax is {shown(ax)}; pass axes of matplotlib, as from panels{new}.")


def check_texts(**texts: Any) -> None:
    """Refuse labels that are neither text nor None.

    Raises:
      InputTypeError: anything else.
    """
    for argument, text in texts.items():
        if not (text is None or isinstance(text, str)):
            raise InputTypeError(f"{argument} is {shown(text)}; pass text.")


def list_of_names(names: Any, argument: str, count: int | None = None) -> list[str]:
    """Names as a list of texts.

    Args:
      names: what the caller passed.
      argument: what it is called.
      count: how many there must be, or None for any number of at least 1.

    Raises:
      InputTypeError: no list of texts.
      InputError: another number of them.
    """
    wanted = "at least one name" if count is None else f"{count} name{'s' * (count != 1)}"
    several = isinstance(names, Collection) and not isinstance(names, str | bytes | dict | set)
    if not several or getattr(names, "shape", (0,)) == ():
        raise InputTypeError(f"{argument} is {shown(names)}; pass a list of {wanted}.")
    check_memory(64 * len(names), argument, names, f"pass a list of {wanted}")
    listed = list(names)
    if not all(isinstance(name, str) for name in listed):
        raise InputTypeError(f"{argument} is {shown(names)}; pass a list of {wanted}.")
    if len(listed) != (count or max(1, len(listed))):
        raise InputError(f"{argument} has {len(listed)} names; pass {wanted}.")
    return [str(name) for name in listed]


def check_output(output: Any, outputs: int) -> None:
    """Refuse what is not the number of one of the outputs.

    Raises:
      InputError, InputTypeError: anything else.
    """
    check_count(output, "output", least=0)
    if output >= outputs:
        raise InputError(f"output is {shown(output)}; there are the outputs 0 to {outputs - 1}.")


def color_named(name: str) -> str:
    """The colour with a given name in `COLORS`; InputError for an unknown name."""
    check_name(name, "color", COLORS)
    return COLORS[name]


def line_named(name: str) -> Any:
    """The line style with a given name in `LINES`; InputError for an unknown name."""
    check_name(name, "line", LINES)
    return LINES[name]


def equally_long(*, gaps: bool = False, **arrays: ArrayLike) -> list[np.ndarray]:
    """The arguments as float vectors of equal length n >= 1.

    Args:
      gaps: whether values may be NaN or infinite, which are not drawn.
      **arrays: by the names that messages call them.

    Raises:
      InputError, InputTypeError: other shapes, values that are no numbers, or not finite.
    """
    vectors = [as_numbers(array, name) for name, array in arrays.items()]
    first = next(iter(arrays))
    size = vectors[0].size
    for name, vector in zip(arrays, vectors, strict=True):
        if vector.shape != (size,) or not size:
            wanted = "shape (n,), n >= 1" if name == first else f"shape ({size},), as {first}"
            raise InputError(f"{name} has shape {vector.shape}; pass {wanted}.")
        if not gaps:
            check_finite(vector, name)
    return [vector.astype(float) for vector in vectors]


def interval_ends(
    interval: Any, center: np.ndarray, argument: str = "interval", *, gaps: bool = False
) -> list[np.ndarray]:
    """The lower and upper ends of an interval, as long as its center.

    Args:
      interval: (lower, upper).
      center: (n,).
      argument: what the caller calls the interval.
      gaps: whether ends may be NaN or infinite, which are not drawn.

    Raises:
      InputError, InputTypeError: anything else.
    """
    if not isinstance(interval, list | tuple | np.ndarray):
        raise InputTypeError(f"{argument} is {shown(interval)}; pass (lower, upper).")
    parts = 0 if getattr(interval, "shape", None) == () else len(interval)
    if parts != 2:
        raise InputError(f"{argument} has {parts} parts; pass (lower, upper).")
    lower, upper = (
        equally_long(center=center, gaps=True, **{f"{argument} {end}": part})[1]
        for end, part in zip(("lower", "upper"), interval, strict=True)
    )
    if not gaps:
        for end, part in (("lower", lower), ("upper", upper)):
            check_finite(part, f"{argument} {end}")
    return [lower, upper]
