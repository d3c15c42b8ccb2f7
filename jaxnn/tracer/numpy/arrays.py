"""How are arrays made, shaped, joined and cut?

Nearly always by one linear primitive: `reshape`, `transpose`, `concatenate`, `getitem`, or one that
moves entries. What becomes of axes and positions NumPy itself says, on arrays that hold nothing.
"""

import builtins
from collections.abc import Callable, Sequence
from inspect import signature
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from jaxnn.tracer import primitives as op
from jaxnn.tracer import rules
from jaxnn.tracer.core import Array, Box, add, base, multiply
from jaxnn.tracer.rules import namespace_of
from jaxnn.tracer.tree import flatten as flatten_tree

Axis = int | Sequence[int] | None


def array(object: Any, dtype: Any = None, copy: Any = None) -> Array:
    """An array of numbers, arrays and traced values in nested lists; those are never copied."""
    if isinstance(object, list | tuple) and builtins.any(map(is_ours, flatten_tree(object)[0])):
        object = stack([array(entry) for entry in object])
    if is_ours(object):
        return object if dtype is None else astype(object, dtype)
    return np.array(object, dtype)


def is_ours(x: Any) -> bool:
    """Whether NumPy itself cannot make an array of it."""
    return isinstance(x, Box) or namespace_of(x) is not np


def as_array(x: Any) -> Array:
    """Lists become arrays; what already is an array stays as it is."""
    return x if hasattr(x, "shape") else array(x)


def astype(x: Array, dtype: Any, copy: bool = True) -> Array:
    """The array in another dtype; one without derivative when that is no float."""
    x, dtype = as_array(x), np.dtype(dtype)
    if dtype.name.startswith(("float", "bfloat")):
        return x if x.dtype == dtype else rules.astype(x, dtype=dtype)
    return base(x).astype(dtype)


def shape(x: Array) -> tuple[int, ...]:
    return as_array(x).shape


def ndim(x: Array) -> int:
    return len(shape(x))


