"""Which of the arguments of NumPy's functions are taken here?

A function here may take fewer than NumPy's of its name, and in another order: `mean(x, axis,
keepdims)` against `numpy.mean(a, axis, dtype, out, keepdims)`. It is called with NumPy's, by place
or by name; what it does not take is refused, unless it is NumPy's default.
"""

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
    if any(p.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD) for p in ours.values()):
        return function
    places = [name for name, p in known.items() if p.kind in BY_PLACE]
    # The arrays go by place, whatever they are called; all other arguments by name.
    names = dict(zip(places, [n for n, p in ours.items() if p.default is p.empty], strict=False))
    agreed = len(names)
    while list(ours)[agreed : agreed + 1] == places[agreed : agreed + 1] != []:
        agreed += 1

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        # Too many arguments, too: the function's own message says so.
        if (len(args) <= agreed and options.keys() <= ours.keys()) or len(args) > len(places):
            return function(*args, **options)
        given = dict(zip(places, args, strict=False)) | options
        taken = {names.get(name, name): value for name, value in given.items()}
        for name in taken.keys() - ours.keys():
            if name not in known or taken.pop(name) is not known[name].default:
                raise TypeError(
                    f"{theirs.__name__} was given {name}, which is not taken here; it takes "
                    f"{', '.join(ours)}."
                )
        return function(**taken)

    return call
