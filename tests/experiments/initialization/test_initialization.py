"""Do copies stay copies, are signals as large as theory says, and can the claims fail?"""

import math
import statistics

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jaxnn
from experiments import initialization
from experiments.initialization import first_training, first_weights, symmetry
from jaxnn.initializers import constant

pytest.importorskip("sklearn")

SMALL = initialization.Settings(
    symmetry=symmetry.SymmetrySettings(
        units=5, deep=(4, 3), noises=(0.0, 1e-9, 1e-6), noise_seeds=2, seeds=6, side=7, records=91
    ),
    signals=first_weights.SignalSettings(
        schemes=("lecun_normal", "glorot_uniform", "sparse"),
        inputs=40,
        outputs=24,
        nonzeros=9,
        layers=400,
        fans=(12, 90),
        fan_layers=200,
        scales=(0.2, 1.2, 4.0),
        width=100,
        depth=5,
        seeds=40,
    ),
    training=first_training.TrainingSettings(
        rows=300,
        test_rows=200,
        width=24,
        epochs=25,
        batch_size=30,
        scales=(0.1, 1.4, 10.0),
        rates=(0.1,),
        curves=(("relu", "standard_uniform"), ("relu", "lecun_normal"), ("relu", "he_normal")),
        seeds=6,
    ),
)


@pytest.fixture(scope="module")
def results():
    computed = initialization.compute(jax.random.key(21), SMALL)
    return {name: np.asarray(value) for name, value in computed.items()}


def holds(results, words):
    """The outcomes of the claims whose statements have these words, at least one."""
    found = [c.holds for c in initialization.claims(results) if words in c.statement]
    assert found, f"no claim says {words!r}"
    return found


# Symmetry


@settings(max_examples=4)
@given(
    weight=st.floats(-1.5, 1.5).filter(lambda w: abs(w) > 0.01),
    hidden=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    activation=st.sampled_from(["tanh", "sigmoid", "softplus"]),
)
def test_equal_weights_stay_equal_in_the_library_s_own_fit(weight, hidden, activation):
    X, y = symmetry.surface(5)
    net = jaxnn.MLP((2, *hidden, 1), activation, initializer=constant(weight))
    recipe = jaxnn.Recipe("adam", 0.02, epochs=60)
    with jax.enable_x64(True):
        params = jaxnn.fit(jax.random.key(1), net, X, y, recipe).params
        first = jaxnn.init(jax.random.key(1), net)
    params = jax.tree.map(np.asarray, params)
    # Adam divides by the size of the gradient, and so may make rounding larger where that is small.
    assert symmetry.differences(params) <= 1e-9
    assert np.abs(params[0].weights - np.asarray(first[0].weights)).max() > 1e-3


def test_copies_are_a_network_of_width_one():
    X, y = symmetry.surface(6)
    with jax.enable_x64(True):
        net = jaxnn.MLP((2, 7, 3, 5, 1), "tanh")
        params = symmetry.equal_parameters(net, 0.4)
        narrow_net = jaxnn.MLP((2, 1, 1, 1, 1), "tanh")
        rates = symmetry.one_rate(params, 0.05)
        wide = symmetry.descend(net, params, rates, X, y, 9, 25)
        narrow = symmetry.descend(
            narrow_net,
            symmetry.narrowed(params),
            symmetry.narrowed_rates(params, 0.05),
            X,
            y,
            9,
            25,
        )
        uniform = symmetry.descend(
            narrow_net,
            symmetry.narrowed(params),
            symmetry.one_rate(symmetry.narrowed(params), 0.05),
            X,
            y,
            9,
            25,
        )
        same = symmetry.narrowed(wide.params)
    np.testing.assert_allclose(wide.loss, narrow.loss, rtol=1e-12)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), same, narrow.params)
    assert np.abs(np.subtract(uniform.loss, narrow.loss)).max() > 1e-3  # the learning rates matter
    assert float(wide.loss[-1]) < 0.5 * float(wide.loss[0])


def test_distance_of_units_by_hand():
    weights = jnp.array([[1.0, 3.0], [2.0, 2.0]])  # two units of two inputs
    layers = (
        jaxnn.Layer(weights, jnp.array([0.0, 4.0])),
        jaxnn.Layer(jnp.ones((2, 1)), jnp.zeros(1)),
    )
    vectors = symmetry.unit_vectors(layers)
    np.testing.assert_array_equal(vectors, [[1, 2, 0, 1], [3, 2, 4, 1]])
    assert symmetry.apart(vectors) == pytest.approx(math.sqrt(1 + 4))
    assert symmetry.differences(layers) == 4
    assert symmetry.differences(symmetry.equal_parameters(jaxnn.MLP((2, 3, 1)), 2.0)) == 0


# Signals


