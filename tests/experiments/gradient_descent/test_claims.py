"""Do the claims of `gradient_descent` hold, and do they notice a wrong number?"""

import numpy as np
import pytest

from experiments.gradient_descent import batch_noise, conditioning, local_minima, saddle, separable
from experiments.gradient_descent.claims import claims


def failing(results):
    return [claim.statement for claim in claims(results) if claim.holds is False]


def test_every_claim_holds_or_is_refused(results):
    assert failing(results) == []
    refused = [claim.statement for claim in claims(results) if claim.refused]
    assert any("cannot overshoot" in statement for statement in refused)


def test_a_refused_claim_shows_what_was_measured(results):
    refused = [claim for claim in claims(results) if claim.refused]
    assert all(isinstance(claim.measured, float) for claim in refused)


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


def test_the_exact_loss_of_single_rows_is_that_of_all_sequences_of_three_rows():
    """All sequences of three rows of three, enumerated: 27 of them are equally likely."""
    X = np.array([[1.0, 0.5], [-0.5, 1.0], [0.3, -1.2]])
    y = np.array([1.0, 0.0, 2.0])
    best, H = np.linalg.lstsq(X, y, rcond=None)[0], X.T @ X / 3
    losses = []
    for rows in np.ndindex(3, 3, 3):
        w = np.full(2, batch_noise.START)
        for row in rows:
            w = w - batch_noise.RATE * X[row] * (X[row] @ w - y[row])
        losses.append((w - best) @ H @ (w - best) / 2)
    assert batch_noise.exact_losses(X, y, 1, 3)[-1] == pytest.approx(np.mean(losses), rel=1e-12)


def test_the_chance_that_restarts_find_a_low_loss_is_that_of_draws_without_replacement():
    caught = np.array([[True, True, False, False], [False, False, False, False]])
    np.testing.assert_allclose(
        local_minima.chance_of_low(caught, 3).T, [[1 / 2, 5 / 6, 1], [1] * 3]
    )


def test_a_path_that_never_leaves_the_saddle_counts_as_one_step_more_than_all():
    np.testing.assert_array_equal(
        saddle.steps_to_leave(np.array([[0, 0.2, -0.6], [0] * 3])), [2, 3]
    )


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("grows", lambda found: np.roll(found, -60), "diverges"),
        ("batch_sums", lambda found: found * 10 / 4, "sum over a batch"),
        ("batch_means", lambda found: np.maximum(found, 0), "over all batches of b"),
        ("batch_means", lambda found: 0.9 * found, "draw without replacement"),
        ("settled", lambda found: found * 1.1, "settles"),
        ("noise_exact", lambda found: found[[1, 1, 2, 3]], "independent batches of 1 of"),
        ("noise_exact", lambda found: 1.001 * found, "nothing is random"),
        ("noise_mean", lambda found: found[::-1], "end closer"),
        ("saddle_paths", lambda found: found[:, ::2], "Steps to leave a saddle"),
        ("saddle_gradients", lambda found: found**0.9, "decades that its smallest length falls"),
        ("ridge_end", lambda found: found + 1e-3, "exactly on the ridge"),
        ("random_ends", lambda found: found * 0.5, "end at a minimum"),
        ("noisy_y", lambda found: 1.2 * found, "mean of y²"),
        ("noisy_y", lambda found: 0.1 * found, "drives every path"),
        ("noisy_y", np.abs, "upper minimum"),
        ("conditions", lambda found: found * 1.1, "Condition number"),
        ("sums", lambda found: found / 2, "Steps times the loss"),
        ("final_losses", lambda found: found[:, ::-1], "in wide networks"),
        ("final_losses", lambda found: found[:, ::-1], "narrowest network than in the widest"),
    ],
)
def test_a_wrong_number_fails(results, name, change, words):
    wrong = {**results, name: change(results[name])}
    if name == "saddle_paths":
        wrong["saddle_gradients"] = results["saddle_gradients"][:, ::2]
    assert any(words in statement for statement in failing(wrong))
