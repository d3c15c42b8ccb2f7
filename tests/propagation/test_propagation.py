"""Is theory right where it has closed forms, and do finite networks follow it?"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import jaxnn
from jaxnn import InputError, InputTypeError, propagation
from jaxnn.initializers import Scaled
from jaxnn.mlp import ACTIVATIONS
from jaxnn.propagation import (
    NormalBiases,
    batch_norm_gradient_growth,
    correlation_map,
    critical_weight_variance,
    log_gradient_moments,
    lyapunov_spectrum,
    lyapunov_standard_errors,
    mean_field,
    measure,
    random_network,
    trajectory,
    variance_map,
)
from jaxnn.propagation.matrices import orthonormal
from jaxnn.propagation.quadrature import kinks, pair_means, panels


def moved(u):
    """A kink at 0.3 and another at -0.2, on no grid."""
    return jnp.abs(u - 0.3) - 0.5 * jnp.abs(u + 0.2)


erf = jax.scipy.special.erf
variances = st.floats(0.01, 30)
# Near 1 and -1 a kink is smoothed over less than the distance of any two nodes.
correlations = st.floats(-1, 1) | st.builds(
    lambda sign, power: sign * (1 - 10.0**power), st.sampled_from([-1, 1]), st.floats(-17, -1)
)


# Gaussian means


def relu_pair(q, c):
    angle = math.acos(c)
    return (
        q * (math.sin(angle) + (math.pi - angle) * c) / (2 * math.pi),
        (math.pi - angle) / (2 * math.pi),
    )


def erf_pair(q, c):
    # Williams 1997; and its derivative with respect to q c.
    slopes = 4 / math.pi / math.sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)
    return 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q)), slopes


def sine_pair(q, c):
    return math.exp(-q) * math.sinh(q * c), math.exp(-q) * math.cosh(q * c)


def cube_pair(q, c):
    return q**3 * (9 * c + 6 * c**3), q**2 * 9 * (1 + 2 * c**2)


CLOSED = [
    (ACTIVATIONS["relu"], relu_pair),
    (erf, erf_pair),
    (ACTIVATIONS["sine"], sine_pair),
    (lambda u: u**3, cube_pair),
]


@pytest.mark.parametrize(("phi", "closed"), CLOSED, ids=["relu", "erf", "sine", "cube"])
@given(q=variances, c=correlations)
def test_pair_means_have_their_closed_forms(phi, closed, q, c):
    rule = panels(phi, q)
    found = pair_means(phi, rule, q, c)
    values, slopes = closed(q, c)
    whole = closed(q, 1)
    assert found.values == pytest.approx(values, abs=1e-12 * whole[0])
    assert found.slopes == pytest.approx(slopes, abs=1e-12 * whole[1])
    assert rule.weights @ rule.values**2 == pytest.approx(whole[0], rel=1e-12)
    assert rule.weights @ rule.slopes**2 == pytest.approx(whole[1], rel=1e-12)


@given(q=variances)
def test_kinks_off_the_grid_are_no_less_exact(q):
    # E |u - a|^2 = q + a^2, and E |u - a| |u - b| from the folded normal's moments by hand.
    rule = panels(moved, q)
    a, b = 0.3, -0.2

    def both(a, b):  # E |(u - a)(u - b)|, negative between b and a
        z, n = st_normal(q, a), st_normal(q, b)
        inside = [z[i] - n[i] for i in range(3)]  # moments 0, 1, 2 of u over (b, a)
        return q + a * b - 2 * (inside[2] - (a + b) * inside[1] + a * b * inside[0])

    expected = q + a**2 + 0.25 * (q + b**2) - both(a, b)
    assert rule.weights @ rule.values**2 == pytest.approx(expected, rel=1e-11)


def st_normal(q, end):
    """Integrals of 1, u and u^2 from -infinity to `end` under N(0, q)."""
    mass = 0.5 * math.erfc(-end / math.sqrt(2 * q))
    density = math.exp(-(end**2) / (2 * q)) / math.sqrt(2 * math.pi * q)
    return mass, -q * density, q * mass - q * end * density


@pytest.mark.parametrize(
    ("phi", "expected"),
    [
        (ACTIVATIONS["tanh"], ()),
        (ACTIVATIONS["gelu"], ()),
        (ACTIVATIONS["relu"], (0,)),
        (ACTIVATIONS["elu"], (0,)),
        (ACTIVATIONS["hard_tanh"], (-1, 1)),
        (moved, (-0.2, 0.3)),
    ],
)
def test_kinks_are_found(phi, expected):
    assert kinks(phi) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(
    ("phi", "words"),
    [
        (jnp.sign, "jumps at 0"),
        (lambda u: jnp.where(u > 0.3, 1.0, 0.0) * u, "jumps at 0.3"),
        (lambda u: jnp.sqrt(jnp.abs(u)), "or is infinitely steep there"),
        (lambda u: u.astype(jnp.float32) ** 2, "bends too often"),
        (jnp.sum, "elementwise"),
        (lambda u: u.astype(int), "elementwise"),
    ],
)
def test_what_cannot_be_integrated_is_refused(phi, words):
    with pytest.raises(InputError, match=words):
        mean_field(phi, 1.0, 0.1)


# Fixed points

TANH = [  # tabulated: sw2, and q*, chi_1, c*, xi_q, xi_c, xi_gradient with sb2 = 0.05
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
        assert "grows without bound" in str(error)
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
    # Depth scales, from the maps themselves.
    step = 1e-5
    above, below = (variance_map(name, sw2, sb2, q * (1 + s * step)) for s in (1, -1))
    assert (above - below) / (2 * step * q) == pytest.approx(
        math.exp(-1 / found.xi_q) if found.xi_q else 0, abs=1e-6
    )
    first = (correlation_map(name, sw2, sb2, q, c - step) - c) / -step
    second = (correlation_map(name, sw2, sb2, q, c - 2 * step) - c) / (-2 * step)
    assert 2 * first - second == pytest.approx(math.exp(-1 / found.xi_c), abs=1e-2)


@settings(max_examples=6)
@given(
    phi=st.sampled_from([*map(ACTIVATIONS.get, ("tanh", "sine", "hard_tanh", "sigmoid")), erf]),
    sb2=st.floats(0.001, 1.5),
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
    assert found == (1, 1, 1, math.inf, math.inf, math.inf)


def test_a_signal_that_dies_has_the_limit():
    found = mean_field("tanh", 0.6, 0)
    scale = -1 / math.log(0.6)
    np.testing.assert_allclose(found, (0, 0.6, 1, scale, scale, scale), rtol=1e-12)


def test_a_straight_activation_forgets_without_end():
    # V(q) / q is 1 but for exp(-1 / 2 q), long before q is 0: rounding there is no fixed point.
    found = mean_field("hard_tanh", 1, 0)
    assert found == (0, 1, 1, math.inf, math.inf, math.inf)


def test_beside_the_critical_line_no_correlation_is_above_one():
    sb2 = 1e4
    found = mean_field(erf, critical_weight_variance(erf, sb2) * (1 + 1e-8), sb2)
    assert 1 - 1e-8 < found.c_star <= 1


def test_numbers_of_numpy_in_single_precision_lose_nothing():
    sw2, sb2, q = np.float32(2.3), np.float32(0.1), np.float32(0.7)
    plain = [float(x) for x in (sw2, sb2, q)]
    for single, double in zip(
        trajectory("tanh", sw2, sb2, 3, mean_square=q, correlation=q),
        trajectory("tanh", *plain[:2], 3, mean_square=plain[2], correlation=plain[2]),
        strict=True,
    ):
        np.testing.assert_array_equal(single, double)
    assert variance_map("tanh", sw2, sb2, q) == variance_map("tanh", *plain)
    assert correlation_map("tanh", sw2, sb2, q, q) == correlation_map("tanh", *plain, plain[2])
    assert mean_field("tanh", sw2, sb2) == mean_field("tanh", *plain[:2])
    critical = critical_weight_variance("tanh", sb2)
    assert isinstance(critical, float) and critical == critical_weight_variance("tanh", plain[1])


def test_a_steep_activation_without_correlations():
    # sine: q* = 15, and odd without biases, so two inputs become independent.
    found = mean_field("sine", 30, 0)
    assert found.q_star == pytest.approx(15 * (1 - math.exp(-2 * found.q_star)), rel=1e-12)
    assert found.c_star == pytest.approx(0, abs=1e-12)
    assert found.xi_c == pytest.approx(-1 / math.log(30 * math.exp(-found.q_star)), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "sw2", "sb2"), [("relu", 2.1, 0), ("relu", 2, 0.1), (jnp.exp, 1, 0)]
)
def test_no_fixed_point_is_said(name, sw2, sb2):
    with pytest.raises(InputError, match=r"weight_variance is .* grows without bound"):
        mean_field(name, sw2, sb2)


@pytest.mark.parametrize(("name", "sb2"), [("relu", 0.1), ("gelu", 0.0), ("softplus", 0.2)])
def test_no_critical_line_is_said(name, sb2):
    with pytest.raises(InputError, match=r"bias_variance is .*; no weight variance"):
        critical_weight_variance(name, sb2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: mean_field("tnh", 1, 0), InputError, "did you mean 'tanh'"),
        (lambda: mean_field("tanh", 0, 0), InputError, "weight_variance is 0"),
        (lambda: mean_field("tanh", math.inf, 0), InputError, "weight_variance is inf"),
        (lambda: mean_field("tanh", "1", 0), InputTypeError, "weight_variance is '1'"),
        (lambda: mean_field("tanh", 1, -0.1), InputError, "bias_variance is -0.1"),
        (lambda: mean_field(jnp.log, 1, 0), InputError, "log or its derivative is not a number"),
        (
            lambda: critical_weight_variance(jnp.zeros_like, 0.05),
            InputError,
            "bias_variance is 0.05; no weight variance",
        ),
        (
            lambda: correlation_map("sine", 1, 0, 3e4, 0.3),
            InputError,
            "turns too often within 173.2",
        ),
        (lambda: variance_map("tanh", 1, 0, 0), InputError, "variance is 0"),
        (lambda: correlation_map("tanh", 1, 0, 1, 1.1), InputError, "correlation is 1.1"),
        (lambda: critical_weight_variance("tanh", None), InputTypeError, "bias_variance is None"),
        (lambda: trajectory("tanh", 1, 0, 0), InputError, "depth is 0"),
        (lambda: trajectory("tanh", 1, 0, 3, mean_square=-1), InputError, "mean_square is -1"),
        (lambda: log_gradient_moments(0, 3), InputError, "width is 0"),
        (lambda: log_gradient_moments(3, 1.5), InputTypeError, "depth is 1.5"),
        (lambda: lyapunov_spectrum(-1), InputError, "width is -1"),
        (lambda: lyapunov_standard_errors(3, 3, 0), InputError, "products is 0"),
        (lambda: batch_norm_gradient_growth("rel"), InputError, "did you mean 'relu'"),
        (lambda: batch_norm_gradient_growth(jnp.zeros_like), InputError, "is constant"),
        (lambda: random_network((3, 3), "tanh", -1), InputError, "weight_variance is -1"),
        (lambda: random_network((3, 3), "tanh", 1, -1), InputError, "bias_variance is -1"),
        (lambda: NormalBiases(-0.5), InputError, "variance is -0.5"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_trajectory_repeats_the_maps():
    found = trajectory("tanh", 1.7, 0.2, 6, mean_square=0.5, correlation=-0.3)
    q, c = 1.7 * 0.5 + 0.2, (-0.3 * 1.7 * 0.5 + 0.2) / (1.7 * 0.5 + 0.2)
    for variance, correlation in zip(found.variance, found.correlation, strict=True):
        assert (variance, correlation) == pytest.approx((q, c), rel=1e-12)
        q, c = variance_map("tanh", 1.7, 0.2, q), correlation_map("tanh", 1.7, 0.2, q, c)


@pytest.mark.parametrize("sw2", [0.8, 3.1])
def test_a_trajectory_ends_at_the_fixed_points(sw2):
    found, theory = trajectory("tanh", sw2, 0.1, 80), mean_field("tanh", sw2, 0.1)
    ends = (found.variance[-1], found.chi[-1], found.correlation[-1])
    assert ends == pytest.approx(theory[:3], rel=2 * math.exp(-80 / theory.xi_c) + 1e-12)
    assert theory.xi_c < 10


def test_a_trajectory_out_of_range_stops():
    found = trajectory("identity", 1e-150, 0, 4)
    np.testing.assert_allclose(found.variance[:2], [1e-150, 1e-300])
    np.testing.assert_allclose(found.chi[:1], [1e-150])
    assert np.isnan(found.variance[2:]).all() and np.isnan(found.chi[1:]).all()


# Exact laws


@pytest.mark.parametrize(
    ("width", "depth", "mean", "variance"),
    [
        (32, 16, -1.32064, 2.83996),
        (32, 32, -2.64129, 5.67993),
        (64, 32, -1.28348, 2.65592),
        (64, 64, -2.56695, 5.31183),
    ],
)
def test_gradient_moments_are_as_tabulated(width, depth, mean, variance):
    assert log_gradient_moments(width, depth) == pytest.approx((mean, variance), abs=0.6e-5)


def test_gradient_moments_of_two_units_by_hand():
    # K = 1 with probability 2/3, else 2; chi^2_1 and chi^2_2, of which the second is exponential.
    one, two = -propagation.exact_laws.EULER - math.log(2), math.log(2) - 0.5772156649015329
    logs = np.array([one, two])  # E ln chi^2_K
    shares = np.array([2 / 3, 1 / 3])
    mean = shares @ logs
    variance = shares @ (np.array([math.pi**2 / 2, math.pi**2 / 6]) + (logs - mean) ** 2)
    assert log_gradient_moments(2, 3) == pytest.approx((3 * mean, 3 * variance), rel=1e-12)


@given(width=st.integers(1, 10_000), depth=st.integers(1, 500))
def test_gradient_moments_tend_to_the_asymptotic_law(width, depth):
    mean, variance = log_gradient_moments(width, depth)
    assert math.isfinite(mean) and variance > 0
    assert mean == pytest.approx(-2.5 * depth / width, rel=6 / width if width > 30 else 3)
    if width > 30:
        assert variance == pytest.approx(5 * depth / width, rel=6 / width)


def test_the_lyapunov_spectrum_is_as_tabulated():
    found = lyapunov_spectrum(16)
    assert found[[0, 8, 15]] == pytest.approx([-0.0319000, -0.4116619, -2.0214758], abs=0.6e-7)
    assert (np.diff(found) < 0).all()


@given(width=st.integers(1, 3000))
def test_polygammas_are_those_of_scipy(width):
    special = pytest.importorskip("scipy.special")
    halves = np.arange(width, 0, -1) / 2
    expected = (math.log(2 / width) + special.digamma(halves)) / 2
    np.testing.assert_allclose(lyapunov_spectrum(width), expected, rtol=1e-11, atol=1e-13)
    error = np.sqrt(special.polygamma(1, halves) / (4 * 7 * 5))
    np.testing.assert_allclose(lyapunov_standard_errors(width, 7, 5), error, rtol=1e-9)


def test_batch_norm_growth_has_closed_forms():
    assert batch_norm_gradient_growth("relu") == pytest.approx(math.pi / (math.pi - 1), rel=1e-12)
    assert batch_norm_gradient_growth("identity") == pytest.approx(1, rel=1e-12)
    decay = math.exp(-2)
    assert batch_norm_gradient_growth("sine") == pytest.approx((1 + decay) / (1 - decay), rel=1e-12)
    assert batch_norm_gradient_growth(lambda u: u**2) == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_batch_norm_never_makes_gradients_vanish(name):
    assert batch_norm_gradient_growth(name) >= 1 - 1e-12
    assert (batch_norm_gradient_growth(name) > 1.001) == (name != "identity")


# Measured networks


def fixed(key, shape, dtype=None):
    """Weights that depend on the shape alone."""
    del key
    values = jnp.sin(1.0 + jnp.arange(shape[0] * shape[1], dtype=float) ** 1.5)
    return values.reshape(shape).astype(dtype or float) * 1.5 / shape[0] ** 0.5


def fixed_biases(key, shape, dtype=None):
    del key
    return jnp.cos(jnp.arange(shape[0], dtype=float)).astype(dtype or float) / 3


@pytest.mark.parametrize(
    "sizes", [(3, 1), (4, 5, 1), (5, 5, 5, 5, 1), (3, 6, 6, 6, 2, 4, 4, 4, 1), (1, 1, 1, 1)]
)
def test_signals_and_gradients_are_those_of_the_chain_rule(key, sizes):
    net = jaxnn.MLP(sizes, "tanh", initializer=fixed, bias_initializer=fixed_biases)
    inputs = np.linspace(-1, 1, 3 * sizes[0]).reshape(3, sizes[0]) ** 3 + 0.2
    found = measure(key, net, seeds=2, inputs=inputs)
    params = jaxnn.init(jax.random.key(0), net)
    layers = [(np.asarray(weights, float), np.asarray(biases, float)) for weights, biases in params]
    h, passed = inputs, []
    for weights, biases in layers:
        passed.append(h @ weights + biases)
        h = np.tanh(passed[-1])
    # With one output v is 1 or -1, and squared gradients do not depend on it.
    gradients = [np.ones_like(passed[-1])]
    for z, (weights, _) in zip(passed[-2::-1], layers[:0:-1], strict=True):
        gradients.insert(0, (1 - np.tanh(z) ** 2) * (gradients[0] @ weights.T))
    for layer, (z, g) in enumerate(zip(passed, gradients, strict=True)):
        np.testing.assert_allclose(
            found.log_variance[1, layer], np.log(np.mean(z**2, axis=1)), atol=1e-4
        )
        np.testing.assert_allclose(
            found.log_gradient[1, layer], np.log(np.mean(g**2, axis=1)), atol=1e-4
        )
        cosines = z @ z[0] / (np.linalg.norm(z, axis=1) * np.linalg.norm(z[0]))
        np.testing.assert_allclose(found.correlation[0, layer], cosines, atol=1e-5)


def test_batch_normalisation_is_differentiated_through(key):
    # The scale of the weights changes nothing but the size of pre-activations, and of gradients
    # with respect to them: dz W / |z| cancels in every layer but the last, which is not normalised.
    inputs = np.random.default_rng(5).normal(size=(16, 40))
    keys = [jax.random.wrap_key_data(jax.random.key_data(key)) for _ in range(2)]
    small, large = (
        measure(
            k, random_network((40,) * 6, "relu", scale), seeds=3, inputs=inputs,
            batch_normalized=True,
        )
        for k, scale in zip(keys, (0.01, 9.0), strict=True)
    )  # fmt: skip
    ratio = math.log(9.0 / 0.01)
    np.testing.assert_allclose(large.log_variance - small.log_variance, ratio, atol=1e-3)
    np.testing.assert_allclose(large.log_gradient, small.log_gradient, atol=2e-3)


def test_batch_norm_of_linear_layers_grows_as_it_should(key):
    # (B - 2) / (B - 3) a layer; without running gradients through mean and deviation it is 1.
    inputs = jax.random.normal(jax.random.key(6), (6, 128))
    net = random_network((128,) * 11, "identity", 1.0)
    found = measure(key, net, seeds=64, inputs=inputs, batch_normalized=True).log_gradient
    sizes = np.exp(found).mean(axis=2)
    rates = (np.log(sizes[:, 1]) - np.log(sizes[:, -2])) / 7
    assert rates.mean() == pytest.approx(math.log(4 / 3), abs=4 * rates.std() / 8 + 1 / 128 * 3)


def summary(found):
    """Means of many statistics over seeds, with their standard errors."""
    parts = [
        found.log_variance[:, 1:],
        found.log_gradient[:, :-1],
        found.correlation[:, :, 1:],
        found.log_variance[:, 2:3] * found.log_gradient[:, 1:2],
        found.correlation[:, 2:3, 1:] * found.log_gradient[:, 1:2, 1:],
        np.square(found.log_gradient[:, :-1]),
        found.log_gradient[:, :1, :1] * found.log_gradient[:, :1, 1:],
    ]
    flat = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
    return flat.mean(axis=0), flat.std(axis=0, ddof=1) / math.sqrt(len(flat))


@pytest.mark.parametrize(("activation", "sw2", "sb2"), [("tanh", 2.0, 0.3), ("softplus", 1.5, 0.0)])
def test_matrices_that_are_not_drawn_have_the_law_of_those_that_are(activation, sw2, sb2):
    # Few units, so that anything forgotten would be of order 1.
    net = random_network((4, 5, 5, 5, 5, 3), activation, sw2, sb2)
    seeds = 6000
    (one, error), (other, other_error) = (
        summary(measure(jax.random.key(seed), net, seeds=seeds, draw_weights=drawn,
                        inputs=np.array([[1.0, -1, 2, 0.5], [0.3, 1, 1, -1]])))
        for seed, drawn in ((1, True), (2, False))
    )  # fmt: skip
    z = (one - other) / np.hypot(error, other_error)
    assert len(z) > 30
    assert np.abs(z).max() < 4.5
    assert np.std(z) < 1.6


def test_gradients_of_relu_networks_have_their_exact_law(key):
    width, layers, seeds = 20, 12, 4000
    mean, variance = log_gradient_moments(width, layers)
    logs = measure(key, random_network((width,) * (layers + 2), "relu", 2.0), seeds=seeds)
    found = logs.log_gradient[:, 0, 0]
    assert found.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / seeds))
    assert found.var() == pytest.approx(variance, abs=4 * variance * math.sqrt(2 / seeds))
    # The asymptotic variance would be told apart.
    assert abs(found.var() - 5 * layers / width) > 4 * variance * math.sqrt(2 / seeds)


def test_wide_networks_follow_mean_field(key):
    # At scales that no experiment draws.
    sw2, sb2, depth, seeds, width = 3.2, 0.12, 24, 500, 1500
    net = random_network((width,) * (depth + 1), erf, sw2, sb2)
    found = measure(key, net, seeds=seeds, mean_square=0.4, correlation=-0.7)
    course = trajectory(erf, sw2, sb2, depth, mean_square=0.4, correlation=-0.7)
    variance, correlation = np.exp(found.log_variance[..., 1]), found.correlation[..., 1]
    for values, theory in ((variance, course.variance), (correlation, course.correlation)):
        error = values.std(axis=0) / math.sqrt(seeds)
        assert (np.abs(values.mean(axis=0) - theory) < 4.5 * error + 3 / width).all()
    logs = found.log_gradient[:, 12, 0] - found.log_gradient[:, -1, 0]
    ratio, layers = np.exp(logs), depth - 13
    error = ratio.std() / ratio.mean() / math.sqrt(seeds) / layers
    rate = math.log(ratio.mean()) / layers
    assert rate == pytest.approx(np.log(course.chi[12:-1]).mean(), abs=4 * error + 1 / width)
    assert 4 * error + 1 / width < 0.02 * abs(rate)  # 2% would be seen


def test_isometries_keep_everything(key):
    net = jaxnn.MLP((6,) * 30, "identity", initializer="orthogonal")
    found = measure(key, net, seeds=4, correlation=0.25)
    np.testing.assert_allclose(found.log_variance, 0, atol=1e-4)
    np.testing.assert_allclose(found.log_gradient, 0, atol=1e-4)
    np.testing.assert_allclose(found.correlation[..., 1], 0.25, atol=1e-4)


def test_gradients_far_below_the_range_of_floats_are_followed(key):
    found = measure(key, random_network((50,) * 201, "sigmoid", 1.0), seeds=10)
    expected = 199 * math.log(mean_field("sigmoid", 1, 0).chi_1)
    assert found.log_gradient[:, 0].mean() == pytest.approx(expected, rel=0.02)
    assert expected < -500


def test_what_is_straight_near_zero_alone_keeps_its_size(key):
    # relu6 doubles like ReLU until 6, where it ends: a mean square is 9 times at most 36.
    found = measure(key, random_network((20,) * 31, jax.nn.relu6, 9.0), seeds=5)
    assert math.log(9) < found.log_variance[:, -1].min()
    assert found.log_variance[:, 2:].max() < math.log(9 * 36 * 5)


@pytest.mark.parametrize("scale", [1 / 3, 9.0])
def test_signals_far_out_of_the_range_of_floats_are_followed(key, scale):
    # ReLU halves: 6^-200, as with uniform weights of variance 1 / 3 n, and 4.5^200.
    width, layers, seeds = 60, 200, 40
    net = random_network((width,) * (layers + 1), "relu", scale)
    found = measure(key, net, seeds=seeds)
    mean, variance = log_gradient_moments(width, layers - 1)
    # The law of the way back holds forward as well.
    assert abs((layers - 1) * math.log(scale / 2)) > 290
    for ratio in (
        found.log_variance[:, -1, 0] - found.log_variance[:, 0, 0],
        found.log_gradient[:, 0, 0] - found.log_gradient[:, -1, 0],
    ):
        expected = mean + (layers - 1) * math.log(scale / 2)
        assert ratio.mean() == pytest.approx(expected, abs=4 * math.sqrt(variance / seeds))
    assert (found.correlation[:, -1, 1] > 0.9).all()


def test_a_dead_network_is_zero_and_not_an_error(key):
    net = jaxnn.MLP((3, 4, 4, 1), "relu", initializer="zeros")
    found = measure(key, net, seeds=2)
    assert (found.log_variance == -np.inf).all()
    assert (found.log_gradient[:, 0] == -np.inf).all() and (found.log_gradient[:, -1] > -1e-6).all()
    assert np.isnan(found.correlation).all()


def test_the_same_key_gives_the_same_numbers_and_another_does_not():
    net = random_network((5, 5, 5), "tanh", 1.0, 0.1)
    one, same, other = (measure(jax.random.key(seed), net, seeds=3) for seed in (1, 1, 2))
    for field, again in zip(one, same, strict=True):
        np.testing.assert_array_equal(field, again)
    assert (one.log_variance != other.log_variance).all()
    assert len(np.unique(one.log_variance[:, 0, 0])) == 3


def test_networks_that_differ_in_scale_share_a_program(key):
    from jaxnn import replicate

    keys = jax.random.split(key, 3)
    measure(keys[0], random_network((7,) * 9, "tanh", 1.3, 0.2), seeds=4)
    before = replicate._compiled.cache_info().misses
    measure(keys[1], random_network((7,) * 9, "tanh", 2.9, 0.7), seeds=4)
    assert replicate._compiled.cache_info().misses == before
    measure(keys[2], random_network((7,) * 9, "relu", 2.9, 0.7), seeds=4)
    assert replicate._compiled.cache_info().misses == before + 1


@pytest.mark.parametrize("drawn", [False, True])
def test_the_program_does_not_grow_with_depth(drawn):
    from jaxnn.propagation.matrices import without_scales
    from jaxnn.propagation.measured import _probe

    def size(depth):
        net, scales = without_scales(random_network((6,) * (depth + 1), "tanh", 1.0, 0.1))
        probe = partial(_probe, net=net, batch_normalized=False, drawn=drawn, rescaled=False)
        vectors = jnp.ones((2, 6))
        return len(jax.jit(probe).lower(jax.random.key(0), vectors, vectors, scales).as_text())

    assert size(300) < 1.05 * size(30)


@given(seed=st.integers(0, 2**16), shape=st.sampled_from([(1, 3), (2, 9), (4, 6), (4, 2)]))
def test_bases_are_orthonormal_and_span(seed, shape):
    rows, size = shape
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, size)) * 10.0 ** generator.integers(-20, 15, (rows, 1))
    values[generator.integers(rows)] *= generator.integers(2)  # sometimes a zero
    if rows > 1:
        values[-1] = 3 * values[0]  # and always one that adds nothing
    basis, coefficients = jax.jit(orthonormal)(jnp.asarray(values, jnp.float32))
    found = np.asarray(coefficients, float) @ np.asarray(basis, float)
    scale = np.abs(values).max(axis=1, keepdims=True) + 1e-300
    np.testing.assert_allclose(found / scale, values / scale, atol=2e-5)
    gram = np.asarray(basis @ basis.T)
    used = np.diag(gram) > 0.5
    np.testing.assert_allclose(gram, np.diag(used.astype(float)), atol=2e-5)
    assert used.sum() <= size
    np.testing.assert_array_equal(np.triu(coefficients, 1), 0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"net": "relu"}, InputTypeError, "net is a str"),
        ({"seeds": 0}, InputError, "seeds is 0"),
        ({"mean_square": 0}, InputError, "mean_square is 0"),
        ({"correlation": 2}, InputError, "correlation is 2"),
        ({"inputs": np.ones((2, 5))}, InputError, r"inputs has shape \(2, 5\); pass \(rows, 4\)"),
        ({"inputs": np.ones(4)}, InputError, r"inputs has shape \(4,\)"),
        ({"inputs": [[1, 2, 3, math.nan]]}, InputError, "inputs holds nan at row 0, column 3"),
        ({"batch_normalized": True}, InputError, "inputs has 2 rows; batch normalisation"),
        ({"net": jaxnn.MLP((1, 3))}, InputError, "correlation is 0.5, but the network has one"),
    ],
)
def test_bad_measurements_are_refused(key, arguments, error, words):
    given = {"net": jaxnn.MLP((4, 3)), **arguments}
    with pytest.raises(error, match=words):
        measure(key, given.pop("net"), **given)


def test_a_seed_is_no_key():
    with pytest.raises(InputTypeError, match="key is the integer 3"):
        measure(3, jaxnn.MLP((4, 3)))


def test_random_networks_are_initialised_as_said(key):
    net = random_network((300, 400), "tanh", 2.5, 0.7)
    assert net.initializer == Scaled(2.5, "fan_in", "normal")
    (layer,) = jaxnn.init(key, net)
    assert float(layer.weights.var()) * 300 == pytest.approx(2.5, rel=4 * math.sqrt(2 / 120_000))
    assert float(layer.biases.var()) == pytest.approx(0.7, rel=4 * math.sqrt(2 / 400))
    assert random_network((3, 3), "tanh", 1.0).bias_initializer == "zeros"
