"""What is one replicate, as a function of plain arrays?

    call(own arrays, common arrays)  =  raw(fn(key, *mapped, *shared))

Typed keys and trees of arguments are taken apart into NumPy arrays, which can be spread over
devices, sent to other processes and saved. Calls of equal functions are equal, so that they share
one compiled program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class Identity:
    """A function with an equality under which equal partials of one function are equal."""

    def __init__(self, fn: Callable[..., Any]):
        self.fn = fn
        self.parts: Any = fn
        if isinstance(fn, partial):
            # With types: 1 and 1.0 are equal, but give different programs.
            values = [*enumerate(fn.args), *sorted(fn.keywords.items())]
            arguments = tuple((name, type(value), value) for name, value in values)
            self.parts = (Identity(fn.func), arguments)
        try:
            hash(self.parts)
        except TypeError:
            self.parts = id(fn)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self.parts == other.parts


class Form(NamedTuple):
    """How arguments are rebuilt from raw arrays: the tree, and the implementation of each key."""

    structure: Any
    key_kinds: tuple[str | None, ...]

    def build(self, leaves: Sequence[Any]) -> Any:
        """The arguments from their raw arrays."""
        return self.structure.unflatten(
            leaf if kind is None else jax.random.wrap_key_data(leaf, impl=kind)
            for leaf, kind in zip(leaves, self.key_kinds, strict=True)
        )


def is_key(leaf: Any) -> bool:
    """Whether a leaf is an array of typed keys."""
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def raw(tree: Any) -> tuple[list[np.ndarray], Form]:
    """The leaves of a tree as NumPy arrays, keys as their data, and how to rebuild the tree."""
    leaves, structure = jax.tree.flatten(tree)
    kinds = tuple(str(jax.random.key_impl(leaf)) if is_key(leaf) else None for leaf in leaves)
    data = [np.asarray(jax.random.key_data(x) if is_key(x) else x) for x in leaves]
    return data, Form(structure, kinds)


@dataclass(frozen=True)
class Call:
    """One replicate as a function of raw arrays: its own ones and those shared by all."""

    identity: Identity
    own: Form
    common: Form

    def __call__(self, own: Sequence[Any], common: Sequence[Any]) -> Any:
        result = self.identity.fn(*self.own.build(own), *self.common.build(common))
        return jax.tree.map(lambda x: jax.random.key_data(x) if is_key(x) else x, result)


def shapes_of_one(own: Sequence[np.ndarray], common: Sequence[Any]) -> tuple[Any, Any]:
    """The shapes and dtypes of the arguments of one replicate."""
    rows = [jax.ShapeDtypeStruct(x.shape[1:], jnp.result_type(x)) for x in own]
    return rows, [jax.ShapeDtypeStruct(x.shape, jnp.result_type(x)) for x in common]
