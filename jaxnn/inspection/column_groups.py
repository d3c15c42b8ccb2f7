"""Which columns of X does each importance belong to?

A predictor is one column, or a group of columns that are exchanged together because they mean the
same thing: the two blood pressures, the three addresses. No column may be in two groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jaxnn.errors import InputError, InputTypeError, is_whole, shown, unknown_name
from jaxnn.inspection.arguments import as_list

Groups = Mapping[str, Any] | Sequence[Any]


def column_groups(
    groups: Groups | None, names: Sequence[str]
) -> tuple[tuple[str, ...], list[list[int]]]:
    """The names of the groups, and the columns of each.

    Args:
      groups: columns by the name of their group, as {"blood": ["RestBP", "Chol"]}, or a list of
        groups, which are called after their columns, as "RestBP + Chol". A column is given by its
        place, negative from the right, or its name; a group of one column need not be a list.
        Columns in no group are left out. None makes a group of each column.
      names: of all columns of X.

    Raises:
      InputError, InputTypeError: no groups, an empty group, a column that does not exist, or one
        in two groups.

    Example:
      >>> column_groups([["a", 2], 1], ["a", "b", "c"])
      (('a + c', 'b'), [[0, 2], [1]])
    """
    if groups is None:
        return tuple(names), [[place] for place in range(len(names))]
    if isinstance(groups, str) or not isinstance(groups, Mapping | Sequence):
        raise InputTypeError(
            f"groups is {shown(groups)}; pass lists of columns, or columns by the name of their "
            'group, such as {"first two": [0, 1]}.'
        )
    if not len(groups):
        raise InputError(
            f"groups is {shown(groups)}; pass at least one group, or None for all columns."
        )
    listed = groups.values() if isinstance(groups, Mapping) else groups
    columns = [_columns(group, names) for group in listed]
    seen: set[int] = set()
    for group in columns:
        for place in group:
            if place in seen:
                raise InputError(
                    f"groups has column {names[place]!r} more than once; each column can be in one "
                    "group, once."
                )
            seen.add(place)
    if isinstance(groups, Mapping):
        return tuple(map(str, groups)), columns
    return tuple(" + ".join(names[place] for place in group) for group in columns), columns


def column_names(names: Any, width: int, first: int = 0) -> tuple[str, ...]:
    """The names of all columns: those given, or None for x0, x1, ... counted from `first`.

    Raises:
      InputError, InputTypeError: another number of names than columns, or no list of names.
    """
    if names is None:
        return tuple(f"x{place}" for place in range(first, first + width))
    names = as_list(names, "names", f"a list of one for each of {width} columns")
    if len(names) != width:
        raise InputError(
            f"names has {len(names)} entries; pass one for each of {width} columns of X."
        )
    return tuple(map(str, names))


def _columns(group: Any, names: Sequence[str]) -> list[int]:
    """The places of the columns of one group."""
    single = isinstance(group, str) or is_whole(group)
    wanted = "a column, or a list of columns, for each"
    members = [group] if single else as_list(group, "a group in groups", wanted)
    if not len(members):
        raise InputError("groups has a group without columns; pass at least one in each.")
    return [_place(member, names) for member in members]


def _place(column: Any, names: Sequence[str]) -> int:
    """The place of a column that is given by its place or its name."""
    if isinstance(column, str):
        if column not in names:
            raise unknown_name("groups", column, names)
        return names.index(column)
    if not is_whole(column):
        raise InputTypeError(
            f"groups has the column {shown(column)}; pass names or numbers of columns, each group "
            "as one list."
        )
    if not -len(names) <= column < len(names):
        raise InputError(f"groups has column {column}, but X has columns 0 to {len(names) - 1}.")
    return int(column) % len(names)
