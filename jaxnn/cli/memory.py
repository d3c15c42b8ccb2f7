"""How does a long run give back the memory that its finished stages no longer use?

The C library keeps what was freed for later. Between stages whose large arrays have other sizes it
is given back to the system, so that a run holds about what its results and one stage need.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give freed memory back to the system, where the C library can."""
    with suppress(OSError, AttributeError, TypeError):  # glibc alone has this function
        ctypes.CDLL(None).malloc_trim(0)
