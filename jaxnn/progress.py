"""How far is a long run? A bar where someone can watch it, and nothing in a log.

A bar is redrawn many times, which fills a log with what nobody reads. So it is
shown on a terminal and in a notebook only. Bars that start while another is shown, as those of
refits inside a longer run, vanish when they are finished.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from jaxnn.user_functions import check_callable, failures_told


def is_watched() -> bool:
    """Whether stderr is a terminal or belongs to a notebook, where a bar can be drawn."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def check_progress(progress: Any) -> None:
    """Refuse what is neither True or False, nor a label, nor a function of the share finished.

    Raises:
      InputError, InputTypeError: anything else, or a function of another number of arguments.
    """
    if not isinstance(progress, bool | str):
        accepted = "True, False, a label, or a function of the share that is finished"
        check_callable(progress, "progress", accepted, arguments=1)


class Progress:
    """The progress of many replicates.

    Args:
      show: whether to show a bar on stderr, or its label; or a function that is called with the
        share that is finished, from 0 to 1, in place of a bar. No bar is shown in a log, see
        `is_watched`.
      total: number of replicates.
    """

    def __init__(self, show: bool | str | Callable[[float], object], total: int):
        from tqdm import tqdm  # here, since most programs show no bar

        self.total, self.finished = total, 0
        self.told = show if callable(show) else None
        hidden = not show or self.told is not None or not is_watched()
        self.bar = tqdm(
            total=total,
            desc=show if isinstance(show, str) else None,
            unit=" refits",
            file=sys.stderr,
            disable=hidden,
            leave=None,  # only the outermost bar stays
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def update(self, count: int = 1) -> None:
        """Count `count` more replicates as finished."""
        self.bar.update(count)
        self.finished += count
        if self.told is not None:
            with failures_told("progress", "a function of the share that is finished"):
                self.told(self.finished / self.total)
