"""Can the claims about the chain, products, training and cliffs fail?"""

import numpy as np
import pytest

from experiments.lab.claims import Found
from experiments.vanishing_exploding import page
from experiments.vanishing_exploding.claims import claims
from experiments.vanishing_exploding.reading import chain_outcomes


def test_all_claims_hold_for_a_small_run(results):
    made = claims(results)
    assert len(made) > 40
    assert [claim.statement for claim in made if claim.holds is False] == []


def test_the_page_says_the_depth_and_the_starts_of_the_run(results):
    sentences = page.findings(results, Found(claims(results)))
    assert sentences[0].startswith("Through 59 layers of ReLU")
    assert "of 16 did." in sentences[1]


@pytest.mark.parametrize("field", ["chain_jax", "chain_traced", "chain_off_diagonal"])
def test_a_derivative_off_in_the_tenth_digit_fails(results, holds, field):
    planted = results[field] * (1 + 1e-10)
    assert holds({**results, field: planted}, "hand-built tracer") == [False]


def test_a_chain_that_vanishes_at_once_fails(results, holds):
    gradient = results["chain_gradient"].copy()
    gradient[1, :, 1] = 0.9 ** results["chain_depths"]
    planted = {**results, "chain_gradient": gradient}
    assert holds(planted, "n·0.9ⁿ⁻¹ is largest") == [False]
    assert holds(planted, "maximum of n·0.9ⁿ⁻¹") == [False]
    assert holds(planted, "n·0.9ⁿ⁻¹ is below 1") == [False]


def test_the_outputs_of_the_chain_swapped_fail(results, holds):
    linear = {**results, "chain_sigmoid": results["chain_linear"]}
    assert holds(linear, "y → 1/2: y at n") == [False]


def test_a_slope_that_float64_rounds_earlier_or_later_fails(results, holds):
    y, gradient = results["chain_sigmoid"].copy(), results["chain_sigmoid_gradient"].copy()
    y[0, 4], gradient[0, 4] = 1, 0
    planted = {**results, "chain_sigmoid": y, "chain_sigmoid_gradient": gradient}
    assert holds(planted, "float64 rounds y to 1") == [False]


def test_a_true_size_off_in_the_tenth_digit_fails(results, holds):
    assert holds(results, "log₁₀ of the true size") == [True]
    planted = {**results, "chain_sigmoid_log": results["chain_sigmoid_log"] * (1 + 1e-10)}
    assert holds(planted, "log₁₀ of the true size") == [False]


def test_exponents_off_by_two_percent_fail(results, holds):
    # 400 times as many products, without noise.
    exact = {
        **results,
        "exponents": results["exponents_expected"][None],
        "exponents_error": results["exponents_error"] / 20,
    }
    assert holds(exact, "Lyapunov") == [True]
    planted = {**exact, "exponents": 1.02 * exact["exponents"]}
    assert holds(planted, "Lyapunov") == [False]


@pytest.mark.parametrize(
    ("scheme", "words"), [(0, "orthogonal initialisation"), (1, "Gaussian initialisation")]
)
def test_products_of_the_other_scheme_fail(results, holds, scheme, words):
    values = results["singular_values"].copy()
    values[scheme] = values[1 - scheme]
    assert holds({**results, "singular_values": values}, words) == [False]


@pytest.mark.parametrize(
    ("planted", "words", "expected"),
    [
        ({}, "30 layers", [True] * 6),
        ({"xavier": 0.2}, "stall: median training accuracy", [False]),
        ({"xavier_loss": 2.2}, "stall: median training loss", [False]),
        ({"he": 0.7}, "learn: median training accuracy", [False]),
        ({"he_loss": 1.6}, "learn: median training loss", [False]),
        ({"shallow": 0.88}, "both scales", [False]),
    ],
)
def test_claims_about_training_can_fail(results, trained, holds, planted, words, expected):
    assert holds({**results, **trained(**planted)}, words) == expected


@pytest.mark.parametrize(("learning", "refused"), [(0, False), (3, True)])
def test_the_rule_that_every_start_stalls_is_refused_unless_met(
    results, trained, learning, refused
):
    outcome = trained()
    outcome["trained_accuracy"][1, 0, :learning] = 0.3
    made = claims({**results, **outcome})
    (claim,) = [c for c in made if "stall from every start" in c.statement]
    assert (claim.measured, claim.expected) == (16 - learning, 16)
    assert claim.refused is refused
    assert claim.holds is (None if refused else True)


@pytest.mark.parametrize("loss", [1.6, np.nan])
def test_the_rule_that_every_start_learns_is_refused_unless_met(results, trained, loss):
    made = claims({**results, **trained(he_loss=np.array([0.2] * 15 + [loss]))})
    (claim,) = [c for c in made if "learn from every start" in c.statement]
    assert (claim.measured, claim.expected, claim.refused) == (15, 16, True)


def test_outcomes_that_differ_in_five_starts_fail(results, holds):
    ends = results["chain_ends"].copy()
    ends[0, :5] = np.inf
    planted = {**results, "chain_ends": ends}
    assert False in holds(planted, "without clipping: share of 201 starts")
    losses = results["chain_losses"].copy()
    losses[1, 100:105] = 1
    planted = {**results, "chain_losses": losses}
    assert holds(planted, "clipped at 1: share of 201 starts") == [True, False]


def test_a_step_longer_than_the_bound_fails(results, holds):
    longest = results["recurrent_longest"] * 1.001
    assert holds({**results, "recurrent_longest": longest}, "no clipped step") == [False]


def test_a_gradient_without_a_cliff_fails(results, holds):
    planted = {**results, "recurrent_gradient": np.ones_like(results["recurrent_gradient"])}
    assert holds(planted, "longest step without clipping") == [False]


def test_clipping_that_does_not_help_fails(results, holds):
    losses = results["recurrent_losses"].copy()
    losses[0] = losses[1]
    planted = {**results, "recurrent_losses": losses}
    assert holds(planted, "minus the share without clipping") == [False]
    losses = results["recurrent_losses"].copy()
    losses[1, 0] = 1
    assert holds({**results, "recurrent_losses": losses}, "solved with clipping at 1") == [False]


def test_starts_diverge_solve_the_problem_or_do_neither(results):
    assert set(np.unique(chain_outcomes(results))) == {-1, 0, 1}
