"""Are sums of exponentials right at infinities, with their derivatives?"""

import jax
import numpy as np
import pytest
from scipy import special

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

INF = np.inf

# Terms, and the softmax of them as the limit; equal infinities share.
SHARES = [
    ([-INF, -INF, 2.0], [0, 0, 1]),
    ([-INF, 1.0, 1.0], [0, 0.5, 0.5]),
    ([-INF, -INF, -INF], [1 / 3, 1 / 3, 1 / 3]),
    ([INF, 1.0, -INF], [1, 0, 0]),
    ([INF, INF, 0.0], [0.5, 0.5, 0]),
    ([1e308, -1e308, 0.0], [1, 0, 0]),
    ([800.0, 800.0, -800.0], [0.5, 0.5, 0]),
]


def chained(x):
    return tnp.logaddexp(tnp.logaddexp(x[0], x[1]), x[2])


def chained2(x):
    return tnp.logaddexp2(tnp.logaddexp2(x[0], x[1]), x[2])


@pytest.mark.parametrize(("terms", "shares"), SHARES)
def test_the_gradient_of_logsumexp_is_the_share_of_each_term(terms, shares):
    x = np.array(terms)
    with np.errstate(all="raise", under="ignore"):
        assert tnp.logsumexp(x) == pytest.approx(max(terms), abs=np.log(3))
    for f in (tnp.logsumexp, jax.jit(tracer.grad(tnp.logsumexp))):
        gradient = tracer.grad(f)(x) if f is tnp.logsumexp else f(x)
        np.testing.assert_allclose(gradient, shares, rtol=1e-15)
    assert tracer.jvp(tnp.logsumexp, (x,), (np.ones(3),))[1] == pytest.approx(1)
    hessian = np.diag(shares) - np.outer(shares, shares)
    np.testing.assert_allclose(tracer.hessian(tnp.logsumexp)(x), hessian, atol=1e-16)
    np.testing.assert_allclose(tracer.jacfwd(tracer.jacfwd(tnp.logsumexp))(x), hessian, atol=1e-16)


@pytest.mark.parametrize("f", [chained, chained2])
@pytest.mark.parametrize(("terms", "shares"), SHARES)
def test_logaddexp_twice_is_logsumexp(terms, shares, f):
    x = np.array(terms)
    if np.isinf(x[:2]).all() and x[0] == x[1] == x[2]:
        shares = [0.25, 0.25, 0.5]  # shared two at a time
    np.testing.assert_allclose(tracer.grad(f)(x), shares, rtol=1e-15)
    np.testing.assert_allclose(jax.jit(tracer.grad(f))(x), shares, rtol=1e-15)
    np.testing.assert_allclose(tracer.jacfwd(f)(x), shares, rtol=1e-15)
    assert np.isfinite(tracer.hessian(f)(x)).all()


def test_the_curvature_of_logaddexp_at_equal_terms_is_a_quarter():
    expected = 0.25 * np.array([[1, -1], [-1, 1]])
    for terms in ([2.0, 2.0], [-INF, -INF], [INF, INF]):
        found = tracer.hessian(lambda x: tnp.logaddexp(x[0], x[1]))(np.array(terms))
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    found = tracer.hessian(lambda x: tnp.logaddexp2(x[0], x[1]))(np.array([2.0, 2.0]))
    np.testing.assert_allclose(found, np.log(2) * expected, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softplus_and_log_sigmoid_at_infinities(dtype):
    for x, value, slope in ((INF, INF, 1), (-INF, 0, 0), (0.0, np.log(2), 0.5)):
        x = dtype(x)
        for f, sign in ((tnp.softplus, 1), (tnp.log_sigmoid, -1)):
            found = tracer.value_and_grad(f)(sign * x)
            assert found == pytest.approx((sign * value, slope), rel=1e-6)
            assert found[1].dtype == dtype
            curvature = tracer.grad(tracer.grad(f))(sign * x)
            assert curvature == pytest.approx(sign * (slope == 0.5) / 4)


A = np.array([[0.3, -1.2, 700.0], [2.0, -INF, 1.0]])
B = np.array([[1.0, 2.0, 0.5], [-2.0, 3.0, 0.0]])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"axis": 0},
        {"axis": (0, 1), "keepdims": True},
        {"axis": -1, "b": B + 3},
        {"axis": 1, "b": B, "return_sign": True},
        {"b": np.array([[1.0], [2.0]]), "axis": 0, "keepdims": True},
        {"b": -1.0, "return_sign": True},
        {"b": 0.0, "return_sign": True},
    ],
)
def test_logsumexp_takes_scipy_s_arguments(options):
    with np.errstate(divide="ignore"):
        found, expected = tnp.logsumexp(A, **options), special.logsumexp(A, **options)
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    np.testing.assert_array_equal(np.shape(found), np.shape(expected))


def test_the_order_of_logsumexp_s_arguments_is_scipy_s():
    expected = special.logsumexp(A, 1, B + 3, True, True)
    np.testing.assert_allclose(tnp.logsumexp(A, 1, B + 3, True, True), expected)


def test_the_derivative_by_weights_and_terms():
    a, b = np.array([0.3, -1.2, 0.9]), np.array([0.5, 0.0, 2.0])
    total = np.sum(b * np.exp(a))
    by_a, by_b = tracer.grad(lambda a, b: tnp.logsumexp(a, b=b), (0, 1))(a, b)
    np.testing.assert_allclose(by_a, b * np.exp(a) / total, rtol=1e-14)
    np.testing.assert_allclose(by_b, [np.exp(0.3) / total, 0, np.exp(0.9) / total], rtol=1e-14)


def test_a_negative_sum_has_no_logarithm_but_a_sign():
    with np.errstate(invalid="ignore"):
        assert np.isnan(tnp.logsumexp(np.array([1.0, 2.0]), b=np.array([1.0, -1.0])))
    size, sign = tnp.logsumexp(np.array([1.0, 2.0]), b=np.array([1.0, -1.0]), return_sign=True)
    assert sign == -1 and size == pytest.approx(np.log(np.exp(2) - np.exp(1)))


def test_softmax_and_log_softmax_leave_terms_of_minus_infinity_out():
    x = np.array([[0.0, -INF, 0.0], [-INF, 3.0, -INF]])
    np.testing.assert_allclose(tnp.softmax(x, axis=1), [[0.5, 0, 0.5], [0, 1, 0]])
    np.testing.assert_allclose(tnp.log_softmax(x, axis=1)[0], [-np.log(2), -INF, -np.log(2)])
    np.testing.assert_allclose(tnp.softmax(x.T, axis=0), tnp.softmax(x, axis=1).T)
    found = tracer.jacrev(tnp.softmax)(x)[0, :, 0]
    np.testing.assert_allclose(found, [[0.25, 0, -0.25], [0, 0, 0], [-0.25, 0, 0.25]])
