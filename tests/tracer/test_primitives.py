"""Does every function of jaxnn.tracer.numpy have JAX's value, derivative and second derivative?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp


def uniform(*shape, low=-2.0, high=2.0):
    return np.random.default_rng(sum(shape) + 1).uniform(low, high, shape)


A, B = uniform(2, 3), uniform(3, low=0.3, high=1.8)
POSITIVE = uniform(2, 3, low=0.2, high=3.0)
SMALL = uniform(2, 3, low=-0.9, high=0.9)
SQUARE = uniform(3, 3) + 4 * np.eye(3)
STACK = uniform(2, 4, 3)
BIG = uniform(2, 3, low=1.1, high=3.0)

OF_ONE = [
    "square", "exp", "exp2", "expm1", "sin", "cos", "tan", "arctan", "sinh", "cosh", "tanh",
    "arcsinh", "absolute", "abs", "negative", "positive", "reciprocal", "cbrt", "deg2rad",
    "rad2deg", "mean", "sum", "prod", "max", "min", "var", "std", "ravel", "transpose", "flip",
    "fliplr", "flipud", "cumsum", "cumprod", "ptp", "median", "sort", "squeeze", "atleast_2d",
    "copy",
]  # fmt: skip
OF_TWO = [
    "add", "subtract", "multiply", "divide", "true_divide", "maximum", "minimum", "arctan2",
    "hypot", "logaddexp", "remainder", "mod", "fmod", "dot", "matmul", "inner", "outer",
]  # fmt: skip


def plain(name):
    return lambda xp, *args: getattr(xp, name)(*args)


# name -> (a function of an array library and arrays, the arrays)
CASES = {name: (plain(name), (A,)) for name in OF_ONE}
CASES |= {name: (plain(name), (A, B)) for name in OF_TWO}
CASES |= {name: (plain(name), (POSITIVE,)) for name in ("sqrt", "log", "log2", "log10", "log1p")}
CASES |= {name: (plain(name), (SMALL,)) for name in ("arcsin", "arccos", "arctanh")}
CASES |= {
    "arccosh": (lambda xp, x: xp.arccosh(x), (BIG,)),
    "power of two arrays": (lambda xp, x, y: xp.power(x, y), (POSITIVE, B)),
    "power with a constant": (lambda xp, x: x**3 + x**-2 + xp.power(x, 0.5), (POSITIVE,)),
    "constant to a power": (lambda xp, x: 2.0**x, (A,)),
    "operators": (lambda xp, x, y: -x + (+y) - 2 * x / y + (3 - abs(x)) * (1 / y) % 2.5, (A, B)),
    "where": (lambda xp, x, y: xp.where(x > 0, xp.sin(x), y), (A, B)),
    "where with a scalar": (lambda xp, x, y: xp.where(x > 0, x, y**2), (A, np.float64(0.7))),
    "where, stretched test": (lambda xp, x, y: xp.where(x[:, :1] > 0, y, x), (A, B)),
    "clip": (lambda xp, x: xp.clip(x, -0.5, 0.8) ** 2, (A,)),
    "nan_to_num": (lambda xp, x: xp.nan_to_num(xp.sqrt(x)) * 0.0 + x**2, (POSITIVE,)),
    "sum over axes": (lambda xp, x: xp.sum(xp.sin(x), axis=(0, -1)), (STACK,)),
    "sum keepdims": (lambda xp, x: x * xp.sum(x, axis=1, keepdims=True), (A,)),
    "mean over an axis": (lambda xp, x: xp.mean(x**2, axis=-1), (A,)),
    "average": (lambda xp, x, w: xp.average(x, axis=1, weights=w), (A, B)),
    "var": (lambda xp, x: xp.var(x, axis=0, ddof=1, keepdims=True), (STACK,)),
    "std": (lambda xp, x: xp.std(x, axis=(0, 2)), (STACK,)),
    "max over axes": (lambda xp, x: xp.max(x**2, axis=(0, 1), keepdims=True), (STACK,)),
    "min over an axis": (lambda xp, x: xp.min(xp.sin(x), axis=1), (STACK,)),
    "max with ties": (lambda xp, x: xp.max(xp.stack([x, x, x]) ** 2, axis=0), (A,)),
    "prod over an axis": (lambda xp, x: xp.prod(x, axis=1), (STACK,)),
    "prod with zeros": (lambda xp, x: xp.prod(x), (np.array([0.0, 2.0, 3.0, 0.5, 1.5]),)),
    "cumsum over an axis": (lambda xp, x: xp.cumsum(x**2, axis=1), (STACK,)),
    "cumprod over an axis": (lambda xp, x: xp.cumprod(x, axis=-2), (STACK,)),
    "diff": (lambda xp, x: xp.diff(x**2, axis=1), (A,)),
    "sort": (lambda xp, x: xp.sort(x, axis=0) * xp.sort(x, axis=-1), (STACK,)),
    "median": (lambda xp, x: xp.median(x**2, axis=1), (STACK,)),
    "reshape": (lambda xp, x: xp.reshape(x, (4, -1)) ** 2 @ x.reshape(6, 4), (STACK,)),
    "transpose": (lambda xp, x: xp.transpose(x, (2, 0, 1)) * x.T.swapaxes(1, 2), (STACK,)),
    "moveaxis": (lambda xp, x: xp.moveaxis(x, (0, 2), (1, 0)) ** 2, (STACK,)),
    "expand and squeeze": (lambda xp, x: xp.squeeze(xp.expand_dims(x, (0, 2)), 0) ** 2, (A,)),
    "broadcast_to": (lambda xp, x: xp.broadcast_to(x, (2, 2, 3)) ** 2, (A,)),
    "concatenate": (lambda xp, x, y: xp.concatenate([x, y[None], x], axis=0) ** 2, (A, B)),
    "concatenate columns": (lambda xp, x: xp.concatenate([x, x**2], axis=-1), (A,)),
    "stacks": (lambda xp, x: xp.stack([x, x**2], 1) * xp.vstack([x, x]).reshape(2, 2, 3), (A,)),
    "hstack": (lambda xp, x, y: xp.hstack([y, y**2]) * xp.hstack([x, x])[0], (A, B)),
    "column_stack": (lambda xp, y: xp.column_stack([y, y**2]) ** 2, (B,)),
    "append": (lambda xp, x, y: xp.append(x, y) ** 2, (A, B)),
    "array": (lambda xp, y: xp.array([[y[0], 1.0], [y[1] * y[2], y[0]]]) ** 2, (B,)),
    "split": (lambda xp, x: xp.split(x, 2, axis=1)[1] ** 2, (STACK,)),
    "array_split": (lambda xp, x: xp.array_split(x, 3, axis=1)[0] ** 2, (STACK,)),
    "roll": (lambda xp, x: x * xp.roll(x, 1) * xp.roll(x, -1, axis=1), (A,)),
    "rot90": (lambda xp, x: xp.rot90(x) ** 2, (A,)),
    "tile": (lambda xp, x: xp.tile(x, (2, 2)) ** 2, (A,)),
    "repeat": (lambda xp, x: xp.repeat(x, 3, axis=1) ** 2, (A,)),
    "pad": (lambda xp, x: xp.pad(x, ((1, 0), (0, 2)), constant_values=3.0) ** 2, (A,)),
    "pad by reflection": (lambda xp, x: xp.pad(x, 1, mode="reflect") ** 2, (A,)),
    "diagonals": (lambda xp, a: xp.diag(a, 1) * xp.diag(xp.diag(a, -1))[0], (SQUARE,)),
    "diagonal": (lambda xp, x: xp.diagonal(x, 1, 1, 2) ** 2, (STACK,)),
    "trace": (lambda xp, a: xp.trace(a @ a), (SQUARE,)),
    "triangles": (lambda xp, a: xp.tril(a) @ xp.triu(a, 1), (SQUARE,)),
    "take": (lambda xp, x: xp.take(x, np.array([2, 0, 0]), axis=1) ** 2, (A,)),
    "take along": (lambda xp, x: xp.take_along_axis(x, np.array([[0], [2]]), 1) ** 2, (A,)),
    "basic indexing": (lambda xp, x: x[..., ::-2, None, 1:] ** 2 * x[-1, 0, 0], (STACK,)),
    "integer indexing": (lambda xp, x: x[[0, 1, 1], np.array([2, 2, 2])] ** 2, (A,)),
    "boolean indexing": (lambda xp, y: y[np.array([True, False, True])] ** 2, (B,)),
    "iteration": (lambda xp, x: sum(row @ row for row in x), (A,)),
    "matrix products": (lambda xp, a, x: x @ a @ xp.transpose(x, (0, 2, 1)), (SQUARE, STACK)),
    "matrix times vector": (lambda xp, a, y: (a @ y) * (y @ a) * (y @ y), (SQUARE, B)),
    "stack times vector": (lambda xp, x, y: x @ y, (STACK, B)),
    "vector times stack": (lambda xp, x, y: y @ xp.transpose(x, (0, 2, 1)), (STACK, B)),
    "dot of stacks": (lambda xp, x, y: xp.dot(x, xp.transpose(y, (0, 2, 1))), (STACK, STACK)),
    "vdot": (lambda xp, x: xp.vdot(x, x**2), (A,)),
    "tensordot": (lambda xp, x: xp.tensordot(x, x, ((0, 2), (0, 2))), (STACK,)),
    "tensordot by number": (lambda xp, x, a: xp.tensordot(x, a, 1), (STACK, SQUARE)),
    "kron": (lambda xp, x, a: xp.kron(x, a), (A, SQUARE)),
    "einsum": (lambda xp, x, a: xp.einsum("bij,jk,bik->i", x, a, x), (STACK, SQUARE)),
    "einsum summed out": (lambda xp, x, y: xp.einsum("bij,k->b", x, y), (STACK, B)),
    "einsum with one entry": (lambda xp, x, y: xp.einsum("ij,j->i", x, y[:1]), (A, B)),
    "einsum of three": (lambda xp, x, a: xp.einsum("ij,jk,lk", x, a, x), (A, SQUARE)),
    "einsum with dots": (lambda xp, x, a: xp.einsum("...j,jk", x, a), (STACK, SQUARE)),
    "einsum with dots of two widths": (
        lambda xp, x, a: xp.einsum("...ij,...jk->k...i", x, a[None, None]),
        (STACK, SQUARE),
    ),
    "einsum diagonal with dots": (lambda xp, x: xp.einsum("i...i", x[:, :, :2] ** 2), (STACK,)),
    "einsum diagonal": (lambda xp, a, y: xp.einsum("ii,i->", a, y), (SQUARE, B)),
    "inverse": (lambda xp, a: xp.linalg.inv(a), (SQUARE,)),
    "solve": (lambda xp, a, y: xp.linalg.solve(a, y), (SQUARE, B)),
    "solve matrix": (lambda xp, a, x: xp.linalg.solve(a, x.T), (SQUARE, A)),
    "determinant": (lambda xp, a: xp.linalg.det(a) + xp.linalg.slogdet(a)[1], (SQUARE,)),
    "norms": (lambda xp, x, y: xp.linalg.norm(x) * xp.linalg.norm(y, 1), (A, B)),
    "norms by axis": (
        lambda xp, x: xp.linalg.norm(x, axis=1) + xp.linalg.norm(x[:, :2], axis=1, ord=3),
        (A,),
    ),
    "atleast_1d": (lambda xp, x: xp.atleast_1d(x) ** 2, (np.float64(0.3),)),
}


def weigh(xp, out):
    """A scalar with all second derivatives, and no two outputs alike."""
    weights = np.cos(np.arange(out.size, dtype=float)).reshape(out.shape)
    return xp.sum(xp.multiply(xp.sin(out), weights))


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative_agree_with_jax(name):
    function, args = CASES[name]
    argnums = tuple(range(len(args)))
    directions = tuple(np.cos(3.0 * np.arange(a.size) + 1).reshape(a.shape) for a in args)

    def theirs(*args):
        return weigh(jnp, function(jnp, *args))

    def mine(*args):
        return weigh(tnp, function(tnp, *args))

    # One small program, which gives all four.
    (value, slopes), (slope, curvature) = jax.jit(
        lambda *args: jax.jvp(jax.value_and_grad(theirs, argnums), args, directions)
    )(*args)
    expected = (value, slopes, slope, curvature)
    gradient = tracer.grad(mine, argnums)
    found = (
        mine(*args),
        gradient(*args),
        tracer.jvp(mine, args, directions)[1],
        tracer.jvp(gradient, args, directions)[1],
    )
    assert all(np.any(np.asarray(leaf) != 0) for leaf in jax.tree.leaves(expected[1]))
    jax.tree.map(
        lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-11), found, expected
    )
    # reverse over reverse and reverse over forward give the same second derivative
    inner = tracer.grad(
        lambda *a: sum(
            tnp.sum(g * d) for g, d in zip(tracer.grad(mine, argnums)(*a), directions, strict=True)
        ),
        argnums,
    )(*args)
    outer = tracer.grad(lambda *a: tracer.jvp(mine, a, directions)[1], argnums)(*args)
    for found in (inner, outer):
        jax.tree.map(
            lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-10), found, expected[3]
        )


def test_padding_that_computes_is_refused():
    with pytest.raises(NotImplementedError, match="'mean'; pad with constants or copies"):
        tnp.pad(A, 1, mode="mean")
