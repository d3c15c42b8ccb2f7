"""How does a table come out of a file, a DataFrame or arrays?

Every reader ends in the same table and takes the same options, described at `read_csv`.  Nothing
in the data is trusted: names are any texts, values are never evaluated.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables.assembly import Request, assemble, choose
from jaxnn.tables.kinds import MISSING_TOKENS, NUMBER, Levels, Places, Raw, level_text
from jaxnn.tables.table import Table, quoted, shown

# What a nameless first column is called after pandas has read it.
NAMELESS = re.compile(r"(Unnamed: \d+)?")
TRUTH_LEVELS = ("False", "True")


def read_csv(
    path: str | os.PathLike[str],
    response: str,
    *,
    predictors: Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    missing: str = "refuse",
    response_kind: str | None = None,
    positive: Any = None,
    missing_tokens: Sequence[str] = MISSING_TOKENS,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Table:
    """Read a table from a CSV file whose first line names the columns.

    Quoted fields may hold delimiters and line breaks; blank lines are skipped; blanks around a
    value are dropped.  A nameless first column whose values all differ holds row names or
    numbers, as R and pandas write them, and is left out, which is said aloud.

    Args:
      path: of the file.
      response: name of the column to be predicted.
      predictors: names of the columns to predict from, in the wanted order; None is all others.
      kinds: "numeric", "binary" or "categorical" for columns that are not to be inferred
        (`jaxnn.tables.kinds` tells how they are).  Numbers that are codes of categories need it.
      levels: for binary or categorical columns, the values in their order (the first is the
        encoder's reference), or a mapping from values to readable names, in order.
      missing: "refuse", "drop" (leave out rows with a missing value) or "impute" (the median of a
        numeric column, the most common level of others; rows without a response are left out).
      response_kind: kind of the response, as in `kinds`; "quantitative" is numeric.
      positive: the level of a binary response that counts as 1; by default the yes among No/Yes,
        False/True, 0/1 and the like (`kinds.POSITIVE`), else the second level.
      missing_tokens: texts that stand for a missing value, whatever their case.
      delimiter: one character.
      encoding: of the file.

    Returns:
      A `Table`; its notes say what was left out, filled in or guessed.

    Raises:
      InputError, InputTypeError: whatever cannot be used, in one sentence that names the column,
        the line and the value.
    """
    texts = isinstance(missing_tokens, Sequence) and not isinstance(missing_tokens, str)
    if not texts or not all(isinstance(token, str) for token in missing_tokens):
        raise InputTypeError(
            f"missing_tokens is {missing_tokens!r}; pass a list of texts, such as ['NA', '-999']."
        )
    source = shown(str(path), 200)
    names, records, lines = _records(path, delimiter, encoding)
    names, kept, notes = _named_columns(names, records, predictors, source, lines)
    tokens = {token.strip().casefold() for token in missing_tokens}

    def column(name: str) -> Raw:
        place = kept[names.index(name)]
        texts = [record[place] for record in records]
        return Raw(name, [None if text.casefold() in tokens else text for text in texts])

    request = Request(response, predictors, kinds, levels, missing, response_kind, positive)
    chosen = choose(request, names)
    return assemble(request, chosen, column, Places("line", lines), source, notes)


def from_dataframe(
    frame: Any,
    response: str,
    *,
    predictors: Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    missing: str = "refuse",
    response_kind: str | None = None,
    positive: Any = None,
) -> Table:
    """Make a table of a DataFrame of pandas, or of another library like it.

    A category dtype keeps its levels in their order; truth values become False/True; None, NaN,
    NA, NaT and empty text are missing.  The index is not used.

    Args:
      frame: the DataFrame; neither changed nor kept.
      response, predictors, kinds, levels, missing, response_kind, positive: as for `read_csv`.

    Returns:
      A `Table`.

    Raises:
      InputError, InputTypeError: as `read_csv`, with rows counted from 0.
    """
    if not (hasattr(frame, "columns") and hasattr(frame, "__getitem__")):
        raise InputTypeError(
            f"frame is a {type(frame).__name__}; pass a DataFrame, or use read_csv for a file and "
            "from_arrays for arrays."
        )
    labels = list(frame.columns)
    for label in labels:
        if not isinstance(label, str | int | np.integer):
            raise InputTypeError(
                f"frame has the column name {label!r}; the name of a column is text."
            )
    names = [_name(label) for label in labels]
    label_of = dict(zip(names, labels, strict=True))
    where = Places("row", range(len(frame)))

    def column(name: str) -> Raw:
        return _from_series(name, frame[label_of[name]], where)

    notes = []
    if predictors is None and names and NAMELESS.fullmatch(names[0]) and names.count(names[0]) == 1:
        notes = _row_names(list(frame[labels[0]]), "frame")
        names = names[1:]
    if np.iterable(predictors) and not isinstance(predictors, str):
        predictors = [_name(label) for label in predictors]
    if isinstance(kinds, Mapping):
        kinds = {_name(label): kind for label, kind in kinds.items()}
    if isinstance(levels, Mapping):
        levels = {_name(label): given for label, given in levels.items()}
    request = Request(_name(response), predictors, kinds, levels, missing, response_kind, positive)
    chosen = choose(request, names)
    return assemble(request, chosen, column, where, "frame", notes)


def from_arrays(
    X: Any,
    y: Any,
    *,
    names: Sequence[str] | None = None,
    response: str = "y",
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    missing: str = "refuse",
    response_kind: str | None = None,
    positive: Any = None,
) -> Table:
    """Make a table of a matrix of predictors and a vector of responses.

    Args:
      X: (n, p) numbers, or texts, or both as an array of objects or a list of lists; what is masked
        in a masked array is missing.
      y: (n,) numbers or texts.
      names: of the p predictors; None is x1, x2, ...
      response: a name for y.
      kinds, missing, response_kind, positive: as for `read_csv`; NaN and None are missing.
      levels: as for `read_csv`; but a list of levels for a column of numbers names its codes
        0..k-1, as in `Table.X`.  For other numbers pass a mapping, such as {1: "up", 2: "down"}.

    Returns:
      A `Table`.

    Raises:
      InputError, InputTypeError: as `read_csv`, with rows counted from 0; or shapes that do not
        fit.
    """
    if hasattr(X, "columns"):
        raise InputTypeError(f"X is a {type(X).__name__}; use from_dataframe for it.")
    matrix, vector = _array("X", X, 2), _array("y", y, 1)
    if len(matrix) != len(vector):
        raise InputError(f"y has {len(vector)} values, but X has {len(matrix)} rows.")
    if names is None:
        names = [f"x{number}" for number in range(1, matrix.shape[1] + 1)]
    elif isinstance(names, str) or not (
        isinstance(names, Sequence | np.ndarray) and all(isinstance(name, str) for name in names)
    ):
        raise InputTypeError(f"names is {names!r}; pass a list of texts.")
    if len(names) != matrix.shape[1]:
        raise InputError(f"names has {len(names)} entries, but X has {matrix.shape[1]} columns.")
    names = [str(name) for name in names]  # a text of NumPy shows as np.str_('...')
    everything = [*names, response]
    where = Places("row", range(len(vector)))
    raws = {
        name: _from_objects(name, values, where)
        for name, values in zip(everything, [*matrix.T, vector], strict=True)
    }
    request = Request(response, None, kinds, levels, missing, response_kind, positive)
    choose(request, everything)
    named = {name: _codes(raws[name], given) for name, given in (levels or {}).items()}
    request = Request(response, None, kinds, named, missing, response_kind, positive)
    return assemble(request, list(names), raws.__getitem__, where, "X, y")


def _records(
    path: str | os.PathLike[str], delimiter: str, encoding: str
) -> tuple[list[str], list[list[str]], list[int]]:
    """The header, the rows, and the number of the line each row begins on."""
    if not isinstance(path, str | os.PathLike):
        raise InputTypeError(f"path is a {type(path).__name__}; pass the path of a CSV file.")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(f"delimiter is {delimiter!r}; pass one character, such as ',' or ';'.")
    if not isinstance(encoding, str):
        raise InputTypeError(f"encoding is {encoding!r}; pass its name, such as 'utf-8'.")
    source = str(path)
    text = _text(path, source, encoding)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    rows, lines = [], []
    begin = 1
    try:
        for fields in reader:
            if len(fields) > 1 or any(field.strip() for field in fields):
                rows.append([field.strip() for field in fields])
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"path is {quoted(source, 200)}, which is not proper CSV from line {begin} on: {error}."
        ) from None
    if not rows:
        raise InputError(
            f"path is {quoted(source, 200)}, an empty file; its first line must name columns."
        )
    header = rows[0]
    if len(header) == 1:
        other = next((mark for mark in ";\t|," if mark in header[0]), None)
        hint = f"pass delimiter={other!r}" if other else f"columns are separated by {delimiter!r}"
        raise InputError(
            f"path is {quoted(source, 200)}, whose first line names one column only; {hint}."
        )
    if all(NUMBER.fullmatch(name) for name in header):
        raise InputError(
            f"path is {quoted(source, 200)}, whose first line holds numbers; "
            "it must name the columns."
        )
    return header, rows[1:], lines[1:]


def _text(path: str | os.PathLike[str], source: str, encoding: str) -> str:
    try:
        return Path(path).read_bytes().decode(encoding)
    except FileNotFoundError:
        reason = "which does not exist; pass the path of a CSV file"
    except IsADirectoryError:
        reason = "a directory; pass the path of a CSV file"
    except UnicodeDecodeError as error:
        reason = (
            f"which is not {encoding} text from byte {error.start} on; save it as UTF-8 or pass "
            "its encoding, such as encoding='latin-1'"
        )
    except LookupError:
        raise InputError(
            f"encoding is {encoding!r}, which is not known; pass one such as 'utf-8'."
        ) from None
    except (OSError, ValueError) as error:
        reason = f"which cannot be read ({getattr(error, 'strerror', None) or error})"
    raise InputError(f"path is {quoted(source, 200)}, {reason}.")


def _named_columns(
    header: list[str],
    records: list[list[str]],
    predictors: Sequence[str] | None,
    source: str,
    lines: Sequence[int],
) -> tuple[list[str], list[int], list[str]]:
    """Names, their places in a record, and notes on nameless columns that are left out."""
    # R writes row names without a name for their column: every row is longer by one.
    if records and all(len(record) == len(header) + 1 for record in records):
        header = ["", *header]
    for record, line in zip(records, lines, strict=True):
        if len(record) != len(header):
            raise InputError(
                f"line {line} of {source} has {len(record)} fields; the first line names "
                f"{len(header)} columns."
            )
    kept = list(range(len(header)))
    notes = []
    for place, name in enumerate(header):
        if name and not (place == 0 and NAMELESS.fullmatch(name)):
            continue
        if predictors is not None:
            if not name:
                kept.remove(place)
            continue
        values = [record[place] for record in records]
        if place == 0:
            notes += _row_names(values, source)
        elif any(values):
            raise InputError(
                f"column {place + 1} of {source} has no name; give it one, or select predictors."
            )
        else:
            notes.append(f"column {place + 1} has neither a name nor values; left out")
        kept.remove(place)
    return [header[place] for place in kept], kept, notes


def _row_names(values: Sequence[Any], source: str) -> list[str]:
    """The note on a first column without a name, which is taken for row names."""
    if len(set(values)) < len(values):
        raise InputError(
            f"column 1 of {source} has no name, and repeats values, so it does not number the "
            "rows; give it a name, or select predictors."
        )
    return ["the first column has no name and no value twice; left out as row names"]


def _name(label: Any) -> Any:
    """The name of a column of a DataFrame, whose columns may be numbered."""
    return str(label) if isinstance(label, int | np.integer) else label


def _from_series(name: str, series: Any, where: Places) -> Raw:
    dtype = getattr(series, "dtype", None)
    if not hasattr(series, "to_list"):
        raise InputTypeError(
            f"frame holds a {type(series).__name__} as column {quoted(name)}; pass a DataFrame "
            "whose columns are Series."
        )
    if getattr(dtype, "kind", None) in ("i", "u", "f") and hasattr(series, "to_numpy"):
        return Raw(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    categories = getattr(dtype, "categories", None)
    if not np.iterable(categories):
        return _from_objects(name, series.to_list(), where)
    texts = [None if _is_missing(value) else level_text(value) for value in series.to_list()]
    return Raw(name, texts, tuple(level_text(category) for category in categories))


def _from_objects(name: str, values: Any, where: Places) -> Raw:
    """A column of Python or NumPy values: numbers throughout, or texts."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return Raw(name, values.astype(np.float64))
    present = [None if _is_missing(value) else value for value in values]
    kinds = {type(value) for value in present if value is not None}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        texts = [None if value is None else level_text(value) for value in present]
        return Raw(name, texts, TRUTH_LEVELS)
    if all(issubclass(kind, Real | Decimal) and kind not in (bool, np.bool_) for kind in kinds):
        return Raw(name, np.array([_float(value) for value in present]))
    for row, value in enumerate(present):
        if value is not None and not isinstance(value, str | bool | np.bool_ | Real | Decimal):
            raise InputTypeError(
                f"column {quoted(name)} holds a {type(value).__name__} at {where(row)}; turn it "
                "into numbers or text."
            )
    return Raw(name, [value if value is None else level_text(value) for value in present])


def _float(value: Any) -> float:
    try:
        return float("nan") if value is None else float(value)
    except OverflowError:
        return float("inf")


def _is_missing(value: Any) -> bool:
    # The NA of pandas has no truth value, so it is known by its type.
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, Real) and value != value


def _array(argument: str, values: Any, dimensions: int) -> np.ndarray:
    """A NumPy array of numbers, or of objects as they were given."""
    if np.ma.is_masked(values):
        masked = np.ma.getmaskarray(values)
        values = np.array(values, dtype=object)
        values[masked] = None
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(
            f"{argument} has rows of different lengths; pass a rectangle, (rows, predictors)."
        ) from None
    if array.dtype.kind not in "iuf" and not isinstance(values, np.ndarray):
        # As text, NaN and None would be words.
        array = np.asarray(values, dtype=object)
    if array.ndim != dimensions:
        wanted = "(rows, predictors)" if dimensions == 2 else "(rows,)"
        raise InputError(f"{argument} has shape {array.shape}; pass shape {wanted}.")
    return array


def _codes(raw: Raw, levels: Levels) -> Levels:
    """A list of levels for a column of numbers, as the mapping from codes that it stands for."""
    listed = isinstance(levels, Sequence | np.ndarray) and not isinstance(levels, str)
    if listed and isinstance(raw.values, np.ndarray):
        return {str(code): str(level) for code, level in enumerate(levels)}
    return levels
