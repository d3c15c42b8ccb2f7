"""Are the bounds bounds, the constants right, and the claims able to fail?"""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from experiments import universal_approximation
from experiments.shared import curve_training as one_layer
from experiments.universal_approximation import random_cosines as cosines
from jaxnn.initializers import initializer
from jaxnn.regions import best_pieces

SMALL = universal_approximation.Settings(
    training=one_layer.TrainingSettings(
        pictured=((1,), (16,), (1, 1)),
        pictured_activations=("relu",),
        widths=(16,),
        activations=("relu", "tanh"),
        seeds=4,
        resamples=200,
    ),
    pieces=(4, 16, 64),
    bumps=((50, 0.3),),
    draws=60,
)


@pytest.fixture(scope="module")
def results():
    computed = universal_approximation.compute(jax.random.key(11), SMALL)
    return {name: np.asarray(value) for name, value in computed.items()}


def holds(results, words):
    """The outcomes of the claims whose statements have these words, at least one."""
    found = [c.holds for c in universal_approximation.claims(results) if words in c.statement]
    assert found, f"no claim says {words!r}"
    return found


# Networks


def test_no_random_network_beats_the_pieces_it_has(key):
    x = one_layer.midpoints(100)
    y = one_layer.two_periods(x)
    errors, _ = best_pieces(x, y, 9)
    params = jaxnn.mlp.init(key, jaxnn.MLP((1, 8, 1), "relu", bias_initializer="uniform"))
    stacked = jax.tree.map(lambda leaf: np.asarray(leaf)[None], params)
    solved = one_layer.readout_errors(stacked, "relu", one_layer.two_periods, x)
    assert errors[8] <= solved[0] < np.sqrt(0.5)


def test_hidden_functions_are_those_of_the_library():
    z = np.linspace(-30, 30, 101)
    for name, function in one_layer.HIDDEN.items():
        theirs = jaxnn.mlp.ACTIVATIONS[name](jnp.asarray(z))
        np.testing.assert_allclose(function(z), theirs, atol=1e-6)


def test_training_gives_what_the_library_predicts():
    settings = dataclasses.replace(SMALL.training, steps=40)
    keys = jax.random.split(jax.random.key(2), 3)
    params = one_layer.train(keys, (5, 4), "tanh", one_layer.one_period, settings)
    x = one_layer.midpoints(30)
    net = jaxnn.MLP((1, 5, 4, 1), "tanh")
    for place, curve in enumerate(one_layer.outputs(params, "tanh", x)):
        one = jax.tree.map(lambda leaf, place=place: leaf[place], params)
        by_library = jax.vmap(lambda row, one=one: jaxnn.apply(net, one, row))(
            jnp.asarray(x[:, None], jnp.float32)
        )
        np.testing.assert_allclose(curve, by_library[:, 0], atol=2e-6)
    assert np.ptp(params[0].weights[:, 0, 0]) > 0  # three starts


def test_kinks_start_spread_and_no_unit_dead(key):
    weights = one_layer.spread_kinks(key, (1, 4000))
    np.testing.assert_allclose(np.abs(weights), math.sqrt(2), rtol=1e-6)
    assert abs(float(weights.mean())) < 4 * math.sqrt(2 / 4000)
    key = jax.random.key(1)
    same = initializer("he_normal")(jax.random.key(1), (3, 7), jnp.float32)
    np.testing.assert_array_equal(one_layer.spread_kinks(key, (3, 7)), same)


def test_solved_output_weights_are_exact_where_they_can_be():
    # relu(x + 1/2) and relu(x - 1/2): |x|-like curves with kinks there are in their span.
    layer = jaxnn.Layer(np.array([[[1.0, 1.0]]]), np.array([[0.5, -0.5]]))
    output = jaxnn.Layer(np.zeros((1, 2, 1)), np.zeros((1, 1)))
    x = one_layer.midpoints(64)

    def curve(x):
        return 2 + 3 * np.maximum(x + 0.5, 0) - 7 * np.maximum(x - 0.5, 0)

    assert one_layer.readout_errors((layer, output), "relu", curve, x)[0] < 1e-12
    np.testing.assert_array_equal(one_layer.outputs((layer, output), "relu", x), np.zeros((1, 64)))
    broken = jaxnn.Layer(layer.weights * np.nan, layer.biases)
    assert np.isnan(one_layer.readout_errors((broken, output), "relu", curve, x)).all()


# Random cosines


@pytest.mark.parametrize(("dimension", "deviation"), [(10, 0.5), (50, 0.3), (3, 1.2), (1, 0.7)])
def test_the_constant_agrees_with_quadrature(dimension, deviation):
    # r^2 = deviation^2 times a chi-square; its density by the gamma function, on a fine grid.
    t = np.linspace(0, 8 * math.sqrt(dimension), 400_001)[1:]  # the chi distribution
    log_density = (
        (dimension - 1) * np.log(t)
        - t**2 / 2
        - (dimension / 2 - 1) * math.log(2)
        - math.lgamma(dimension / 2)
    )
    density = np.exp(log_density) * (t[1] - t[0])
    assert density.sum() == pytest.approx(1, abs=1e-4)
    at_points = np.expm1(-((deviation * t) ** 2)) ** 2 / 2
    expected = density @ at_points
    assert cosines.constant(dimension, deviation) == pytest.approx(expected, rel=1e-4)


