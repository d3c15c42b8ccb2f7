"""What is the derivative where there is none? JAX's, unless the docstring says otherwise."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

INF = np.inf

# (function of a library and a number, where)
POINTS = {
    "abs at 0": (lambda xp, x: xp.abs(x), 0.0),
    "abs at minus 0": (lambda xp, x: xp.abs(x), -0.0),
    "maximum at a tie": (lambda xp, x: xp.maximum(x, 2.0), 2.0),
    "minimum at a tie": (lambda xp, x: xp.minimum(2.0, x), 2.0),
    "max of equal entries": (lambda xp, x: xp.max(xp.stack([x, x * x, 0 * x])), 1.0),
    "clip at its lower bound": (lambda xp, x: xp.clip(x, -1.0, 1.0), -1.0),
    "clip at its upper bound": (lambda xp, x: xp.clip(x, -1.0, 1.0), 1.0),
    "where, other side infinite": (lambda xp, x: xp.where(x > 0, xp.log(x + 1), x**2 / x), 0.5),
    "where around a singularity": (
        lambda xp, x: xp.where(x > 0, xp.sqrt(xp.where(x > 0, x, 1.0)), 0.0),
        0.0,
    ),
    "x**0 at 0": (lambda xp, x: x**0, 0.0),
    "x**1 at 0": (lambda xp, x: x**1, 0.0),
    "x**2 at 0": (lambda xp, x: x**2, 0.0),
    "x**2.0 at 0": (lambda xp, x: xp.power(x, 2.0), 0.0),
    "x**3 at minus 2": (lambda xp, x: x**3, -2.0),
    "0**x": (lambda xp, x: xp.power(0.0, x), 2.0),
    "sqrt at 0": (lambda xp, x: xp.sqrt(x), 0.0),
    "log at 0": (lambda xp, x: xp.log(x), 0.0),
    "norm at 0": (lambda xp, x: xp.linalg.norm(xp.stack([x, x])), 0.0),
    "product with a zero": (lambda xp, x: xp.prod(xp.stack([x, x + 1, x + 2])), 0.0),
    "tanh far out": (lambda xp, x: xp.tanh(x), 1000.0),
    "softplus far up": (lambda xp, x: xp.logaddexp(x, 0.0), 1000.0),
    "softplus far down": (lambda xp, x: xp.logaddexp(x, 0.0), -1000.0),
    "logaddexp at a tie": (lambda xp, x: xp.logaddexp(x, 1.0), 1.0),
    "remainder at a multiple": (lambda xp, x: xp.remainder(x, 1.0), 2.0),
    "sign": (lambda xp, x: xp.sign(x) * x, 0.7),
    "floor and ceil": (lambda xp, x: xp.floor(x) * x + xp.ceil(x), 1.5),
    "isfinite": (lambda xp, x: xp.where(xp.isfinite(x), x, 0.0), 1.0),
}


@pytest.mark.parametrize("name", POINTS)
def test_slopes_at_hard_points_are_jax_s(name):
    f, x = POINTS[name]
    expected = jax.jit(jax.grad(lambda x: f(jnp, x)))(x)
    assert tracer.grad(lambda x: f(tnp, x))(x) == pytest.approx(float(expected), nan_ok=True)
    forward = tracer.jvp(lambda x: f(tnp, x), (x,), (1.0,))[1]
    assert forward == pytest.approx(float(expected), nan_ok=True)


@pytest.mark.parametrize("name", sorted(set(POINTS) - {"norm at 0", "sqrt at 0", "log at 0"}))
def test_curvature_at_hard_points_is_jax_s(name):
    f, x = POINTS[name]
    expected = jax.jit(jax.grad(jax.grad(lambda x: f(jnp, x))))(x)
    found = tracer.grad(tracer.grad(lambda x: f(tnp, x)))(x)
    assert found == pytest.approx(float(expected), abs=1e-15)


# (function of the tracer, JAX's, where)
NAMED = {
    "relu": (tnp.relu, jax.nn.relu),
    "sigmoid": (tnp.sigmoid, jax.nn.sigmoid),
    "softplus": (tnp.softplus, jax.nn.softplus),
    "log_sigmoid": (tnp.log_sigmoid, jax.nn.log_sigmoid),
    "logsumexp": (tnp.logsumexp, jax.nn.logsumexp),
    "softmax": (tnp.softmax, jax.nn.softmax),
    "log_softmax": (tnp.log_softmax, jax.nn.log_softmax),
}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(
    "x", [[0.0, 0.0], [-800.0, 900.0], [1e300, -1e300], [3.0, -INF], [-1e-320, 1e-320]]
)
def test_network_functions_do_not_overflow(name, x):
    mine, theirs = NAMED[name]
    x, w = np.array(x), np.array([0.3, -0.7])

    def weighed(xp, f):
        return lambda x: xp.sum(xp.where(x > -INF, f(x), 0.0) * w)

    np.testing.assert_allclose(mine(x), theirs(x), rtol=1e-14, atol=1e-300)
    for derivative in (lambda g, f: g.grad(f)(x), lambda g, f: g.jvp(g.grad(f), (x,), (w,))[1]):
        found = derivative(tracer, weighed(tnp, mine))
        expected = derivative(jax, weighed(jnp, theirs))
        assert np.all(np.isfinite(found))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16)


def test_where_jax_gives_nan_the_derivative_is_given():
    # A float exponent of 0 or 1 is as constant as an integer.
    assert tracer.grad(lambda x: tnp.power(x, 0.0))(0.0) == 0.0
    assert tracer.grad(tracer.grad(lambda x: tnp.power(x, 1.0)))(0.0) == 0.0
    # All entries minus infinity: the sum of exponentials is zero, its logarithm minus infinity.
    assert tracer.jvp(tnp.logsumexp, (np.array([-INF, -INF]),), (np.ones(2),))[0] == -INF
    # Smooth at a tie, where a formula with max and abs would have no curvature.
    found = tracer.hessian(lambda x: tnp.hypot(x[0], x[1]))(np.array([2.0, 2.0]))
    root = 1 / np.sqrt(32)
    np.testing.assert_allclose(found, [[root, -root], [-root, root]], rtol=1e-12)
    # log(e^x + e^inf) does not depend on x.
    assert tracer.grad(tnp.logaddexp, (0, 1))(1.0, INF) == (0.0, 1.0)


def test_no_numerical_warning_comes_out_of_a_derivative():
    # Warnings are errors here; these all divide by zero or overflow on the way.
    assert tracer.grad(lambda x: 1.0 / x)(0.0) == -INF
    assert tracer.grad(lambda x: x / 0.0)(1.0) == INF  # where Python's division would raise
    assert tracer.grad(lambda x: tnp.where(x > 1, tnp.log(x), tnp.exp(1e4 * x)))(1.0) == INF
    assert tracer.jvp(tnp.sqrt, (0.0,), (1.0,))[1] == INF
    _, pull = tracer.vjp(tnp.log, 0.0)
    assert pull(1.0) == (INF,)
