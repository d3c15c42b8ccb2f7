"""How are the records of experiments read back, and how are their numbers worded?

NAME.json -> a record, if it has all that the pages show; any other file is passed over
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.lab.outcomes import verdict
from experiments.lab.store import read_json

FIELDS = ("statement", "source", "expected", "measured", "interval", "holds", "refused")

_NEGATIVE = re.compile(r"(?<![\w.)-])-(?=\.?\d)")


def read_records(folder: Path, order: Sequence[str]) -> list[dict[str, Any]]:
    """The records in a folder: names in `order`, then any others."""
    records = [record for path in sorted(folder.glob("*.json")) if (record := read_json(path))]
    records = [record for record in records if is_record(record)]
    rank = {name: place for place, name in enumerate(order)}
    return sorted(records, key=lambda one: (rank.get(one["name"], len(rank)), one["name"]))


def is_record(record: Mapping[str, Any] | None) -> bool:
    """Whether a JSON file is the record of an experiment."""
    return (
        record is not None
        and {"name", "title", "command", "figures", "claims"} <= set(record)
        and str(record["name"]).isidentifier()
        and isinstance(record["figures"], list)
        and all(isinstance(figure, dict) and _is_file(figure) for figure in record["figures"])
        and isinstance(record["claims"], list)
        and all(isinstance(x, dict) and set(FIELDS) <= set(x) for x in record["claims"])
    )


def _is_file(figure: Mapping[str, Any]) -> bool:
    return isinstance(figure.get("file"), str) and figure["file"] == Path(figure["file"]).name


def verdicts(record: Mapping[str, Any]) -> list[str]:
    """The outcome of each claim of a record, as a word."""
    return [verdict(claim["holds"], claim["refused"]) for claim in record["claims"]]


def number(value: Any) -> str:
    """A number with four significant digits; anything else unchanged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    value = value or 0.0  # zero has no sign on a page
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def span(values: Sequence[float] | np.ndarray, form: str) -> str:
    """The smallest and the largest of some numbers; one number where both are written alike.

    Example:
      >>> span([0.5, 0.25, 0.75], ".1f"), span([0.51, 0.49], ".1f")
      ('0.2 to 0.8', '0.5')
    """
    ends = (format(end.item(), form) for end in (np.min(values), np.max(values)))
    return " to ".join(dict.fromkeys(ends))


def typeset(text: str) -> str:
    """Text with a minus sign instead of a hyphen before each negative number.

    Example:
      >>> typeset("from -1.5 to 2, in 10-12 of 20 runs, 1e-6 at most")
      'from −1.5 to 2, in 10-12 of 20 runs, 1e-6 at most'
    """
    return _NEGATIVE.sub("−", text)


def setting(value: Any) -> str:
    """A value of a setting, short."""
    if isinstance(value, list):
        return "(" + ", ".join(setting(part) for part in value) + ")"
    return number(value)


def measured(claim: Mapping[str, Any]) -> str:
    """What was measured, with its interval if it has one that is seen at four digits."""
    shown = number(claim["measured"])
    ends = [number(end) for end in claim["interval"] or ()]
    return shown if set(ends) <= {shown} else f"{shown} ({' to '.join(ends)})"
