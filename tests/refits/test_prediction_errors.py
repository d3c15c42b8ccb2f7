"""Are errors of prediction those of the formulas?"""

import numpy as np
import pytest

from jaxnn.refits.prediction_errors import (
    error_632_plus,
    no_information_error,
    out_of_bag_error,
)


def test_the_error_without_information_pairs_every_response_with_every_prediction():
    y, p = np.array([0.0, 1.0, 4.0]), np.array([1.0, 2.0, 2.0])
    expected = np.square(y[:, None] - p).mean()
    assert no_information_error(lambda y, p: (y - p) ** 2, y, p) == pytest.approx(expected)


def test_the_632_plus_error_by_hand():
    assert error_632_plus(0.1, 0.1, 0.5) == pytest.approx(0.1)
    # R = 0.5, w = 0.632 / 0.816
    assert error_632_plus(0.1, 0.3, 0.5) == pytest.approx(0.1 + 0.2 * 0.632 / 0.816)
    assert error_632_plus(0.0, 0.9, 0.5) == pytest.approx(0.5)


def test_each_row_has_the_mean_loss_of_the_refits_that_left_it_out():
    class Refits:
        response, width, columns = "quantitative", 1, None
        multiplicities = np.array([[0, 2, 1], [0, 0, 3], [2, 0, 1]])
        out_of_bag = multiplicities == 0

        def predict(self, X):
            return np.arange(3.0)[:, None] + X[:, 0]

        def predict_mean(self, X):
            return self.predict(X).mean(axis=0)

        def predictions_and_losses(self, X, y):
            return self.predict(X)[..., None], (self.predict(X) - y) ** 2

    seen = out_of_bag_error(Refits(), np.zeros((3, 1)), np.array([1.0, 4.0, 0.0]))
    # Row 0 is left out by refits 0 and 1, row 1 by refits 1 and 2, row 2 by none.
    np.testing.assert_allclose(seen.rows, [0.5, 6.5, np.nan])
    assert seen.error == 3.5 and seen.standard_error == pytest.approx(3.0)
