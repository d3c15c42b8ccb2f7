"""Which of the arguments of NumPy's functions are taken here?

A function here may take fewer than NumPy's of its name, and in another order: `mean(x, axis,
keepdims)` against `numpy.mean(a, axis, dtype, out, keepdims)`. It is called with NumPy's, by place
or by name; what it does not take is refused, unless it is NumPy's default. Errors from inside a
function keep their class, TypeError, ValueError or IndexError, and say in a sentence which function
was called.
"""

import re
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from numpy.exceptions import AxisError
from numpy.linalg import LinAlgError

# Errors that are told in a sentence, and the classes that they keep.
KEPT = (LinAlgError, AxisError, TypeError, IndexError, ValueError)
NO_VALUE = (AttributeError, NotImplementedError)
KINDS = (*KEPT, *NO_VALUE, OverflowError, ZeroDivisionError, RecursionError, MemoryError)
SENTENCE_ENDS = re.compile(r"\. (?=[A-Z])")
BY_PLACE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def as_numpy_takes_them(function: Callable[..., Any], theirs: Callable[..., Any]) -> Callable:
    """`function`, called with the arguments of NumPy's function `theirs`.

    Its own arguments when NumPy does not tell its, or when `function` takes any number of them.
    Raises TypeError for an argument that `function` does not take.
    """
    ours = signature(function).parameters
    try:
        known = signature(theirs).parameters
    except ValueError:
        return in_sentences(function, theirs.__name__)
    if any(p.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD) for p in ours.values()):
        return in_sentences(function, theirs.__name__)
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

    return in_sentences(call, theirs.__name__)


def in_sentences(function: Callable[..., Any], name: str = "") -> Callable:
    """`function`, whose errors are sentences that name it, by default by its own name."""
    name = name or function.__name__

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except KINDS as error:
            sentence = _sentence(error, name)
            if sentence is None:
                raise
            kind = next((kind for kind in KEPT if isinstance(error, kind)), None)
            kind = kind or (TypeError if isinstance(error, NO_VALUE) else ValueError)
            raise kind(sentence) from error

    return call


def _sentence(error: Exception, name: str) -> str | None:
    """What is wrong, in a sentence; None if it is one, or is a message of JAX."""
    reason = str(error)
    is_sentence = reason.endswith(".") and "\n" not in reason
    is_sentence = is_sentence and not SENTENCE_ENDS.search(reason)
    if is_sentence or type(error).__module__.startswith("jax"):
        return None
    reason = SENTENCE_ENDS.split(reason.partition("\n")[0])[0].rstrip(".")
    return f"{name} cannot take these arguments: {reason[:200]}."
