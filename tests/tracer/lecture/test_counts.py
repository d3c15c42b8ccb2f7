"""Are operations counted as one would by hand, and is the gradient cheap?"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import count_operations, from_jax, grad, jvp, value_and_grad

M, K, N = 3, 4, 5
A, B, V = np.ones((M, K)), np.ones((K, N)), np.ones(K)


@pytest.mark.parametrize(
    ("function", "args", "total"),
    [
        (lambda a, b: a @ b, (A, B), 2 * M * K * N),
        (lambda a, v: a @ v, (A, V), 2 * M * K),
        (lambda v: v @ v, (V,), 2 * K),
        (lambda a, b: tnp.einsum("ij,jk->ik", a, b), (A, B), 2 * M * K * N),
        (lambda a: a @ np.ones((2, K, N)), (A,), 2 * 2 * M * K * N),
        (lambda a: tnp.exp(a) + 1.0, (A,), 2 * M * K),
        (lambda a, v: a * v, (A, V), M * K),
        (tnp.sum, (A,), M * K - 1),
        (lambda a: tnp.sum(a, axis=0), (A,), M * K - K),
        (lambda a: tnp.mean(a), (A,), M * K),
        (lambda a: tnp.max(a, axis=1), (A,), M * K - M),
        (lambda a: tnp.concatenate([a.T, a.T])[1:].reshape(-1), (A,), 0),
        (lambda a: tnp.where(a > 0, a, 0.0), (A,), 0),
        (lambda x: x, (1.0,), 0),
        (lambda p: p["a"] * p["b"][0], ({"a": 2.0, "b": (3.0, 1)},), 1),
    ],
)
def test_counts_by_hand(function, args, total):
    assert count_operations(function, *args).total == total


def test_parts_add_up():
    count = count_operations(lambda a, b: tnp.sum(tnp.tanh(a @ b)), A, B)
    assert count.by_primitive == {"matmul": 2 * M * K * N, "tanh": M * N, "sum": M * N - 1}
    assert count.total == int(count) == sum(count.by_primitive.values())


def test_a_derivative_is_counted_by_what_it_computes():
    # f = sin x: sin once; gradient: cos, and one product with the seed 1
    assert count_operations(grad(tnp.sin), 0.3).by_primitive == {"sin": 1, "cos": 1, "multiply": 1}


def loss(sizes, rows):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, sizes[0])), rng.integers(0, 2, rows) * 1.0
    params = [(rng.normal(size=pair), np.zeros(pair[1])) for pair in itertools.pairwise(sizes)]

    def of(params):
        h = x
        for w, b in params[:-1]:
            h = tnp.tanh(h @ w + b)
        z = (h @ params[-1][0] + params[-1][1])[:, 0]
        return tnp.mean(tnp.softplus(z) - y * z)

    return of, params


def test_the_gradient_of_a_network_is_cheap_whatever_the_number_of_inputs():
    ratios = []
    for width in (8, 32, 64):
        f, params = loss((13, width, width, 1), 32)
        cost = count_operations(f, params).total
        both = count_operations(value_and_grad(f), params).total
        tangent = count_operations(lambda p, t, f=f: jvp(f, (p,), (t,)), params, params).total
        product = count_operations(lambda p, t, f=f: jvp(grad(f), (p,), (t,)), params, params).total
        ratios.append((both / cost, tangent / cost, product / cost))
    assert all(
        2 < both < 3 and 2 < tangent < 3 and 6 < product < 9 for both, tangent, product in ratios
    )


def test_forward_mode_grows_with_the_number_of_inputs():
    def gradient_by_forward_mode(x):
        return [jvp(f, (x,), (e,))[1] for e in np.eye(len(x))]

    def f(x):
        return tnp.sum(tnp.sin(x) * x)

    costs = {n: count_operations(f, np.ones(n)).total for n in (4, 16)}
    forward = {n: count_operations(gradient_by_forward_mode, np.ones(n)).total for n in costs}
    reverse = {n: count_operations(value_and_grad(f), np.ones(n)).total for n in costs}
    assert forward[16] / costs[16] > 3.5 * forward[4] / costs[4]
    assert reverse[16] / costs[16] < 1.2 * reverse[4] / costs[4]


def test_a_jax_function_is_counted_through_from_jax():
    w = np.ones((K, N))
    count = count_operations(from_jax(lambda w: jnp.sum(jax.nn.relu(A @ w))), w)
    assert count.by_primitive["matmul"] == 2 * M * K * N
    assert count.by_primitive["sum"] == M * N - 1


def test_an_error_leaves_no_counter_behind():
    with pytest.raises(ZeroDivisionError):
        count_operations(lambda x: 1 // 0, 1.0)
    assert count_operations(lambda x: x + x, 1.0).total == 1