@given(variance=st.floats(0.05, 200))
def test_saturation_is_the_tail_of_a_normal(variance):
    tail = statistics.NormalDist(0, math.sqrt(variance)).cdf(-math.atanh(0.99))
    assert first_weights.saturation(variance) == pytest.approx(2 * tail, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", ["he_uniform", "standard_uniform", "orthogonal", "glorot_normal"])
def test_variances_at_other_sizes(name):
    m, n, draws = 13, 29, 300
    law = first_weights.scheme(name, 15)
    keys = jax.random.split(jax.random.key(4), draws)
    squares = np.array([jnp.mean(law(key, (m, n)) ** 2) for key in keys])
    theory = first_weights.weight_variance(name, m, n, 15)
    reach = 4 * squares.std(ddof=1) / math.sqrt(draws) + 1e-5 * theory
    assert abs(squares.mean() - theory) <= reach < 0.05 * theory


def test_one_scheme_alone_draws_qr_one_by_one():
    assert first_weights.side_by_side("orthogonal") == 1
    assert first_weights.side_by_side("lecun_normal") is None


def test_entropy_of_classes():
    assert first_training.class_entropy(np.repeat([0, 3], 5)) == pytest.approx(math.log(2))
    assert first_training.class_entropy(np.zeros(4)) == 0


def test_written_out_steps_train_as_well_as_the_library():
    # He's weights are LeCun's times sqrt 2: the same law of starts, other batches.
    X, y = first_training.images(jax.random.key(0), 100)
    data = first_training.Data(*map(jnp.asarray, (X, y, X, y)))
    lecun, he = (
        jaxnn.MLP((64, 16, 10), "relu", response="categorical", initializer=name)
        for name in ("lecun_normal", "he_normal")
    )
    steps = first_training.Descended(lecun, 10, 20)
    fits = first_training.Trained(he, jaxnn.Recipe("sgd", epochs=10, batch_size=20))
    scale, rate = jnp.array(math.sqrt(2)), jnp.array(0.1)
    ours, theirs = jax.random.split(jax.random.key(3), (2, 12))
    written = jax.jit(jax.vmap(lambda key: steps(key, scale, rate, data).loss))(ours)
    trained = jax.jit(jax.vmap(lambda key: fits(key, rate, data).loss[-1]))(theirs)
    written, trained = np.asarray(written, float), np.asarray(trained, float)
    error = math.sqrt(written.var(ddof=1) / 12 + trained.var(ddof=1) / 12)
    assert abs(written.mean() - trained.mean()) <= 4 * error
    assert written.mean() < 1.5  # before training it is above ln 10


# Claims


def test_all_claims_hold_of_a_small_run(results):
    claims = initialization.claims(results)
    assert len(claims) > 20
    assert [claim.statement for claim in claims if claim.holds is False] == []


@pytest.mark.parametrize("name", ["copies_differ", "copies_rank", "narrow_off"])
def test_copies_that_differ_by_a_millionth_fail(results, name):
    planted = dict(results) | {name: results[name] + 1e-6}
    assert False in holds(planted, "all weights equal")


def test_a_gradient_that_is_not_zero_fails(results):
    planted = results["zero_gradient"].copy()
    planted[0, 0] = 1e-12
    assert holds(dict(results) | {"zero_gradient": planted}, "first gradient") == [False]
    assert holds(dict(results) | {"zero_loss": results["zero_loss"] * 1.02}, "last loss over") == [
        False
    ]


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_a_growth_rate_off_by_three_percent_fails(results, factor):
    planted = dict(results) | {"curvature": factor * results["curvature"]}
    assert holds(planted, "most negative curvature") == [False]


def test_noise_that_does_not_grow_fails(results):
    planted = dict(results) | {"noisy_apart": np.full_like(results["noisy_apart"], 1e-6)}
    assert holds(planted, "most negative curvature") == [False]
    assert holds(planted, "is enough") == [False]


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_scheme_with_another_gain_fails(results, column):
    theory = results["scheme_theory"].copy()
    theory[1, column] *= (1.02, 1.2, 1.2)[column]
    planted = dict(results) | {"scheme_theory": theory}
    assert holds(planted, "as drawn") == [True, False, True]


def test_a_sparse_gain_that_grows_with_the_inputs_fails(results):
    grown = results["fan_measured"] * np.array([1.0, 1.2])[None, :, None]
    outcomes = holds(dict(results) | {"fan_measured": grown}, "standard errors)")
    before = holds(results, "standard errors)")
    assert sum(outcome is False for outcome in outcomes) == 2 and False not in before


def test_a_variance_that_loses_a_tenth_a_layer_fails(results):
    depth = results["theory_variance"].shape[1]
    theory = results["theory_variance"] * 0.9 ** np.arange(depth)
    outcomes = holds(dict(results) | {"theory_variance": theory}, "mean squared pre-activations")
    assert outcomes == [False] * 3


def test_another_saturation_fails(results):
    planted = dict(results) | {"theory_saturated": results["theory_saturated"] + 0.1}
    assert holds(planted, "share of saturated units") == [False]


def test_a_flat_sweep_fails(results):
    planted = dict(results) | {"swept_loss": np.full_like(results["swept_loss"], 2.0)}
    assert holds(planted, "neither too small") == [False]
    assert holds(planted, "too small: last loss") == [False]


def test_a_standard_start_that_learns_fails(results):
    losses = results["curve_loss"].copy()
    losses[0, 2, -1] = 1.0
    assert holds(dict(results) | {"curve_loss": losses}, "stalls") == [False]


def test_he_that_is_no_better_fails(results):
    losses = results["curve_loss"].copy()
    losses[2] = losses[1]
    planted = dict(results) | {"curve_loss": losses}
    assert holds(planted, "last loss with He normal") == [False]


def test_seeds_that_diverged_are_left_out_and_counted(results):
    losses = results["curve_loss"].copy()
    losses[1, 3] = np.nan
    losses[1, :3] = 2.0
    planted = dict(results) | {"curve_loss": losses}
    statements = [claim.statement for claim in initialization.claims(planted)]
    assert any("1 diverged" in statement for statement in statements)


def test_figures_are_drawn_from_results_alone(results):
    figures = initialization.draw(results)
    assert list(figures) == list(initialization.CAPTIONS)
