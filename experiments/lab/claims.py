"""What does a lecture or a paper claim, and does a measurement agree?

A claim is a test of nature, not of a seed: its rule compares `measured` with `expected`, and has to
do so at any seed. The constructors below state the rule in the row itself:

    at_most  at_least  below  above      measured against a limit
    within                               low <= measured <= high
    close                                |measured - expected| <= tolerance
    within_errors                        |measured - theory| <= 4 standard errors
    equals  all_of  ordered              exactly equal; every one of n; strictly ascending
    refused                              a rule set beforehand that the measurement contradicts
    reported                             a number that is shown and never asserted

Each accepts a number or an array. Every entry of an array has to obey the rule; the row shows the
entry that is closest to breaking it, and the range of all entries as the interval.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from experiments.lab.outcomes import verdict
from jaxnn.errors import InputError, InputTypeError

Value = bool | int | float | str
Interval = tuple[float, float] | None


@dataclasses.dataclass(frozen=True)
class Claim:
    """One sentence about the results, with what was expected and what was measured.

    Fields:
      statement: what is claimed, with its unit and the level of the interval.
      source: who says so ("lecture 11, slide 40", a paper, or "known truth").
      expected: the number or words that the source gives.
      measured: the number or words that the experiment gives.
      interval: (low, high) around `measured`, or None.
      holds: True or False; None when nothing is asserted.
      refused: a statement of the lecture, or a rule set beforehand, that is contradicted.

    NumPy scalars are turned into Python's own, so that `holds is False` means what it says.

    Raises:
      InputTypeError: a field has a type that a table cannot show.
      InputError: the interval is empty, a refused claim holds, or a claim about a NaN holds.
    """

    statement: str
    source: str
    expected: Value
    measured: Value
    interval: Interval
    holds: bool | None
    refused: bool = False

    def __post_init__(self) -> None:
        for field in ("statement", "source", "expected", "measured"):
            object.__setattr__(self, field, _plain(getattr(self, field), field))
        if self.holds is not None:
            holds = _plain(self.holds, "holds")
            if not isinstance(holds, bool):
                raise InputTypeError(f"holds of a claim is {holds!r}; pass True, False or None.")
            object.__setattr__(self, "holds", holds)
        if self.refused and self.holds is not None:
            raise InputError(f"a refused claim has holds={self.holds}; pass holds=None.")
        if self.interval is not None:
            ends = np.asarray(self.interval, dtype=float)
            if ends.shape != (2,) or ends[0] > ends[1]:
                raise InputError(
                    f"interval of a claim is {self.interval!r}; pass (low, high) with low <= high."
                )
            object.__setattr__(self, "interval", (float(ends[0]), float(ends[1])))
        if self.holds and isinstance(self.measured, float) and math.isnan(self.measured):
            raise InputError(f"measured is nan in a claim that holds: {self.statement!r}.")

    @property
    def verdict(self) -> str:
        """The outcome in a word: see the function `verdict`."""
        return verdict(self.holds, self.refused)


def at_most(statement: str, source: str, measured: Any, limit: float, **options: Any) -> Claim:
    """measured <= limit, for each entry; the largest is shown.

    Args:
      statement, source: as in `Claim`.
      measured: a number, or an array; every entry is asserted.
      limit: the bound.
      **options: see `_row`.
    """
    values = _values(measured)
    return _row(
        statement,
        source,
        f"at most {_limit(limit)}",
        values,
        values.argmax(),
        values <= limit,
        **options,
    )


def at_least(statement: str, source: str, measured: Any, limit: float, **options: Any) -> Claim:
    """measured >= limit, for each entry; the smallest is shown. Arguments as in `at_most`."""
    values = _values(measured)
    return _row(
        statement,
        source,
        f"at least {_limit(limit)}",
        values,
        values.argmin(),
        values >= limit,
        **options,
    )


def below(statement: str, source: str, measured: Any, limit: float, **options: Any) -> Claim:
    """measured < limit, for each entry; the largest is shown. Arguments as in `at_most`."""
    values = _values(measured)
    return _row(
        statement,
        source,
        f"below {_limit(limit)}",
        values,
        values.argmax(),
        values < limit,
        **options,
    )


def above(statement: str, source: str, measured: Any, limit: float, **options: Any) -> Claim:
    """measured > limit, for each entry; the smallest is shown. Arguments as in `at_most`."""
    values = _values(measured)
    return _row(
        statement,
        source,
        f"above {_limit(limit)}",
        values,
        values.argmin(),
        values > limit,
        **options,
    )


def within(
    statement: str, source: str, measured: Any, low: float, high: float, **options: Any
) -> Claim:
    """low <= measured <= high, for each entry; the one farthest from the middle is shown."""
    values = _values(measured)
    far = np.abs(values - (low + high) / 2).argmax()
    held = (values >= low) & (values <= high)
    return _row(statement, source, f"{_limit(low)} to {_limit(high)}", values, far, held, **options)


def close(
    statement: str,
    source: str,
    measured: Any,
    expected: float,
    tolerance: float,
    *,
    relative: bool = False,
    **options: Any,
) -> Claim:
    """|measured - expected| <= tolerance, for each entry; the farthest is shown.

    With `relative`, the tolerance is a share of |expected|.
    """
    values = _values(measured)
    off = np.abs(values - expected)
    allowed = tolerance * abs(expected) if relative else tolerance
    words = f"{_precise(expected, allowed)}, within {_tolerance(tolerance, relative)}"
    return _row(statement, source, words, values, off.argmax(), off <= allowed, **options)


def within_errors(
    statement: str,
    source: str,
    measured: Any,
    theory: Any,
    error: Any,
    allowed: float = 0.0,
    **options: Any,
) -> Claim:
    """|measured - theory| <= 4 error + allowed, for each entry; the worst is shown.

    The worst entry has the largest |measured - theory| relative to 4 error + allowed. Where that
    is 0, any difference counts as infinite.

    Args:
      statement, source: as in `Claim`.
      measured: a mean over seeds, or another estimate; or an array of them.
      theory: the expected value, for each entry or for all.
      error: the standard error, for each entry or for all; the interval is 4 of them to each side.
      allowed: a bias that the statement names.
      **options: see `_row`.
    """
    values = _values(measured)
    theories = np.broadcast_to(np.asarray(theory, float).ravel(), values.shape)
    reach = np.broadcast_to(4 * np.asarray(error, float).ravel(), values.shape)
    off, limits = np.abs(values - theories), reach + allowed
    relative = np.where(off > 0, np.inf, off)  # where the limit is 0; NaN remains NaN
    np.divide(off, limits, out=relative, where=limits != 0)
    worst = int(relative.argmax())
    ends = (float(values[worst] - reach[worst]), float(values[worst] + reach[worst]))
    options = {"expected": float(theories[worst]), "interval": ends} | options
    return _row(statement, source, "", values, worst, off - reach - allowed <= 0, **options)


def equals(statement: str, source: str, measured: Any, expected: Any, **options: Any) -> Claim:
    """measured == expected exactly: two numbers, two texts, or two arrays of one shape."""
    same = bool(np.array_equal(np.asarray(measured), np.asarray(expected)))
    return _judged(statement, source, _words(expected), _words(measured), same, **options)


def all_of(statement: str, source: str, hits: Any, **options: Any) -> Claim:
    """Every entry of a boolean array is true: "48 of 48"."""
    hits = np.asarray(hits, bool)
    found = f"{int(hits.sum())} of {hits.size}"
    holds = bool(hits.size and hits.all())
    return _judged(statement, source, f"{hits.size} of {hits.size}", found, holds, **options)


def ordered(statement: str, source: str, values: Mapping[str, float], **options: Any) -> Claim:
    """The values ascend strictly, in the order in which they are given."""
    numbers = _values(list(values.values()))
    found = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
    holds = bool((np.diff(numbers) > 0).all())
    return _judged(statement, source, " < ".join(values), found, holds, **options)


def refused(
    statement: str,
    source: str,
    measured: Any,
    expected: Value,
    *,
    unless: bool = False,
    interval: Interval = None,
) -> Claim:
    """A statement of the lecture, or a rule set beforehand, that the measurement contradicts.

    It is shown and counted, and does not fail the run. With `unless`, the rule is met at this seed
    after all, and the claim holds.
    """
    holds = True if unless else None
    return Claim(statement, source, expected, _words(measured), interval, holds, not unless)


def reported(
    statement: str,
    source: str,
    measured: Any,
    expected: Value = "reported",
    *,
    interval: Interval = None,
) -> Claim:
    """A number that is shown and never asserted; for an array, its median and range."""
    if isinstance(measured, np.ndarray) and measured.ndim:
        values = _values(measured)
        if values.size > 1:
            interval = interval or (float(values.min()), float(values.max()))
        measured = float(np.median(values))
    return Claim(statement, source, expected, _words(measured), interval, None)


def _plain(value: Any, field: str) -> Value:
    """A NumPy scalar or shape-() array as the Python value that it holds."""
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, bool | int | float | str):
        raise InputTypeError(
            f"{field} of a claim is {value!r}; pass a number, a string or a boolean."
        )
    return value


def _values(measured: Any) -> np.ndarray:
    values = np.asarray(measured, float).ravel()
    if not values.size:
        raise InputError("measured of a claim is empty; pass at least one number.")
    return values


def _words(value: Any) -> Value:
    """A number, a text or a short array as a table shows it."""
    if isinstance(value, np.ndarray | list | tuple) and np.ndim(value):
        return ", ".join(str(_plain(entry, "measured")) for entry in np.ravel(value))
    return _plain(value, "measured")


def _limit(value: float) -> str:
    """A limit in words: as it was set, or with four digits if it was computed."""
    short = f"{value:g}"
    return short if float(short) == value else f"{value:.4g}"


def _precise(expected: float, allowed: float) -> str:
    """A number, with four digits or as many as a hundredth of the tolerance asks for."""
    needed = math.log10(abs(expected) / allowed) + 2 if expected and allowed else 0
    return f"{expected:.{min(max(4, math.ceil(needed)), 10)}g}"


def _tolerance(tolerance: float, relative: bool) -> str:
    """A tolerance in words; shares below 0.01% are not written in percent."""
    if not relative:
        return _limit(tolerance)
    return f"{100 * tolerance:g}%" if tolerance >= 1e-4 else f"{tolerance:g} of it"


def _row(
    statement: str,
    source: str,
    rule: str,
    values: np.ndarray,
    worst: Any,
    held: np.ndarray,
    *,
    expected: Value | None = None,
    shown: Value | None = None,
    interval: Interval = None,
    asserted: bool = True,
) -> Claim:
    """A claim about numbers.

    Args:
      statement, source: as in `Claim`.
      rule: the rule in words.
      values: (n,) the numbers that are asserted.
      worst: the index of the number that the row shows.
      held: (n,) whether each number obeys the rule.
      expected, shown, interval: if given, the row shows these in place of the rule, the worst
        number and the range of the numbers.
      asserted: False where the run is too small to decide; then the row is only reported.
    """
    ends = (float(values.min()), float(values.max())) if values.size > 1 else None
    nan = bool(np.isnan(values).any())
    return _judged(
        statement,
        source,
        rule if expected is None else expected,
        float(values[worst]) if shown is None else shown,
        bool(held.all()),
        interval=interval if interval is not None else (None if nan else ends),
        asserted=asserted,
    )


def _judged(
    statement: str,
    source: str,
    expected: Value,
    measured: Value,
    holds: bool,
    *,
    interval: Interval = None,
    asserted: bool = True,
) -> Claim:
    return Claim(statement, source, expected, measured, interval, holds if asserted else None)


class Found:
    """Claims by the words of their statements, for sentences that cannot go stale.

    Args:
      claims: of one experiment.
    """

    def __init__(self, claims: Iterable[Claim]):
        self.claims = tuple(claims)

    def __getitem__(self, words: str) -> Claim:
        """The one claim whose statement has these words.

        Raises:
          InputError: none has, or several have.
        """
        found = [claim for claim in self.claims if words in claim.statement]
        if len(found) != 1:
            raise InputError(f"{len(found)} claims have the words {words!r}; give those of one.")
        return found[0]

    def measured(self, words: str) -> Any:
        """What was measured, of the one claim whose statement has these words."""
        return self[words].measured
