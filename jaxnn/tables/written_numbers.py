"""Is a text a number, however it is written, and with which decimal and thousands marks?

    1234.5    1,234.5    1.234,5    1 234,5    1'234.5    -1.5e3    (12)    € 12    12 %    −12

A text can fit several pairs of marks: "1,234" is 1.234 or 1234. Groups have three digits, so dates
(1.2.2020), versions (1.2.3), addresses and telephone numbers fit none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Words for money, which stand apart from the number if they come first.
CODES = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN RUB SEK SGD"
WORDS = "TRY USD ZAR Fr. Ft Kč kr kr. zł Rs Rs."
CURRENCIES = (*CODES.split(" "), *WORDS.split(" "))
SIGNED = ("US$", "C$", "A$", "R$", "NZ$", "HK$")
SHARES = ("%", "‰")
MINUS = "-−–﹣－"
BLANK = re.compile("[\u00a0\u2002-\u200a\u202f\u205f\u3000\t]")
APOSTROPHE = re.compile("[\u2019\u02bc´`]")
CORE = re.compile(r"(?:[0-9][0-9.,' ]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


DIGIT = re.compile("[0-9]")
UNIT = re.compile(r"\s+[^\W\d_].*|[^\W\d_]{2,}.*|\s*[°µ].+")
SIMPLE = re.compile(f"(-?)({CORE.pattern})")


class Marks(NamedTuple):
    """How a number is divided.

    Attributes:
      decimal: "." or ",".
      thousands: ".", ",", "'", " ", or "" for none.
    """

    decimal: str
    thousands: str


# Without a thousands mark first: it is the simpler reading.
ALL_MARKS = tuple(
    Marks(decimal, thousands)
    for thousands in ("", ",", ".", "'", " ")
    for decimal in (".", ",")
    if decimal != thousands
)


def _pattern(marks: Marks) -> re.Pattern[str]:
    decimal, thousands = (re.escape(mark) for mark in marks)
    if not thousands:
        return re.compile(rf"(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?")
    # Groups of two before the last are Indian.
    indian = rf"|[1-9][0-9]?(?:{thousands}[0-9]{{2}})+{thousands}[0-9]{{3}}" * (thousands == ",")
    grouped = rf"(?:[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}})+{indian})"
    return re.compile(rf"(?:{grouped}|[0-9]+)(?:{decimal}[0-9]*)?")


ANY_DIGIT = str.maketrans("023456789", "1" * 9)
PATTERNS = {marks: _pattern(marks) for marks in ALL_MARKS}


class WrittenNumber(NamedTuple):
    """A text taken apart.

    Attributes:
      core: the digits and their marks.
      negative: whether a minus stands before them, or brackets around them.
      unit: the currency or percent sign, or empty.
      bracketed: whether brackets stand for a minus.
      odd_minus: whether the minus is another character than that of the keyboard.
      marks: the marks that it fits.
    """

    core: str
    negative: bool
    unit: str
    bracketed: bool
    odd_minus: bool
    marks: frozenset[Marks]

    def plain(self, marks: Marks) -> str:
        """The number as programming languages write it."""
        core = self.core.replace(marks.thousands, "") if marks.thousands else self.core
        return ("-" if self.negative else "") + core.replace(marks.decimal, ".")


def taken_apart(text: str) -> WrittenNumber | None:
    """The parts of a number, or None for a text that is none.

    Example:
      >>> number = taken_apart("€ -1.234,50")
      >>> number.unit, number.marks
      ('€', frozenset({Marks(decimal=',', thousands='.')}))
      >>> number.plain(Marks(",", "."))
      '-1234.50'
    """
    simple = SIMPLE.fullmatch(text)
    if simple is not None:
        minus, core = simple.groups()
        return _of_parts(core, minus, "", False)
    if not DIGIT.search(text):
        return None
    rest = text.strip()
    if not rest.isascii():
        rest = APOSTROPHE.sub("'", BLANK.sub(" ", rest)).strip()
    unit, rest = _without_unit(rest)
    bracketed = len(rest) > 2 and rest[0] == "(" and rest[-1] == ")"
    if bracketed:
        rest = rest[1:-1].strip()
    sign, rest = _without_sign(rest)
    if not unit:
        unit, rest = _without_unit(rest)
        if not sign:
            sign, rest = _without_sign(rest)
    if not CORE.fullmatch(rest) or (bracketed and sign) or (sign == "+" and " " in rest):
        return None
    return _of_parts(rest, sign, unit, bracketed)


def taken_apart_with_unit(texts: Sequence[str]) -> dict[str, WrittenNumber]:
    """The parts of different numbers that all have the same unit, such as "70 kg"; or nothing.

    A single letter without a blank, as in 12A, is no unit.

    Example:
      >>> [number.core for number in taken_apart_with_unit(["70 kg", "65,5 kg"]).values()]
      ['70', '65,5']
      >>> taken_apart_with_unit(["12 A", "14 B"])
      {}
    """
    numbers: dict[str, WrittenNumber] = {}
    units = set()
    for text in texts:
        end = max((match.end() for match in DIGIT.finditer(text)), default=0)
        unit = text[end:].strip()
        number = taken_apart(text[:end]) if end else None
        if number is None or number.unit or not UNIT.fullmatch(text[end:]):
            return {}
        units.add(unit)
        numbers[text] = number._replace(unit=unit)
    return numbers if len(units) == 1 and len(numbers) > 1 else {}


def _of_parts(core: str, sign: str, unit: str, bracketed: bool) -> WrittenNumber | None:
    marks = _fitting(core[0] + core[1:].translate(ANY_DIGIT))
    if not marks:
        return None
    negative = bracketed or (bool(sign) and sign in MINUS)
    odd_minus = negative and not bracketed and sign != "-"
    return WrittenNumber(core, negative, unit, bracketed, odd_minus, marks)


@lru_cache(maxsize=10_000)
def _fitting(shape: str) -> frozenset[Marks]:
    """The marks that a number fits, which its digits after the first do not change."""
    return frozenset(marks for marks in ALL_MARKS if PATTERNS[marks].fullmatch(shape))


def _without_sign(text: str) -> tuple[str, str]:
    if text and (text[0] == "+" or text[0] in MINUS):
        return text[0], text[1:].lstrip()
    return "", text


def _without_unit(text: str) -> tuple[str, str]:
    """The currency or percent sign at one end of a text, and the rest."""
    if text[:1].isdecimal() and text[-1:].isdecimal():
        return "", text
    for sign in SIGNED:
        if text.startswith(sign):
            return sign, text[len(sign) :].lstrip()
    if text and unicodedata.category(text[0]) == "Sc":
        return text[0], text[1:].lstrip()
    if text and (text[-1] in SHARES or unicodedata.category(text[-1]) == "Sc"):
        return text[-1], text[:-1].rstrip()
    if not text[:1].isalpha() and not text[-1:].isalpha() and not text.endswith("."):
        return "", text
    folded = text.casefold()
    for word in CURRENCIES:
        if folded.startswith(f"{word.casefold()} "):
            return word, text[len(word) + 1 :].lstrip()
        if folded.endswith(word.casefold()):
            return word, text[: -len(word)].rstrip()
    return "", text
