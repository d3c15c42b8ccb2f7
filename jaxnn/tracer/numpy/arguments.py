"""Which of the arguments of NumPy's functions are taken here?

A function here may take fewer than NumPy's of its name, and in another order: `mean(x, axis,
keepdims)` against `numpy.mean(a, axis, dtype, out, keepdims)`. It is called with NumPy's, by place
or by name; what it does not take is refused, unless it is NumPy's default.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

BY_PLACE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def as_numpy_takes_them(function: Callable[..., Any], theirs: Callable[..., Any]) -> Callable:
    """`function`, called with the arguments of NumPy's function `theirs`.

    Unchanged when NumPy does not tell its arguments, or when `function` takes any number of them.
    Raises TypeError for an argument that `function` does not take.
    """
    ours = signature(function).parameters
    try:
        known = signature(theirs).parameters
    except ValueError:
        return function
    if any(p.kind not in (*BY_PLACE, Parameter.KEYWORD_ONLY) for p in ours.values()):
        return function
    places = [name for name, p in known.items() if p.kind in BY_PLACE]
    # The arrays go by place, whatever they are called; all other arguments by name.
    arrays = [name for name, p in ours.items() if p.default is Parameter.empty]
    names = dict(zip(places, arrays, strict=False))
    agreed = len(arrays)
    while agreed < len(places) and list(ours)[agreed : agreed + 1] == [places[agreed]]:
        agreed += 1

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if len(args) <= agreed and options.keys() <= ours.keys():
            return function(*args, **options)
        if len(args) > len(places):
            return function(*args, **options)  # whose own message says that these are too many
        given = dict(zip(places, args, strict=False)) | options
        taken = {names.get(name, name): value for name, value in given.items()}
        for name in taken.keys() - ours.keys():
            if name in known and taken[name] is known[name].default:
                del taken[name]
                continue
            raise TypeError(
                f"{theirs.__name__} was given {name}, which is not taken here; it takes "
                f"{', '.join(ours)}."
            )
        return function(**taken)

    return call
