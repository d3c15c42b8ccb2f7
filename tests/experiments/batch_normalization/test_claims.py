"""Do the claims of `batch_normalization` hold, and do they notice a wrong number?"""

import numpy as np
import pytest

from experiments.batch_normalization import page, reading
from experiments.batch_normalization.claims import claims
from experiments.batch_normalization.draw import CAPTIONS, draw
from experiments.lab.claims import Found


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds(results):
    assert failing(results) == []


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("normalized_batch", lambda found: found + 1e-9, "Mean of a normalised unit"),
        ("normalized_batch", lambda found: found * np.sqrt(39 / 40), "Variance of a normalised"),
        ("batch_variances", lambda found: found * 4 / 3, "running averages"),
        ("batch_variances", lambda found: found[:70], "all 210 batches"),
        ("start_losses", lambda found: found * [1, 1.001], "Relative difference of the loss"),
        ("long_gradient", lambda found: found * 4, "4 times the gradient"),
        ("start_gradient", lambda found: found + 0.01, "Cosine"),
        ("differences", lambda found: found * 1.01, "central differences"),
        ("held_biases", lambda found: 0 * found, "a bias grows"),
        ("squared_lengths", lambda found: found[::-1], "Change of |w|²"),
        ("squared_gradients", lambda found: found * 1.01, "Growth of |w|²"),
        ("long_courses", lambda found: found[::-1], "16 times the learning rate"),
        ("spreads", lambda found: found[::-1], "spread of the last hidden layer grows least"),
        ("percentiles", lambda found: found[::-1], "Internal covariate shift is least"),
        ("watched_losses", lambda found: found[[1, 1, 2]], "fewest of these steps"),
        ("swept_accuracy", lambda found: found[[0, 1, 2, 4, 3]], "Largest usable"),
        ("swept_accuracy", lambda found: found[[2, 1, 0, 3, 4]], "at which every start"),
    ],
)
def test_a_wrong_number_fails(results, name, change, words):
    wrong = {**results, name: change(results[name])}
    assert any(words in statement for statement in failing(wrong))


def test_holding_the_moments_constant_must_change_the_gradient(results):
    wrong = {**results, "held_gradient": results["start_gradient"]}
    (statement,) = failing(wrong)
    assert statement.startswith("The same if the gradient takes the moments for constants")


def test_a_loss_that_never_falls_counts_all_steps():
    losses = np.full((2, 100), 1.0)
    losses[1, 40:] = 0.0
    # The mean falls by 1 / 20 per step from step 41 on; after 55 steps it is 0.25.
    np.testing.assert_array_equal(reading.steps_to_low_loss(losses), [100, 55])


def test_smoothing_is_a_mean_over_the_last_batches():
    losses = np.random.default_rng(0).random(50)
    expected = np.convolve(losses, np.ones(20) / 20, mode="valid")
    np.testing.assert_allclose(reading.smoothed(losses), expected, rtol=1e-12)


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)


def test_normalised_networks_that_fail_at_a_rate_are_shown_as_refused(results):
    results["swept_accuracy"][2, -1] = 0.5
    (refused,) = [claim for claim in claims(results) if claim.refused]
    assert refused.measured == 0.5 and "learn at all learning rates" in refused.statement


def test_the_page_has_the_numbers_of_the_results(results):
    sentences = page.findings(results, Found(claims(results)))
    # Losses of 2 fall to 0 after 60 and 1,100 steps; two of 20 are a mean of 0.2.
    assert "in 78 steps" in sentences[0] and "in 1,118 without" in sentences[0]
    assert "is 3 with normalisation and 0.3 without" in sentences[2]
