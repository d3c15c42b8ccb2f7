"""Do the constructors of claims assert what their rows show?"""

import numpy as np

from experiments.lab.claims import at_most, within


def test_a_row_can_show_another_number_than_the_one_that_is_asserted():
    options = {"expected": "2 s, within 10%", "shown": 2.1, "interval": (1.9, 2.1)}
    claim = at_most("half time", "theory", np.array([0.05, 0.2]), 0.1, **options)
    assert (claim.expected, claim.measured, claim.interval) == ("2 s, within 10%", 2.1, (1.9, 2.1))
    assert claim.holds is False
    assert within("median", "theory", [0.99, 1.01], 0.98, 1.02, shown=1.0).holds is True
