"""Is freed memory given back wherever the C library can?"""

import ctypes

from jaxnn.cli.memory import give_back


def test_memory_is_given_back_and_without_glibc_nothing_happens(monkeypatch):
    give_back()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    give_back()
