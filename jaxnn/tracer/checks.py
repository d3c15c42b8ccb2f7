"""What can be differentiated, and what is a direction for it?

Inputs are numbers or arrays of floating point, without a mask; outputs are arrays or numbers; a
tangent or cotangent has the shape of what it belongs to. Anything else is refused in one sentence,
with TypeError or ValueError.
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from jaxnn.tracer.core import Array
from jaxnn.tracer.rules import astype

_NUMBERS = set("biufV")  # kinds of dtypes; V is that of bfloat16
_NO_NUMBERS = set("USOMm")  # texts, objects, dates


def check_function(fun: Any) -> None:
    """Refuse what cannot be called, before anything is traced."""
    if not callable(fun):
        raise TypeError(f"fun is of type {type_name(fun)}; pass a function of arrays.")


def is_float(leaf: Any) -> bool:
    """Whether a leaf is a floating-point number or an array of them."""
    kind = getattr(getattr(leaf, "dtype", None), "kind", None)  # its name takes NumPy longer
    return kind == "f" or type_name(leaf).startswith(("float", "bfloat"))


def as_input(leaf: Any) -> Array:
    """An array that can be differentiated with respect to; a Python float becomes float64."""
    if type(leaf) is float:
        return np.float64(leaf)
    if is_float(leaf):
        return _usable(leaf) if isinstance(leaf, np.ndarray) else leaf
    raise TypeError(
        f"an input to be differentiated is of type {type_name(leaf)}; pass floating-point numbers,"
        " for instance 3.0 or array.astype(float)."
    )


def _usable(array: np.ndarray) -> np.ndarray:
    """An array without a mask, and not a view that stands for more numbers than memory holds."""
    if isinstance(array, np.ma.MaskedArray):
        if masked := np.ma.count_masked(array):
            raise ValueError(
                f"an input is an array with {masked} masked values; drop or fill them first."
            )
        array = array.data
    if array.nbytes > (memory := _machine_memory()):
        raise ValueError(
            f"an input has shape {array.shape}, which takes {array.nbytes:,} bytes of memory, but "
            f"this machine has {memory:,}; pass fewer numbers."
        )
    return array


def _machine_memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return math.inf


def as_output(leaf: Any) -> Array:
    """An array or a number that a differentiated function returned."""
    if hasattr(leaf, "dtype") and hasattr(leaf, "shape"):
        if getattr(leaf.dtype, "kind", "") in _NO_NUMBERS:
            raise TypeError(f"the function returned an array of {leaf.dtype}; return numbers.")
        return leaf
    if isinstance(leaf, bool | int | float):
        return np.asarray(leaf)[()]
    raise TypeError(
        f"the function returned a {type(leaf).__name__}; return arrays, numbers, or tuples, lists "
        "and dictionaries of them, and anything else through has_aux."
    )


def matching(what: str, change: Any, value: Any) -> Array:
    """A tangent or cotangent, checked against what it belongs to and cast to its dtype."""
    value = as_output(value)
    if isinstance(value, np.ndarray | np.generic):
        change = _in_numpy(change)
    if not hasattr(change, "shape"):
        if not isinstance(change, bool | int | float):
            raise TypeError(f"a {what} is of type {type_name(change)}; pass numbers or arrays.")
        change = np.asarray(change, value.dtype)[()]
    if getattr(getattr(change, "dtype", None), "kind", "") not in _NUMBERS:
        raise TypeError(f"a {what} is of type {type_name(change)}; pass numbers or arrays.")
    if change.shape != value.shape:
        raise ValueError(
            f"a {what} has shape {change.shape}, but what it belongs to has shape {value.shape}."
        )
    return change if change.dtype == value.dtype else astype(change, dtype=value.dtype)


def _in_numpy(change: Any) -> Any:
    """An array of JAX as one of NumPy, whose dtypes JAX may not have; a traced one as it is."""
    if type(change).__module__.startswith("jaxlib"):
        try:
            return np.asarray(change)
        except TypeError:  # such as a random key, which is refused later
            return change
    return change


def type_name(leaf: Any) -> str:
    """The name of an array's dtype, or of the type of anything else."""
    return getattr(getattr(leaf, "dtype", None), "name", type(leaf).__name__)
