"""In which encoding is a text file, and what does it say?

A byte order mark decides. Without one, bytes 0 are a sign of UTF-16 or UTF-32; otherwise a file
that is valid UTF-8 is UTF-8, and any other is taken for Windows-1252, which extends Latin-1.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from jaxnn.errors import InputError, InputTypeError, shown
from jaxnn.tables.file_types import refused

# The mark of UTF-32 begins with that of UTF-16, so it comes first.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
MARK = "\ufeff"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


def decoded(data: bytes, encoding: str | None, source: str) -> tuple[str, str]:
    """The text of a file without byte order marks, and a note on its encoding.

    Args:
      data: the bytes of the file.
      encoding: the name of the encoding; None recognises it.
      source: what to call the file in messages.

    Returns:
      The text, and a sentence that is empty for UTF-8 and for an encoding that was given.

    Raises:
      InputTypeError: `encoding` is no name.
      InputError: an unknown encoding, or bytes that it does not have.

    Example:
      >>> decoded("größe,y".encode("utf-16"), None, "data.csv")
      ('größe,y', 'the encoding is recognised as UTF-16')
    """
    mark, marked = next((pair for pair in MARKS if data.startswith(pair[0])), (b"", None))
    if encoding is not None:
        return _as_given(data, encoding, mark, marked, source), ""
    if marked is not None:
        try:
            text = data[len(mark) :].decode(marked)
        except UnicodeDecodeError as error:
            place = error.start + len(mark)
            raise refused(
                source,
                f"which begins with the mark of {_title(marked)} but is not {_title(marked)} from "
                f"byte {place} on; save it anew or pass its encoding",
            ) from None
        return _sound(text, source), _note(marked)
    if b"\x00" in data:
        for wide in _by_likeness(data):
            text = _decoded_strictly(data, wide)
            if text is not None and not CONTROL.search(text) and re.search(r"[\r\n]", text):
                return text.replace(MARK, ""), _note(wide)
        raise _with_zeros(source, data.index(b"\x00"), "is damaged")
    text = _decoded_strictly(data, "utf-8")
    if text is not None:
        return _sound(text, source), ""
    return _western(data, source)


def _as_given(data: bytes, encoding: Any, mark: bytes, marked: str | None, source: str) -> str:
    if not isinstance(encoding, str):
        raise InputTypeError(f"encoding is {shown(encoding)}; pass its name, such as 'utf-8'.")
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise _unknown(encoding) from None
    # The mark of UTF-8 is no text in any other encoding of single bytes either.
    content = data
    while marked == "utf-8" and content.startswith(mark) and not name.startswith("utf-16"):
        content = content[len(mark) :]
    codec = encoding
    if name in ("utf-16", "utf-32") and marked is None:  # the order of its bytes is open
        codec = next(wide for wide in _by_likeness(data) if wide.startswith(name))
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        place = error.start + len(data) - len(content)
        advice = f"leave encoding out, since it begins with the mark of {_title(marked)}"
        if marked in (None, "utf-8"):
            advice = "leave encoding out to have it recognised, or pass another"
        raise refused(
            source, f"which is not {encoding} text from byte {place} on; {advice}"
        ) from None
    except LookupError:
        raise _unknown(encoding) from None
    except ValueError as error:
        raise refused(source, f"which cannot be read as {encoding} ({error})") from None
    return _sound(text, source, "has another encoding, so leave encoding out")


def _unknown(encoding: str) -> InputError:
    return InputError(
        f"encoding is {shown(encoding)}, which Python does not know; pass a name such as 'utf-8'."
    )


def _sound(text: str, source: str, reason: str = "is damaged") -> str:
    if "\x00" in text:
        raise _with_zeros(source, text.index("\x00"), reason)
    return text.replace(MARK, "")


def _with_zeros(source: str, place: int, reason: str) -> InputError:
    return refused(
        source, f"which holds a NUL character at position {place}; it is no text file, or {reason}"
    )


def _by_likeness(data: bytes) -> list[str]:
    """The wide encodings, first those that give most ASCII characters."""
    start = data[: 2**16]
    return sorted(
        WIDE, key=lambda name: -sum(c.isascii() for c in start.decode(name, errors="replace"))
    )


def _decoded_strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _western(data: bytes, source: str) -> tuple[str, str]:
    """The text as Windows-1252, unless the bytes speak against it."""
    repaired = data.decode("utf-8", errors="replace")
    wrong = repaired.count("\ufffd")
    right = sum(not c.isascii() for c in repaired) - wrong
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
        line = data.count(b"\n", 0, place) + 1
    if 10 * right > wrong:  # in Windows-1252, letters hardly ever form those of UTF-8
        raise refused(
            source,
            f"which is UTF-8 but for byte {place} (line {line}); mend that line, or pass another "
            "encoding, such as encoding='latin-1'",
        )
    text = _decoded_strictly(data, "cp1252")
    if text is None or CONTROL.search(text):
        raise refused(
            source,
            f"which is neither UTF-8 nor Windows-1252 text (line {line}); pass its encoding, such "
            "as encoding='cp850'",
        )
    return text, (
        "the text is not UTF-8 and is read as Windows-1252; pass another encoding if letters look "
        "wrong"
    )


def _note(encoding: str) -> str:
    return "" if encoding == "utf-8" else f"the encoding is recognised as {_title(encoding)}"


def _title(encoding: str | None) -> str:
    """The name of an encoding as people write it: UTF-16."""
    return (encoding or "").upper().removesuffix("-LE").removesuffix("-BE")