def size(x: Array, axis: Axis = None) -> int:
    sizes = shape(x)
    return prod([sizes[a] for a in axes_of(axis, len(sizes))])


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Axes as a tuple of numbers from 0."""
    return tuple(range(ndim)) if axis is None else normalize_axis_tuple(axis, ndim)


def line(x: Array, axis: int | None) -> tuple[Array, int]:
    """An array, flattened when no axis is given, and the axis as a number from 0."""
    x = ravel(x) if axis is None else as_array(x)
    return x, normalize_axis_tuple(axis or 0, len(x.shape))[0]


def _reshaping(name: str) -> Callable[..., Array]:
    def function(x: Array, *args: Any, **options: Any) -> Array:
        nothing = np.empty(shape(x), bool)
        return reshape(x, getattr(np, name)(nothing, *args, **options).shape)

    return function


squeeze, expand_dims = map(_reshaping, ("squeeze", "expand_dims"))
atleast_1d, atleast_2d = map(_reshaping, ("atleast_1d", "atleast_2d"))


def ravel(x: Array, order: str = "C") -> Array:
    return reshape(x, -1, order=order)


def reshape(x: Array, *sizes: Any, shape: Any = None, order: str = "C", copy: Any = None) -> Array:
    """The same entries in another shape, which is given as one argument or as several."""
    if len(sizes) > 1 and isinstance(sizes[-1], str):
        sizes, order = sizes[:-1], sizes[-1]
    if order not in ("C", "F"):
        raise ValueError(f"order is {order!r}; 'C' and 'F' are accepted.")
    x = as_array(x)
    sizes = np.empty(x.shape, bool).reshape(*sizes if shape is None else (shape,)).shape
    if order == "F":
        return transpose(op.reshape(transpose(x), shape=sizes[::-1]))
    return x if x.shape == sizes else op.reshape(x, shape=sizes)


def _permuting(name: str) -> Callable[..., Array]:
    def function(x: Array, *args: Any, **options: Any) -> Array:
        x = as_array(x)
        numbered = np.empty(range(len(x.shape)))  # axis i has length i
        axes = getattr(np, name)(numbered, *args, **options).shape
        return x if axes == numbered.shape else op.transpose(x, axes=axes)

    return function


swapaxes, moveaxis, _transpose = map(_permuting, ("swapaxes", "moveaxis", "transpose"))


def transpose(x: Array, *order: Any, axes: Any = None) -> Array:
    return _transpose(x, order if len(order) > 1 else order[0] if order else axes)


def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    x, shape = as_array(x), (shape,) if isinstance(shape, int) else tuple(shape)
    return x if x.shape == shape else rules.broadcast_to(x, shape=shape)


def column(x: Array) -> Array:
    return reshape(x, (-1, 1))


def concatenate(arrays: Any, axis: int | None = 0) -> Array:
    lines = [line(x, axis) for x in arrays]
    return op.concatenate(*[x for x, _ in lines], axis=lines[0][1])


def stack(arrays: Any, axis: int = 0) -> Array:
    return concatenate([expand_dims(x, axis) for x in arrays], axis)


def getitem(x: Array, index: Any) -> Array:
    return op.getitem(as_array(x), index=index)


def take(x: Array, indices: Any, axis: int | None = None) -> Array:
    x, axis = line(x, axis)
    return getitem(x, (slice(None),) * axis + (base(indices),))


def take_along_axis(x: Array, indices: Any, axis: int = -1) -> Array:
    grid = list(np.indices(shape(indices), sparse=True))
    grid[axis] = base(indices)
    return getitem(x, tuple(grid))


def _splitting(name: str) -> Callable[..., list[Array]]:
    def function(x: Array, sections: Any, axis: int = 0) -> list[Array]:
        pieces = getattr(np, name)(np.arange(shape(x)[axis]), sections)
        cuts = [slice(p[0], p[-1] + 1) if len(p) else slice(0) for p in pieces]
        return [take(x, cut, axis) for cut in cuts]

    return function


split, array_split = map(_splitting, ("split", "array_split"))


def _moving(name: str) -> Callable[..., Array]:
    primitive = op.moving(name)
    first = next(iter(signature(getattr(np, name)).parameters))

    def function(*args: Any, **options: Any) -> Array:
        x, *rest = args or [options.pop(first)]
        return primitive(as_array(x), args=rest, options=options)

    return function


roll, rot90, tile, repeat = map(_moving, ("roll", "rot90", "tile", "repeat"))
diag, diagonal, _pad = map(_moving, ("diag", "diagonal", "pad"))


def flip(x: Array, axis: Axis = None) -> Array:
    axes, back, whole = axes_of(axis, ndim(x)), slice(None, None, -1), slice(None)
    return getitem(x, tuple([back if i in axes else whole for i in range(ndim(x))]))


fliplr, flipud = lambda m: flip(m, 1), lambda m: flip(m, 0)


def tril(x: Array, k: int = 0) -> Array:
    return rules.where(np.tri(*shape(x)[-2:], k=k, dtype=bool), x, 0)


def triu(x: Array, k: int = 0) -> Array:
    return rules.where(np.tri(*shape(x)[-2:], k=k - 1, dtype=bool), 0, x)


def pad(x: Array, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Array:
    """NumPy's pad in the modes that copy entries, or with constants."""
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise NotImplementedError(f"mode is {mode!r}; pad with constants or copies of entries.")
    y = _pad(x, pad_width, mode)
    if mode == "constant" and np.any(constant_values):
        border = np.zeros(shape(x), y.dtype)
        y = add(y, np.pad(border, pad_width, constant_values=constant_values))
    return y


def hstack(arrays: Any) -> Array:
    return concatenate(list(map(atleast_1d, arrays)), min(1, ndim(arrays[0]) - 1))


def vstack(arrays: Any) -> Array:
    return concatenate(list(map(atleast_2d, arrays)))


def column_stack(arrays: Any) -> Array:
    return concatenate([x if ndim(x) > 1 else column(x) for x in arrays], 1)


def append(x: Array, values: Array, axis: int | None = None) -> Array:
    return concatenate([x, values], axis)


def hsplit(x: Array, sections: Any) -> list[Array]:
    return split(x, sections, min(1, ndim(x) - 1))


def copy(x: Array) -> Array:
    return multiply(x, 1)


asarray, flatten, vsplit = array, ravel, split
positive = real = conj = conjugate = copy
