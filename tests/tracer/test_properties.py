"""Whatever program is drawn at random: does the tracer agree with JAX?

Expressions, shapes, networks and losses are drawn by hypothesis; the same program runs on both
libraries. First and second derivatives, in float64.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import check_derivatives


def some(part):
    """A part of the profile's examples: JAX compiles a new program for each."""
    return max(settings.default.max_examples // part, 1)


# Functions without singularities, so that any program stays finite; arguments are kept small.
UNARY = {
    "sin": lambda xp, x: xp.sin(x),
    "tanh": lambda xp, x: xp.tanh(x),
    "exp of tanh": lambda xp, x: xp.exp(xp.tanh(x)),
    "log": lambda xp, x: xp.log(1.5 + xp.square(x)),
    "sqrt": lambda xp, x: xp.sqrt(1.0 + x * x),
    "reciprocal": lambda xp, x: 1.0 / (2.0 + xp.cos(x)),
    "softplus": lambda xp, x: xp.logaddexp(x, 0.0),
    "relu": lambda xp, x: xp.maximum(x, 0.0),
    "abs": lambda xp, x: xp.abs(x + 0.01),
    "power": lambda xp, x: (x / 4) ** 3 - x**2 / 8,
    "where": lambda xp, x: xp.where(x > 0.1, xp.sin(x), x / 2),
    "arctan": lambda xp, x: xp.arctan(x) - x / 3,
    "negative transpose": lambda xp, x: -x.T,
    "flip": lambda xp, x: xp.flip(x),
    "ravel": lambda xp, x: xp.ravel(x) * 0.5,
    "sum keepdims": lambda xp, x: xp.sum(x, axis=-1, keepdims=True) / 3 if x.ndim else x,
    "mean": lambda xp, x: xp.mean(x, axis=0) if x.ndim else x,
    "max": lambda xp, x: xp.max(xp.sin(x), axis=-1) if x.ndim else x,
    "cumsum": lambda xp, x: xp.cumsum(xp.tanh(x), axis=0) / 3 if x.ndim else x,
    "first": lambda xp, x: x[:1] if x.ndim else x,
    "new axis": lambda xp, x: x[..., None] if x.ndim < 3 else x[0],
    "twice": lambda xp, x: xp.concatenate([x, xp.cos(x)], axis=0) if x.ndim else x,
    "prod": lambda xp, x: xp.prod(xp.tanh(x), axis=0) if x.ndim else x,
    "std": lambda xp, x: xp.sqrt(xp.var(x) + 0.1),
    "softmax": lambda xp, x: xp.exp(xp.tanh(x)) / xp.sum(xp.exp(xp.tanh(x))),
}
BINARY = {
    "add": lambda xp, x, y: x + y,
    "subtract": lambda xp, x, y: x - y,
    "multiply": lambda xp, x, y: xp.tanh(x) * y,
    "divide": lambda xp, x, y: x / (2 + xp.sin(y)),
    "maximum": lambda xp, x, y: xp.maximum(x, y + 0.003),
    "power": lambda xp, x, y: (1.5 + xp.sin(x)) ** xp.tanh(y),
    "logaddexp": lambda xp, x, y: xp.logaddexp(x, y),
    "arctan2": lambda xp, x, y: xp.arctan2(x, 3 + xp.sin(y)),
    "hypot": lambda xp, x, y: xp.hypot(x, 1 + y * y),
    "where": lambda xp, x, y: xp.where(x > y, x, xp.cos(y)),
    "matmul": lambda xp, x, y: x @ xp.tanh(y) if _can_multiply(x, y) else x * 0.5,
}


def _can_multiply(x, y):
    try:
        return x.ndim and y.ndim and np.matmul(np.zeros(x.shape), np.zeros(y.shape)).size < 200
    except ValueError:
        return False


def _can_broadcast(x, y):
    try:
        return math.prod(np.broadcast_shapes(x.shape, y.shape)) < 200
    except ValueError:
        return False


@st.composite
def programs(draw):
    """Steps (name, operands): each uses earlier values, the inputs first."""
    inputs = draw(st.integers(1, 3))
    steps = []
    for n in range(draw(st.integers(1, 7))):
        operand = st.integers(0, inputs + n - 1)
        if draw(st.booleans()):
            steps.append((draw(st.sampled_from(sorted(UNARY))), (draw(operand),)))
        else:
            steps.append((draw(st.sampled_from(sorted(BINARY))), (draw(operand), draw(operand))))
    shapes = [tuple(draw(st.lists(st.integers(1, 3), max_size=3))) for _ in range(inputs)]
    return steps, shapes, draw(st.integers(0, 2**31))


def run(xp, steps, inputs):
    values = list(inputs)
    for name, operands in steps:
        x, *rest = (values[i] for i in operands)
        if not rest:
            values.append(UNARY[name](xp, x))
        elif name == "matmul" or _can_broadcast(x, *rest):
            values.append(BINARY[name](xp, x, *rest))
        else:
            values.append(xp.sum(x) + rest[0])
    outputs = values[len(inputs) :]
    weights = [np.cos(np.arange(math.prod(y.shape))).reshape(y.shape) for y in outputs]
    return sum(xp.sum(y * w) for y, w in zip(outputs, weights, strict=True))


def all_derivatives(library, f, inputs, directions):
    argnums = tuple(range(len(inputs)))
    if library is jax:  # all in one small program
        out, (slope, curvature) = jax.jvp(jax.value_and_grad(f, argnums), inputs, directions)
        return out, slope, curvature
    return (
        library.value_and_grad(f, argnums)(*inputs),
        library.jvp(f, inputs, directions)[1],
        library.jvp(library.grad(f, argnums), inputs, directions)[1],
    )


# The references are compiled by XLA's own default emitter of loops: the simpler one that the other
# tests are compiled by has given wrong gradients of hypot.
DEFAULT_EMITTER = {"xla_cpu_use_fusion_emitters": True}


def close(found, expected):
    for x, y in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert np.shape(x) == np.shape(y)
        np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)


