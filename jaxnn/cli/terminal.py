"""What is printed, and where? Results go to standard output, complaints to standard error."""

from __future__ import annotations

import sys

from jaxnn.tables.table import shown


def say(text: str) -> None:
    """Print text on standard output; what the terminal cannot show appears as escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def complain(sentence: str) -> None:
    """Print one sentence on standard error.

    Names in it come from a file: they must neither break the line nor reach the terminal as control
    characters.
    """
    print(f"jaxnn: {shown(sentence, 2000)}", file=sys.stderr)
