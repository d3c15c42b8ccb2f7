"""Can the claims of `learning_dynamics` fail?"""

import numpy as np
import pytest

from experiments.learning_dynamics.claims import claims


def test_all_claims_hold_for_a_small_run(results):
    rows = claims(results)
    assert len(rows) > 20
    assert [row.statement for row in rows if row.holds is False] == []


@pytest.mark.parametrize("factor", [0.98, 1.02])
def test_modes_learned_at_times_two_percent_off_are_refuted(results, holds, factor):
    planted = dict(results) | {"times": results["times"] * factor}
    assert not any(holds(planted, "is half learned"))
    assert holds(planted, "gradient descent lags") == [False]
    assert holds(planted, "half the learning rate gives half the error") == [False]
    assert not any(holds(planted | {"random_half_times": factor * results["random_half_times"]},
                         "with each start's own u₀"))  # fmt: skip


def test_a_gradient_norm_two_percent_off_is_refuted(results, holds):
    planted = dict(results) | {"plateau_gradient": 1.02 * results["plateau_gradient"]}
    assert holds(planted, "gradient norm minus") == [False]
    flat = dict(results) | {"plateau_gradient": 1 + results["plateau_gradient"]}
    assert holds(flat, "near a saddle") == [False]


def test_a_saddle_with_one_negative_eigenvalue_too_few_is_refuted(results, holds):
    planted = results["eigenvalues"].copy()
    planted[1, 0] = 0.0
    planted = dict(results) | {"eigenvalues": planted}
    assert holds(planted, "number of negative eigenvalues") == [False]
    assert holds(planted, "most negative eigenvalue") == [False]


def test_a_second_minimum_is_refuted(results, holds):
    planted = np.abs(results["eigenvalues"])
    assert holds(dict(results) | {"eigenvalues": planted}, "no local minima") == [False]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_wrong_share_of_positive_definite_matrices_is_refuted(results, holds, n):
    # By 5% where 4 standard errors of 400,000 draws allow it to be seen, by 20% for n = 4.
    counts = results["matrix_counts"].astype(float)
    counts[:, n - 1] *= 1.05 if n < 4 else 1.2
    outcomes = holds(dict(results) | {"matrix_counts": counts}, "is positive definite")
    assert outcomes == [size != n for size in (1, 2, 3, 4)]


def test_coupled_modes_and_biases_are_refuted(results, holds):
    for name, words in (("between", "modes never mix"), ("biases", "biases remain 0")):
        assert holds(dict(results) | {name: results[name] + 1e-6}, words) == [False]
