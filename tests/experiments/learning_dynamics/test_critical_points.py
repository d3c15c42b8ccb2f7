"""Are the numbers of negative eigenvalues at critical points those counted by hand?"""

import jax
import numpy as np
import pytest

from experiments.learning_dynamics import critical_points, linear_modes


def test_numbers_of_negative_eigenvalues_agree_with_counts_by_hand():
    strengths = np.array([3.0, 1.0])
    count = critical_points.negative_eigenvalues
    assert count(strengths, np.array([False, False]), 2) == 4
    assert count(strengths, np.array([True, False]), 2) == 1
    assert count(strengths, np.array([False, True]), 2) == 2  # one free direction, one taken
    assert count(strengths, np.array([True, True]), 2) == 0


def test_a_scalar_network_has_the_hessian_of_its_product():
    # f(x) = w v x with loss (w v - s)^2 / 2: at 0 the Hessian has eigenvalues s and -s.
    settings = linear_modes.LinearSettings(sizes=(1, 1, 1), strengths=(1.7,))
    found = critical_points.compute(jax.random.key(1), settings)
    np.testing.assert_allclose(found["eigenvalues"][0], [-1.7, 0, 1, 1.7], atol=1e-12)
    assert found["saddle_loss"][0] == pytest.approx(1.7**2 / 2)
    assert found["eigenvalues"][1, 0] >= -1e-12
