"""Are Gaussian means right where they have closed forms, and are rough functions refused?"""

import math

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import InputError
from jaxnn.mlp import ACTIVATIONS
from jaxnn.propagation.gaussian_means import gaussian_rule, kinks, pair_means

variances = st.floats(0.01, 30)
# Near 1 and -1 a kink is smoothed over less than the distance between any two nodes.
correlations = st.floats(-1, 1) | st.builds(
    lambda sign, power: sign * (1 - 10.0**power), st.sampled_from([-1, 1]), st.floats(-17, -1)
)


def two_kinks(u):
    """A function with kinks at 0.3 and -0.2, on no grid."""
    return jnp.abs(u - 0.3) - 0.5 * jnp.abs(u + 0.2)


def relu_pair(q, c):
    angle = math.acos(c)
    return (
        q * (math.sin(angle) + (math.pi - angle) * c) / (2 * math.pi),
        (math.pi - angle) / (2 * math.pi),
    )


def erf_pair(q, c):
    # Williams 1997, and its derivative with respect to q c.
    slopes = 4 / math.pi / math.sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)
    return 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q)), slopes


def sine_pair(q, c):
    return math.exp(-q) * math.sinh(q * c), math.exp(-q) * math.cosh(q * c)


def cube_pair(q, c):
    return q**3 * (9 * c + 6 * c**3), q**2 * 9 * (1 + 2 * c**2)


CLOSED_FORMS = [
    (ACTIVATIONS["relu"], relu_pair),
    (jax.scipy.special.erf, erf_pair),
    (ACTIVATIONS["sine"], sine_pair),
    (lambda u: u**3, cube_pair),
]


@pytest.mark.parametrize(("phi", "closed_form"), CLOSED_FORMS, ids=["relu", "erf", "sine", "cube"])
@given(q=variances, c=correlations)
def test_pair_means_have_their_closed_forms(phi, closed_form, q, c):
    rule = gaussian_rule(phi, q)
    found = pair_means(phi, rule, q, c)
    values, slopes = closed_form(q, c)
    largest = closed_form(q, 1)
    assert found.values == pytest.approx(values, abs=1e-12 * largest[0])
    assert found.slopes == pytest.approx(slopes, abs=1e-12 * largest[1])
    assert rule.weights @ rule.values**2 == pytest.approx(largest[0], rel=1e-12)
    assert rule.weights @ rule.slopes**2 == pytest.approx(largest[1], rel=1e-12)


def truncated_moments(q, end):
    """Integrals of 1, u and u^2 from -infinity to `end` under N(0, q)."""
    mass = 0.5 * math.erfc(-end / math.sqrt(2 * q))
    density = math.exp(-(end**2) / (2 * q)) / math.sqrt(2 * math.pi * q)
    return mass, -q * density, q * mass - q * end * density


@given(q=variances)
def test_kinks_off_the_grid_are_as_exact(q):
    # E |u - a|^2 = q + a^2, and E |u - a| |u - b| by hand from truncated moments.
    rule = gaussian_rule(two_kinks, q)
    a, b = 0.3, -0.2
    # (u - a)(u - b) is negative between b and a.
    upper, lower = truncated_moments(q, a), truncated_moments(q, b)
    inside = [x - y for x, y in zip(upper, lower, strict=True)]
    product = q + a * b - 2 * (inside[2] - (a + b) * inside[1] + a * b * inside[0])
    expected = q + a**2 + 0.25 * (q + b**2) - product
    assert rule.weights @ rule.values**2 == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("phi", "expected"),
    [
        (ACTIVATIONS["tanh"], ()),
        (ACTIVATIONS["gelu"], ()),
        (ACTIVATIONS["relu"], (0,)),
        (ACTIVATIONS["elu"], (0,)),
        (ACTIVATIONS["hard_tanh"], (-1, 1)),
        (two_kinks, (-0.2, 0.3)),
    ],
)
def test_kinks_are_found(phi, expected):
    assert kinks(phi) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(
    ("phi", "words"),
    [
        (jnp.sign, "sign jumps or is infinitely steep at 0;"),
        (lambda u: jnp.where(u > 0.3, 1.0, 0.0) * u, r"jumps or is infinitely steep at 0\.3;"),
        (lambda u: jnp.sqrt(jnp.abs(u)), "jumps or is infinitely steep at"),
        (lambda u: u.astype(jnp.float32) ** 2, "has too many kinks to be integrated"),
        (jnp.sum, r"returns float64 of shape \(\) for numbers"),
        (lambda u: u.astype(int), "returns int64 of shape .*; pass an elementwise function"),
        (jnp.log, "log or its derivative is not a number at -"),
    ],
)
def test_a_function_that_cannot_be_integrated_is_refused(phi, words):
    with pytest.raises(InputError, match=words):
        gaussian_rule(phi, 1.0)


def test_a_pair_under_a_fast_oscillation_is_refused():
    rule = gaussian_rule(jnp.sin, 3e4)
    with pytest.raises(InputError, match=r"sin oscillates too often within 173\.2, the standard"):
        pair_means(jnp.sin, rule, 3e4, 0.3)
