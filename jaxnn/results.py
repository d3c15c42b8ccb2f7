"""Is an argument the result of the function that makes such results?

Results are NamedTuples. One that was changed by hand, or anything else in its place, is refused
before a field of it is used.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from jaxnn.errors import InputError, InputTypeError, is_whole, shown


def check_result(value: Any, argument: str, kind: type, source: str, **shapes: str) -> None:
    """Refuse what is not a result of a kind, or has fields that do not belong together.

    Args:
      value: what the caller passed.
      argument: its name, for the sentence.
      kind: a NamedTuple.
      source: the function that returns it, for the sentence.
      **shapes: the axes of some fields by name, center="p", samples="r p"; axes of one name have
        one length. "p *" is one named axis and any others. A field that is None has no shape.

    Raises:
      InputTypeError: no such result, or a field of another type than is declared.
      InputError: fields of other shapes.

    Example:
      >>> from jaxnn.refits import ImportanceInterval
      >>> check_result(3, "interval", ImportanceInterval, "importance_interval")
      Traceback (most recent call last):
      jaxnn.errors.InputTypeError: interval is 3; pass what importance_interval returns.
    """
    if not isinstance(value, kind):
        raise InputTypeError(f"{argument} is {shown(value)}; pass what {source} returns.")
    for field, hint in _fields(kind).items():
        entry = getattr(value, field)
        if not _fits(entry, hint):
            raise InputTypeError(
                f"{argument} has the {field} {shown(entry)}; pass what {source} returns, as it is."
            )
    lengths: dict[str, int] = {}
    for field, axes in shapes.items():
        entry, names = getattr(value, field), axes.removesuffix("*").split()
        if entry is None:
            continue
        shape = np.shape(entry) if isinstance(entry, np.ndarray) else (len(entry),)
        fits = len(shape) == len(names) or (len(shape) > len(names) and axes.endswith("*"))
        pairs = zip(names, shape, strict=False)
        if not fits or any(lengths.setdefault(name, size) != size for name, size in pairs):
            raise InputError(
                f"{argument} has the {field} of shape {shape}, which does not fit its other "
                f"fields; pass what {source} returns, as it is."
            )


@cache
def _fields(kind: type) -> dict[str, Any]:
    """The declared types of the fields of a NamedTuple."""
    return get_type_hints(kind)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a declared type, as far as types say."""
    if hint is Any:
        return True
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return isinstance(value, str) and value in get_args(hint)
    if origin is tuple:
        entries = get_args(hint)
        if not isinstance(value, tuple):
            return False
        if entries[-1] is Ellipsis:
            return all(_fits(entry, entries[0]) for entry in value)
        return len(value) == len(entries) and all(map(_fits, value, entries))
    if hint is float:
        return isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if hint is int:
        return is_whole(value)
    if hint is np.ndarray:
        return isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
    if hint is None or hint is type(None):
        return value is None
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        if not isinstance(value, hint):
            return False
        return all(_fits(getattr(value, name), one) for name, one in _fields(hint).items())
    return not isinstance(hint, type) or isinstance(value, hint)
