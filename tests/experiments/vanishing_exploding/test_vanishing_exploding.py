"""Are the formulas of `vanishing_exploding` right, and can its claims fail?"""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from experiments import vanishing_exploding
from experiments.vanishing_exploding import (
    cliff_figures,
    cliffs,
    diagonal_chain,
    matrix_products,
    signal_claims,
    thirty_layers,
)
from experiments.vanishing_exploding import signals as deep_signals
from jaxnn import propagation

SMALL = vanishing_exploding.Settings(
    signals=deep_signals.Signals(
        depth=41,
        width=32,
        seeds=40,
        pairs=4,
        gain_depth=41,  # as deep and wide as the others: fewer programs
        gain_width=32,
        gain_seeds=40,
        laws=((32, 40), (32, 12)),
        law_seeds=300,
        drawn_seeds=60,
        sigmoid_width=32,
        sigmoid_depth=41,
        sigmoid_seeds=60,
        batches=(("relu", 128),),
        batch_depth=10,
        batch_seeds=3,
        timed=(4, 12),
    ),
    products=matrix_products.Products(depth=40, seeds=8, square=32, marks=(1, 10, 60)),
    descents=cliffs.Descents(grid=(401, 301)),
    training=thirty_layers.DeepTraining(layers=(3,), seeds=2, epochs=1, rows=128),
)


def trained(xavier=0.105, xavier_loss=2.302, he=0.9, he_loss=0.4, shallow=0.95):
    """What training might have given: (8 layers, 30 layers) x (Xavier, He) x 16 starts."""
    accuracy = np.empty((2, 2, 16))
    accuracy[0], accuracy[1, 0], accuracy[1, 1] = shallow, xavier, he
    loss = np.full((2, 2, 16, 3), 0.1)
    loss[1, 0], loss[1, 1] = np.reshape(xavier_loss, (-1, 1)), np.reshape(he_loss, (-1, 1))
    return {
        "trained_layers": np.array([8, 30]),
        "trained_accuracy": accuracy,
        "trained_loss": loss,
        "trained_epochs": np.arange(3),
    }


@pytest.fixture(scope="module")
def computed():
    # Small networks train for one epoch only, to see that it runs; claims get made-up outcomes.
    results = vanishing_exploding.compute(jax.random.key(21), SMALL)
    return {name: np.asarray(value) for name, value in results.items()}


@pytest.fixture(scope="module")
def results(computed):
    return {**computed, **trained(), "timed_seconds": np.array([1.0, 1.1])}


def holds(results, words):
    """The outcomes of the claims whose statements have these words, at least one."""
    found = [c.holds for c in vanishing_exploding.claims(results) if words in c.statement]
    assert found, f"no claim says {words!r}"
    return found


# The chain


@pytest.mark.parametrize("case", [(1.3, 0.7), (-0.5, 0.9), (2.0, 0.0)])
def test_the_chain_by_formula_is_that_of_a_derivative(case):
    depths = np.arange(1, 7)
    with jax.enable_x64(True):
        weights = jnp.diag(jnp.array(case, jnp.float64))

        def read(w, n):
            return jnp.sum(jnp.linalg.matrix_power(w, n) @ jnp.ones(2))

        expected = np.array([jax.jacrev(read)(weights, int(n)) for n in depths])
    on = diagonal_chain.gradients(case, depths)
    np.testing.assert_allclose(on, np.diagonal(expected, axis1=1, axis2=2), atol=1e-13)
    off = diagonal_chain.off_diagonal(case, depths)
    np.testing.assert_allclose(off, expected[:, 0, 1], atol=1e-13)
    np.testing.assert_allclose(off, expected[:, 1, 0], atol=1e-13)


def test_the_lectures_numbers():
    depths = np.arange(1, 51)
    one, two = (diagonal_chain.gradients(case, depths) for case in diagonal_chain.CASES)
    assert one[9].tolist() == [10, 5120]
    assert two[[8, 9], 1] == pytest.approx([3.874204890000001] * 2, rel=1e-14)
    assert two[49, 1] == pytest.approx(0.28632084, abs=5e-9)
    assert depths[two[:, 1] < 1].min() == 35
    off = diagonal_chain.off_diagonal(diagonal_chain.CASES[1], depths)
    assert off[9] == pytest.approx(0.8692546940, abs=5e-11)


