"""Are rates and limits on quadratics those of the rules themselves?"""

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import InputError, InputTypeError
from jaxnn.optimizers import (
    best_settings,
    convergence_rate,
    gradient_descent,
    largest_learning_rate,
    momentum,
    nesterov,
)
from jaxnn.optimizers.quadratics import RULES

RATES = {  # Lessard, Recht & Packard 2016, at L / mu = 10, 100, 1000
    "gradient_descent": (0.8181818, 0.9801980, 0.9980020),
    "momentum": (0.5194939, 0.8181818, 0.9386931),
    "nesterov": (0.6407894, 0.8847219, 0.9634912),
}


def rule_of(name, learning_rate, decay):
    if name == "gradient_descent":
        return gradient_descent(learning_rate)
    return {"momentum": momentum, "nesterov": nesterov}[name](learning_rate, decay)


def spectral_radius(name, curvature, learning_rate, decay):
    """Of the linear map that one step of the rule is, on parameters and state."""
    with jax.enable_x64(True):
        rule = rule_of(name, learning_rate, decay)
        flat, unravel = jax.flatten_util.ravel_pytree((jnp.zeros(1), rule.init(jnp.zeros(1))))

        def step(flat):
            w, state = unravel(flat)
            updates, state = rule.update(curvature * w, state, w)
            return jax.flatten_util.ravel_pytree((optax.apply_updates(w, updates), state))[0]

        matrix = np.asarray(jax.jacfwd(step)(flat))
    steps = np.isin(np.arange(len(matrix)), np.flatnonzero(np.abs(matrix).sum(1) > 0))
    return np.abs(np.linalg.eigvals(matrix[np.ix_(steps, steps)])).max()


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("place", "ratio"), list(enumerate((10, 100, 1000))))
def test_the_best_settings_have_the_published_rates(name, place, ratio):
    best = best_settings(name, 0.5, 0.5 * ratio)
    assert best.rate == pytest.approx(RATES[name][place], abs=1e-7)
    curvatures = np.geomspace(0.5, 0.5 * ratio, 200)
    assert convergence_rate(name, curvatures, best.learning_rate, best.decay) == pytest.approx(
        best.rate, rel=1e-6
    )


@pytest.mark.parametrize("name", RULES)
def test_no_other_settings_converge_faster(name):
    best = best_settings(name, 1.0, 50.0)
    curvatures = np.geomspace(1.0, 50.0, 60)
    for rate_factor in (0.9, 0.97, 1.03, 1.1):
        for shift in (0.0,) if name == "gradient_descent" else (-0.05, 0.0, 0.05):
            other = convergence_rate(
                name, curvatures, best.learning_rate * rate_factor, best.decay + shift
            )
            assert other > best.rate


def test_nesterov_with_the_usual_settings_has_its_usual_rate():
    for ratio, rate in ((10, 0.6837722), (100, 0.9), (1000, 0.9683772)):
        decay = (ratio**0.5 - 1) / (ratio**0.5 + 1)
        found = convergence_rate("nesterov", [1.0, ratio], 1 / ratio, decay)
        assert found == pytest.approx(rate, abs=1e-6)


@pytest.mark.parametrize("name", RULES)
def test_the_rate_is_the_spectral_radius_of_a_step(name):
    for curvature, learning_rate, decay in ((1.0, 0.3, 0.5), (4.0, 0.6, 0.9), (2.0, 1.3, 0.2)):
        decay = 0.0 if name == "gradient_descent" else decay
        found = convergence_rate(name, [curvature], learning_rate, decay)
        radius = spectral_radius(name, curvature, learning_rate, decay)
        assert found == pytest.approx(radius, rel=1e-7)


@given(st.floats(0, 0.99), st.floats(1e-3, 1e3), st.sampled_from(RULES))
def test_the_rate_is_one_at_the_largest_learning_rate(decay, curvature, name):
    decay = 0.0 if name == "gradient_descent" else decay
    limit = largest_learning_rate(name, curvature, decay)
    assert convergence_rate(name, [curvature], limit * 0.999, decay) < 1
    assert convergence_rate(name, [curvature], limit * 1.001, decay) > 1


def test_limits_of_the_lecture():
    found = [largest_learning_rate("nesterov", 1.0, decay) for decay in (0, 0.5, 0.9)]
    np.testing.assert_allclose(found, [2, 1.5, 1.357143], rtol=1e-6)
    assert largest_learning_rate("momentum", 1.0, 0.9) == pytest.approx(38.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: best_settings(np.ones(2), 1, 2), InputTypeError, "rule is an array of float64"),
        (lambda: best_settings("adam", 1, 2), InputError, "rule is 'adam'; .*known: gradient_desc"),
        (lambda: best_settings("momentum", 2, 1), InputError, "largest is 1; pass a number of at"),
        (lambda: best_settings("momentum", 0, 1), InputError, "smallest is 0; pass a positive"),
        (lambda: convergence_rate("nesterov", [], 1), InputError, "curvatures is \\[\\]; pass a l"),
        (lambda: convergence_rate("nesterov", [1, -1], 1), InputError, "curvatures is .*positive"),
        (lambda: convergence_rate("nesterov", ["a"], 1), InputTypeError, "curvatures holds <U1"),
        (
            lambda: convergence_rate("gradient_descent", [1], 1, 0.5),
            InputError,
            "decay is 0.5, but",
        ),
        (lambda: largest_learning_rate("momentum", 1, 1), InputError, "decay is 1; pass a number"),
        (lambda: largest_learning_rate("momentum", -1), InputError, "curvature is -1; pass a pos"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_rate_whose_square_is_beyond_the_largest_number_is_given():
    assert convergence_rate("momentum", [10.0], 1e300, decay=0.5) == pytest.approx(5e300)
