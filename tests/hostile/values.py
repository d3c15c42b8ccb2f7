"""What takes the place of an argument that works?

Values of every wrong kind, and values that are nearly right: the argument itself with a NaN, in
another shape or dtype, masked, too large for any memory, or a function that returns something else.
"""

from __future__ import annotations

import datetime
import fractions
import types
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

Make = Callable[[], Any]


class OwnError(Exception):
    """What a function of the user raises; it may reach the user as it is."""


class TwoLines:
    """Something whose representation has more than one line."""

    def __repr__(self) -> str:
        return "TwoLines(\n  1)"


def _own_error(*args: Any, **kwargs: Any) -> Any:
    raise OwnError("raised by the function of the user")


def _old_key() -> Any:
    return jax.random.PRNGKey(3)


ANYTHING: dict[str, Make] = {
    "None": lambda: None,
    "True": lambda: True,
    "0": lambda: 0,
    "1": lambda: 1,
    "-1": lambda: -1,
    "2": lambda: 2,
    "1.5": lambda: 1.5,
    "0.0": lambda: 0.0,
    "-0.5": lambda: -0.5,
    "1e-300": lambda: 1e-300,
    "1e300": lambda: 1e300,
    "10^30": lambda: 10**30,
    "-10^30": lambda: -(10**30),
    "2^62": lambda: 2**62,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: -float("inf"),
    "complex": lambda: 1 + 2j,
    "fraction": lambda: fractions.Fraction(1, 3),
    "NumPy integer": lambda: np.int64(2),
    "NumPy nan": lambda: np.float32("nan"),
    "date": lambda: datetime.date(2020, 1, 2),
    "datetime64": lambda: np.datetime64("2020-01-02"),
    "text": lambda: "no such name",
    "empty text": lambda: "",
    "lines": lambda: "two\nlines",
    "long text": lambda: "x" * 5000,
    "bytes": lambda: b"tanh",
    "object": object,
    "two lines": TwoLines,
    "class": lambda: dict,
    "module": lambda: types,
    "range": lambda: range(3),
    "slice": lambda: slice(0, 2),
    "[]": list,
    "()": lambda: (),
    "{}": dict,
    "dict": lambda: {"a": 1},
    "dict of numbers": lambda: {0: [1.0], 1: [2.0]},
    "set": lambda: {1, 2},
    "generator": lambda: (number for number in (1, 2)),
    "ragged": lambda: [[1.0, 2.0], [3.0]],
    "list of None": lambda: [None, None],
    "list of texts": lambda: ["a", "b"],
    "list of numbers": lambda: [1.0, 2.0, 3.0],
    "list of keys": lambda: list(jax.random.split(jax.random.key(1), 2)),
    "array of length 0": lambda: np.zeros(0),
    "matrix without rows": lambda: np.zeros((0, 3)),
    "matrix without columns": lambda: np.zeros((3, 0)),
    "array": lambda: np.arange(3.0),
    "long array": lambda: np.arange(2000.0),
    "matrix": lambda: np.arange(40.0).reshape(20, 2),
    "cube": lambda: np.zeros((2, 2, 2)),
    "scalar array": lambda: np.array(1.5),
    "JAX array": lambda: jnp.arange(3.0),
    "JAX bfloat16": lambda: jnp.ones((4, 2), jnp.bfloat16),
    "array of nan": lambda: np.full(3, np.nan),
    "array of inf": lambda: np.full((3, 2), np.inf),
    "array of texts": lambda: np.array(["a", "b", "c"]),
    "array of objects": lambda: np.array([1, None, "a"], object),
    "array of lists": lambda: np.array([[1], [2, 3], None], object),
    "array of dates": lambda: np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"),
    "complex array": lambda: np.ones((4, 2)) * (1 + 1j),
    "array of records": lambda: np.zeros(3, [("a", float), ("b", int)]),
    "masked array": lambda: np.ma.masked_greater(np.arange(3.0), 1.0),
    "enormous array": lambda: np.broadcast_to(np.float32(1.0), (2**40,)),
    "enormous matrix": lambda: np.broadcast_to(np.float32(1.0), (2**38, 2)),
    "key": lambda: jax.random.key(5),
    "two keys": lambda: jax.random.split(jax.random.key(5), 2),
    "old key": _old_key,
    "seed": lambda: 42,
    "function of nothing": lambda: lambda: 1.0,
    "function of anything": lambda: lambda *args, **kwargs: None,
    "built-in function": lambda: len,
    "function that raises": lambda: _own_error,
}


