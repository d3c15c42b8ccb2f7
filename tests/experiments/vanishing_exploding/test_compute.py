"""Are settings usable as names of results, and are compile times measured?"""

import dataclasses

from experiments.vanishing_exploding.compute import FULL, QUICK


def test_settings_are_hashable_and_differ():
    assert hash(FULL) != hash(QUICK)
    assert dataclasses.asdict(FULL)["signals"]["depth"] == 200


def test_compile_times_are_measured(computed):
    assert (computed["timed_seconds"] > 0.05).all()
