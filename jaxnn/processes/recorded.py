"""What did a process print that prints nothing? Its last words tell why it failed."""

from __future__ import annotations

import io
from typing import Any


class Recorded(io.TextIOBase):
    """A stream that keeps the last of what is written, and passes it on only if that is asked.

    Args:
      stream: the stream behind it.
      passing: whether to pass on what is written.
    """

    def __init__(self, stream: Any, passing: bool):
        self.stream, self.passing, self.text = stream, passing, ""

    def write(self, text: str) -> int:
        """Keep the text, and pass it on if that is asked."""
        self.text = (self.text + text)[-20_000:]
        return self.stream.write(text) if self.passing else len(text)

    def flush(self) -> None:
        """Pass on what the stream behind holds back."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Whether the stream behind is a terminal to which this passes on."""
        return self.passing and self.stream.isatty()

    def fileno(self) -> int:
        """The file descriptor of the stream behind."""
        return self.stream.fileno()

    def last_line(self) -> str:
        """The last line that is no progress bar."""
        lines = [line for line in self.text.split("\n") if line.strip() and "\r" not in line]
        return lines[-1].removeprefix("jaxnn: ").removeprefix("experiments: ") if lines else ""
