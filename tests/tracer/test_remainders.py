"""Is the slope of a remainder the quotient that belongs to it?"""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

PAIRS = [
    (sign_x * x, sign_y * y)
    for x, y in ((1.0, 0.1), (5.3, 2.1), (0.3, 0.1), (0.7, 2.0), (1e6, 0.007), (4.5, 1.5))
    for sign_x in (1, -1)
    for sign_y in (1, -1)
]  # fmt: skip


def floored(x, y):
    """The exact quotient of two floats, rounded down."""
    return Fraction(float(x)) / Fraction(float(y)) // 1


def truncated(x, y):
    return int(Fraction(float(x)) / Fraction(float(y)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("name", "quotient"), [("remainder", floored), ("mod", floored), ("fmod", truncated)]
)
@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_the_slope_by_the_divisor_is_minus_the_exact_quotient(name, quotient, x, y, dtype):
    x, y = dtype(x), dtype(y)
    f, slope = getattr(tnp, name), dtype(-quotient(x, y))
    gradient = tracer.grad(f, (0, 1))
    for found in (gradient(x, y), jax.jit(gradient)(x, y)):
        assert found == (1, slope)
        assert found[1].dtype == dtype
    assert tracer.jvp(f, (x, y), (dtype(0), dtype(1)))[1] == slope
    assert tracer.grad(tracer.grad(f, 1), 1)(x, y) == 0


def test_the_operator_is_numpy_s_remainder():
    assert tracer.grad(lambda y: 1.0 % y)(0.1) == -9
    assert tracer.grad(lambda y: (1.0 - y * (1.0 // y)) - 1.0 % y)(0.1) == 0
    quotient, rest = divmod(tracer.stop_gradient(1.0), 0.1)
    found = tracer.jvp(lambda y: divmod(1.0, y), (0.1,), (1.0,))
    assert found == ((quotient, pytest.approx(rest)), (0, -9))
    assert tracer.grad(lambda y: np.divmod(-1.0, y)[1])(0.1) == 10
    x = np.array([1.0, -1.0, 7.0])
    np.testing.assert_array_equal(tracer.grad(lambda x: tnp.sum(x % 0.3))(x), np.ones(3))


def test_jax_takes_the_quotient_that_division_rounds_to():
    assert jax.grad(lambda y: jnp.remainder(1.0, y))(0.1) == -10
    assert tracer.grad(tracer.from_jax(lambda y: jnp.fmod(1.0, y)))(0.1) == -9
