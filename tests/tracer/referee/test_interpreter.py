"""Does a JAX function, carried out and differentiated by the tracer, give JAX's numbers?"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax import lax
from jax.scipy import special

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp
from jaxnn import mlp, responses
from jaxnn.tracer import from_jax
from jaxnn.tracer.referee import rules
from jaxnn.tracer.referee.planting import with_primitive, wrong_by_a_factor

RNG = np.random.default_rng(7)
A, B = RNG.normal(size=(3, 4)), RNG.uniform(0.3, 2.0, size=(3, 4))
V, SQUARE = RNG.normal(size=4), RNG.normal(size=(3, 3))
LABELS = np.array([1, 0, 3])
SIGNS = np.array([1.0, -1.0, 1.0])
TARGETS = np.eye(4)[LABELS]


@jax.custom_jvp
def doubled_slope(x):
    return jnp.sin(x)


doubled_slope.defjvp(lambda x, t: (jnp.sin(x[0]), 2 * jnp.cos(x[0]) * t[0]))


@jax.custom_vjp
def clipped(x, bound):
    return x * bound


clipped.defvjp(
    lambda x, b: (x * b, (x, b)), lambda kept, g: (g * kept[1], jnp.sum(g * kept[0]) * 3)
)


def batch_norm(x, scale):
    return (x - x.mean(0)) * lax.rsqrt(x.var(0) + 1e-5) * scale


def dropout(x):
    keep = jax.random.bernoulli(jax.random.key(3), 0.5, x.shape)
    return jnp.where(keep, x / 0.5, 0.0) + jax.random.normal(jax.random.key(4), x.shape) * x


def special_functions(x):
    erfs = special.erf(x) + special.erfc(x) + special.erfinv(x / 3)
    return erfs + special.gammaln(x) + special.digamma(x)


def elementary_functions(x):
    y = jnp.expm1(x) + jnp.log1p(x) + lax.rsqrt(x) + jnp.cbrt(x) + x**2.5 + 2.0**x
    y += jnp.arctan2(x, 2.0) + x % 0.7 + jnp.sinh(x) * jnp.arcsinh(x) * jnp.arctan(x)
    return y + jnp.hypot(x, 1.0) + jnp.round(x) + jnp.floor(x) * x + jnp.sinc(x) + jnp.tan(x / 3)


def cumulative(x):
    products = jnp.cumsum(x, 1) * jnp.cumprod(x, 0) * lax.cummax(x, 1) * lax.cummin(x, 0)
    return products * lax.cumlogsumexp(x, 0, reverse=True)


def backward_scan(x, v):
    def step(carry, row):
        return jnp.tanh(carry @ x.T @ x * 0.1 + row), jnp.sum(carry)

    return lax.scan(step, v, B, reverse=True)


ACTIVATIONS = [
    "relu", "relu6", "sigmoid", "softplus", "soft_sign", "silu", "log_sigmoid", "leaky_relu",
    "hard_sigmoid", "hard_tanh", "elu", "celu", "selu", "gelu", "squareplus", "mish",
    "sparse_plus", "log_softmax", "softmax", "standardize", "glu",
]  # fmt: skip
CASES = {name: (getattr(jax.nn, name), (A,)) for name in ACTIVATIONS}
CASES |= {
    "optax sigmoid cross-entropy": (lambda z: optax.sigmoid_binary_cross_entropy(z, TARGETS), (A,)),
    "optax softmax cross-entropy": (lambda z: optax.softmax_cross_entropy(z, TARGETS), (A,)),
    "optax integer labels": (
        lambda z: optax.softmax_cross_entropy_with_integer_labels(z, LABELS),
        (A,),
    ),
    "optax squared": (lambda z, y: optax.l2_loss(z, y) + optax.squared_error(z, y), (A, B)),
    "optax huber and log-cosh": (
        lambda z, y: optax.huber_loss(z, y) + optax.log_cosh(z, y),
        (A, B),
    ),
    "optax cosine": (lambda z, y: optax.cosine_distance(z, y), (A, B)),
    "optax hinge": (lambda z: optax.hinge_loss(z[:, 0], SIGNS), (A,)),
    "optax kl": (lambda z, y: optax.kl_divergence(jax.nn.log_softmax(z), y), (A, B)),
    "optax focal": (lambda z: optax.sigmoid_focal_loss(z, TARGETS, alpha=0.3), (A,)),
    "optax poly loss": (lambda z: optax.losses.poly_loss_cross_entropy(z, TARGETS), (A,)),
    "batch normalisation": (batch_norm, (A, V)),
    "dropout": (dropout, (A,)),
    "custom_jvp, its own rule": (doubled_slope, (A,)),
    "special functions": (special_functions, (B,)),
    "elementary functions": (elementary_functions, (B,)),
    "indexing": (lambda x: x[jnp.array([0, 2, 2]), jnp.array([1, 1, -1])] * x[1, -1], (A,)),
    "indices out of range": (
        lambda x: x.at[jnp.array([0, 7])].get(mode="fill", fill_value=2.0) ** 2,
        (A,),
    ),
    "slices": (lambda x: x[1:, ::2] * lax.dynamic_slice(x, (1, 1), (2, 2)), (A,)),
    "updates": (
        lambda x, v: lax.dynamic_update_slice(x, v[None, :2], (1, 1)) * x.at[1].set(v**2),
        (A, V),
    ),
    "scattered addition": (lambda x, v: x.at[jnp.array([0, 0, 2])].add(v**2) ** 2, (A, V)),
    "sorting": (
        lambda x: jnp.sort(x, axis=0) * jnp.sort(x) + x[jnp.argsort(x[:, 0])] + jnp.median(x**2),
        (A,),
    ),
    "top k": (lambda x: lax.top_k(x, 2)[0] ** 2, (A,)),
    "moving": (
        lambda x, v: (
            jnp.pad(jnp.concatenate([x, v[None] ** 2])[::-1], ((0, 1), (1, 0)), constant_values=2.0)
            ** 2
        ),
        (A, V),
    ),
    "tiling": (
        lambda x: jnp.tile(x, (1, 2))[:, 1:5] * jnp.roll(x, 1) * jnp.repeat(x, 2, axis=0)[:3],
        (A,),
    ),
    "stack and split": (
        lambda x, v: jnp.stack([x[0], v]) * jnp.split(x, 2, axis=1)[0][:2, :1],
        (A, V),
    ),
    "products with batches": (
        lambda x, y: jnp.einsum("bij,bkj->bik", jnp.stack([x, x**2]), jnp.stack([y, y**2])),
        (A, B),
    ),
    "products": (
        lambda x, y: (
            jnp.tensordot(x, y, ((0, 1), (0, 1))) + lax.dot_general(x, y, (((0,), (0,)), ((), ())))
        ),
        (A, B),
    ),
    "reductions": (
        lambda x: jnp.max(x, 0) * jnp.min(x, 0) * jnp.prod(x, 0) + jnp.var(x) + jax.nn.logsumexp(x),
        (A,),
    ),
    "cumulative": (cumulative, (A,)),
    "where and clip": (
        lambda x: (
            jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1.0)), x**3)
            * jnp.clip(x, -0.5, 0.5)
            * lax.clamp(-0.3, x, 0.7)
        ),
        (A,),
    ),
    "scan": (backward_scan, (A, V)),
    "fori_loop": (lambda x: lax.fori_loop(0, 3, lambda i, c: jnp.sin(c) * (i + 1), x), (A,)),
    "cond and switch": (
        lambda x: lax.cond(x[0, 0] > 0, jnp.sin, jnp.cos, x) + lax.switch(1, [jnp.sin, jnp.exp], x),
        (A,),
    ),
    "cond under vmap": (jax.vmap(lambda a: lax.cond(a[0] > 0, jnp.sin, jnp.cos, a)), (A,)),
    "vmap and jit and remat": (
        jax.vmap(jax.jit(jax.checkpoint(lambda a: jnp.sum(a**2) * a / jnp.linalg.norm(a)))),
        (A,),
    ),
    "associative scan": (lambda x: lax.associative_scan(jnp.multiply, x), (A,)),
    "JAX's gradient inside": (lambda x: jax.grad(lambda y: jnp.sum(jnp.sin(y) ** 3))(x), (A,)),
    "one-hot and argmax": (lambda x: jax.nn.one_hot(jnp.argmax(x, 1), 4) * x, (A,)),
    "triangles": (lambda x: jnp.triu(x) @ jnp.tril(x) + jnp.diag(jnp.diagonal(x)), (SQUARE,)),
}


def weigh(outputs):
    return sum(
        jnp.sum(jnp.sin(y) * jnp.cos(jnp.arange(y.size, dtype=float)).reshape(y.shape))
        for y in jax.tree.leaves(outputs)
    )


def derivatives(library, f, args):
    """Value, gradient, derivative along a direction and of the gradient along it."""
    argnums = tuple(range(len(args)))
    direction = tuple(np.cos(3.0 * np.arange(a.size) + 1).reshape(a.shape) for a in args)
    value, slope = library.jvp(f, args, direction)
    gradient, curvature = library.jvp(library.grad(f, argnums), args, direction)
    return value, gradient, slope, curvature


def close(found, expected, rtol=1e-10, atol=1e-11):
    jax.tree.map(
        lambda x, y: np.testing.assert_allclose(x, y, rtol=rtol, atol=atol), found, expected
    )


@pytest.mark.parametrize("name", CASES)
def test_value_and_derivatives_are_jax_s(name):
    f, args = CASES[name]

    def scalar(*args):
        return weigh(f(*args))

    expected = jax.jit(lambda *args: derivatives(jax, scalar, args))(*args)
    found = derivatives(tracer, from_jax(scalar), args)
    assert np.any(np.abs(expected[1][0]) > 1e-6)
    close(found, expected)
    assert all(isinstance(leaf, np.ndarray | np.generic) for leaf in jax.tree.leaves(found))


@pytest.mark.parametrize(
    "name", ["relu", "scattered addition", "cond and switch", "scan", "dropout"]
)
def test_on_jax_arrays_under_jit(name):
    f, args = CASES[name]

    def scalar(*args):
        return weigh(f(*args))

    found = jax.jit(lambda *args: derivatives(tracer, from_jax(scalar), args))(*args)
    close(found, jax.jit(lambda *args: derivatives(jax, scalar, args))(*args))


def test_a_rule_for_reverse_mode_only():
    def scalar(x, bound):
        return jnp.sum(clipped(x, bound) ** 2)

    f, args = from_jax(scalar), (A, np.float64(0.7))
    close(tracer.grad(f, (0, 1))(*args), jax.grad(scalar, (0, 1))(*args))
    close(tracer.hessian(f)(A[0], args[1]), jax.hessian(scalar)(A[0], args[1]))
    with pytest.raises(TypeError, match="forward mode cannot go through a custom_vjp"):
        tracer.jvp(f, args, args)


def test_a_loop_whose_length_depends_on_the_data():
    def halve(x):
        return lax.while_loop(lambda c: jnp.sum(c**2) > 1, lambda c: jnp.sin(c) * c / 2, x)

    x = np.array([2.5, 1.5])
    expected = jax.jvp(halve, (x,), (np.ones(2),))
    close(tracer.jvp(from_jax(halve), (x,), (np.ones(2),)), expected)
    # unrolled, so reverse mode works where JAX refuses it
    np.testing.assert_allclose(
        tracer.vjp(from_jax(halve), x)[1](np.ones(2))[0].sum(), expected[1].sum()
    )


@pytest.mark.parametrize(
    ("kind", "activation"),
    [("quantitative", "tanh"), ("categorical", "relu")]
    + [("binary", activation) for activation in sorted(mlp.ACTIVATIONS)],
)
def test_the_networks_of_this_library(kind, activation):
    outputs = {"categorical": 3}.get(kind, 1)
    net = mlp.MLP((4, 5, outputs), activation, response=kind, bias_initializer="uniform")
    params = jax.tree.map(np.asarray, mlp.init(jax.random.key(1), net))
    x = np.random.default_rng(0).normal(size=(6, 4))
    y = np.arange(6.0)[:, None] % (outputs if outputs > 1 else 2)

    def loss(net, params, x):
        z = jax.vmap(mlp.apply, (None, None, 0))(net, params, x)
        return jnp.mean(responses.loss(kind, z, y))

    found = tracer.value_and_grad(from_jax(loss), argnums=1)(net, params, x)
    close(
        found,
        jax.jit(jax.value_and_grad(loss, argnums=1), static_argnums=0)(net, params, x),
        1e-12,
        1e-15,
    )


def test_it_is_not_jax_s_derivative_that_is_returned():
    """A planted wrong rule of the tracer shows, so the tracer's rules are what is used."""
    f = from_jax(jnp.tanh)
    wrong = with_primitive(f, "tanh", lambda tanh: wrong_by_a_factor(tanh, "reverse"))
    assert tracer.grad(wrong)(0.3) == pytest.approx(1.001 * tracer.grad(f)(0.3), rel=1e-12)


