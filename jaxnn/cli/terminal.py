"""What is printed, and where? Results go to standard output, error messages to standard error."""

from __future__ import annotations

import sys

from jaxnn.tables.table import one_line


def say(text: str) -> None:
    """Print text on standard output; characters that its encoding lacks appear as escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def complain(sentence: str) -> None:
    """Print one sentence on standard error.

    Names in it may come from a file, so line breaks and control characters are shown as escapes.
    """
    print(f"jaxnn: {one_line(sentence, 2000)}", file=sys.stderr)
