"""Are the errata complete, and right where a closed form is known?"""

import numpy as np
import pytest

from experiments.backpropagation import errata


def test_there_are_thirty_errata_in_order(results):
    assert results["errata_number"].tolist() == list(range(1, 31))
    assert set(results["errata_kind"].tolist()) == set(errata.KINDS)
    assert set(results["errata_reading"].tolist()) == set(errata.READINGS)
    for field in ("slide", "correct", "quantity"):
        assert (np.char.str_len(results[f"errata_{field}"]) > 0).all()


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_stability_limit_of_nesterov_has_a_closed_form(momentum):
    right = (2 + 2 * momentum) / (1 + 2 * momentum)
    assert errata.stability_limit(momentum, look_ahead=momentum) == pytest.approx(right, rel=1e-10)
    printed = (2 + 2 * momentum) / 3
    assert errata.stability_limit(momentum, look_ahead=1.0) == pytest.approx(printed, rel=1e-10)
