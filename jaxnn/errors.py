"""How does the library say that an argument cannot be used?

In one sentence that names the argument, what was given and what is accepted, raised before any
compilation starts: InputError("<argument> is <given>; <what is accepted>").
"""

from __future__ import annotations

import difflib
import inspect
import math
import operator
import os
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer


class InputError(ValueError):
    """An argument has a value that the function cannot use."""


class InputTypeError(InputError, TypeError):
    """An argument has a type that the function cannot use."""


def unknown_name(argument: str, given: object, known: Iterable[str]) -> InputError:
    """The error for an unknown name; it suggests the nearest known ones and lists all.

    Args:
      argument: what the caller calls the name.
      given: the name.
      known: the names that are accepted.

    Returns:
      The error, for the caller to raise.

    Example:
      >>> print(unknown_name("activation", "tahn", ["relu", "tanh"]))
      activation is 'tahn'; did you mean 'tanh'? known: relu, tanh.
    """
    names = sorted(known)
    is_name = isinstance(given, str)
    near = difflib.get_close_matches(given[:80], names, n=3, cutoff=0.5) if is_name else []
    hint = f"did you mean {' or '.join(map(shown, near))}? " if near else ""
    listed = ", ".join(shown(name).strip("'") for name in names[:40])
    more = f" and {len(names) - 40} more" if len(names) > 40 else ""
    kind = InputError if is_name else InputTypeError
    return kind(f"{argument} is {shown(given)}; {hint}known: {listed}{more}.")


def check_name(given: object, argument: str, known: Iterable[str]) -> None:
    """Refuse what is not one of the known names.

    Raises:
      InputError: another name, as from `unknown_name`.
      InputTypeError: `given` is no text.
    """
    known = tuple(known)
    if not (isinstance(given, str) and given in known):
        raise unknown_name(argument, given, known)


def shown(value: Any) -> str:
    """What was given, for a sentence: one line of at most 80 characters, safe to print.

    Args:
      value: anything; an array is shown by its dtype and shape.

    Example:
      >>> shown([0.5, "a"]), shown(np.ones((2, 3)))
      ("[0.5, 'a']", 'an array of float64 with shape (2, 3)')
    """
    if hasattr(value, "dtype") and getattr(value, "shape", ()) != ():
        return f"an array of {value.dtype} with shape {value.shape}"
    if inspect.isroutine(value) or inspect.isclass(value):
        return f"the {'class' if inspect.isclass(value) else 'function'} {value.__name__}"
    if hasattr(value, "_fields"):
        return f"a {type(value).__name__}"
    try:
        text = repr(value) if isinstance(value, str) else " ".join(repr(value).split())
    except Exception:  # such as a whole number of more digits than Python converts to text
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


def check_count(value: Any, argument: str, least: int = 1) -> None:
    """Refuse what is not a whole number of at least `least`.

    Args:
      value: what the caller passed.
      argument: its name, for the sentence.
      least: the smallest number accepted.

    Raises:
      InputTypeError: `value` is not a whole number.
      InputError: it is below `least`.

    Example:
      >>> check_count(0, "epochs")
      Traceback (most recent call last):
      jaxnn.errors.InputError: epochs is 0; pass a whole number of at least 1.
    """
    if not is_whole(value):
        raise InputTypeError(
            f"{argument} is {shown(value)}; pass a whole number of at least {least}."
        )
    if value < least:
        raise InputError(f"{argument} is {value}; pass a whole number of at least {least}.")


def is_whole(value: Any) -> bool:
    """Whether a value is a single whole number, which truth values and lists of numbers are not."""
    try:
        operator.index(value)
    except TypeError:
        return False
    return not isinstance(value, bool)


