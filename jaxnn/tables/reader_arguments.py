"""Which columns do the arguments of a reader ask for, and can they be used?

Everything that can be said without looking at a value is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jaxnn.errors import InputError, InputTypeError, check_name, shown
from jaxnn.tables.dates import check_order
from jaxnn.tables.levels import check_levels
from jaxnn.tables.raw_columns import Levels
from jaxnn.tables.table import KINDS, check_names, quoted

MISSING = ("refuse", "drop", "impute")
DECLARED_KINDS = (*KINDS, "date")  # dates are a numeric column
RESPONSE_KINDS = ("quantitative", "count", *KINDS)


@dataclass(frozen=True)
class Request:
    """The arguments that all readers share; see `jaxnn.tables.read_csv`.

    `keeps_suspects` is whether columns such as row numbers stay, with a note, as in a matrix that
    the caller made.
    """

    response: str
    predictors: Sequence[str] | None = None
    kinds: Mapping[str, str] | None = None
    levels: Mapping[str, Levels] | None = None
    missing: str = "refuse"
    response_kind: str | None = None
    positive: Any = None
    exclude: Sequence[str] | None = None
    weights: str | None = None
    groups: str | None = None
    dates: str | None = None
    keeps_suspects: bool = False

    def __post_init__(self) -> None:
        for role in ("response", "weights", "groups"):
            name = getattr(self, role)
            if name is not None or role == "response":
                _check_text(role, name)
        check_name(self.missing, "missing", MISSING)
        if self.response_kind is not None:
            check_name(self.response_kind, "response_kind", RESPONSE_KINDS)
        check_order(self.dates)
        check_declarations(self.kinds, self.levels)

    def declares(self, name: str) -> bool:
        """Whether the caller gives the kind or the levels of a column."""
        given = {*(self.kinds or {}), *(self.levels or {})}
        return name in given or (name == self.response and self.response_kind is not None)

    def declared_kinds(self) -> dict[str, str]:
        """The kinds that the arguments give or imply, by the names of columns."""
        kinds = dict(self.kinds or {})
        is_number = self.response_kind in ("quantitative", "count")
        implied = (
            (self.response, "numeric" if is_number else self.response_kind),
            (self.weights, "numeric"),
            (self.groups, "categorical"),
        )
        for name, kind in implied:
            if name is not None and kind is not None:
                kinds[name] = kind
        return kinds


def predictor_names(request: Request, names: Sequence[str], strict: bool = True) -> list[str]:
    """The columns that may be predictors, once every argument that needs no values is checked.

    Args:
      request: the caller's arguments.
      names: the names of all columns.
      strict: whether a response and a column to predict it from are needed.

    Returns:
      `request.predictors`, or by default all columns but the response, the weights, the groups and
      the excluded ones.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.
    """
    check_names(names, "the header")
    if strict or request.response:
        _check_column("response", request.response, names)
    for argument, given in (("kinds", request.kinds), ("levels", request.levels)):
        for name in given or {}:
            check_name(name, argument, names)
    exclude = _checked_names("exclude", request.exclude, names)
    roles = {"response": request.response} if request.response else {}
    for role in ("weights", "groups"):
        name = getattr(request, role)
        if name is None:
            continue
        _check_column(role, name, names)
        other = next((known for known, taken in roles.items() if taken == name), None)
        if other is not None:
            raise InputError(
                f"{role} is {quoted(name)}, which is also the {other}; pass another column."
            )
        roles[role] = name
    for role, name in roles.items():
        if name in exclude:
            raise InputError(f"exclude holds the {role}, {quoted(name)}; leave it out of exclude.")
    if request.predictors is None:
        predictors = [n for n in names if n not in exclude and n not in roles.values()]
    else:
        predictors = _checked_names("predictors", request.predictors, names)
    if not predictors and (strict or request.predictors is not None):
        raise InputError("predictors is empty; pass at least one column.")
    for role, name in roles.items():
        if name in predictors:
            called = "response" if role == "response" else f"column of {role}"
            raise InputError(f"predictors holds the {called}, {quoted(name)}; leave it out.")
    both = [name for name in predictors if name in exclude]
    if both:
        raise InputError(
            f"predictors and exclude both hold {quoted(both[0])}; pass it to one of them."
        )
    return predictors


def check_declarations(kinds: Any, levels: Any) -> None:
    """Refuse kinds or levels of columns that cannot be used, whatever the names of the columns.

    Raises:
      InputError, InputTypeError: anything but None and a mapping from names to known kinds, or to
        lists or mappings of levels.
    """
    for argument, given in (("kinds", kinds), ("levels", levels)):
        if given is not None and not isinstance(given, Mapping):
            raise InputTypeError(
                f"{argument} is a {type(given).__name__}; pass a mapping from column names."
            )
    for name, kind in (kinds or {}).items():
        check_name(kind, f"kinds[{shown(name)}]", DECLARED_KINDS)
    for name, given in (levels or {}).items():
        check_levels(name, given)


def _check_text(argument: str, name: Any) -> None:
    if not isinstance(name, str):
        raise InputTypeError(f"{argument} is a {type(name).__name__}; pass the name of a column.")


def _check_column(argument: str, name: Any, names: Sequence[str]) -> None:
    _check_text(argument, name)
    check_name(name, argument, names)


def _checked_names(argument: str, given: Any, names: Sequence[str]) -> list[str]:
    """A list of different names of columns."""
    if given is None:
        return []
    if isinstance(given, str | bytes | range) or not isinstance(given, Sequence):
        raise InputTypeError(f"{argument} is {shown(given)}; pass a list of column names.")
    for name in given:
        check_name(name, argument, names)
    if len(set(given)) < len(given):
        twice = next(name for name in given if list(given).count(name) > 1)
        raise InputError(f"{argument} holds {quoted(twice)} twice; pass each column once.")
    return list(given)
