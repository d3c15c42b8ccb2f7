"""Where are the arrays in an argument that is a tuple, a list, a dictionary of arrays?

    flatten(tree) -> (leaves, structure)        unflatten(structure, leaves) -> tree

Containers are tuples, named tuples, lists, dictionaries (by sorted key), types registered with JAX,
and None, which holds no leaf; whatever else stands in a tree is a leaf. A structure is a tuple
(what builds the container, the names of its children, their structures): `==` compares structures.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from jaxnn.tracer.core import Box

LEAF = ("leaf",)

# What is met most is certainly a leaf.
_LEAVES = (Box, np.ndarray, np.generic, float, int, bool, str)


def flatten(tree: Any) -> tuple[list, tuple]:
    """The leaves of a tree from left to right, and its structure."""
    leaves: list = []
    return leaves, _collect(tree, leaves)


def _collect(tree: Any, leaves: list) -> tuple:
    opened = None if isinstance(tree, _LEAVES) else _open(tree)
    if opened is None:
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
        return kind._make, kind._fields, tree
    if tree is None:
        return None, None, ()
    # A container that is registered with JAX; for that JAX is in memory. An iterator is none.
    if hasattr(tree, "__next__"):
        return None
    if (trees := getattr(sys.modules.get("jax"), "tree", None)) is None:
        return None
    children, structure = trees.flatten(tree, is_leaf=lambda x: x is not tree)
    leaf = len(children) == 1 and children[0] is tree
    return None if leaf else (structure, None, children)


def unflatten(structure: tuple, leaves: Iterable) -> Any:
    """The tree of that structure with these leaves."""
    leaves = iter(leaves)
    if structure == LEAF:
        return next(leaves)
    build, names, structures = structure
    if build is None:
        return None
    children = [unflatten(child, leaves) for child in structures]
    build = build if callable(build) else build.unflatten  # of a structure of JAX
    return build(zip(names, children, strict=True) if isinstance(names, list) else children)


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
    return [
        path
        for name, child in zip(names or range(len(children)), children, strict=True)
        for path in paths(child, root + step.format(name))
    ]
