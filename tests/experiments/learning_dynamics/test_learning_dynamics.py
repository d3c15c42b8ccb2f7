"""Are the closed forms right where the experiment does not look, and can its claims fail?"""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import learning_dynamics
from experiments.learning_dynamics import critical_points, linear_modes, random_hessians
from jaxnn import MLP

SMALL = learning_dynamics.Settings(
    linear=linear_modes.LinearSettings(
        sizes=(4, 5, 3),
        strengths=(3.0, 1.5),
        start=2e-3,
        duration=5.0,
        plateau_duration=16.0,
        rates=(0.004, 0.002),
        seeds=12,
        shown=4,
    ),
    saddles=linear_modes.LinearSettings(sizes=(3, 4, 4), strengths=(5.0, 2.5, 0.5)),
    matrix_size=4,
    matrix_draws=400_000,
    theory_size=30,
)


@pytest.fixture(scope="module")
def results():
    computed = learning_dynamics.compute(jax.random.key(5), SMALL)
    return {name: np.asarray(value) for name, value in computed.items()}


def holds(results, words):
    """The outcomes of the claims whose statements have these words, at least one."""
    found = [c.holds for c in learning_dynamics.claims(results) if words in c.statement]
    assert found, f"no claim says {words!r}"
    return found


# Modes


@given(s=st.floats(0.3, 8), start=st.floats(1e-6, 0.05), t=st.floats(0, 4))
def test_the_course_solves_its_equation(s, start, t):
    u, step = linear_modes.mode_strength, 1e-5
    slope = (u(t + step, s, start) - u(t - step, s, start)) / (2 * step)
    here = u(t, s, start)
    assert slope == pytest.approx(2 * here * (s - here), rel=1e-5, abs=1e-8)
    assert u(0, s, start) == pytest.approx(start, rel=1e-12)
    assert u(linear_modes.half_time(s, start), s, start) == pytest.approx(s / 2, rel=1e-9)


def test_half_times_of_the_figure():
    found = linear_modes.half_time(np.array([4.0, 2.0, 1.0]), 1e-3)
    np.testing.assert_allclose(found, [1.03672, 1.90010, 3.45338], atol=5e-6)


@pytest.mark.parametrize(("s", "start"), [(7.0, 1e-4), (0.8, 0.01)])
def test_the_lag_is_that_of_the_recursion_by_hand(s, start):
    rate = 1e-4
    root, steps = math.sqrt(start), 0
    while root**2 < s / 2:
        last, root, steps = root, root + rate * root * (s - root**2), steps + 1
    share = (s / 2 - last**2) / (root**2 - last**2)
    late = (steps - 1 + share) * rate - linear_modes.half_time(s, start)
    assert late / rate == pytest.approx(linear_modes.half_time_lag(s, start), rel=0.01)


def test_half_times_lie_between_records():
    times = np.array([0.0, 1.0, 2.0])
    courses = np.array([[[0.0, 0.0, 0.9], [1.0, 0.0, 1.2], [4.0, 0.1, 1.3]]])
    found = linear_modes.half_times(times, courses, np.array([4.0, 1.0, 2.0]))
    np.testing.assert_allclose(found, [[1 + 1 / 3, np.nan, 1 / 3]])


def test_an_aligned_start_is_what_it_says(key):
    settings = SMALL.linear
    key_task, key_directions = jax.random.split(key)
    with jax.enable_x64(True):
        task = linear_modes.random_task(key_task, settings)
        directions = linear_modes.orthonormal(key_directions, 5, 2)
        starts = jnp.array([0.3, 0.02])
        params = linear_modes.aligned(task, directions, starts)
        product = task.inputs.T @ params[0].weights @ params[1].weights @ task.outputs
        np.testing.assert_allclose(product, np.diag(starts), atol=1e-15)
        found = linear_modes.effective_starts(task, params)
        np.testing.assert_allclose(found, starts, rtol=1e-12)
        X, Y = task.rows()
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-15)
        np.testing.assert_allclose(X.T @ X / len(X), np.eye(4), atol=1e-14)
        # Half the squared distance of the maps, sum over modes of (s - u)^2 / 2.
        value = linear_modes.loss(settings.net, params, X, Y)
        assert value == pytest.approx(float(jnp.sum((task.strengths - starts) ** 2)) / 2, rel=1e-12)


def test_random_starts_grow_by_their_mean(key):
    # W_1^T p = a, W_2 q = -a: the mean is 0 and nothing grows.
    settings = dataclasses.replace(SMALL.linear, strengths=(3.0,))
    with jax.enable_x64(True):
        task = linear_modes.random_task(key, settings)
        a = jnp.arange(1.0, 6.0)[:, None] / 10
        first, second = task.inputs @ a.T, -a @ task.outputs.T
        params = (
            linear_modes.Layer(first, jnp.zeros(5)),
            linear_modes.Layer(second, jnp.zeros(3)),
        )
        assert linear_modes.effective_starts(task, params)[0] < 1e-30


# Critical points


def test_indices_by_hand():
    strengths = np.array([3.0, 1.0])
    count = critical_points.negative_eigenvalues
    assert count(strengths, np.array([False, False]), 2) == 4
    assert count(strengths, np.array([True, False]), 2) == 1
    assert count(strengths, np.array([False, True]), 2) == 2  # one free direction, one taken
    assert count(strengths, np.array([True, True]), 2) == 0