@pytest.mark.parametrize("field", ["chain_jax", "chain_traced", "chain_off_diagonal"])
def test_a_derivative_off_in_the_tenth_digit_fails(results, field):
    planted = results[field] * (1 + 1e-10)
    assert holds({**results, field: planted}, "hand-built tracer") == [False]


def test_a_chain_that_vanishes_at_once_fails(results):
    gradient = results["chain_gradient"].copy()
    gradient[1, :, 1] = 0.9 ** results["chain_depths"]
    assert holds({**results, "chain_gradient": gradient}, "n·0.9ⁿ⁻¹ grows") == [False]


def test_read_outs_that_are_mixed_up_fail(results):
    assert holds({**results, "chain_sigmoid": results["chain_linear"]}, "through a sigmoid") == [
        False,
        False,
    ]
    exploding = {**results, "chain_sigmoid_gradient": results["chain_gradient"]}
    assert holds(exploding, "a = 1, b = 2 through a sigmoid") == [False]


# Signals


def test_all_claims_hold_of_a_small_run(results):
    claims = vanishing_exploding.claims(results)
    assert len(claims) > 40
    assert [claim.statement for claim in claims if claim.holds is False] == []


def precise(results, factor=1.0):
    """Results as networks of endless width would give them, with rates off by a factor."""
    rng = np.random.default_rng(0)
    width, seeds, layers = 10**6, 400, results["theory_log_gradient"].shape[1]
    gradients = []
    exact, variance = propagation.log_gradient_moments(width, layers - 1)
    for place, theory in enumerate(results["theory_log_gradient"]):
        noise = rng.normal(size=(seeds, layers)) * math.sqrt(variance)
        if results["profile_activations"][place] == "relu":
            theory = theory + exact * np.linspace(1, 0, layers)
        gradients.append(theory * factor + noise)
    theory = results["sigmoid_theory"][:, None] * int(results["sigmoid_layers"])
    layers = int(results["gain_layers"])
    gains = (results["gain_factors"][:, None] * factor) ** layers * np.ones(50)
    return {
        **results,
        "profile_width": np.array(width),
        "profile_log_gradient": np.array(gradients),
        "profile_log_variance": np.repeat(results["theory_log_variance"][:, None], seeds, axis=1),
        "sigmoid_width": np.array(width),
        "sigmoid_logs": theory * factor + rng.normal(size=(len(theory), seeds)) * 0.01,
        "gain_width": np.array(width),
        "gain_forward": gains,
        "gain_backward": gains,
    }


@pytest.mark.parametrize("words", ["factor of mean squares", "ln of the factor", "mean of ln"])
def test_rates_as_in_theory_hold_and_rates_off_by_two_percent_fail(results, words):
    assert set(holds(precise(results), words)) == {True}
    for factor in (0.98, 1.02):
        outcomes = holds(precise(results, factor), words)
        # Two percent of nothing is nothing: on the critical line, and at He's scale.
        kept = {"factor of mean squares": 0, "ln of the factor": 1, "mean of ln": 1}[words]
        law = len(results["law_samples"]) + 1 if words == "mean of ln" else 0
        assert outcomes.count(True) == kept + law


def test_a_backward_gain_alone_off_by_two_percent_fails(results):
    planted = precise(results)
    layers = int(planted["gain_layers"])
    planted["gain_backward"] = planted["gain_backward"] * 1.02**layers
    assert set(holds(planted, "factor of mean squares")) == {False}


def test_a_variance_off_by_two_percent_fails(results):
    planted = precise(results)
    assert set(holds(planted, "variance of pre-activations")) == {True}
    planted["profile_log_variance"] = planted["profile_log_variance"] + math.log(1.02)
    assert set(holds(planted, "variance of pre-activations")) == {False}


@pytest.mark.parametrize("which", ["law_samples", "law_drawn"])
def test_the_asymptotic_law_is_told_from_the_exact_one(results, which):
    rng = np.random.default_rng(1)
    samples, drawn = [], []
    for asymptotic in (False, True):
        made = []
        for (width, layers), (mean, variance) in zip(
            results["law_sizes"], results["law_moments"], strict=True
        ):
            square = 5 * layers / width if asymptotic else variance
            made.append(mean + math.sqrt(square) * rng.normal(size=20_000))
        samples.append(np.array(made))
        drawn.append(made[0])
    exact = {**results, "law_samples": samples[0], "law_drawn": drawn[0]}
    assert set(holds(exact, "variance of ln")) == {True}
    planted = {**exact, which: {"law_samples": samples, "law_drawn": drawn}[which][1]}
    outcomes = holds(planted, "variance of ln")
    assert outcomes.count(False) == {"law_samples": 2, "law_drawn": 1}[which]


