"""Do the claims of `regularization` hold, and do they notice a wrong number?"""

import numpy as np
import pytest

from experiments.regularization import weight_scaling
from experiments.regularization.claims import claims
from experiments.regularization.reading import l1_minimum, l2_minimum, logit_gap


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds_or_is_refused(results):
    assert failing(results) == []


def test_the_closed_forms_have_the_values_of_the_textbook():
    np.testing.assert_allclose(l2_minimum(0.5), [0.888889, -0.2, 0.666667], atol=1e-6)
    np.testing.assert_allclose(l1_minimum(0.5), [0.875, 0, 0])
    assert logit_gap(2, 0.1) == pytest.approx(2.944439)
    assert logit_gap(10, 0.2) == pytest.approx(3.713572)


def test_the_chances_of_all_masks_add_up_and_have_the_mean_of_a_binomial():
    chances = weight_scaling.chances(0.8)
    assert chances.sum() == pytest.approx(1)
    assert chances @ weight_scaling.MASKS.sum(axis=1) == pytest.approx(8)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("l2_fit", lambda found: found * 1.01, "`fit` with an L2 penalty"),
        ("l1_fit", lambda found: found + np.eye(4)[2], "`fit` with an L1 penalty"),
        ("l1_penalty", lambda found: found / 2, "log density of a Laplace prior"),
        ("ridge_filter", lambda found: found**1.1, "is that of the two formulas"),
        ("descent_risk", lambda found: 1.4 * found, "every time of every random problem"),
        ("sampled_errors", lambda found: 1.2 * found, "gradient descent that stops"),
        ("curvature_term", lambda found: 0 * found, "adds two terms to the squared error"),
        ("weight_excess", lambda found: 2 * found, "Noise on output weights"),
        ("smoothed_scores", lambda found: 1.01 * found, "gap of the scores: 10 classes"),
        ("linear_thinned", lambda found: 0.8 * found, "Where inputs of a linear model"),
        ("drawn", lambda found: found[..., ::-1], "monte_carlo_predict"),
        ("masked_losses", lambda found: 1.05 * found, "to the sum of squares"),
        ("noisy_fits", lambda found: found[[2, 2, 2]], "trained with dropout of inputs"),
        ("noisy_fits", lambda found: found[[0, 2, 2]], "trained with noise on inputs"),
        ("noisy_fits", lambda found: found[[0, 1, 1]], "trained with noise on weights"),
    ],
)
def test_a_wrong_number_fails(results, name, change, words):
    wrong = {**results, name: change(results[name])}
    assert any(words in statement for statement in failing(wrong))
