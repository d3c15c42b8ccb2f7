"""Does gradient descent take the steps computed by hand?"""

import numpy as np

from experiments.backpropagation import logistic_descent


def test_descent_on_a_parabola_shrinks_by_one_factor_per_step():
    path = logistic_descent.descend(lambda w: w, np.array([2.0]), 0.25, 7)
    np.testing.assert_allclose(path[:, 0], 2 * 0.75 ** np.arange(8), rtol=1e-14)