def test_a_window_rate_is_the_log_of_a_mean():
    # Independent log-normal factors: the mean of logs would be off by half their variance.
    rng = np.random.default_rng(2)
    variance, layers, seeds = 0.02, 101, 4000
    steps = rng.normal(-variance / 2 - 0.1, math.sqrt(variance), (seeds, layers))
    logs = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    theory = -0.1 * np.arange(layers, 0, -1)
    rate, error, expected = signal_claims.window_rate(logs, theory)
    assert expected == pytest.approx(-0.1, rel=1e-12)
    assert rate == pytest.approx(-0.1, abs=4 * error)
    assert error == pytest.approx(math.sqrt(math.expm1(10 * variance) / 80 / seeds) / 10 * 10**0.5,
                                  rel=0.3)  # fmt: skip
    assert variance / 2 > 10 * error


def test_slopes_above_a_quarter_fail(results):
    planted = {**results, "sigmoid_slopes": results["sigmoid_slopes"] * 1.001}
    assert holds(planted, "largest slope") == [False]


@pytest.mark.parametrize(("factor", "expected"), [(1.0, True), (1.05, False), (0.95, False)])
def test_growth_by_batch_normalisation_is_held_to_its_theory(results, factor, expected):
    planted = {**results, "batch_growth": results["batch_growth"] * factor}
    assert holds(planted, "relu, batch of 128") == [expected]


def test_gradients_that_batch_normalisation_keeps_fail(results):
    planted = {**results, "batch_log_gradient": 0 * results["batch_log_gradient"]}
    assert holds(planted, "batch normalisation") == [False]


def test_exponents_off_by_two_percent_fail(results):
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
def test_products_of_the_other_scheme_fail(results, scheme, words):
    values = results["singular_values"].copy()
    values[scheme] = values[1 - scheme]
    assert holds({**results, "singular_values": values}, words) == [False]


def test_compilation_that_grows_with_depth_fails(results):
    planted = {**results, "timed_seconds": np.array([1.0, 1.6])}
    assert holds(planted, "to compile") == [False]


def test_compile_times_are_measured(computed):
    assert (computed["timed_seconds"] > 0.05).all()


# Training


@pytest.mark.parametrize(
    ("planted", "words", "expected"),
    [
        ({}, "30 layers", [True, True, None, True, True]),
        ({"xavier": 0.2}, "stall: median", [False]),
        ({"xavier_loss": 2.2}, "Xavier's: median training loss", [False]),
        ({"he": 0.7}, "learn: median", [False]),
        ({"he_loss": np.array([0.2] * 15 + [1.6])}, "largest training loss", [False]),
        ({"he_loss": np.array([0.2] * 15 + [np.nan])}, "largest training loss", [False]),
        ({"shallow": 0.88}, "both scales", [False]),
    ],
)
def test_claims_of_training_can_fail(results, planted, words, expected):
    assert holds({**results, **trained(**planted)}, words) == expected


def test_starts_that_do_not_stall_are_counted_and_not_hidden(results):
    outcome = trained()
    outcome["trained_accuracy"][1, 0, :3] = 0.3
    (claim,) = [
        c
        for c in vanishing_exploding.claims({**results, **outcome})
        if "starts that stall" in c.statement
    ]
    assert claim.measured == 13 and claim.holds is None


def test_accuracies_are_those_of_the_library():
    net = jaxnn.MLP((64, 9, 7, 10), "relu", response="categorical", bias_initializer="uniform")
    key = jax.random.key(3)
    X, y = thirty_layers.images(jax.random.key(4), 20)
    np.testing.assert_allclose(np.mean(X**2, axis=1), 1, rtol=1e-5)
    params = jaxnn.init(key, net)
    scores = np.array([np.asarray(jaxnn.apply(net, params, row)) for row in X])
    stacked = jax.tree.map(lambda leaf: np.asarray(leaf)[None], params)
    found = thirty_layers.accuracies(stacked, X, y)
    assert found.tolist() == [np.mean(np.argmax(scores, axis=1) == y)]


