"""Are norms of every order differentiated, with the conventions written in their docstring?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

norm, INF = tnp.linalg.norm, np.inf
VECTOR = np.array([3.0, -0.5, 2.0])
MATRIX = np.array([[3.0, -0.5, 2.0], [1.0, 1.5, -0.3]])
STACK = np.random.default_rng(0).normal(size=(2, 3, 4))
ORDERS = [None, 0, 1, 2, 3, 0.5, 2.5, -1, -2, -1.5, INF, -INF]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, INF, -INF]


def test_the_smallest_entry_and_the_number_of_entries():
    assert norm(VECTOR, -INF) == 0.5
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, -INF))(VECTOR), [0, -1, 0])
    assert norm(VECTOR, 0) == 3 and norm(np.array([1.0, 0.0, -2.0]), 0) == 2
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, 0))(VECTOR), np.zeros(3))
    np.testing.assert_array_equal(tracer.jacfwd(lambda x: norm(x, 0))(VECTOR), np.zeros(3))


@pytest.mark.parametrize("ord", ORDERS)
def test_the_gradient_of_a_vector_norm_in_closed_form(ord):
    size, sign = np.abs(VECTOR), np.sign(VECTOR)
    if ord == 0:
        value, gradient = 3, np.zeros(3)
    elif ord in (INF, -INF):
        value = size.max() if ord > 0 else size.min()
        gradient = sign * (size == value)
    else:
        p = ord or 2
        value = np.sum(size**p) ** (1 / p)
        gradient = sign * (size / value) ** (p - 1)
    for dtype, rtol in ((np.float64, 1e-13), (np.float32, 1e-5)):
        x = VECTOR.astype(dtype)
        for found in (
            tracer.value_and_grad(lambda x: norm(x, ord))(x),
            jax.jit(tracer.value_and_grad(lambda x: norm(x, ord)))(x),
        ):
            assert found[0].dtype == found[1].dtype == dtype
            np.testing.assert_allclose(found[0], value, rtol=rtol)
            np.testing.assert_allclose(found[1], gradient, rtol=rtol)
        np.testing.assert_allclose(tracer.jacfwd(lambda x: norm(x, ord))(x), gradient, rtol=rtol)


@pytest.mark.parametrize("ord", ORDERS)
def test_the_curvature_of_a_vector_norm_is_jax_s(ord):
    found = tracer.hessian(lambda x: norm(x, ord))(VECTOR)
    expected = jax.jit(jax.hessian(lambda x: jnp.linalg.norm(x, ord)))(VECTOR)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(("axis", "keepdims"), [(0, False), (-1, True), ((1,), False)])
@pytest.mark.parametrize("ord", ORDERS)
def test_vector_norms_along_an_axis(ord, axis, keepdims):
    value = norm(STACK, ord, axis, keepdims)
    np.testing.assert_allclose(value, np.linalg.norm(STACK, ord, axis, keepdims), rtol=1e-13)
    gradient = tracer.grad(lambda x: tnp.sum(norm(x, ord, axis, keepdims) ** 2))(STACK)
    theirs = jax.grad(lambda x: jnp.sum(jnp.linalg.norm(x, ord, axis, keepdims) ** 2))
    expected = jax.jit(theirs)(STACK)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("axis", "keepdims"), [((2, 0), True), ((-2, -1), False)])
@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_matrix_norms_along_two_axes(ord, axis, keepdims):
    value = norm(STACK, ord, axis, keepdims)
    np.testing.assert_allclose(value, np.linalg.norm(STACK, ord, axis, keepdims), rtol=1e-13)

    def mine(x):
        return tnp.sum(norm(x, ord, axis, keepdims) ** 2)

    def theirs(x):
        return jnp.sum(jnp.linalg.norm(x, ord, axis, keepdims) ** 2)

    u = np.cos(STACK)
    expected, curved = jax.jit(lambda x, u: jax.jvp(jax.grad(theirs), (x,), (u,)))(STACK, u)
    np.testing.assert_allclose(tracer.grad(mine)(STACK), expected, atol=1e-12)
    forward = tracer.jvp(mine, (STACK,), (u,))[1]
    assert forward == pytest.approx(float(np.sum(expected * u)))
    np.testing.assert_allclose(tracer.jvp(tracer.grad(mine), (STACK,), (u,))[1], curved, atol=1e-10)
    both = tracer.grad(lambda x: tracer.jvp(mine, (x,), (u,))[1])(STACK)
    np.testing.assert_allclose(both, curved, atol=1e-10)


@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_the_norm_of_one_matrix_needs_no_axis(ord):
    assert norm(MATRIX, ord) == pytest.approx(np.linalg.norm(MATRIX, ord))
    found = jax.jit(tracer.grad(lambda x: norm(x, ord)))(MATRIX)
    expected = jax.grad(lambda x: jnp.linalg.norm(x, ord))(MATRIX)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_equal_maxima_share_and_absolute_values_have_slope_one_at_zero():
    tied = np.array([2.0, -2.0, 0.0])
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, INF))(tied), [0.5, -0.5, 0])
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, -INF))(tied), [0, 0, 1])
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, 1))(tied), [1, -1, 1])
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, 3))(tied) > 0, [True, False, False])
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, 0))(tied), np.zeros(3))
    for ord in (1, -1, INF, -INF):
        found = tracer.grad(lambda x, ord=ord: norm(x, ord))(np.eye(2))
        np.testing.assert_array_equal(found, np.full((2, 2), 0.5))
    for ord, share in ((2, 0.5), (-2, 0.5), ("nuc", 1)):
        found = tracer.grad(lambda x, ord=ord: norm(x, ord))(np.eye(2))
        np.testing.assert_allclose(found, share * np.eye(2))


def test_the_norm_of_nothing_but_zeros():
    zeros = np.zeros(3)
    for ord in (None, 2, 3, -1):
        assert np.isnan(tracer.grad(lambda x, ord=ord: norm(x, ord))(zeros)).all()
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, 1))(zeros), np.ones(3))
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, INF))(zeros), np.ones(3) / 3)
    np.testing.assert_array_equal(tracer.grad(lambda x: norm(x, 0))(zeros), np.zeros(3))


def test_the_nuclear_norm_bends_right_at_equal_singular_values():
    # of a rotation by t: the norm of I + t K is 2 sqrt(1 + t^2) for the skew K
    skew = np.array([[0.0, -1.0], [1.0, 0.0]])
    along = tracer.grad(lambda t: norm(np.eye(2) + t * skew, "nuc"))
    assert along(0.0) == 0
    assert tracer.grad(along)(0.0) == pytest.approx(2)
    assert tracer.jvp(along, (0.0,), (1.0,))[1] == pytest.approx(2)
    # and a symmetric direction does not bend it: the eigenvalues add up
    straight = tracer.grad(
        lambda t: norm(np.eye(2) + t * np.array([[0.0, 1.0], [1.0, 3.0]]), "nuc")
    )
    assert straight(0.0) == pytest.approx(3)
    assert tracer.grad(straight)(0.0) == pytest.approx(0)


def test_a_singular_value_of_zero_has_slope_zero_in_the_nuclear_norm():
    a = np.outer([1.0, 2.0, 2.0], [0.6, 0.8])
    expected = np.outer([1.0, 2.0, 2.0], [0.6, 0.8]) / 3
    np.testing.assert_allclose(tracer.grad(lambda a: norm(a, "nuc"))(a), expected, atol=1e-14)
    np.testing.assert_array_equal(tracer.grad(lambda a: norm(a, "nuc"))(np.zeros((2, 3))), 0)


def test_derivatives_of_singular_values_of_any_order():
    # diag(a, b) turned: the singular values of a diagonal matrix are its entries
    def values(x):
        turn = tnp.array([[tnp.cos(x[2]), -tnp.sin(x[2])], [tnp.sin(x[2]), tnp.cos(x[2])]])
        return tnp.linalg.svdvals(turn @ tnp.diag(tnp.array([x[0] ** 3, x[1] ** 2])) @ turn)

    x = np.array([1.5, 0.7, 0.4])
    np.testing.assert_allclose(values(x), [1.5**3, 0.49], rtol=1e-14)
    jacobian = tracer.jacrev(values)
    np.testing.assert_allclose(jacobian(x), [[3 * 1.5**2, 0, 0], [0, 1.4, 0]], atol=1e-13)
    third = tracer.jacfwd(tracer.jacfwd(jacobian))(x)
    expected = np.zeros((2, 3, 3, 3))
    expected[0, 0, 0, 0] = 6
    np.testing.assert_allclose(third, expected, atol=1e-10)


@pytest.mark.parametrize(
    ("x", "ord", "axis"),
    [
        (VECTOR, "fro", None),
        (VECTOR, "nuc", 0),
        (MATRIX, 3, None),
        (MATRIX, 0, (0, 1)),
        (MATRIX, "big", None),
        (STACK, 1, None),
        (STACK, 2, (0, 1, 2)),
    ],
)
def test_other_orders_are_refused(x, ord, axis):
    with pytest.raises(ValueError, match=f"ord is {ord!r} and the norm is along . axes"):
        norm(x, ord, axis)
    with pytest.raises(ValueError, match=r"[Nn]orm"):
        np.linalg.norm(x, ord, axis)


def test_three_axes_have_no_norm_unless_all_are_meant():
    assert norm(STACK) == pytest.approx(np.linalg.norm(STACK))
    with pytest.raises(ValueError, match=r"axis is \(0, 1, 2\); a norm is taken along one axis"):
        norm(STACK, axis=(0, 1, 2))
