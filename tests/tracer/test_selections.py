"""Does NaN come out of every selection that it goes into, and out of no other?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

NAN = np.nan
ROW = np.array([3.0, NAN, 2.0, 4.0])

# name -> (the tracer's function, JAX's)
OF_A_NUMBER = {
    "relu": (tnp.relu, jax.nn.relu),
    "abs": (tnp.abs, jnp.abs),
    "sigmoid": (tnp.sigmoid, jax.nn.sigmoid),
    "softplus": (tnp.softplus, jax.nn.softplus),
    "log_sigmoid": (tnp.log_sigmoid, jax.nn.log_sigmoid),
    "maximum": (lambda x: tnp.maximum(x, 0.0), lambda x: jnp.maximum(x, 0.0)),
    "minimum": (lambda x: tnp.minimum(1.0, x), lambda x: jnp.minimum(1.0, x)),
    "clip": (lambda x: tnp.clip(x, -1.0, 1.0), lambda x: jnp.clip(x, -1.0, 1.0)),
    "hypot": (lambda x: tnp.hypot(x, 1.0), lambda x: jnp.hypot(x, 1.0)),
    "logaddexp": (lambda x: tnp.logaddexp(x, 1.0), lambda x: jnp.logaddexp(x, 1.0)),
    "logaddexp2": (lambda x: tnp.logaddexp2(x, 1.0), lambda x: jnp.logaddexp2(x, 1.0)),
    "power": (lambda x: x**2.5, lambda x: x**2.5),
} | {
    name: (tracer.from_jax(getattr(jax.nn, name)), getattr(jax.nn, name))
    for name in ("leaky_relu", "elu", "selu", "celu", "hard_tanh", "relu6", "gelu", "silu")
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OF_A_NUMBER)
def test_nan_comes_out_with_jax_s_slope(name, dtype):
    mine, theirs = OF_A_NUMBER[name]
    x = dtype(NAN)
    value, slope = tracer.value_and_grad(mine)(x)
    assert np.isnan(value)
    assert value.dtype == slope.dtype == dtype
    expected = jax.grad(theirs)(x)
    np.testing.assert_allclose(slope, expected, rtol=1e-6)
    np.testing.assert_allclose(tracer.jvp(mine, (x,), (dtype(1),))[1], expected, rtol=1e-6)
    np.testing.assert_allclose(jax.jit(tracer.grad(mine))(x), expected, rtol=1e-6)


OF_A_ROW = {
    "max": (tnp.max, jnp.max),
    "min": (tnp.min, jnp.min),
    "ptp": (tnp.ptp, jnp.ptp),
    "median": (tnp.median, jnp.median),
    "mean": (tnp.mean, jnp.mean),
    "std": (tnp.std, jnp.std),
    "prod": (tnp.prod, jnp.prod),
    "logsumexp": (tnp.logsumexp, jax.nn.logsumexp),
    "softmax": (lambda x: tnp.softmax(x)[0], lambda x: jax.nn.softmax(x)[0]),
    "last of sort": (lambda x: tnp.sort(x)[3], lambda x: jnp.sort(x)[3]),
    "norm": (tnp.linalg.norm, jnp.linalg.norm),
}


@pytest.mark.parametrize("name", OF_A_ROW)
def test_one_nan_in_a_row_makes_the_result_nan_with_jax_s_gradient(name):
    mine, theirs = OF_A_ROW[name]
    assert np.isnan(tracer.value_and_grad(mine)(ROW)[0])
    expected = jax.grad(theirs)(ROW)
    np.testing.assert_allclose(tracer.grad(mine)(ROW), expected)
    # compiled, XLA makes 0 of the 0 / 0 of max
    compiled = jax.jit(jax.grad(theirs))(ROW)
    np.testing.assert_allclose(jax.jit(tracer.grad(mine))(ROW), compiled)


def test_the_median_of_a_stack_is_nan_only_where_there_is_a_nan():
    x = np.array([[3.0, NAN, 2.0, 4.0], [3.0, 1.0, 2.0, 4.0], [NAN, NAN, NAN, NAN]])
    np.testing.assert_array_equal(tnp.median(x, axis=1), np.median(x, axis=1))
    np.testing.assert_array_equal(tnp.median(x, (0, 1)), NAN)
    np.testing.assert_array_equal(tnp.median(x[1:2].T, 0, keepdims=True), [[2.5]])
    gradient = tracer.grad(lambda x: tnp.median(x, axis=1)[1])(x)
    np.testing.assert_array_equal(gradient, [[0] * 4, [0.5, 0, 0.5, 0], [0] * 4])


@pytest.mark.parametrize("name", ["nansum", "nanprod", "nanmax", "nanmin", "nanmean"])
def test_functions_that_leave_nan_out(name):
    x = np.array([[3.0, NAN, 2.0], [NAN, NAN, 0.5], [1.0, 1.0, 4.0]])
    f, theirs = getattr(tnp, name), getattr(jnp, name)
    choices = ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True}, {"axis": -1})
    for options in choices:
        np.testing.assert_allclose(f(x, **options), getattr(np, name)(x, **options))

    def gradients(library, xp, f):
        return lambda x: [library.grad(lambda x, o=o: xp.sum(f(x, **o) ** 2))(x) for o in choices]

    mine, expected = gradients(tracer, tnp, f), jax.jit(gradients(jax, jnp, theirs))(x)
    for found in (mine(x), jax.jit(mine)(x)):
        np.testing.assert_allclose(found, expected)
    with np.errstate(all="ignore"):
        nothing = f(np.array([[NAN, NAN], [1.0, NAN]]), 1)
    np.testing.assert_array_equal(nothing, [{"nansum": 0, "nanprod": 1}.get(name, NAN), 1])


def test_nan_of_a_side_not_taken_stays_there():
    x = np.array([-1.0, 0.0, 4.0])

    def f(x):
        return tnp.sum(tnp.where(x > 0, tnp.sqrt(tnp.where(x > 0, x, 1.0)), NAN * 0 + x))

    np.testing.assert_array_equal(tracer.grad(f)(x), [1, 1, 0.25])
    relu = tracer.grad(lambda x: tnp.sum(tnp.relu(x)))
    np.testing.assert_array_equal(relu(np.array([-1.0, 2.0, NAN])), [0, 1, 0])
    # relu sends exactly 0 back below 0, whatever comes in
    infinite = tracer.grad(lambda x: tnp.log(tnp.relu(x)))
    assert infinite(-1.0) == 0.0


def test_equal_entries_are_sorted_in_their_order():
    x = np.array([1.0, 0.0] * 20)
    weights = np.arange(40.0)
    found = tracer.grad(lambda x: tnp.sum(tnp.sort(x) * weights))(x)
    expected = jax.grad(lambda x: jnp.sum(jnp.sort(x) * weights))(x)
    np.testing.assert_array_equal(found, expected)
