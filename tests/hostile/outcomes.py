"""What did a function answer: did it work, refuse in one sentence, or is it at fault?

returned   a result that is finite, or documented not to be
refused    InputError or InputTypeError with one sentence that names the argument
fault      any other exception, a warning, NaN in silence, an argument that was changed,
           or a call that takes longer than `SECONDS`, or `SLOW_SECONDS`
"""

from __future__ import annotations

import contextlib
import io
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxnn
from tests.hostile.calls import Call, calls_of
from tests.hostile.values import OwnError, hostile_values, quiet

SECONDS = 20
SLOW_SECONDS = 6 * SECONDS  # for a call that compiles or trains
LONGEST = 500  # characters of a sentence
LIBRARY = str(Path(jaxnn.__file__).parent)


class Case(NamedTuple):
    """One argument of one function, and what takes its place."""

    package: str
    function: str
    argument: str
    value: str

    def __str__(self) -> str:
        return f"{self.package}.{self.function}({self.argument} = {self.value})"


class Outcome(NamedTuple):
    """What happened.

    Attributes:
      kind: "returned", "refused" or "fault".
      text: the sentence, or what is at fault.
    """

    kind: str
    text: str = ""


def cases(package: str, *, slow: bool = True) -> list[Case]:
    """All cases of a package, or only those that take no more than a few milliseconds."""
    found = []
    for function, make in calls_of(package).items():
        call = make()
        if call.slow and not slow:
            continue
        for argument, valid in call.arguments.items():
            found += [Case(package, function, argument, name) for name in hostile_values(valid)]
    return found


def outcome_of(case: Case) -> Outcome:
    """What the function answers."""
    make = calls_of(case.package)[case.function]
    return answer(
        make,
        case.argument,
        lambda: quiet(hostile_values(make().arguments[case.argument])[case.value]),
    )


def answer(make_call: Callable[[], Call], argument: str, make_value: Callable[[], Any]) -> Outcome:
    """What a function answers when one argument is replaced.

    Args:
      make_call: makes the call that works.
      argument: the name of the argument.
      make_value: makes what takes its place.
    """
    call = make_call()
    try:
        value = make_value()
    except (ValueError, TypeError, IndexError, AttributeError):
        return Outcome("returned")  # there is no such value in place of this one
    before = _snapshot({**call.arguments, argument: value})
    try:
        with warnings.catch_warnings(), _silence(), _time_limit(call):
            warnings.simplefilter("error")
            result = call.with_argument(argument, value)
    except OwnError:
        return Outcome("refused", "the user's own error")
    except Exception as error:
        if argument in call.users and _raised_by_the_user(error):
            return Outcome("refused", "the error of the user's own function")
        if (
            "\n" not in str(error)
            and call.like is not None
            and _numpy_raises(call, argument, value, type(error))
        ):
            return Outcome("refused", "NumPy's own error")
        if isinstance(error, call.errors):
            return judged(str(error), argument, call)
        first = next(iter(str(error).splitlines()), "")
        return Outcome("fault", f"{type(error).__name__}: {first[:160]}")
    if before != _snapshot({**call.arguments, argument: value}):
        return Outcome("fault", "an argument was changed")
    if argument in call.nan_passes or _is_finite(result):
        return Outcome("returned")
    if _is_finite(make_call().as_it_is()):
        return Outcome("fault", "NaN or infinity in silence")
    return Outcome("returned")


def _raised_by_the_user(error: Exception) -> bool:
    """Whether an error comes out of a user's function, or of an operation that it asks for.

    An operation on values that have none is refused in the words of Python, NumPy or JAX.
    """
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(LIBRARY)]
    if not inside:
        return False
    operations = (frame for frame in inside if frame.filename.endswith("tracer/core.py"))
    if any(frame.name == "__call__" for frame in operations) or re.search(
        r"operand type|not supported (between|for)", str(error)
    ):
        return True
    return bool(re.search(r"\b(fun|equation|number)\(", inside[-1].line or ""))


def _numpy_raises(call: Call, argument: str, value: Any, kind: type[Exception]) -> bool:
    """Whether the function of NumPy that a call stands for refuses the same with such an error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            call._replace(function=call.like).with_argument(argument, value)
    except Exception as error:
        return issubclass(kind, type(error)) or issubclass(type(error), kind)
    return False


def judged(sentence: str, argument: str, call: Call) -> Outcome:
    """A refusal, if it is one readable sentence about the argument."""
    shown = repr(sentence[:160])
    words = {*call.arguments, *call.words.get(argument, ())}
    if "\n" in sentence:
        return Outcome("fault", f"more than one line: {shown}")
    if not sentence.endswith((".", "?")):
        return Outcome("fault", f"no full stop: {shown}")
    if len(sentence) > LONGEST:
        return Outcome("fault", f"{len(sentence)} characters: {shown}")
    if re.search(r"[a-z)][.!?] [A-Z]", sentence):
        return Outcome("fault", f"more than one sentence: {shown}")
    if not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence) for word in words):
        return Outcome("fault", f"the argument is not named: {shown}")
    return Outcome("refused", sentence)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


class TooSlow(Exception):
    """A call that takes too long."""


@contextlib.contextmanager
def _time_limit(call: Call) -> Iterator[None]:
    seconds = SLOW_SECONDS if call.slow else SECONDS

    def stop(number: int, frame: Any) -> None:
        raise TooSlow(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _leaves(value: Any, depth: int = 0) -> Iterator[Any]:
    """The numbers and arrays inside results, whatever they are made of."""
    if depth > 8:
        return
    if isinstance(value, dict):
        value = list(value.values())
    elif is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _leaves(entry, depth + 1)
    elif isinstance(value, np.ndarray | jax.Array | np.generic | float | int | complex):
        yield value


def _is_finite(result: Any) -> bool:
    for leaf in _leaves(result):
        if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            continue
        if isinstance(leaf, int):
            continue
        array = np.asarray(leaf)
        if array.dtype.kind in "fc" and array.size < 2**28 and not np.isfinite(array).all():
            return False
    return True


def _snapshot(arguments: dict[str, Any]) -> list[bytes]:
    """The contents of the NumPy arrays among the arguments, to see whether they change."""
    arrays = [leaf for leaf in _leaves(arguments) if isinstance(leaf, np.ndarray)]
    return [array.tobytes() for array in arrays if array.size < 2**20 and array.dtype != object]
