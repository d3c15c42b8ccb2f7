"""Are the special functions exact, on NumPy and on JAX arrays, and differentiated right?"""

import jax
import numpy as np
import pytest
from scipy import special

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

X = np.concatenate([np.linspace(-6, 6, 41), [1e-300, -1e-20, 1e-8, 25.0, -26.0, np.inf, -np.inf]])
SHARES = np.concatenate(
    [np.linspace(-0.999, 0.999, 38), [1e-200, -1e-10, 0.0, 1 - 1e-15, -1 + 1e-10, 1, -1]]
)
PROBABILITIES = np.concatenate([np.linspace(0.001, 0.999, 38), [0.5 + 1e-9, 1e-300, 1 - 1e-12]])
POSITIVE = np.concatenate([np.linspace(0.05, 30, 40), [1e-5, 1e3, 1e10, 1.4616]])
NEGATIVE = np.array([-0.3, -1.7, -5.4, -20.9])

# name -> (where, first derivative, second derivative)
FUNCTIONS = {
    "erf": (X[:-2], lambda x: bell(x), lambda x: -2 * x * bell(x)),
    "erfc": (X[:-2], lambda x: -bell(x), lambda x: 2 * x * bell(x)),
    "erfinv": (
        SHARES[:-2],
        lambda y: 1 / bell(special.erfinv(y)),
        lambda y: 2 * special.erfinv(y) / bell(special.erfinv(y)) ** 2,
    ),
    "expit": (
        X[:41],
        lambda x: special.expit(x) * special.expit(-x),
        lambda x: -special.expit(x) * special.expit(-x) * np.tanh(x / 2),
    ),
    "logit": (
        PROBABILITIES,
        lambda x: 1 / (x * (1 - x)),
        lambda x: (2 * x - 1) / (x * (1 - x)) ** 2,
    ),
    "entr": (PROBABILITIES, lambda x: -1 - np.log(x), lambda x: -1 / x),
    "gammaln": (POSITIVE, special.digamma, lambda x: special.polygamma(1, x)),
    "digamma": (
        POSITIVE,
        lambda x: special.polygamma(1, x),
        lambda x: special.polygamma(2, x),
    ),
}


def bell(x):
    return 2 / np.sqrt(np.pi) * np.exp(-(x**2))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_scipy_s_to_rounding(name):
    f, exact = getattr(tnp, name), getattr(special, name)
    x = FUNCTIONS[name][0]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(f(x), exact(x), rtol=4e-15, atol=1e-15 * (name != "erfc"))
        np.testing.assert_allclose(jax.jit(f)(x), exact(x), rtol=1e-11, atol=1e-13)
        single = x.astype(np.float32)
        found = f(single)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, exact(single), rtol=1e-5, atol=1e-6)
    assert f(0.25) == pytest.approx(float(exact(0.25)))
    assert np.isnan(f(np.nan))
    if name in ("erf", "erfc"):
        np.testing.assert_array_equal(f(np.array([np.inf, -np.inf])), exact([np.inf, -np.inf]))
        found = tracer.grad(lambda x: tnp.sum(f(x)))(np.array([np.inf, -np.inf]))
        np.testing.assert_array_equal(found, [0, 0])
    assert f(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_and_second_derivatives_in_closed_form(name):
    x, *formulas = FUNCTIONS[name]
    f = getattr(tnp, name)
    if name == "erfinv":
        x = x[np.abs(x) < 1 - 1e-9]
    with np.errstate(all="ignore"):
        for formula in formulas:
            expected = formula(x)
            np.testing.assert_allclose(
                tracer.jvp(f, (x,), (np.ones_like(x),))[1], expected, 1e-12, 1e-15
            )
            f = tracer.grad(lambda x, f=f: tnp.sum(f(x)))
            np.testing.assert_allclose(f(x), expected, rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(jax.jit(f)(x), expected, rtol=1e-9, atol=1e-14)


def test_the_inverse_of_the_error_function_inverts_it():
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(tnp.erf(tnp.erfinv(SHARES)), SHARES, rtol=4e-16)
    np.testing.assert_array_equal(tnp.erfinv(np.array([1.0, -1.0])), [np.inf, -np.inf])
    assert np.isnan(tnp.erfinv(1.5))


def test_the_gamma_function_at_negative_numbers_and_poles():
    np.testing.assert_allclose(tnp.gammaln(NEGATIVE), special.gammaln(NEGATIVE), rtol=1e-13)
    np.testing.assert_allclose(tnp.digamma(NEGATIVE), special.digamma(NEGATIVE), rtol=1e-12)
    found = tracer.grad(lambda x: tnp.sum(tnp.gammaln(x)))(NEGATIVE)
    np.testing.assert_allclose(found, special.digamma(NEGATIVE), rtol=1e-12)
    assert tnp.gammaln(0.0) == tnp.gammaln(-2.0) == np.inf


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6])
def test_polygamma(n):
    np.testing.assert_allclose(
        tnp.polygamma(n, POSITIVE), special.polygamma(n, POSITIVE), rtol=1e-12, atol=1e-15
    )
    slope = tracer.grad(lambda x: tnp.sum(tnp.polygamma(n, x)))(POSITIVE)
    np.testing.assert_allclose(slope, special.polygamma(n + 1, POSITIVE), rtol=1e-12)


