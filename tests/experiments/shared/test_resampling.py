"""Do the moments of the share left out agree with all resamples of a few rows?"""

import numpy as np
import pytest

from experiments.shared.resampling import left_out_moments


def test_left_out_moments_are_those_of_all_resamples_of_three_rows():
    draws = np.stack(np.meshgrid(*[range(3)] * 3)).reshape(3, -1).T  # all 27 resamples
    shares = np.array([1 - len(set(drawn)) / 3 for drawn in draws])
    mean, deviation = left_out_moments(3)
    assert mean == pytest.approx(shares.mean(), rel=1e-12)
    assert deviation == pytest.approx(shares.std(), rel=1e-12)
    assert left_out_moments(100)[0] == pytest.approx(0.3660323, abs=1e-7)
