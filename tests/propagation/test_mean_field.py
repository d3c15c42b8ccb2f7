"""Are fixed points and the critical line those of tables, closed forms and the maps themselves?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jaxnn import InputError, InputTypeError
from jaxnn.mlp import ACTIVATIONS
from jaxnn.propagation import critical_weight_variance, mean_field
from jaxnn.propagation.layer_maps import layer_moments, next_correlation, wide_network

erf = jax.scipy.special.erf

# Tabulated for tanh with sb2 = 0.05: sw2, and q*, chi_1, c*, xi_q, xi_c, xi_gradient.
TANH = [
    (0.5, 0.0875799, 0.4319874, 1, 1.0089, 1.1914, 1.1914),
    (1.0, 0.1935925, 0.7590316, 1, 1.7476, 3.6270, 3.6270),
    (1.3, 0.3153165, 0.8801635, 1, 1.7852, 7.8341, 7.8341),
    (2.5, 1.0639584, 1.1335157, 0.4468042, 1.1799, 11.7956, 7.9793),
    (4.0, 2.1954939, 1.3424024, 0.1650650, 0.8733, 6.9803, 3.3960),
]


@pytest.mark.parametrize("row", TANH)
def test_tanh_is_as_tabulated(row):
    found = mean_field("tanh", row[0], 0.05)
    np.testing.assert_allclose(found[:3], row[1:4], rtol=0, atol=0.6e-7)
    np.testing.assert_allclose(found[3:], row[4:], rtol=0, atol=0.6e-4)


@pytest.mark.parametrize(
    ("bias_variance", "expected"),
    [(0.0, 1.0), (0.001, 1.1891896), (0.01, 1.4242053), (0.05, 1.7609546)],
)
def test_the_critical_line_of_tanh_is_as_tabulated(bias_variance, expected):
    assert critical_weight_variance("tanh", bias_variance) == pytest.approx(expected, abs=0.6e-7)


@given(sw2=st.floats(0.1, 1.98), sb2=st.floats(0.001, 4))
def test_relu_has_its_closed_form(sw2, sb2):
    found = mean_field("relu", sw2, sb2)
    scale = 1 / abs(math.log(sw2 / 2))
    expected = (sb2 / (1 - sw2 / 2), sw2 / 2, 1.0, scale, scale, scale)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def erf_pair(q, c):
    """E erf(u) erf(v) and E erf'(u) erf'(v) (Williams 1997)."""
    slopes = 4 / math.pi / math.sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)
    return 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q)), slopes


@given(sw2=st.floats(0.2, 9), sb2=st.floats(0.001, 2))
def test_the_error_function_has_its_closed_form(sw2, sb2):
    found = mean_field(erf, sw2, sb2)
    q, c = found.q_star, found.c_star
    assert q == pytest.approx(sw2 * erf_pair(q, 1)[0] + sb2, rel=1e-10)
    assert found.chi_1 == pytest.approx(sw2 * erf_pair(q, 1)[1], rel=1e-9)
    assert c * q == pytest.approx(sw2 * erf_pair(q, c)[0] + sb2, rel=1e-9)
    assume(abs(found.chi_1 - 1) > 1e-3)
    assert (c == 1) == (found.chi_1 < 1)
    rate = sw2 * erf_pair(q, c)[1]
    assert found.xi_c == pytest.approx(-1 / math.log(rate), rel=1e-6)
    assert found.xi_gradient == pytest.approx(1 / abs(math.log(found.chi_1)), rel=1e-9)


def variance_map(name, sw2, sb2, q):
    return layer_moments(wide_network(name, sw2, sb2), q).variance


def correlation_map(name, sw2, sb2, q, c):
    network = wide_network(name, sw2, sb2)
    return next_correlation(network, layer_moments(network, q), c)[0]


@settings(max_examples=12)
@given(
    name=st.sampled_from(sorted(ACTIVATIONS)),
    sw2=st.floats(0.1, 6),
    sb2=st.one_of(st.just(0.0), st.floats(0.001, 2)),
)
def test_fixed_points_are_fixed_and_stable(name, sw2, sb2):
    try:
        found = mean_field(name, sw2, sb2)
    except InputError as error:
        assert "grows past 1e+10" in str(error)
        for q in np.geomspace(1, 1e6, 20):
            assert variance_map(name, sw2, sb2, q) > q
        return
    q, c = found.q_star, found.c_star
    assert all(scale >= 0 for scale in found[3:])
    if q == 0:
        assert sb2 == 0 and variance_map(name, sw2, sb2, 1e-6) <= 1e-6 * (1 + 1e-9)
        return
    assert variance_map(name, sw2, sb2, q) == pytest.approx(q, rel=1e-9)
    assert correlation_map(name, sw2, sb2, q, c) == pytest.approx(c, abs=1e-9)
    assume(found.xi_q < 1e3 and found.xi_c < 1e3)
    # Depth scales from finite differences of the maps.
    step = 1e-5
    above, below = (variance_map(name, sw2, sb2, q * (1 + s * step)) for s in (1, -1))
    assert (above - below) / (2 * step * q) == pytest.approx(
        math.exp(-1 / found.xi_q) if found.xi_q else 0, abs=1e-6
    )
    first = (correlation_map(name, sw2, sb2, q, c - step) - c) / -step
    second = (correlation_map(name, sw2, sb2, q, c - 2 * step) - c) / (-2 * step)
    assert 2 * first - second == pytest.approx(math.exp(-1 / found.xi_c), abs=1e-2)


@pytest.mark.parametrize(
    ("phi", "sb2"),
    [("tanh", 0.001), ("sine", 0.3), ("hard_tanh", 0.05), ("sigmoid", 1.5), (erf, 0.7)],
)
def test_chi_is_one_on_the_critical_line_and_not_beside_it(phi, sb2):
    critical = critical_weight_variance(phi, sb2)
    found = mean_field(phi, critical, sb2)
    assert found.chi_1 == pytest.approx(1, abs=1e-9)
    assert found.c_star == 1
    assert (
        mean_field(phi, 0.98 * critical, sb2).chi_1
        < 1
        < mean_field(phi, 1.02 * critical, sb2).chi_1
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("tanh", 1), ("sine", 1), ("identity", 1), ("relu", 2), ("leaky_relu", 2 / 1.0001)],
)
def test_without_biases_the_critical_line_ends_in_a_closed_form(name, expected):
    critical = critical_weight_variance(name, 0)
    assert critical == pytest.approx(expected, rel=1e-12)
    found = mean_field(name, critical, 0)
    assert found.chi_1 == pytest.approx(1, rel=1e-12) and math.isinf(found.xi_gradient)


def test_every_variance_of_a_scale_invariant_network_is_fixed():
    found = mean_field("relu", 2, 0)
    # How sums round differs between processors.
    np.testing.assert_allclose(found, (1, 1, 1, math.inf, math.inf, math.inf), rtol=1e-15)


def test_a_signal_that_dies_out_has_the_limit_of_small_variances():
    found = mean_field("tanh", 0.6, 0)
    scale = -1 / math.log(0.6)
    np.testing.assert_allclose(found, (0, 0.6, 1, scale, scale, scale), rtol=1e-12)


def test_an_activation_that_is_linear_near_zero_forgets_ever_more_slowly():
    # V(q) / q differs from 1 by exp(-1 / 2 q) only; rounding must not pass for a fixed point.
    found = mean_field("hard_tanh", 1, 0)
    assert found == (0, 1, 1, math.inf, math.inf, math.inf)


def test_no_correlation_exceeds_one_next_to_the_critical_line():
    sb2 = 1e4
    found = mean_field(erf, critical_weight_variance(erf, sb2) * (1 + 1e-8), sb2)
    assert 1 - 1e-8 < found.c_star <= 1


def test_numpy_numbers_in_single_precision_lose_nothing():
    sw2, sb2 = np.float32(2.3), np.float32(0.1)
    assert mean_field("tanh", sw2, sb2) == mean_field("tanh", float(sw2), float(sb2))
    critical = critical_weight_variance("tanh", sb2)
    assert isinstance(critical, float)
    assert critical == critical_weight_variance("tanh", float(sb2))


def test_two_inputs_of_a_steep_odd_activation_become_independent():
    # sine without biases: q* is about 15.
    found = mean_field("sine", 30, 0)
    assert found.q_star == pytest.approx(15 * (1 - math.exp(-2 * found.q_star)), rel=1e-12)
    assert found.c_star == pytest.approx(0, abs=1e-12)
    assert found.xi_c == pytest.approx(-1 / math.log(30 * math.exp(-found.q_star)), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "sw2", "sb2"), [("relu", 2.1, 0), ("relu", 2, 0.1), (jnp.exp, 1, 0)]
)
def test_a_variance_without_a_fixed_point_is_refused(name, sw2, sb2):
    with pytest.raises(InputError, match=r"weight_variance is .* grows past 1e\+10"):
        mean_field(name, sw2, sb2)


@pytest.mark.parametrize(("name", "sb2"), [("relu", 0.1), ("gelu", 0.0), ("softplus", 0.2)])
def test_a_missing_critical_line_is_refused(name, sb2):
    with pytest.raises(InputError, match=r"bias_variance is .*, for which no weight variance"):
        critical_weight_variance(name, sb2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: mean_field("tnh", 1, 0), InputError, "activation is 'tnh'; did you mean 'tanh'"),
        (lambda: mean_field("tanh", 0, 0), InputError, "weight_variance is 0; pass a positive"),
        (lambda: mean_field("tanh", math.nan, 0), InputError, "weight_variance is nan"),
        (lambda: mean_field("tanh", 1, -0.1), InputError, r"bias_variance is -0\.1; pass a finite"),
        (lambda: mean_field(jnp.log, 1, 0), InputError, "log or its derivative is not a number"),
        (lambda: mean_field(jnp.sign, 1.0, 0.1), InputError, "sign jumps or is infinitely steep"),
        (
            lambda: critical_weight_variance(jnp.zeros_like, 0.05),
            InputError,
            r"bias_variance is 0\.05, for which no weight variance",
        ),
        (lambda: critical_weight_variance("tanh", None), InputTypeError, "bias_variance is None"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
