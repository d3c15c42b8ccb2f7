"""Can the claims of `phase_diagram` fail?"""

import numpy as np
import pytest

from experiments.phase_diagram.claims import claims


def test_all_claims_hold_for_a_small_run(results):
    rows = claims(results)
    assert len(rows) > 20
    assert [row.statement for row in rows if row.holds is False] == []


def test_a_critical_weight_variance_off_by_one_in_a_million_is_refuted(results, holds):
    planted = {**results, "table_weights": results["table_weights"] * (1 + 1e-6)}
    assert holds(planted, "critical weight variance") == [False] * 4


def precise(results):
    """Theory with a little noise, as from very many networks."""
    noise = 1e-3 * np.random.default_rng(0).normal(size=400)
    layers = int(results["point_layers"])
    return {
        **results,
        "measured_q": results["finite_q"][:, None] * (1 + noise),
        "measured_correlation": results["finite_course"][:, None] + noise[:, None],
        "measured_log_ratio": results["finite_rate"][:, None] * layers + noise,
    }


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("measured_q", "variance of pre-activations"),
        ("measured_correlation", "correlation"),
        ("measured_log_ratio", "ln of the factor"),
    ],
)
def test_measurements_two_percent_off_are_refuted(results, holds, field, words):
    exact = precise(results)
    assert set(holds(exact, words)) == {True}
    outcomes = holds({**exact, field: exact[field] * 1.02}, words)
    # On the critical line the rate is nearly 0, and so is 2% of it.
    assert outcomes.count(True) <= (field == "measured_log_ratio")


def test_a_critical_rate_that_is_not_zero_is_refuted(results, holds):
    exact = precise(results)
    exact["measured_log_ratio"] = exact["measured_log_ratio"] + 0.02 * exact["point_layers"]
    assert set(holds(exact, "ln of the factor")) == {False}


@pytest.mark.parametrize(
    ("field", "limit", "words"),
    [
        ("finite_q", "point_q", "variance of pre-activations"),
        ("finite_rate", "point_rate", "ln of the factor"),
    ],
)
def test_theory_without_its_term_of_order_1_over_n_is_refuted(results, holds, field, limit, words):
    planted = {**precise(results), field: results[limit]}
    assert holds(planted, words).count(False) >= 5


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ({"critical": 0.79}, "next to the critical line"),
        ({"ordered": 0.25}, "ordered"),
        ({"chaotic": 0.65}, "chaotic"),
    ],
)
def test_a_map_that_trains_too_little_or_too_much_is_refuted(
    results, holds, planted_map, planted, words
):
    assert holds({**results, **planted_map(**planted)}, words) == [False]
