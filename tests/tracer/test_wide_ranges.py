"""Are derivatives right for arguments whose squares are out of range?

Against closed forms in NumPy's long double, whose exponents reach further.
"""

import jax
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

pytestmark = pytest.mark.skipif(
    np.finfo(np.longdouble).maxexp <= np.finfo(np.float64).maxexp, reason="long double is float64"
)

LN2, LN10 = np.log(np.longdouble(2)), np.log(np.longdouble(10))
sqrt = np.sqrt

# name -> (first derivative, second derivative, where), for x in long double
ANYWHERE, POSITIVE, ABOVE_ONE, BELOW_ONE, MODERATE = (
    lambda x: x == x,
    lambda x: x > 0,
    lambda x: x > 1,
    lambda x: abs(x) < 1,
    lambda x: abs(x) < 3,
)
SLOPES = {
    "square": (lambda x: 2 * x, lambda x: 2 + 0 * x, ANYWHERE),
    "reciprocal": (lambda x: -1 / x**2, lambda x: 2 / x**3, ANYWHERE),
    "sqrt": (lambda x: 1 / sqrt(x) / 2, lambda x: -1 / sqrt(x) / x / 4, POSITIVE),
    "cbrt": (
        lambda x: np.cbrt(x) / x / 3,
        lambda x: -2 * np.cbrt(x) / x / x / 9,
        ANYWHERE,
    ),
    "log": (lambda x: 1 / x, lambda x: -1 / x**2, POSITIVE),
    "log2": (lambda x: 1 / x / LN2, lambda x: -1 / x**2 / LN2, POSITIVE),
    "log10": (lambda x: 1 / x / LN10, lambda x: -1 / x**2 / LN10, POSITIVE),
    "log1p": (lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2, lambda x: x > -0.9),
    "exp": (np.exp, np.exp, lambda x: x < 80),
    "exp2": (lambda x: LN2 * 2**x, lambda x: LN2**2 * 2**x, lambda x: x < 80),
    "expm1": (np.exp, np.exp, lambda x: x < 80),
    "sin": (np.cos, lambda x: -np.sin(x), MODERATE),
    "cos": (lambda x: -np.sin(x), lambda x: -np.cos(x), MODERATE),
    "tan": (
        lambda x: 1 + np.tan(x) ** 2,
        lambda x: 2 * np.tan(x) * (1 + np.tan(x) ** 2),
        MODERATE,
    ),
    "arcsin": (lambda x: 1 / sqrt(1 - x * x), lambda x: x / sqrt(1 - x * x) ** 3, BELOW_ONE),
    "arccos": (lambda x: -1 / sqrt(1 - x * x), lambda x: -x / sqrt(1 - x * x) ** 3, BELOW_ONE),
    "arctan": (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2, ANYWHERE),
    "sinh": (np.cosh, np.sinh, lambda x: abs(x) < 80),
    "cosh": (np.sinh, np.cosh, lambda x: abs(x) < 80),
    "arcsinh": (lambda x: 1 / sqrt(1 + x * x), lambda x: -x / sqrt(1 + x * x) ** 3, ANYWHERE),
    "arccosh": (
        lambda x: 1 / sqrt((x - 1) * (x + 1)),
        lambda x: -x / sqrt((x - 1) * (x + 1)) ** 3,
        ABOVE_ONE,
    ),
    "arctanh": (lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2, BELOW_ONE),
    "absolute": (np.sign, lambda x: 0 * x, ANYWHERE),
}
# Of these the small derivatives far out are right against 1, not against themselves.
OPTIMIZED = {"xla_backend_optimization_level": 3, "xla_cpu_use_fusion_emitters": True}
SATURATING = {
    "tanh": (
        lambda x: 1 / np.cosh(x) ** 2,
        lambda x: -2 * np.tanh(x) / np.cosh(x) ** 2,
        lambda x: abs(x) < 4000,
    ),
    "sigmoid": (
        lambda x: 1 / (2 + np.exp(x) + np.exp(-x)),
        lambda x: -np.tanh(x / 2) / (2 + np.exp(x) + np.exp(-x)),
        lambda x: abs(x) < 4000,
    ),
}


def points(dtype, where):
    powers = np.concatenate([np.arange(-30, 31, 2), [-1, 0, 1, 3, 19, 21]])
    if dtype == np.float64:
        powers = np.concatenate([powers, np.arange(-200, 201, 20), [155, -155, 161, -161]])
    sizes = 10.0 ** np.unique(powers)
    sizes = np.concatenate([sizes, [0.5, 0.75, 0.99, 1.01, 1.5, 2.5]])
    x = np.concatenate([-sizes, sizes]).astype(dtype)
    return x[where(x)]


def within_range(found, expected, dtype, rtol):
    """Equal, where the exact number is one of the dtype; infinite or nearly 0 beyond."""
    info = np.finfo(dtype)
    large = np.abs(expected) > info.max / 4
    tiny = np.abs(expected) < info.tiny * 4
    assert np.all(np.isinf(found[large]) | (np.abs(found[large]) > info.max / 8))
    assert np.all(np.abs(found[tiny]) <= info.tiny * 8)
    fine = ~large & ~tiny
    np.testing.assert_allclose(found[fine], expected[fine].astype(dtype), rtol=rtol)