def test_exact_gelu():
    def gelu(x):
        return x * tnp.erfc(-x / np.sqrt(2)) / 2

    x = np.linspace(-4, 4, 17)
    np.testing.assert_allclose(gelu(x), jax.nn.gelu(x, approximate=False), rtol=1e-13)
    # Phi(x) + x phi(x), and (2 - x^2) phi(x)
    density = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    slope = tracer.grad(lambda x: tnp.sum(gelu(x)))
    np.testing.assert_allclose(slope(x), special.ndtr(x) + x * density, rtol=1e-12)
    curve = tracer.grad(lambda x: tnp.sum(slope(x)))(x)
    np.testing.assert_allclose(curve, (2 - x * x) * density, atol=1e-15)


@pytest.mark.parametrize("name", ["xlogy", "xlog1py"])
def test_a_product_with_a_logarithm_is_zero_at_a_zero(name):
    f, exact = getattr(tnp, name), getattr(special, name)
    x = np.array([0.0, 0.0, 1.5, 0.5, 0.0])
    y = np.array([0.0, 2.0, 0.3, 4.0, np.nan]) - (name == "xlog1py")
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(f(x, y), exact(x, y), rtol=1e-15)
    z = y + 1 if name == "xlog1py" else y
    by_x, by_y = tracer.grad(lambda x, y: tnp.sum(f(x, y)), (0, 1))(x, y)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(by_x, np.log(z), rtol=1e-15)
    np.testing.assert_allclose(by_y[:4], [0, 0, 5, 0.125], rtol=1e-15)
    mixed = tracer.grad(lambda x: tracer.grad(f, 1)(x, y[1]))(0.0)
    assert mixed == pytest.approx(0.5)
    assert tracer.grad(lambda y: tracer.grad(f)(0.0, y))(y[1]) == pytest.approx(0.5)


def test_entropy_at_its_border():
    with np.errstate(all="ignore"):
        found = tnp.entr(np.array([0.0, 1.0, -1.0, np.nan, np.inf]))
        np.testing.assert_array_equal(found, special.entr([0.0, 1.0, -1.0, np.nan, np.inf]))
    assert tracer.grad(tnp.entr)(0.0) == np.inf


def test_no_helper_of_the_rules_is_among_numpy_s_names():
    for name in ("difference", "share", "one_minus_square", "cosine_of_arctan"):
        with pytest.raises(AttributeError, match=name):
            getattr(tnp, name)