def test_training_is_recorded(computed):
    assert computed["trained_loss"].shape == (1, 2, 2, 2)
    assert (computed["trained_loss"][..., 1] < computed["trained_loss"][..., 0]).all()
    assert (computed["trained_accuracy"] > 0.02).all()


# Cliffs


vectors = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6).map(np.array)


@given(gradient=vectors, threshold=st.floats(1e-3, 1e3))
def test_clipping_keeps_the_direction_and_bounds_the_norm(gradient, threshold):
    clipped = cliffs.clip(gradient, threshold)
    norm = np.linalg.norm(gradient)
    if norm <= threshold:
        np.testing.assert_array_equal(clipped, gradient)
    else:
        assert np.linalg.norm(clipped) == pytest.approx(threshold, rel=1e-12)
        # Below 1e-300 there are no numbers of full precision to compare.
        np.testing.assert_allclose(clipped * norm, gradient * threshold, rtol=1e-12, atol=1e-300)


def test_clipping_is_that_of_optax():
    gradients = np.random.default_rng(0).normal(size=(5, 3))
    for gradient in gradients:
        update, _ = optax.clip_by_global_norm(0.8).update(jnp.asarray(gradient), optax.EmptyState())
        np.testing.assert_allclose(cliffs.clip(gradient, 0.8), update, rtol=1e-5)
    together = cliffs.clip(gradients, np.full(5, 0.8))
    np.testing.assert_array_equal(together, [cliffs.clip(g, 0.8) for g in gradients])


@pytest.mark.parametrize("loss", [cliffs.chain, cliffs.recurrent])
def test_gradients_of_losses_with_cliffs_are_differences(loss):
    places = np.random.default_rng(1).uniform(0.5, 1.2, (4, 1 if loss is cliffs.chain else 2))
    gradient = loss(places)[1]
    for entry in range(places.shape[1]):
        step = np.zeros(places.shape[1])
        step[entry] = 1e-6
        difference = (loss(places + step)[0] - loss(places - step)[0]) / 2e-6
        np.testing.assert_allclose(gradient[:, entry], difference, rtol=1e-6, atol=1e-9)
    assert np.abs(gradient).max() > 0.01


def test_descent_by_hand():
    starts = np.array([[1.1], [0.9]])
    places, _, longest = cliffs.descend(cliffs.chain, starts, 0.001, (np.inf, 1.0), 2)
    free = starts - 0.001 * cliffs.chain(starts)[1]
    np.testing.assert_array_equal(places[1, 0], free)
    np.testing.assert_allclose(places[1, 1], starts - 0.001 * np.sign(free * 0 + [[1], [-1]]))
    assert longest[1] == pytest.approx([0.001, 0.001])
    assert longest[0, 0] > 0.1


def test_outcomes_that_differ_in_five_starts_fail(results):
    ends = results["chain_ends"].copy()
    ends[0, :5] = np.inf
    assert holds({**results, "chain_ends": ends}, "without clipping: share") == [False]
    losses = results["chain_losses"].copy()
    losses[1, 100:105] = 1
    assert holds({**results, "chain_losses": losses}, "clipped at 1: share") == [False]


def test_a_step_longer_than_the_bound_fails(results):
    longest = results["recurrent_longest"] * 1.001
    assert holds({**results, "recurrent_longest": longest}, "never longer") == [False]


def test_clipping_that_does_not_help_fails(results):
    losses = results["recurrent_losses"].copy()
    losses[0] = losses[1]
    assert holds({**results, "recurrent_losses": losses}, "recurrent unit: share") == [False]
    assert set(np.unique(cliff_figures.outcomes(results))) == {-1, 0, 1}


# The whole


def test_figures_are_drawn_from_results_alone(results, computed):
    run = {name: value for name, value in computed.items() if name.startswith("trained")}
    figures = vanishing_exploding.draw({**results, **run})
    assert list(figures) == list(vanishing_exploding.CAPTIONS)
    assert len(figures["gradients"].axes) == 4
    # Dashed theory and a median for each of three scales.
    assert len(figures["gradients"].axes[0].lines) == 6


def test_settings_are_plain_values():
    assert hash(vanishing_exploding.FULL) != hash(vanishing_exploding.QUICK)
    assert dataclasses.asdict(vanishing_exploding.FULL)["signals"]["depth"] == 200