def test_a_scalar_network_has_the_hessian_of_its_product():
    # f(x) = w v x with loss (w v - s)^2 / 2: at 0 the Hessian has eigenvalues s and -s.
    settings = linear_modes.LinearSettings(sizes=(1, 1, 1), strengths=(1.7,))
    found = critical_points.compute(jax.random.key(1), settings)
    np.testing.assert_allclose(found["eigenvalues"][0], [-1.7, 0, 1, 1.7], atol=1e-12)
    assert found["saddle_loss"][0] == pytest.approx(1.7**2 / 2)
    assert found["eigenvalues"][1, 0] >= -1e-12


# Random matrices


def test_probabilities_by_other_means():
    for n, closed in enumerate(random_hessians.CLOSED_FORMS, start=1):
        assert math.exp(random_hessians.log_probability(n)) == pytest.approx(closed, rel=1e-12)
    # n = 2 once more, of matrices with entries N(0, 2), N(0, 1): a c > b^2.
    generator = np.random.default_rng(3)
    a, c = generator.normal(0, math.sqrt(2), (2, 10**6))
    b = generator.normal(size=10**6)
    share = np.mean((a > 0) & (a * c > b**2))
    p = random_hessians.CLOSED_FORMS[1]
    assert abs(share - p) <= 4 * math.sqrt(p * (1 - p) / 10**6)


def test_probabilities_fall_smoothly_to_the_exponent():
    logs = np.array([random_hessians.log_probability(n) for n in range(1, 41)])
    second = -np.diff(logs, 2) / 2
    assert (np.diff(second) > 0).all()  # no sign of rounding at n = 40
    assert second[-1] == pytest.approx(math.log(3) / 4, rel=1e-4)


def test_pivots_count_what_eigenvalues_count(monkeypatch):
    monkeypatch.setattr(random_hessians, "BATCH", 500)
    counted = random_hessians._positive_count(jax.random.key(8), largest=3)
    entries = np.asarray(jax.random.normal(jax.random.key(8), (6, 500)), float)
    found = []
    for n in (1, 2, 3):
        matrices = np.zeros((500, n, n))
        rows, columns = np.tril_indices(n)
        for entry, i, j in zip(entries, rows, columns, strict=False):
            matrices[:, i, j] = matrices[:, j, i] = entry * (math.sqrt(2) if i == j else 1)
        found.append(int(np.sum(np.linalg.eigvalsh(matrices)[:, 0] > 0)))
    assert counted.tolist() == found


# Claims


def test_all_claims_hold_of_a_small_run(results):
    claims = learning_dynamics.claims(results)
    assert len(claims) > 20
    assert [claim.statement for claim in claims if claim.holds is False] == []


@pytest.mark.parametrize("factor", [0.98, 1.02])
def test_a_mode_that_is_two_percent_faster_fails(results, factor):
    planted = dict(results) | {"times": results["times"] * factor}
    assert not any(holds(planted, "is half learned"))
    assert holds(planted, "gradient descent is late") == [False]
    assert holds(planted, "over that at half the learning rate") == [False]
    assert not any(holds(planted | {"random_half_times": factor * results["random_half_times"]},
                         "with the u₀ of each random start"))  # fmt: skip


def test_a_gradient_two_percent_longer_fails(results):
    planted = dict(results) | {"plateau_gradient": 1.02 * results["plateau_gradient"]}
    assert holds(planted, "length of the gradient minus") == [False]
    flat = dict(results) | {"plateau_gradient": 1 + results["plateau_gradient"]}
    assert holds(flat, "near saddles") == [False]


def test_a_saddle_with_one_way_less_fails(results):
    planted = results["eigenvalues"].copy()
    planted[1, 0] = 0.0
    planted = dict(results) | {"eigenvalues": planted}
    assert holds(planted, "ways down") == [False]
    assert holds(planted, "steepest way") == [False]


def test_a_second_minimum_fails(results):
    planted = np.abs(results["eigenvalues"])
    assert holds(dict(results) | {"eigenvalues": planted}, "no local minima") == [False]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_share_that_is_off_fails(results, n):
    # By 5% where 4 standard errors of 400,000 draws allow it to be seen, by 20% for n = 4.
    counts = results["matrix_counts"].astype(float)
    counts[:, n - 1] *= 1.05 if n < 4 else 1.2
    outcomes = holds(dict(results) | {"matrix_counts": counts}, "is positive definite")
    assert outcomes == [size != n for size in (1, 2, 3, 4)]


def test_a_coupling_or_a_bias_fails(results):
    for name, words in (("between", "modes never mix"), ("biases", "biases stay 0")):
        assert holds(dict(results) | {name: results[name] + 1e-6}, words) == [False]


def test_figures_are_drawn_from_results_alone(results):
    figures = learning_dynamics.draw(results)
    assert list(figures) == list(learning_dynamics.CAPTIONS)


def test_the_network_is_the_library_s():
    assert SMALL.linear.net == MLP((4, 5, 3), "identity", initializer="zeros")