def test_the_constants_of_the_figure():
    assert cosines.constant(10, 0.5) == pytest.approx(0.3839378, abs=1e-7)
    assert cosines.constant(50, 0.3) == pytest.approx(0.4842724, abs=1e-7)


def test_the_error_of_given_cosines_by_hand():
    X = jnp.array([[0.3, -0.2], [1.0, 0.5], [0.0, 0.0]])
    units = np.asarray(jax.random.normal(jax.random.key(4), (2, 3)), float)
    found = cosines.mean_squared_errors((1, 3), jax.random.key(4), X)
    rows = np.asarray(X, float)
    bump = np.exp(-np.sum(rows**2, axis=1) / 2)
    waves = np.cos(rows @ units)
    expected = [np.mean((waves[:, :m].mean(axis=1) - bump) ** 2) for m in (1, 3)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert cosines.variance(rows)[2] == 0


# Claims


def test_all_claims_hold_of_a_small_run(results):
    claims = universal_approximation.claims(results)
    assert len(claims) > 12
    assert [claim.statement for claim in claims if claim.holds is False] == []


@pytest.mark.parametrize("factor", [0.98, 1.02])
@pytest.mark.parametrize("norm", ["l2", "sup"])
def test_a_spline_constant_off_by_two_percent_fails(results, norm, factor):
    planted = dict(results) | {f"{norm}_constants": results[f"{norm}_constants"] * factor}
    word = {"l2": "L2 error × N²", "sup": "largest error × N²"}[norm]
    outcomes = holds(planted, word)
    assert False in outcomes[:2] and not any(outcomes[:2])


def test_a_spline_rate_off_by_one_percent_fails(results):
    planted = dict(results) | {"l2_errors": results["l2_errors"] * results["pieces"] ** 0.02}
    assert holds(planted, "slope of log L2 error") == [False]


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_a_sampling_constant_off_by_five_percent_fails(results, factor):
    # 4 standard errors of 60 draws are about 3%; the full run has 400 draws, and 1%.
    planted = dict(results) | {"sample_constants": results["sample_constants"] * factor}
    assert holds(planted, "m × MSE / C") == [False]
    assert holds(planted, "C at the points") == [False]


def test_a_sampling_rate_off_by_a_tenth_fails(results):
    planted = dict(results) | {"sampled": results["sampled"] * results["units"] ** 0.1}
    assert holds(planted, "slope of log MSE") == [False]


@pytest.mark.parametrize("which", ["trained", "solved"])
def test_one_run_two_percent_below_the_optimum_fails(results, which):
    errors = results[which].copy()
    errors[0, 0, 2] = 0.98 * results["optimum"][0]
    outcomes = holds(dict(results) | {which: errors}, "best m + 1 straight pieces")
    assert outcomes == [which != "trained", which != "solved"]


def test_a_network_that_is_not_monotone_fails(results):
    curves = results["picture_curves"].copy()
    curves[0, 2, 0] = 0.3 * results["picture_truth"]  # of the two layers of one node
    assert holds(dict(results) | {"picture_curves": curves}, "only rises or only falls") == [False]


def test_a_bias_that_does_not_shrink_fails(results):
    curves = results["picture_curves"].copy()
    curves[0, 1] = curves[0, 0]
    assert holds(dict(results) | {"picture_curves": curves}, "bias shrinks") == [False]


def test_a_plateau_of_the_network_itself_fails(results):
    planted = dict(results) | {"solved": results["trained"] / 2}
    assert holds(planted, "optimiser that levels off") == [False]


def test_a_run_that_diverged_is_counted_and_not_averaged(results):
    errors = results["trained"].copy()
    errors[1, 0, 3] = np.nan
    every = np.broadcast_to(np.arange(4, dtype=np.uint16), results["resampled"].shape)
    planted = dict(results) | {"trained": errors, "resampled": every}
    assert holds(planted, "diverged") == [False]
    assert holds(planted, "levels off") == holds(results, "levels off")


@pytest.mark.parametrize(("rate", "expected"), [(-2.0, False), (-1.3, True), (-0.5, False)])
def test_the_rate_of_trained_networks_is_held_to_its_range(results, rate, expected):
    widths = np.array([2, 4, 8, 16])
    errors = np.broadcast_to(widths[:, None] ** rate, (2, 4, 4))
    planted = dict(results) | {
        "widths": widths,
        "trained": errors,
        "solved": errors / 10,
        "optimum": widths**-3.0,
        "joined": widths**-3.0,
        "resampled": np.zeros((5, 4, 4), int),
    }
    assert holds(planted, "trained ReLU networks") == [expected]


def test_figures_are_drawn_from_results_alone(results):
    figures = universal_approximation.draw(results)
    assert list(figures) == list(universal_approximation.CAPTIONS)
    assert len(figures["in_action"].axes) == 3
    assert len(figures["rates"].axes) == 3
