"""Does a function of the user return what is needed? Found out by its shapes, before compiling.

`jax.eval_shape` calls the function with traced arrays, so nothing is computed. Whatever goes wrong
inside is reported in one sentence that names the argument, with the function's own error as its
cause.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from jaxnn.errors import InputError, InputTypeError, shown


def check_callable(function: Any, argument: str, accepted: str, arguments: int) -> None:
    """Refuse what cannot be called with this number of arguments.

    Args:
      function: what the caller passed.
      argument: its name, for the sentence.
      accepted: what to pass, for the sentence.
      arguments: the number of arguments it is called with, all by position.

    Raises:
      InputTypeError: something that is no function.
      InputError: a function of another number of arguments.
    """
    if not callable(function):
        raise InputTypeError(f"{argument} is {shown(function)}; pass {accepted}.")
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # as for some built-in functions
        if isinstance(function, type):
            raise InputTypeError(f"{argument} is {shown(function)}; pass {accepted}.") from None
        return
    try:
        signature.bind(*[None] * arguments)
    except TypeError as problem:
        raise InputError(
            f"{argument} cannot be called with {arguments} argument{'s' * (arguments != 1)} "
            f"({problem}); pass {accepted}."
        ) from None


def result_of(
    function: Callable[..., Any], arguments: Sequence[Any], argument: str, accepted: str
) -> Any:
    """The shapes and dtypes of what a function of the user returns; nothing is computed.

    Args:
      function: called with `arguments`, by position.
      arguments: arrays, or `jax.ShapeDtypeStruct`.
      argument: the name of the function, for the sentence.
      accepted: what to pass, for the sentence.

    Returns:
      A pytree of `jax.ShapeDtypeStruct`.

    Raises:
      InputError, InputTypeError: a function that cannot be called so, fails, or returns something
        that is not made of arrays.
    """
    check_callable(function, argument, accepted, len(arguments))
    with failures_told(argument, accepted):
        # Within a function of Python, since JAX keeps weak references, which NumPy's do not allow.
        return jax.eval_shape(lambda *given: function(*given), *arguments)


@contextmanager
def failures_told(argument: str, accepted: str) -> Iterator[None]:
    """Where a function of the user is called: tell in one sentence that it fails.

    Args:
      argument: the name of the function, for the sentence.
      accepted: what to pass, for the sentence.

    Raises:
      InputError: for any other error inside, which is its cause.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as problem:
        reason = next(iter(str(problem).splitlines()), "").rstrip(".")
        reason = reason if len(reason) <= 150 else f"{reason[:147]}..."
        raise InputError(
            f"{argument} fails with {type(problem).__name__} ({reason}); pass {accepted}."
        ) from problem


def check_returns(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    argument: str,
    accepted: str,
    *,
    shape: tuple[int, ...],
    kind: Any = jnp.floating,
) -> None:
    """Refuse a function that does not return one array of a given shape.

    Args:
      function: called with `arguments`, by position.
      arguments: arrays, or `jax.ShapeDtypeStruct`.
      argument: the name of the function, for the sentence.
      accepted: what to pass, for the sentence.
      shape: of what it should return.
      kind: of the dtype; `jnp.number` accepts whole numbers too.

    Raises:
      InputError, InputTypeError: a function that fails or returns something else.
    """
    result = result_of(function, arguments, argument, accepted)
    if not isinstance(result, jax.ShapeDtypeStruct):
        given = "None" if result is None else f"a {type(result).__name__}"
        raise InputTypeError(f"{argument} returns {given}; pass {accepted}.")
    if result.shape != shape or not jnp.issubdtype(result.dtype, kind):
        raise InputError(
            f"{argument} returns an array of {result.dtype} with shape {result.shape} in place of "
            f"shape {shape}; pass {accepted}."
        )


def check_hashable(description: Any) -> None:
    """Refuse a frozen dataclass of which a field cannot be hashed, so that it cannot be static.

    Raises:
      InputTypeError: such a field.
    """
    for field in dataclasses.fields(description):
        value = getattr(description, field.name)
        try:
            hash(value)
        except TypeError:
            raise InputTypeError(
                f"{field.name} is a {type(value).__name__} that cannot be hashed; pass plain "
                "numbers, and functions without arrays or lists inside."
            ) from None