def hostile_values(valid: Any) -> dict[str, Make]:
    """What takes the place of a value that works, each made when it is needed.

    Args:
      valid: the value that works.
    """
    own: dict[str, Make] = {}
    if _is_key(valid):
        own = _instead_of_a_key(valid)
    elif isinstance(valid, np.ndarray | jax.Array):
        own = _instead_of_an_array(valid)
    elif isinstance(valid, list | tuple) and not hasattr(valid, "_fields"):
        own = _instead_of_a_sequence(valid)
    elif isinstance(valid, tuple):
        own = _instead_of_a_result(valid)
    elif isinstance(valid, dict):
        own = _instead_of_a_dict(valid)
    elif callable(valid) and not isinstance(valid, type):
        own = _instead_of_a_function(valid)
    return {**ANYTHING, **{f"its {name}": make for name, make in own.items()}}


def _is_key(value: Any) -> bool:
    return isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jax.dtypes.prng_key)


def _instead_of_a_key(key: Any) -> dict[str, Make]:
    return {
        "data": lambda: jax.random.key_data(key),
        "batch": lambda: jax.random.split(jax.random.key(1), 3),
        "batch of none": lambda: jax.random.split(jax.random.key(1), 3)[:0],
        "matrix": lambda: jax.random.split(jax.random.key(1), (3, 2)),
        "other kind": lambda: jax.random.key(3, impl="rbg"),
    }


def _instead_of_an_array(valid: Any) -> dict[str, Make]:
    values = np.asarray(valid)

    def with_first(value: float) -> np.ndarray:
        changed = values.astype(float)
        changed.reshape(-1)[:1] = value
        return changed

    def enormous() -> np.ndarray:
        return np.broadcast_to(values[:1], (2**40, *values.shape[1:]))

    def masked() -> np.ndarray:
        mask = np.zeros(values.shape, bool)
        mask.reshape(-1)[:1] = True
        return np.ma.masked_array(values, mask)

    made: dict[str, Make] = {
        "list": values.tolist,
        "objects": lambda: values.astype(object),
        "texts": lambda: values.astype(str),
        "first axis doubled": lambda: values[None],
        "last axis more": lambda: values[..., None],
        "transpose": lambda: values.T,
        "flat values": lambda: values.reshape(-1),
        "masked array": masked,
        "unmasked array": lambda: np.ma.masked_array(values),
    }
    if values.dtype.kind in "fiub":
        made |= {
            "first value nan": lambda: with_first(np.nan),
            "first value inf": lambda: with_first(np.inf),
            "first value -1": lambda: with_first(-1),
            "first value 1e30": lambda: with_first(1e30),
            "first value 0.5": lambda: with_first(0.5),
            "values times 0": lambda: values * 0,
            "complex values": lambda: values * (1 + 1j),
            "float16": lambda: values.astype(np.float16),
            "big-endian": lambda: values.astype(values.dtype.newbyteorder(">")),
            "JAX array": lambda: jnp.asarray(values),
        }
    if values.ndim:
        made |= {
            "rows less one": lambda: values[:-1],
            "rows twice": lambda: np.concatenate([values, values]),
            "no rows": lambda: values[:0],
            "first row": lambda: values[:1],
            "rows as a list of arrays": lambda: list(values),
            "ragged rows": lambda: [*values.tolist()[:-1], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]],
            "enormous number of rows": enormous,
        }
    if values.ndim == 2:
        made |= {
            "columns less one": lambda: values[:, :-1],
            "columns twice": lambda: np.concatenate([values, values], axis=1),
        }
    return made


