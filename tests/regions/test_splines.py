"""Do linear splines attain the constants of the literature?"""

import math

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.regions import free_knot_l2_error, free_knot_sup_error, splines


def integral(curve, exponent, cells=200_000):
    middles = (np.arange(cells) + 0.5) / cells
    return np.mean(np.abs(curve.curvature(middles)) ** exponent)


CUBE = splines.Curve(
    "x³",
    lambda x: x**3,
    lambda x: 6 * x,
    (6**0.4 / 1.4) ** 2.5 / math.sqrt(720),
    (6**0.5 / 1.5) ** 2 / 16,
)


@pytest.mark.parametrize(
    "curve",
    [*splines.CURVES, splines.exponential(-2), splines.sine(3), CUBE],
    ids=lambda curve: curve.name,
)
def test_closed_constants_agree_with_quadrature(curve):
    l2 = integral(curve, 0.4) ** 2.5 / math.sqrt(720)
    sup = integral(curve, 0.5) ** 2 / 16
    assert curve.l2_constant == pytest.approx(l2, rel=1e-5)
    assert curve.sup_constant == pytest.approx(sup, rel=1e-5)


def test_the_constants_are_those_of_the_literature():
    found = [(curve.l2_constant, curve.sup_constant) for curve in splines.CURVES]
    expected = [(0.0745356, 0.125), (1.7434031, 3.0305397), (0.8359550, 1.4355400)]
    np.testing.assert_allclose(found, expected, rtol=5e-7)


@pytest.mark.parametrize("curve", [splines.exponential(-2), CUBE], ids=lambda curve: curve.name)
def test_splines_attain_the_constants(curve):
    assert free_knot_l2_error(curve, 128) * 128**2 / curve.l2_constant == pytest.approx(1, abs=2e-2)
    errors = [free_knot_l2_error(curve, n) for n in (64, 128)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.02)


def test_one_piece_is_the_regression_line():
    # The distance of x^2 from its line is the norm of a Legendre polynomial, 1 / (6 sqrt 5).
    assert free_knot_l2_error(splines.SQUARE, 1) == pytest.approx(1 / (6 * math.sqrt(5)), rel=1e-12)
    assert free_knot_sup_error(splines.SQUARE, 1) == pytest.approx(1 / 8, rel=1e-12)


def test_knots_moved_from_their_places_do_worse():
    curve = splines.exponential(3)
    uniform = splines.Curve("", curve.function, np.ones_like, 0, 0)
    assert free_knot_l2_error(uniform, 16) > 1.3 * free_knot_l2_error(curve, 16)
    assert free_knot_sup_error(uniform, 16) > 1.3 * free_knot_sup_error(curve, 16)


STRAIGHT = splines.Curve("2x", lambda x: 2 * x, np.zeros_like, 0, 0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: free_knot_sup_error(splines.sine(1), 8),
            InputError,
            "sin.* is neither convex nor concave",
        ),
        (lambda: free_knot_l2_error(splines.SQUARE, 0), InputError, "pieces is 0; pass a whole"),
        (lambda: free_knot_sup_error(splines.SQUARE, 1.5), InputTypeError, r"pieces is 1\.5"),
        (lambda: free_knot_l2_error(np.square, 3), InputTypeError, "curve is a ufunc; pass a jax"),
        (lambda: free_knot_l2_error(STRAIGHT, 3), InputError, "curve is 2x, whose second deriv"),
        (lambda: free_knot_sup_error(STRAIGHT, 3), InputError, "curve is 2x, whose second deriv"),
        (lambda: splines.exponential(0), InputError, "rate is 0; pass a number other than 0"),
        (lambda: splines.exponential(1e4), InputError, r"rate is 10000\.0; .* from -500 to 500"),
        (lambda: splines.sine(0), InputError, "periods is 0; pass a whole number of at least 1"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
