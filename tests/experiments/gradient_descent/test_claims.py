"""Do the claims of `gradient_descent` hold, and do they notice a wrong number?"""

import jax
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
    high = np.array([[True, True, False, False], [False, False, False, False]])
    np.testing.assert_allclose(local_minima.chance_of_low(high, 3).T, [[1 / 2, 5 / 6, 1], [1] * 3])


def test_ends_that_are_high_are_followed_and_no_others():
    found = local_minima.compute(jax.random.key(0), (2,), 6, (20, 10))
    high = local_minima.ends_high(found["final_losses"])
    assert high.any() and not high.all()
    np.testing.assert_array_equal(np.isfinite(found["followed"]), np.tile(high, (3, 1, 1, 1)))
    fell = found["followed"][0][high] <= found["final_losses"][high] * (1 + 1e-5)
    assert fell.all()


def test_following_a_loss_ends_where_its_gradient_is_zero():
    """The gradient that decides is that of differences of the loss."""
    start = np.random.default_rng(0).normal(size=(2, 7))

    def losses(p):
        weights, biases, readout = np.split(p[:, None, :-1], 3, axis=2)
        outputs = np.sum(readout * np.tanh(weights * local_minima.X[:, None] + biases), axis=2)
        return np.mean((outputs + p[:, -1:] - local_minima.Y) ** 2, axis=1) / local_minima.Y.var()

    steps = 1e-6 * np.eye(7)
    slopes = [(losses(start + step) - losses(start - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(local_minima._gradient(start), np.transpose(slopes), atol=1e-8)
    ends = local_minima.follow(start)
    assert (ends.loss < losses(start)).all()


def test_an_end_is_a_minimum_only_if_it_is_flat_and_curved_and_high():
    losses = np.array([[[0.5, 0.5, 0.5, 0.5, 0.0]]])
    followed = np.array([[0.5, 0.5, 0.5, 0.0], [0, 1e-3, 0, 0], [0.1, 0.1, -0.1, 0.1]])
    followed = np.column_stack([followed, 3 * [np.nan]])[:, None, None]
    found = local_minima.at_minimum(losses, followed)
    np.testing.assert_array_equal(found[0, 0], [True, False, False, False, False])


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
        ("final_losses", lambda found: found[:, ::-1], "Most ends incur a low cost"),
        ("followed", lambda found: -found, "has poor local minima"),
        ("flipped_weights", lambda found: 1.001 * found, "With one wrong label"),
        ("final_losses", lambda found: found[:, ::-1], "narrowest network than in the widest"),
    ],
)
def test_a_wrong_number_fails(results, name, change, words):
    wrong = {**results, name: change(results[name])}
    if name == "saddle_paths":
        wrong["saddle_gradients"] = results["saddle_gradients"][:, ::2]
    assert any(words in statement for statement in failing(wrong))
