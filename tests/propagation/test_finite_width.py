"""Are the exact laws of finite width those of tables, of SciPy and of small cases by hand?"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from jaxnn import InputError, InputTypeError
from jaxnn.propagation import log_gradient_moments, lyapunov_spectrum, lyapunov_standard_errors


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


def test_gradient_moments_of_two_units_agree_with_those_by_hand():
    # K is 1 with probability 2/3 and otherwise 2; chi^2_2 is an exponential variable.
    euler = 0.5772156649015329
    one, two = -euler - math.log(2), math.log(2) - euler
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
def test_polygammas_agree_with_scipy(width):
    halves = np.arange(width, 0, -1) / 2
    expected = (math.log(2 / width) + special.digamma(halves)) / 2
    np.testing.assert_allclose(lyapunov_spectrum(width), expected, rtol=1e-11, atol=1e-13)
    error = np.sqrt(special.polygamma(1, halves) / (4 * 7 * 5))
    np.testing.assert_allclose(lyapunov_standard_errors(width, 7, 5), error, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: log_gradient_moments(0, 3), InputError, "width is 0; pass a whole number of at"),
        (lambda: log_gradient_moments(3, 0), InputError, "depth is 0; pass a whole number of at"),
        (lambda: log_gradient_moments(3, 1.5), InputTypeError, r"depth is 1\.5"),
        (lambda: lyapunov_spectrum(-1), InputError, "width is -1"),
        (lambda: lyapunov_spectrum(True), InputTypeError, "width is True"),
        (lambda: lyapunov_standard_errors(3, 0, 3), InputError, "depth is 0"),
        (lambda: lyapunov_standard_errors(3, 3, 0), InputError, "products is 0"),
    ],
)
def test_what_is_no_count_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
