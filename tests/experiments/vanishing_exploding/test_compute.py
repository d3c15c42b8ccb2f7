"""Are settings usable as names of results?"""

import dataclasses

from experiments.vanishing_exploding.compute import FULL, QUICK


def test_settings_are_hashable_and_differ():
    assert hash(FULL) != hash(QUICK)
    assert dataclasses.asdict(FULL)["signals"]["depth"] == 200