def derivatives(f, x, order):
    """By reverse mode, by forward mode, and compiled with all optimisations."""
    ones = np.ones_like(x)
    for _ in range(order - 1):
        f = tracer.grad(lambda x, f=f: tnp.sum(f(x)))
    reverse = tracer.grad(lambda x: tnp.sum(f(x)))
    return [
        reverse(x),
        tracer.jvp(f, (x,), (ones,))[1],
        np.asarray(jax.jit(reverse, compiler_options=OPTIMIZED)(x)),
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", SLOPES)
def test_slopes_and_curvatures_of_functions_of_one_number(name, dtype):
    *exact, where = SLOPES[name]
    x = points(dtype, where)
    rtol = (
        2e4 * np.finfo(dtype).eps
        if name in ("exp2", "sin", "cos", "tan")
        else 40 * np.finfo(dtype).eps
    )
    with np.errstate(all="ignore"):
        for order, formula in enumerate(exact, start=1):
            expected = formula(x.astype(np.longdouble))
            for found in derivatives(getattr(tnp, name), x, order):
                assert found.dtype == dtype
                within_range(found, expected, dtype, rtol)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", SATURATING)
def test_slopes_and_curvatures_of_functions_that_saturate(name, dtype):
    *exact, where = SATURATING[name]
    x = points(dtype, lambda x: x == x)
    with np.errstate(all="ignore"):
        for order, formula in enumerate(exact, start=1):
            expected = np.where(where(x), formula(x.astype(np.longdouble)), 0)
            for found in derivatives(getattr(tnp, name), x, order):
                np.testing.assert_allclose(
                    found, expected.astype(dtype), rtol=1e-5, atol=4 * np.finfo(dtype).eps
                )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("exponent", [2, 3, -1, -2, 0.5, -0.5, 1.5, 1, 0])
def test_slopes_and_curvatures_of_powers(exponent, dtype):
    x = points(dtype, POSITIVE)
    n = exponent
    with np.errstate(all="ignore"):
        wide = x.astype(np.longdouble)
        for order, expected in ((1, n * wide ** (n - 1)), (2, n * (n - 1) * wide ** (n - 2))):
            for f in (lambda x: x**n, lambda x: tnp.power(x, np.array([n], dtype))):
                for found in derivatives(f, x, order):
                    within_range(found, expected, dtype, 1e3 * np.finfo(dtype).eps)


# name -> the gradient at (x, y), in long double
OF_TWO = {
    "arctan2": lambda y, x: (x / (x * x + y * y), -y / (x * x + y * y)),
    "hypot": lambda x, y: (x / np.hypot(x, y), y / np.hypot(x, y)),
    "divide": lambda x, y: (1 / y, -x / y / y),
    "multiply": lambda x, y: (y, x),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OF_TWO)
def test_slopes_of_functions_of_two_numbers(name, dtype):
    sizes = points(dtype, ANYWHERE)[::4]
    x, y = map(np.ravel, np.meshgrid(sizes, sizes))
    with np.errstate(all="ignore"):
        expected = OF_TWO[name](x.astype(np.longdouble), y.astype(np.longdouble))
        gradient = tracer.grad(lambda x, y: tnp.sum(getattr(tnp, name)(x, y)), (0, 1))
        for found in (gradient(x, y), jax.jit(gradient)(x, y)):
            for one, exact in zip(found, expected, strict=True):
                within_range(np.asarray(one), exact, dtype, 40 * np.finfo(dtype).eps)


@pytest.mark.parametrize("size", [1e-18, 1.0, 1e10, 1e18])
def test_the_curvature_of_arctan2_and_hypot_at_one_size(size):
    # of functions of (x, y) that scale: 1/r^2 and 1/r
    v = np.float32([0.6, 0.8]) * np.float32(size)
    x, y = np.longdouble(0.6), np.longdouble(0.8)
    with np.errstate(all="ignore"):
        found = tracer.hessian(lambda v: tnp.hypot(v[0], v[1]))(v)
        expected = np.array([[y * y, -x * y], [-x * y, x * x]]) / size
        within_range(found, expected, np.float32, 1e-5)
        found = tracer.hessian(lambda v: tnp.arctan2(v[1], v[0]))(v)
        expected = np.array([[2 * x * y, y * y - x * x], [y * y - x * x, -2 * x * y]])
        within_range(found, expected / np.longdouble(size) ** 2, np.float32, 1e-5)


def test_jax_loses_the_slope_of_arcsinh_and_the_tracer_does_not():
    x = np.float32(1e20)
    assert tracer.grad(tnp.arcsinh)(x) == np.float32(1e-20)
    assert tracer.grad(tnp.arccosh)(x) == np.float32(1e-20)
    assert tracer.grad(
        lambda x: (
            tnp.arctan2(
                x,
                x,
            )
            + tnp.arctan2(x, np.float32(1e20))
        )
    )(x) == (pytest.approx(0.5e-20))
    assert jax.grad(jax.numpy.arcsinh)(x) == 0