def check_number(value: Any, argument: str, accepted: str, fits: Callable[[float], bool]) -> None:
    """Refuse what is not an accepted finite number.

    Args:
      value: what the caller passed.
      argument: its name, for the sentence.
      accepted: which numbers are accepted, for the sentence.
      fits: whether a finite number is accepted.

    Raises:
      InputTypeError: `value` is not a number.
      InputError: it is not finite, or not accepted.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputTypeError(f"{argument} is {shown(value)}; pass {accepted}.")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond the floating-point numbers
        number = math.inf
    if not (math.isfinite(number) and fits(number)):
        raise InputError(f"{argument} is {shown(value)}; pass {accepted}.")


def as_real(
    value: Any,
    argument: str,
    accepted: str = "a finite number",
    fits: Callable[[float], bool] = lambda number: True,
) -> Any:
    """A number within JAX's precision as a float; a traced one, of unknown value, as it is.

    Args:
      value: a number, or an array of shape ().
      argument: its name, for the sentence.
      accepted: which numbers are accepted, for the sentence.
      fits: whether a finite number is accepted.

    Raises:
      InputError, InputTypeError: as `check_number`.
    """
    if isinstance(value, Tracer):
        if value.ndim or not _is_numeric(value.dtype):
            raise InputTypeError(f"{argument} is {shown(value)}; pass {accepted}.")
        return value
    if isinstance(value, np.ndarray | jax.Array) and value.ndim == 0:
        value = as_numbers(value, argument).item()
    most = float(jnp.finfo(jnp.result_type(float)).max)
    check_number(value, argument, accepted, lambda number: abs(number) <= most and fits(number))
    return float(value)


def check_bool(value: Any, argument: str) -> None:
    """Refuse what is neither True nor False, with `InputTypeError`."""
    if not isinstance(value, bool | np.bool_):
        raise InputTypeError(f"{argument} is {shown(value)}; pass True or False.")


def check_instance(value: Any, argument: str, kind: type | tuple[type, ...], accepted: str) -> None:
    """Refuse what is not an instance of a class.

    Args:
      value: what the caller passed.
      argument: its name, for the sentence.
      kind: the class, or several.
      accepted: what to pass, for the sentence: "a jaxnn.MLP".

    Raises:
      InputTypeError: an instance of another class.
    """
    if not isinstance(value, kind):
        given = "None" if value is None else f"a {type(value).__name__}"
        raise InputTypeError(f"{argument} is {given}; pass {accepted}.")


def check_positive(value: Any, argument: str) -> None:
    """Refuse what is not a positive finite number; errors are those of `check_number`."""
    check_number(value, argument, "a positive number", lambda number: number > 0)


def check_not_negative(value: Any, argument: str) -> None:
    """Refuse what is not a finite number of at least 0; errors are those of `check_number`."""
    check_number(value, argument, "a finite number of at least 0", lambda number: number >= 0)


def check_memory(
    size: int, argument: str, value: Any, advice: str = "pass a smaller number"
) -> None:
    """Refuse an argument, such as a count, whose results this machine's memory cannot hold.

    Args:
      size: bytes needed at least.
      argument: the name of the argument, for the sentence.
      value: the argument.
      advice: what to do instead, for the sentence.

    Raises:
      InputError: the machine has less memory.
    """
    memory = machine_memory()
    if size > memory:
        raise InputError(
            f"{argument} is {shown(value)}, which takes at least {size:,} bytes of memory, but "
            f"this machine has {memory:,}; {advice}."
        )


def machine_memory() -> float:
    """Bytes of memory that this machine has; infinite if it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return math.inf