@given(programs())
@settings(max_examples=some(2))
def test_random_programs(program):
    steps, shapes, seed = program
    rng = np.random.default_rng(seed)
    inputs = tuple(rng.uniform(-1.5, 1.5, shape) for shape in shapes)
    directions = tuple(rng.normal(size=shape) for shape in shapes)
    inputs = tuple(map(np.asarray, inputs))
    expected = jax.jit(
        lambda *inputs: all_derivatives(jax, lambda *x: run(jnp, steps, x), inputs, directions),
        compiler_options=DEFAULT_EMITTER,
    )(*inputs)
    close(all_derivatives(tracer, lambda *x: run(tnp, steps, x), inputs, directions), expected)


@given(programs())
@settings(max_examples=some(4))
def test_random_hessians_are_symmetric_and_jax_s(program):
    steps, shapes, seed = program
    shapes = [shape[:2] for shape in shapes[:2]]
    inputs = tuple(np.random.default_rng(seed).uniform(-1.5, 1.5, shape) for shape in shapes)
    steps = [
        (name, tuple(i % (len(inputs) + n) for i in operands))
        for n, (name, operands) in enumerate(steps)
    ]
    argnums = tuple(range(len(inputs)))
    found = tracer.hessian(lambda *x: run(tnp, steps, x), argnums)(*inputs)
    hessian = jax.hessian(lambda *x: run(jnp, steps, x), argnums)
    expected = jax.jit(hessian, compiler_options=DEFAULT_EMITTER)(*inputs)
    close(found, expected)
    for i, j in itertools.product(argnums, argnums):
        n = inputs[j].ndim
        mirrored = np.transpose(found[j][i], (*range(n, found[j][i].ndim), *range(n)))
        np.testing.assert_allclose(found[i][j], mirrored, rtol=1e-9, atol=1e-9)