def _instead_of_a_sequence(valid: Any) -> dict[str, Make]:
    kind = type(valid)
    return {
        "last left out": lambda: valid[:-1],
        "last twice": lambda: (*valid, *valid[-1:]),
        "reverse": lambda: valid[::-1],
        "list": lambda: list(valid),
        "set": lambda: set(map(str, valid)),
        "generator": lambda: (entry for entry in valid),
        "first None": lambda: kind([None, *valid[1:]]),
        "first text": lambda: kind(["no such name", *valid[1:]]),
        "first nan": lambda: kind([float("nan"), *valid[1:]]),
        "first array": lambda: kind([np.arange(3.0), *valid[1:]]),
        "first list": lambda: kind([[1, 2], *valid[1:]]),
        "first 10^30": lambda: kind([10**30, *valid[1:]]),
        "itself inside": lambda: kind([valid]),
    }


def _instead_of_a_result(valid: Any) -> dict[str, Make]:
    """A NamedTuple with one field at a time replaced, or with another number of fields."""
    made: dict[str, Make] = {"plain tuple": lambda: tuple(valid), "first": lambda: valid[0]}
    for field in valid._fields:
        made |= {
            f"{field} None": lambda field=field: valid._replace(**{field: None}),
            f"{field} text": lambda field=field: valid._replace(**{field: "no such name"}),
            f"{field} array": lambda field=field: valid._replace(**{field: np.arange(3.0)}),
        }
    return made


def _instead_of_a_dict(valid: dict[Any, Any]) -> dict[str, Make]:
    first = next(iter(valid), "a")
    return {
        "first value None": lambda: {**valid, first: None},
        "first value text": lambda: {**valid, first: "no such name"},
        "first value array": lambda: {**valid, first: np.arange(3.0)},
        "first value a list": lambda: {**valid, first: [[1, 2], [3]]},
        "unknown name": lambda: {**valid, "no such name": valid.get(first)},
        "numbers as names": lambda: dict(enumerate(valid.values())),
        "list of pairs": lambda: list(valid.items()),
        "set of names": lambda: set(valid),
    }


def _instead_of_a_function(valid: Callable[..., Any]) -> dict[str, Make]:
    def returning(change: Callable[[Any], Any]) -> Make:
        def make() -> Callable[..., Any]:
            def changed(*args: Any, **kwargs: Any) -> Any:
                return change(valid(*args, **kwargs))

            return changed

        return make

    def of_each(change: Callable[[Any], Any]) -> Make:
        return returning(lambda result: jax.tree.map(change, result))

    return {
        "result None": returning(lambda result: None),
        "result text": returning(lambda result: "text"),
        "result twice": returning(lambda result: (result, result)),
        "result in a dict": returning(lambda result: {"result": result}),
        "result a number": returning(lambda result: 1.0),
        "result a matrix": returning(lambda result: jnp.ones((2, 3))),
        "result complex": of_each(lambda leaf: leaf * (1 + 1j)),
        "result whole numbers": of_each(lambda leaf: jnp.asarray(leaf).astype(int)),
        "result true or false": of_each(lambda leaf: jnp.asarray(leaf) > 0),
        "result with an axis more": of_each(lambda leaf: jnp.asarray(leaf)[None]),
        "result with an axis less": of_each(lambda leaf: jnp.asarray(leaf).sum()),
        "result without its last": of_each(lambda leaf: jnp.atleast_1d(leaf)[:-1]),
        "result nan": of_each(lambda leaf: jnp.asarray(leaf) * jnp.nan),
        "result texts": of_each(lambda leaf: np.full(jnp.shape(leaf), "a")),
        "argument missing": lambda: lambda: 1.0,
        "many arguments": lambda: lambda a, b, c, d, e, f, g: 1.0,
        "own error": lambda: _own_error,
    }


def quiet(make: Make) -> Any:
    """The value, without the warnings of making it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()
