"""Where are the arrays in an argument that is a tuple, a list, a dictionary of arrays?

    flatten(tree) -> (leaves, structure)        unflatten(structure, leaves) -> tree

Containers are tuples, named tuples, lists, dictionaries (by sorted key) and None, which holds no
leaf; whatever else stands in a tree is a leaf. A structure is a tuple (what builds the container,
the names of its children, their structures), so `==` compares structures.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

LEAF = ("leaf",)

# Asked about whatever is no container above: (what unflattens it, None, children), or None for a
# leaf. The bridge adds one, so that containers registered with JAX work too.
EXTENSIONS: list[Callable[[Any], tuple | None]] = []


def flatten(tree: Any) -> tuple[list, tuple]:
    """The leaves of a tree from left to right, and its structure."""
    leaves: list = []
    return leaves, _collect(tree, leaves)


def _collect(tree: Any, leaves: list) -> tuple:
    if (opened := _open(tree)) is None:
        leaves.append(tree)
        return LEAF
    build, names, children = opened
    return build, names, tuple([_collect(child, leaves) for child in children])


def _open(tree: Any) -> tuple | None:
    """How a container is taken apart, None for a leaf."""
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind, None, tree
    if kind is dict or kind is OrderedDict:
        try:
            names = sorted(tree)
        except TypeError:  # keys of several types keep the order they came in
            names = list(tree)
        return kind, names, [tree[name] for name in names]
    if isinstance(tree, tuple) and hasattr(kind, "_fields"):
        return kind, tuple(kind._fields), tree
    if tree is None:
        return kind, None, ()
    for extension in EXTENSIONS:
        if (known := extension(tree)) is not None:
            return known
    return None


def unflatten(structure: tuple, leaves: Iterable) -> Any:
    """The tree of that structure with these leaves."""
    leaves = iter(leaves)
    if structure == LEAF:
        return next(leaves)
    build, names, structures = structure
    children = [unflatten(child, leaves) for child in structures]
    if build is type(None):
        return None
    if not callable(build):  # a description by an extension
        return build.unflatten(children)
    if isinstance(names, list):
        return build(zip(names, children, strict=True))
    return build(children) if names is None else build(*children)


def tree_map(function: Callable, tree: Any) -> Any:
    """The same tree with function(leaf) for each leaf."""
    leaves, structure = flatten(tree)
    return unflatten(structure, map(function, leaves))


def partition(tree: Any, chosen: Callable[[Any], bool]) -> tuple[list, Callable[[Iterable], Any]]:
    """The leaves for which `chosen` is true, and a function that puts others in their places."""
    leaves, structure = flatten(tree)
    places = [i for i, leaf in enumerate(leaves) if chosen(leaf)]

    def replace(others: Iterable) -> Any:
        full = dict(enumerate(leaves)) | dict(zip(places, others, strict=True))
        return unflatten(structure, full.values())

    return [leaves[i] for i in places], replace


def paths(structure: tuple, root: str = "") -> list[str]:
    """How each leaf is reached, as Python would write it: `params[0].weights`."""
    if structure == LEAF:
        return [root]
    _, names, children = structure
    step = ".{}" if isinstance(names, tuple) else "[{!r}]"
    return [path for name, child in zip(names or range(len(children)), children, strict=True)
            for path in paths(child, root + step.format(name))]  # fmt: skip
