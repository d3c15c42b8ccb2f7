"""Are functions of matrices differentiated right, above all at singular ones?"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import count_operations

det, inv, solve = tnp.linalg.det, tnp.linalg.inv, tnp.linalg.solve
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
INF = np.inf


def random(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


def of_rank(n, rank):
    return random(n, rank) @ random(rank, n + 0) if rank < n else random(n, n)


def minors(a, k):
    """The derivatives of order k of the determinant, of shape k times (n, n): signed minors."""
    n = len(a)
    found = np.zeros((n, n) * k)
    for rows in itertools.permutations(range(n), k):
        for columns in itertools.permutations(range(n), k):
            rest = np.delete(np.delete(a, rows, 0), columns, 1)
            sign = (-1) ** (sum(rows) + sum(columns)) * parity(rows) * parity(columns)
            value = np.linalg.det(rest) if rest.size else 1.0
            found[tuple(itertools.chain(*zip(rows, columns, strict=True)))] = sign * value
    return found


def parity(numbers):
    return (-1) ** sum(a > b for a, b in itertools.combinations(numbers, 2))


def test_the_gradient_of_a_singular_determinant_is_its_cofactors():
    expected = [[4, -2], [-2, 1]]
    np.testing.assert_allclose(tracer.grad(det)(SINGULAR), expected, rtol=1e-14)
    np.testing.assert_allclose(tracer.jacfwd(det)(SINGULAR), expected, rtol=1e-14)
    np.testing.assert_allclose(jax.jit(tracer.grad(det))(SINGULAR), expected, rtol=1e-14)
    single = tracer.grad(det)(SINGULAR.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("n", "rank"), [(n, rank) for n in (1, 2, 3, 4, 5) for rank in range(n + 1)]
)
def test_derivatives_of_a_determinant_of_any_rank_are_its_minors(n, rank):
    a, u, v = of_rank(n, rank), random(n, n), np.cos(random(n, n))
    first, second = minors(a, 1), minors(a, 2)
    scale = np.abs(a).max() + 1

    def close(found, expected, order):
        bound = 1e-13 * scale ** max(n - order, 0)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=bound)

    close(tracer.grad(det)(a), first, 1)
    close(tracer.jvp(det, (a,), (u,))[1], np.sum(first * u), 1)
    along = np.tensordot(second, u, 2)
    gradient = tracer.grad(det)
    close(tracer.jvp(gradient, (a,), (u,))[1], along, 2)
    close(tracer.grad(lambda a: tnp.sum(gradient(a) * u))(a), along, 2)
    close(tracer.grad(lambda a: tracer.jvp(det, (a,), (u,))[1])(a), along, 2)
    compiled = jax.jit(lambda a: tracer.jvp(gradient, (a,), (u,))[1])
    close(compiled(a), along, 2)
    if n in (3, 4):
        curve = tracer.grad(lambda a: tnp.sum(tracer.jvp(gradient, (a,), (u,))[1] * v))
        third = np.tensordot(np.tensordot(minors(a, 3), u, 2), v, 2)
        close(curve(a), third, 3)


@pytest.mark.parametrize(("n", "rank"), [(12, 12), (12, 11), (12, 10), (20, 20), (20, 19)])
def test_large_determinants_keep_their_digits(n, rank):
    a, u = of_rank(n, rank), random(n, n)
    # as polynomials of one number t, from values at roots of unity
    left, s, right = np.linalg.svd(a)
    others = np.array([np.prod(np.delete(s, i)) for i in range(n)])
    sign = np.rint(np.linalg.det(left) * np.linalg.det(right))
    cofactors = sign * (left * others) @ right
    found = tracer.grad(det)(a)
    np.testing.assert_allclose(found, cofactors, atol=1e-13 * np.abs(cofactors).max())
    pairs = np.array(
        [[np.prod(np.delete(s, [i, j])) * (i != j) for j in range(n)] for i in range(n)]
    )
    inside = left.T @ u @ right.T
    turned = np.diag(pairs @ np.diag(inside)) - pairs * inside.T
    expected = sign * left @ turned @ right
    found = tracer.jvp(tracer.grad(det), (a,), (u,))[1]
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())


def test_a_stack_with_some_singular_members():
    stack = np.stack([SINGULAR, np.eye(2), np.zeros((2, 2)), [[2.0, 1.0], [1.0, 3.0]]])
    expected = [minors(a, 1) for a in stack]
    gradient = tracer.grad(lambda a: tnp.sum(det(a)))
    np.testing.assert_allclose(gradient(stack), expected, atol=1e-15)
    np.testing.assert_allclose(jax.jit(gradient)(stack), expected, atol=1e-15)
    np.testing.assert_allclose(jax.vmap(tracer.grad(det))(stack), expected, atol=1e-15)
    curve = tracer.jvp(gradient, (stack,), (np.ones_like(stack),))[1]
    np.testing.assert_allclose(curve, [[[1, -1], [-1, 1]]] * 4, atol=1e-14)
    np.testing.assert_array_equal(
        tracer.jacfwd(det)(stack)[:, [0, 1, 2, 3]][[0, 1], [1, 0]], np.zeros((2, 2, 2))
    )


@pytest.mark.parametrize("size", [0, 1])
def test_the_smallest_determinants(size):
    a = np.zeros((size, size))
    assert tracer.grad(det)(a).shape == (size, size)
    assert np.all(tracer.grad(det)(a) == 1)
    assert tracer.hessian(det)(a).shape == (size,) * 4
    assert np.all(tracer.hessian(det)(a) == 0)
    assert det(a) == np.linalg.det(a)


def test_a_determinant_far_out_of_scale():
    for scale in (1e-100, 1e100):
        a = np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 1.0, 1.0]]) * scale
        found = tracer.grad(det)(a) / scale**2
        np.testing.assert_allclose(found, minors(a / scale, 1), atol=1e-13)
        found = tracer.hessian(det)(a) / scale
        np.testing.assert_allclose(found, minors(a / scale, 2), atol=1e-13)


def test_nan_comes_out_of_a_determinant():
    a = np.stack([[[np.nan, 1.0], [1.0, 1.0]], np.eye(2)])
    found = tracer.grad(lambda a: tnp.sum(det(a)))(a)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], np.eye(2))


def test_jax_outside_the_tracer_differentiates_a_determinant():
    a = of_rank(3, 3)
    found = jax.jit(jax.jacfwd(tracer.grad(det)))(a)
    np.testing.assert_allclose(found, minors(a, 2), atol=1e-12)
    for a in (np.eye(3), SINGULAR):
        hessian = jax.jit(jax.jacfwd(tracer.hessian(det)))(a)
        np.testing.assert_allclose(hessian, minors(a, 3) if len(a) > 2 else 0, atol=1e-12)


def test_where_jax_s_second_derivative_of_a_determinant_is_wrong():
    a = np.diag([1.0, 2.0, 0.0, 0.0])
    expected = minors(a, 2)
    np.testing.assert_allclose(tracer.hessian(det)(a), expected, atol=1e-14)
    assert expected[2, 2, 3, 3] == 2
    assert jax.hessian(jnp.linalg.det)(a)[2, 2, 3, 3] == 0


def test_the_logarithm_of_a_singular_determinant_is_infinitely_steep():
    def logarithm(a):
        return tnp.sum(tnp.linalg.slogdet(a)[1])

    np.testing.assert_array_equal(tracer.grad(logarithm)(SINGULAR), [[INF, -INF], [-INF, INF]])
    regular = np.array([[2.0, 1.0], [1.0, 3.0]])
    stack = np.stack([regular, SINGULAR])
    found = tracer.grad(logarithm)(stack)
    np.testing.assert_allclose(found[0], np.linalg.inv(regular).T)
    assert not np.isfinite(found[1]).any()
    assert tracer.jvp(tnp.linalg.slogdet, (SINGULAR,), (np.eye(2),))[0] == (0, -INF)
    value, slope = tracer.jvp(lambda a: tnp.linalg.slogdet(a)[1], (stack,), (stack,))
    np.testing.assert_allclose(value, [np.log(5), -INF])
    assert slope[0] == pytest.approx(2) and not np.isfinite(slope[1])
    np.testing.assert_allclose(jax.jit(tracer.grad(logarithm))(stack)[0], found[0])


def test_what_inverts_a_singular_matrix_is_refused_by_numpy_and_infinite_in_jax():
    for f in (inv, lambda a: solve(a, np.ones(2)), lambda a: tnp.linalg.matrix_power(a, -2)):
        for a in (SINGULAR, np.stack([np.eye(2), SINGULAR])):
            with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
                tracer.grad(lambda a, f=f: tnp.sum(f(a)))(a)
    stack = np.stack([np.eye(2), SINGULAR])
    found = jax.jit(tracer.grad(lambda a: tnp.sum(inv(a))))(stack)
    np.testing.assert_allclose(found[0], -np.ones((2, 2)))
    assert not np.isfinite(found[1]).all()


def test_inverses_of_stacks():
    stack, b = random(2, 3, 3) + 4 * np.eye(3), random(3, 2)
    functions = {
        "inv": (inv, jnp.linalg.inv),
        "solve": (lambda a: solve(a, b), lambda a: jnp.linalg.solve(a, b)),
        "cube": (
            lambda a: tnp.linalg.matrix_power(a, 3),
            lambda a: jnp.linalg.matrix_power(a, 3),
        ),
        "square of the inverse": (
            lambda a: tnp.linalg.matrix_power(a, -2),
            lambda a: jnp.linalg.matrix_power(a, -2),
        ),
    }
    for mine, theirs in functions.values():
        np.testing.assert_allclose(mine(stack), theirs(stack), rtol=1e-11)
        found = tracer.hessian(lambda a, f=mine: tnp.sum(tnp.sin(f(a))))(stack)
        expected = jax.jit(jax.hessian(lambda a, f=theirs: jnp.sum(jnp.sin(f(a)))))(stack)
        np.testing.assert_allclose(found, expected, atol=1e-9)
    identity = tnp.linalg.matrix_power(stack, 0)
    np.testing.assert_array_equal(identity, np.broadcast_to(np.eye(3), stack.shape))


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (3, 3)])
def test_a_pseudo_inverse_of_full_and_of_lower_rank(shape):
    a = random(*shape)
    found = tracer.jacrev(tnp.linalg.pinv)(a)
    np.testing.assert_allclose(found, jax.jacfwd(jnp.linalg.pinv)(a), atol=1e-12)
    np.testing.assert_allclose(tracer.jacfwd(tnp.linalg.pinv)(a), found, atol=1e-12)
    hessian = tracer.jacfwd(tracer.jacrev(tnp.linalg.pinv))(a)
    np.testing.assert_allclose(hessian, np.moveaxis(hessian, (2, 3, 4, 5), (4, 5, 2, 3)), atol=1e-9)
    # along t = x y^T + ... inside the rank: A = s u v^T has A^+ = v u^T / s
    u, v = random(shape[0]), random(shape[1])

    def rank_one(s):
        return tnp.linalg.pinv(s * tnp.outer(u, v))

    found = tracer.jacfwd(rank_one)(2.0)
    np.testing.assert_allclose(found, -np.outer(v, u) / 4 / (u @ u) / (v @ v), atol=1e-14)


def test_operations_of_a_determinant_are_counted():
    a = random(4, 4)
    assert count_operations(det, a).by_primitive == {"det": 2 * 4**3 // 3}
    assert count_operations(tracer.grad(det), a).by_primitive["cofactors"] == 2 * 4**3
