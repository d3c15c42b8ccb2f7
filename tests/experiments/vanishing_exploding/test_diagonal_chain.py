"""Are the closed forms of the lecture's chain right?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.vanishing_exploding import diagonal_chain


@pytest.mark.parametrize("case", [(1.3, 0.7), (-0.5, 0.9), (2.0, 0.0)])
def test_formulas_agree_with_the_derivative_of_the_matrix_power(case):
    depths = np.arange(1, 7)
    with jax.enable_x64(True):
        weights = jnp.diag(jnp.array(case, jnp.float64))

        def output(w, n):
            return jnp.sum(jnp.linalg.matrix_power(w, n) @ jnp.ones(2))

        expected = np.array([jax.jacrev(output)(weights, int(n)) for n in depths])
    on = diagonal_chain.gradients(case, depths)
    np.testing.assert_allclose(on, np.diagonal(expected, axis1=1, axis2=2), atol=1e-13)
    off = diagonal_chain.off_diagonal(case, depths)
    np.testing.assert_allclose(off, expected[:, 0, 1], atol=1e-13)
    np.testing.assert_allclose(off, expected[:, 1, 0], atol=1e-13)


def test_formulas_give_the_lectures_numbers():
    depths = np.arange(1, 51)
    one, two = (diagonal_chain.gradients(case, depths) for case in diagonal_chain.CASES)
    assert one[9].tolist() == [10, 5120]
    assert two[[8, 9], 1] == pytest.approx([3.874204890000001] * 2, rel=1e-14)
    assert two[49, 1] == pytest.approx(0.28632084, abs=5e-9)
    assert depths[two[:, 1] < 1].min() == 35
    off = diagonal_chain.off_diagonal(diagonal_chain.CASES[1], depths)
    assert off[9] == pytest.approx(0.8692546940, abs=5e-11)