def as_numbers(values: Any, argument: str) -> np.ndarray:
    """Values as a NumPy array of numbers, finite or not.

    Args:
      values: an array, or nested sequences of numbers.
      argument: its name, for the sentence.

    Raises:
      InputError: masked values, rows of different lengths, or more numbers than memory holds.
      InputTypeError: text, or anything else that is not a real number.
    """
    if np.ma.is_masked(values):  # NumPy would use the values under the mask
        raise InputError(
            f"{argument} is an array with {np.ma.count_masked(values)} masked values; drop or "
            "impute missing values first."
        )
    if isinstance(values, jax.Array) and not _is_numeric(values.dtype):
        raise InputTypeError(f"{argument} holds {values.dtype} values; pass numbers.")
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(f"{argument} has rows of different lengths; pass a rectangle.") from None
    except TypeError:  # such as a list of keys
        raise InputTypeError(f"{argument} is {shown(values)}; pass numbers.") from None
    if not _is_numeric(array.dtype):
        raise InputTypeError(f"{argument} holds {array.dtype} values; pass numbers.")
    needed, memory = array.size * max(array.itemsize, 4), machine_memory()
    if needed > memory:  # a view that repeats few numbers, or a file mapped into memory
        raise InputError(
            f"{argument} has shape {array.shape}, which takes at least {needed:,} bytes of memory, "
            f"but this machine has {memory:,}; pass fewer numbers."
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def as_array(values: Any, argument: str) -> Any:
    """Numbers as an array; a JAX array stays on its device, and a traced one stays traced.

    Raises:
      InputError, InputTypeError: as `as_numbers`.
    """
    if isinstance(values, Tracer):
        if not _is_numeric(values.dtype):
            raise InputTypeError(f"{argument} holds {values.dtype} values; pass numbers.")
        return values
    numbers = as_numbers(values, argument)
    return values if isinstance(values, jax.Array) else numbers


def as_jax_array(values: Any, argument: str) -> jax.Array:
    """Numbers as a JAX array, traced or not, in JAX's precision; beyond its range is infinite.

    Raises:
      InputError, InputTypeError: as `as_numbers`.
    """
    array = as_array(values, argument)
    if isinstance(array, np.ndarray) and array.dtype.kind in "iu" and array.size:
        limits = np.iinfo(jax.dtypes.canonicalize_dtype(array.dtype))
        if array.min() < limits.min or array.max() > limits.max:  # which would wrap around
            array = array.astype(float)
    with np.errstate(over="ignore"):
        return jnp.asarray(array)


def _is_numeric(dtype: Any) -> bool:
    kinds = (jnp.floating, jnp.integer, jnp.bool_)
    return any(jnp.issubdtype(dtype, kind) for kind in kinds)


def check_finite(values: np.ndarray, argument: str) -> None:
    """Refuse values that are NaN or infinite in the precision of the computation.

    Raises:
      InputError: the first such value, and its place.
    """
    with np.errstate(over="ignore"):
        used = values.astype(np.promote_types(np.float32, jnp.result_type(float)))
    bad = np.argwhere(~np.isfinite(used))
    if len(bad):
        names = ("row", "column") if values.ndim <= 2 else tuple(f"axis {i}" for i in range(9))
        place = ", ".join(f"{n} {i}" for n, i in zip(names, bad[0], strict=False))
        raise InputError(
            f"{argument} holds {values[tuple(bad[0])]} at {place} (of {len(bad)} such values); "
            "drop or impute missing values first."
        )


def as_weights(weights: Any, rows: int, argument: str = "weights") -> np.ndarray:
    """Weights of rows as a NumPy array, if their weighted means can be computed.

    Args:
      weights: (rows,) numbers of at least 0, not all of them 0.
      rows: number of rows.
      argument: its name, for the sentence.

    Raises:
      InputError: another shape, a number that is negative or not finite, or a sum that is 0 or
        beyond the precision of the computation.
      InputTypeError: anything that is not numbers.

    Example:
      >>> as_weights([1, -2], rows=2)
      Traceback (most recent call last):
      jaxnn.errors.InputError: weights has the value -2; pass numbers of at least 0.
    """
    values = as_numbers(weights, argument)
    if values.shape != (rows,):
        raise InputError(
            f"{argument} has shape {values.shape}; X has {rows} rows, so pass shape ({rows},)."
        )
    check_finite(values, argument)
    if values.min() < 0:
        raise InputError(f"{argument} has the value {values.min():g}; pass numbers of at least 0.")
    if not values.any():
        raise InputError(f"{argument} is zero for every row; pass at least one positive number.")
    with np.errstate(over="ignore"):
        total = np.sum(values, dtype=jnp.result_type(float))
    if not np.finfo(total.dtype).tiny <= total < np.inf:
        raise InputError(
            f"{argument} has the sum {np.sum(values, dtype=float):g}, which is beyond the "
            "precision of the computation; divide the weights by the largest of them."
        )
    return values


def check_key(key: Any, argument: str = "key", *, batched: bool = False) -> None:
    """Refuse a seed or an old-style integer key where a typed JAX key is needed.

    Args:
      key: what the caller passed.
      argument: its name, for the sentence.
      batched: whether an array of keys, shape (replicates,), is needed instead of one key.

    Raises:
      InputTypeError: `key` is not an array of typed keys.
      InputError: `key` has the wrong shape.
    """
    if not (isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)):
        if isinstance(key, bool | int | np.integer):
            given = f"the integer {key}"
        elif hasattr(key, "shape") and hasattr(key, "dtype"):
            given = f"an array of {key.dtype} with shape {tuple(key.shape)}"
        else:
            given = f"a {type(key).__name__}"
        wanted = "jax.random.split(jax.random.key(seed), n)" if batched else "jax.random.key(seed)"
        raise InputTypeError(f"{argument} is {given}; pass {wanted}.")
    if batched and key.ndim != 1:
        raise InputError(
            f"{argument} has shape {key.shape}; pass one key per replicate, "
            "jax.random.split(key, replicates)."
        )
    if not batched and key.ndim != 0:
        raise InputError(f"{argument} has shape {key.shape}; pass a single key, shape ().")


def check_level(level: Any) -> None:
    """Refuse a level of an interval that is not between 0 and 1.

    Raises:
      InputError, InputTypeError: anything else.
    """
    check_number(level, "level", "a number between 0 and 1, such as 0.95", lambda p: 0 < p < 1)
