"""Do the claims of `gradient_descent` hold, and do they notice a wrong number?"""

import numpy as np
import pytest

from experiments.gradient_descent import conditioning, separable
from experiments.gradient_descent.claims import claims


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds_or_is_refused(results):
    assert failing(results) == []
    assert sum(claim.refused for claim in claims(results)) == 3


def test_the_moments_have_the_condition_numbers_of_their_formulas():
    raw, standardised = conditioning.moments_of_truth()
    assert conditioning.condition_number(raw) == pytest.approx(3344.68, abs=0.01)
    assert conditioning.condition_number(standardised) == pytest.approx(3.0)


def test_the_margin_is_the_shortest_vector_that_separates():
    """At w_hat the first rows of both classes are on the margin, and no row is inside it."""
    distances = separable.LABELS * (separable.X @ separable.MARGIN)
    np.testing.assert_allclose(distances.min(), 1)
    assert (distances == pytest.approx(1)) is False
    combination = separable.MARGIN / separable.X[0]
    np.testing.assert_allclose(combination, combination[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("grows", lambda found: np.roll(found, -60), "diverges"),
        ("batch_sums", lambda found: found * 10 / 4, "sum over a batch"),
        ("batch_means", lambda found: found[:70], "over all 210 batches"),
        ("settled", lambda found: found * 1.1, "settles"),
        ("conditions", lambda found: found * 1.1, "Condition number"),
        ("sums", lambda found: found / 2, "Steps times the loss"),
        ("final_losses", lambda found: found[::-1], "wide networks"),
    ],
)
def test_a_wrong_number_fails(results, name, change, words):
    wrong = {**results, name: change(results[name])}
    assert any(words in statement for statement in failing(wrong))