ACTIVATIONS = {
    "tanh": lambda xp, z: xp.tanh(z),
    "relu": lambda xp, z: xp.where(z > 0, z, 0.0),
    "softplus": lambda xp, z: xp.logaddexp(z, 0.0),
    "elu": lambda xp, z: xp.where(z > 0, z, xp.expm1(xp.where(z > 0, 0.0, z))),
    "sine": lambda xp, z: xp.sin(z),
    "silu": lambda xp, z: z / (1 + xp.exp(-z)),
}
LOSSES = {
    "squared": lambda xp, z, y: xp.mean((z - y) ** 2),
    "absolute": lambda xp, z, y: xp.mean(xp.abs(z - y)),
    "logistic": lambda xp, z, y: xp.mean(xp.logaddexp(z, 0.0) - (y > 0) * z),
    "cross-entropy": lambda xp, z, y: -xp.mean(
        (z - xp.max(z, -1, keepdims=True)
         - xp.log(xp.sum(xp.exp(z - xp.max(z, -1, keepdims=True)), -1, keepdims=True)))
        * (y == y.max(-1, keepdims=True))
    ),
}  # fmt: skip


@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    rows=st.integers(1, 5),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(sorted(LOSSES)),
    normalised=st.booleans(),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=some(2))
def test_random_networks(sizes, rows, activation, loss, normalised, seed):
    rng = np.random.default_rng(seed)
    params = [
        {"w": rng.normal(size=(m, n)), "b": rng.normal(size=n)}
        for m, n in itertools.pairwise(sizes)
    ]
    x, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))

    def of(xp):
        def f(params):
            h = x
            for layer in params[:-1]:
                z = h @ layer["w"] + layer["b"]
                if normalised:
                    z = (z - xp.mean(z, 0)) / xp.sqrt(xp.var(z, 0) + 0.1)
                h = ACTIVATIONS[activation](xp, z)
            return LOSSES[loss](xp, h @ params[-1]["w"] + params[-1]["b"], y)

        return f

    direction = jax.tree.map(lambda p: rng.normal(size=p.shape), params)
    expected = jax.jit(lambda p: all_derivatives(jax, of(jnp), (p,), (direction,)))(params)
    close(all_derivatives(tracer, of(tnp), (params,), (direction,)), expected)


@given(programs(), st.sampled_from(sorted(UNARY)))
@settings(max_examples=some(5))
def test_the_referee_never_accuses_a_right_program(program, last):
    steps, shapes, seed = program
    smooth = {
        "sin",
        "tanh",
        "exp of tanh",
        "log",
        "sqrt",
        "add",
        "multiply",
        "divide",
        "power",
        "matmul",
    }
    steps = [step for step in steps if step[0] in smooth][:1] or [("sin", (0,))]
    x = np.random.default_rng(seed).uniform(-1.5, 1.5, shapes[0])
    steps = [(name, (0,) * len(operands)) for name, operands in steps]
    report = check_derivatives(lambda x: run(tnp, steps, [x]), x)
    assert report, str(report)


@given(st.lists(st.integers(1, 3), min_size=0, max_size=3), st.data())
def test_forward_and_reverse_are_transposes_of_each_other(shape, data):
    """<g, J t> = <J^T g, t> for any g and t, whatever was broadcast."""
    wide = [data.draw(st.sampled_from([n, 1])) if n else n for n in shape]
    narrow = wide[data.draw(st.integers(0, len(wide))) :]
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=shape), rng.normal(size=narrow)

    def f(x, y):
        return tnp.where(x > y, x * y, tnp.sin(y) - x) / (1 + y * y)

    t = (rng.normal(size=shape), rng.normal(size=narrow))
    out, forward = tracer.jvp(f, (x, y), t)
    g = rng.normal(size=np.shape(out))
    back = tracer.vjp(f, x, y)[1](g)
    assert [b.shape for b in back] == [x.shape, y.shape]
    np.testing.assert_allclose(
        np.sum(g * forward), sum(np.sum(b * d) for b, d in zip(back, t, strict=True))
    )