def test_a_primitive_without_rule_is_named():
    f = from_jax(lambda x: jnp.sum(jnp.linalg.eigvalsh(x @ x.T)))
    with pytest.raises(NotImplementedError, match="'eigh' has no rule here"):
        tracer.grad(f)(SQUARE)
    np.testing.assert_allclose(f(SQUARE), np.trace(SQUARE @ SQUARE.T))  # values need none


def test_precision_is_jax_s_setting():
    with jax.enable_x64(False):
        value, gradient = tracer.value_and_grad(from_jax(lambda x: jnp.sum(x**2)))(A)
        assert (value.dtype, gradient.dtype) == (np.float32, np.float64)
        np.testing.assert_allclose(gradient, 2 * A, rtol=1e-6)


def test_random_keys_closures_and_keyword_arguments_pass():
    scale = jnp.float64(3.0)

    def noisy(key, x, *, power):
        return jnp.sum(jax.random.normal(key, x.shape) * scale * x**power)

    found = tracer.grad(from_jax(noisy), 1)(jax.random.key(5), V, power=2)
    close(found, jax.grad(noisy, 1)(jax.random.key(5), V, power=2))


def test_tracer_and_jax_mix():
    f = from_jax(jax.nn.gelu)
    found = tracer.grad(lambda x: tnp.sum(tnp.sin(f(x)) * x))(V)
    close(found, jax.grad(lambda x: jnp.sum(jnp.sin(jax.nn.gelu(x)) * x))(V))


def test_what_is_left_to_jax_unless_traced_has_a_rule():
    assert rules.RULES.keys() >= rules.ONLY_TRACED
    assert not rules.FLAT & rules.ONLY_TRACED
