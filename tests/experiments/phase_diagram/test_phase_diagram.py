"""Does the map train what it says, and can the claims of `phase_diagram` fail?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from experiments import phase_diagram
from experiments.phase_diagram import figures as phase_diagram_figures
from experiments.phase_diagram import trainability
from jaxnn import propagation

SMALL = phase_diagram.Settings(
    weight_grid=3,
    bias_grid=2,
    width=64,
    depth=30,
    seeds=40,
    map=trainability.Map(
        depths=(3,), weight_variances=(1.0, 1.76, 4.0), seeds=2, rows=100, steps=2
    ),
)


def mapped(ordered=0.1, critical=0.9, chaotic=0.3, starts=4):
    """What training might have given: at 2 and at 40 layers, at three weight variances."""
    accuracy = np.full((2, 3, 2, starts), 0.1)
    accuracy[0, :, 1] = 0.95
    accuracy[1, :, 1] = np.array([ordered, critical, chaotic])[:, None]
    return {
        "map_depths": np.array([2, 40]),
        "map_accuracy": accuracy,
        "map_loss": np.ones_like(accuracy),
    }


@pytest.fixture(scope="module")
def computed():
    results = phase_diagram.compute(jax.random.key(4), SMALL)
    return {name: np.asarray(value) for name, value in results.items()}


@pytest.fixture(scope="module")
def results(computed):
    return {**computed, **mapped()}


def holds(results, words):
    """The outcomes of the claims whose statements have these words, at least one."""
    found = [c.holds for c in phase_diagram.claims(results) if words in c.statement]
    assert found, f"no claim says {words!r}"
    return found


def test_all_claims_hold_of_a_small_run(results):
    claims = phase_diagram.claims(results)
    assert len(claims) > 20
    assert [claim.statement for claim in claims if claim.holds is False] == []


def test_a_critical_weight_off_in_the_sixth_digit_fails(results):
    planted = {**results, "table_weights": results["table_weights"] * (1 + 1e-6)}
    assert holds(planted, "critical weight variance") == [False] * 4


def precise(results):
    """What endless networks of endless width would give, with a little noise."""
    rng = np.random.default_rng(0)
    seeds = 400
    noise = 1e-3 * rng.normal(size=(seeds,))
    layers = int(results["point_layers"])
    return {
        **results,
        "point_width": np.array(10**6),
        "measured_q": results["point_q"][:, None] * (1 + noise),
        "measured_correlation": results["point_course"][:, None] + noise[:, None],
        "measured_log_ratio": results["point_rate"][:, None] * layers + noise,
    }


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("measured_q", "variance of pre-activations"),
        ("measured_correlation", "correlation"),
        ("measured_log_ratio", "ln of the factor"),
    ],
)
def test_theory_off_by_two_percent_fails(results, field, words):
    exact = precise(results)
    assert set(holds(exact, words)) == {True}
    outcomes = holds({**exact, field: exact[field] * 1.02}, words)
    # Two percent of a rate of nothing, on the critical line, is nothing.
    assert outcomes.count(True) == (field == "measured_log_ratio")


def test_a_critical_rate_that_is_not_zero_fails(results):
    exact = precise(results)
    exact["measured_log_ratio"] = exact["measured_log_ratio"] + 0.02 * exact["point_layers"]
    assert set(holds(exact, "ln of the factor")) == {False}


def test_rates_are_logs_of_means():
    # Log-normal ratios of mean 1: the mean of logs would be -variance / 2 / layers.
    rng = np.random.default_rng(1)
    variance, layers = 0.5, 20
    logs = rng.normal(-variance / 2, math.sqrt(variance), 100_000)
    rate, error = phase_diagram.log_mean_rate(logs, layers)
    assert rate == pytest.approx(0, abs=4 * error)
    assert error == pytest.approx(math.sqrt(math.expm1(variance) / 100_000) / layers, rel=0.05)


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ({"critical": 0.79}, "next to the critical line"),
        ({"ordered": 0.25}, "ordered"),
        ({"chaotic": 0.65}, "chaotic"),
    ],
)
def test_claims_of_the_map_can_fail(results, planted, words):
    assert holds({**results, **mapped(**planted)}, words) == [False]


def test_the_better_rate_counts_and_divergence_does_not():
    accuracy = np.zeros((2, 2, 2, 2))
    accuracy[0, 0] = [[0.2, 0.4], [0.9, np.nan]]
    accuracy[1, 1] = [[0.5, 0.7], [np.nan, np.nan]]
    best = phase_diagram_figures.best_accuracy({"map_accuracy": accuracy})
    np.testing.assert_allclose(best, [[0.45, 0], [0, 0.6]])


def test_the_depth_reached_lies_between_cells():
    accuracy = np.array([[0.9, 0.4, 0.9], [0.7, 0.3, 0.8], [0.3, 0.1, 0.7]])[:, :, None, None]
    results = {
        "map_accuracy": accuracy,
        "map_depths": np.array([4, 10, 40]),
        "map_weight_variances": np.arange(3),
    }
    found = phase_diagram_figures.depth_reached(results, 0.5)
    np.testing.assert_allclose(found, [20, np.nan, np.nan])


def options(**changed):
    return {"depth": 2, "bias_variance": 0.05, "steps": 200, "batch_size": 32} | changed


def digits(rows=300):
    key_rows = jax.random.key(9)
    X, y = trainability.images(key_rows, rows)
    return jnp.asarray(X), jnp.asarray(y, jnp.float32)


def test_a_shallow_network_learns_and_a_great_rate_does_not():
    X, y = digits()
    one = jax.jit(lambda key, rate: trainability.train_one(key, 1.5, rate, X, y, **options()))
    accuracy, loss = one(jax.random.key(0), 0.03)
    assert accuracy > 0.8 and loss < 0.7
    assert np.isnan(one(jax.random.key(0), jnp.inf)).all()


def test_the_start_is_a_random_network_of_these_scales():
    # A step of length zero; the loss of many starts is that of networks drawn by the library.
    X, y = digits(200)
    chosen = options(depth=3, bias_variance=0.4, steps=1)
    net = propagation.random_network((64, 64, 64, 64, 10), "tanh", 3.0, 0.4)

    def start(key):
        return trainability.train_one(key, 3.0, 0.0, X, y, **chosen)[1]

    def drawn(key):
        params = jaxnn.init(key, net)
        scores = jax.vmap(jaxnn.apply, in_axes=(None, None, 0))(net, params, X)
        return jnp.mean(jaxnn.responses.loss("categorical", scores, y[:, None]))

    keys = jax.random.split(jax.random.key(1), (2, 100))
    one, other = (
        np.asarray(jax.jit(jax.vmap(f))(k)) for f, k in zip((start, drawn), keys, strict=True)
    )
    error = math.sqrt((one.var() + other.var()) / 100)
    assert one.mean() == pytest.approx(other.mean(), abs=4 * error)
    assert one.std() == pytest.approx(other.std(), rel=0.4)
    assert one.mean() > 2.6  # such networks guess, and are sure of it


def test_a_step_is_one_of_gradient_descent():
    # With a batch of the one row there is: loss falls in proportion to a small rate.
    X, y = digits(1)
    chosen = options(steps=1, batch_size=1)
    one = jax.jit(lambda key, rate: trainability.train_one(key, 1.0, rate, X, y, **chosen)[1])
    losses = [float(one(jax.random.key(2), rate)) for rate in (0.0, 1e-3, 2e-3)]
    first, second = losses[0] - losses[1], losses[1] - losses[2]
    assert first > 0
    assert second == pytest.approx(first, rel=0.1)


def test_both_rates_have_the_same_starts():
    settings = trainability.Map(
        depths=(2,), weight_variances=(1.0, 3.0), learning_rates=(1e-9, 2e-9), seeds=2, rows=60,
        steps=1,
    )  # fmt: skip
    found = trainability.compute(jax.random.key(5), settings)["map_loss"]
    assert found.shape == (1, 2, 2, 2)
    np.testing.assert_allclose(found[:, :, 0], found[:, :, 1], rtol=1e-6)
    assert len(np.unique(found[0, :, 0].round(6))) == 4


def test_figures_are_drawn_from_results_alone(results):
    figures = phase_diagram.draw(results)
    assert list(figures) == list(phase_diagram.CAPTIONS)
    assert len(figures["measured"].axes) == 3
