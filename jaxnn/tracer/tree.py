"""Where are the arrays in an argument that is a tuple, a list, a dictionary of arrays?

    flatten(tree) -> (leaves, structure)        unflatten(structure, leaves) -> tree

Containers are tuples, named tuples, lists, dictionaries (by sorted key) and None, which holds no
leaf; whatever else stands in a tree is a leaf. Structures are plain tuples, so `==` compares them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

LEAF = ("leaf",)

# Asked about whatever is no container above: (children, rebuild) or None for a leaf.
# The bridge adds one, so that containers registered with JAX work too.
EXTENSIONS: list[Callable[[Any], tuple[list, Callable[[Iterable], Any]] | None]] = []


def flatten(tree: Any) -> tuple[list, tuple]:
    """The leaves of a tree from left to right, and its structure."""
    leaves: list = []
    return leaves, _flatten(tree, leaves)


def unflatten(structure: tuple, leaves: Iterable) -> Any:
    """The tree of that structure with these leaves."""
    return _build(structure, iter(leaves))


def tree_map(function: Callable, tree: Any, *others: Any) -> Any:
    """The tree of function(leaf, ...), taken leaf by leaf from trees of one structure."""
    leaves, structure = flatten(tree)
    columns = [flatten(other) for other in others]
    if any(found != structure for _, found in columns):
        raise ValueError("the trees have different structures; pass trees of one structure.")
    return unflatten(structure, map(function, leaves, *(column for column, _ in columns)))


def paths(structure: tuple, root: str = "") -> list[str]:
    """How each leaf is reached, as Python would write it: `params[0].weights`."""
    if structure == LEAF:
        return [root]
    _, names, children = structure
    if isinstance(names, tuple):
        steps = [f".{name}" for name in names]
    else:
        steps = [f"[{name!r}]" for name in names or range(len(children))]
    return [path for step, child in zip(steps, children, strict=True)
            for path in paths(child, root + step)]  # fmt: skip


def _flatten(tree: Any, leaves: list) -> tuple:
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind, None, tuple([_flatten(child, leaves) for child in tree])
    if kind is dict or kind is OrderedDict:
        try:
            keys = sorted(tree)
        except TypeError:  # keys of several types keep the order they came in
            keys = list(tree)
        return kind, keys, tuple([_flatten(tree[key], leaves) for key in keys])
    if tree is None:
        return kind, None, ()
    if isinstance(tree, tuple) and hasattr(kind, "_fields"):
        return kind, tuple(kind._fields), tuple([_flatten(child, leaves) for child in tree])
    for extension in EXTENSIONS:
        if (known := extension(tree)) is not None:
            children, rebuild = known
            return rebuild, None, tuple([_flatten(child, leaves) for child in children])
    leaves.append(tree)
    return LEAF


def _build(structure: tuple, leaves: Iterator) -> Any:
    if structure == LEAF:
        return next(leaves)
    kind, names, children = structure
    built = [_build(child, leaves) for child in children]
    if kind is type(None):
        return None
    if isinstance(names, list):
        return kind(zip(names, built, strict=True))
    return kind(*built) if names else kind(built)
