"""Do grad, jvp, vjp and the Jacobians keep JAX's contract, and refuse what they must refuse?"""

import gc
import math
import operator
import re
import subprocess
import sys
import textwrap
import weakref
from collections import OrderedDict
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
import scipy.special
from jax import lax

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp


class Layer(NamedTuple):
    weights: np.ndarray
    biases: np.ndarray


X = np.linspace(-1.0, 1.5, 6).reshape(2, 3)
LAYER = Layer(np.cos(np.arange(6.0)).reshape(3, 2), np.array([0.1, -0.2]))


def network(xp):
    return lambda layer, x: xp.sum(xp.tanh(x @ layer.weights + layer.biases) ** 2)


def same(found, expected, **tolerance):
    """The same structure, shapes, dtypes and, to rounding, numbers."""
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for x, y in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert (np.shape(x), np.asarray(x).dtype) == (np.shape(y), np.asarray(y).dtype)
        np.testing.assert_allclose(x, y, **({"rtol": 1e-12, "atol": 1e-13} | tolerance))


@pytest.mark.parametrize("argnums", [0, 1, -1, (0, 1), (1,), [1, 0]])
@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "jacfwd", "jacrev", "hessian"])
def test_argnums_and_trees_are_jax_s(transform, argnums):
    found = getattr(tracer, transform)(network(tnp), argnums)(LAYER, X)
    argnums = tuple(argnums) if isinstance(argnums, list) else argnums
    same(found, getattr(jax, transform)(network(jnp), argnums)(LAYER, X))


@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "jacfwd", "jacrev", "hessian"])
def test_has_aux_hands_the_rest_through(transform):
    def with_aux(xp):
        return lambda layer, x: (network(xp)(layer, x), {"mean": xp.mean(layer.biases), "n": 3})

    found = getattr(tracer, transform)(with_aux(tnp), has_aux=True)(LAYER, X)
    expected = getattr(jax, transform)(with_aux(jnp), has_aux=True)(LAYER, X)
    same(jax.tree.map(np.float64, found), jax.tree.map(np.float64, expected))


def test_jvp_and_vjp_are_jax_s():
    def both(xp):
        return lambda p, x: {"a": xp.sin(p["w"]) * x, "b": (xp.sum(x * p["w"]), p["w"][0])}

    primals = ({"w": X, "v": np.ones(2)}, X + 1)
    tangents = ({"w": X**2, "v": np.ones(2)}, X - 2)
    same(tracer.jvp(both(tnp), primals, tangents), jax.jvp(both(jnp), primals, tangents))
    out, pull = tracer.vjp(both(tnp), *primals)
    expected, jax_pull = jax.vjp(both(jnp), *primals)
    same(out, expected)
    for cotangent in (out, jax.tree.map(np.ones_like, out)):  # a pullback can be used again
        same(pull(cotangent), jax_pull(jax.tree.map(jnp.asarray, cotangent)))
    value, tangent, aux = tracer.jvp(lambda x: (x * x, x + 1), (3.0,), (2.0,), has_aux=True)
    assert (value, tangent, aux) == (9.0, 12.0, 4.0)
    value, pull, aux = tracer.vjp(lambda x: (x * x, x + 1), 3.0, has_aux=True)
    assert (value, pull(1.0), aux) == (9.0, (6.0,), 4.0)


def test_jacobians_of_several_outputs():
    def f(xp):
        return lambda p, x: {"a": p["w"] @ x, "b": xp.sum(x), "c": xp.zeros((0,)) * xp.sum(x)}

    args = ({"w": X}, np.arange(3.0))
    for transform in ("jacfwd", "jacrev"):
        found = getattr(tracer, transform)(f(tnp), (0, 1))(*args)
        same(found, getattr(jax, transform)(f(jnp), (0, 1))(*args))


def test_keyword_arguments_are_not_differentiated():
    assert tracer.grad(lambda x, *, power: x**power)(3.0, power=2) == 6.0


@pytest.mark.parametrize("container", [list, tuple, OrderedDict, dict])
def test_containers(container):
    pairs = [("b", 2.0), ("a", 3.0)]
    tree = container(pairs) if container in (dict, OrderedDict) else container([2.0, 3.0])
    first, second = ("b", "a") if isinstance(tree, dict) else (0, 1)
    gradient = tracer.grad(lambda p: p[first] ** 2 * p[second])(tree)
    assert type(gradient) is container
    assert (gradient[first], gradient[second]) == (12.0, 4.0)


def test_none_and_empty_containers_hold_nothing():
    assert tracer.grad(lambda p: p[0] * 2.0)((1.0, None, (), {})) == (2.0, None, (), {})


def test_containers_registered_with_jax():
    from jaxnn.tracer import from_jax

    @jax.tree_util.register_pytree_node_class
    class Pair:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def tree_flatten(self):
            return (self.x, self.y), None

        @classmethod
        def tree_unflatten(cls, _, children):
            return cls(*children)

    gradient = tracer.grad(lambda pair: pair.x**2 * pair.y)(Pair(2.0, 3.0))
    assert (gradient.x, gradient.y) == (12.0, 4.0)
    assert tracer.grad(from_jax(lambda pair: pair.x**2 * pair.y))(Pair(2.0, 3.0)).x == 12.0
    # Two of them have equal structures.
    assert tracer.jvp(lambda p: p.x * p.y, (Pair(2.0, 3.0),), (Pair(1.0, 0.0),)) == (6.0, 3.0)
    _, pull = tracer.vjp(lambda x: Pair(x, 2 * x), 3.0)
    assert pull(Pair(1.0, 1.0)) == (3.0,)


@pytest.mark.parametrize("first", ["jax", "jaxnn.tracer"])
def test_registered_containers_work_whatever_is_imported_first(first):
    script = """
import dataclasses, jaxnn.tracer as tracer, jax, sys
@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Pair:
    x: float
    y: float
print(tracer.grad(lambda p: p.x**2 * p.y)(Pair(2.0, 3.0)),
      "jaxnn.tracer.referee.interpreter" in sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", f"import {first}{script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "Pair(x=np.float64(12.0), y=np.float64(4.0)) False"


# ---- nesting


def test_every_nesting_of_modes_to_third_order():
    def forward(f):
        return lambda x: tracer.jvp(f, (x,), (1.0,))[1]

    def function(x):
        return tnp.sin(x) * tnp.exp(x * x) / (1 + x) ** 0.5

    expected = jax.grad(jax.grad(jax.grad(lambda x: jnp.sin(x) * jnp.exp(x * x) / (1 + x) ** 0.5)))
    for word in range(8):
        f = function
        for bit in range(3):
            f = (tracer.grad if word >> bit & 1 else forward)(f)
        np.testing.assert_allclose(f(0.3), expected(0.3), rtol=1e-12)


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_no_perturbation_confusion(inner, outer):
    modes = {"forward": lambda f: lambda x: tracer.jvp(f, (x,), (1.0,))[1], "reverse": tracer.grad}
    # d/dx (x d/dy (x + y)) is 1; with one perturbation for both it would be 2
    assert modes[outer](lambda x: x * modes[inner](lambda y: x + y)(1.0))(1.0) == 1.0
    # d/dx (x d/dy (x y)) at 3 is 2 x
    assert modes[outer](lambda x: x * modes[inner](lambda y: x * y)(5.0))(3.0) == 6.0


def test_the_sixth_derivative():
    f = tnp.exp
    for _ in range(6):
        f = tracer.grad(f)
    np.testing.assert_allclose(f(0.5), np.exp(0.5), rtol=1e-14)


def test_the_other_library_around_the_tracer():
    x = jnp.linspace(0.1, 1.0, 4)
    np.testing.assert_allclose(jax.vmap(tracer.grad(tnp.sin))(x), jnp.cos(x), rtol=1e-14)
    np.testing.assert_allclose(jax.grad(tracer.grad(tnp.sin))(0.3), -np.sin(0.3), rtol=1e-14)
    np.testing.assert_allclose(
        jax.jit(tracer.hessian(lambda x: tnp.sum(tnp.exp(x) * x[0])))(x),
        jax.hessian(lambda x: jnp.sum(jnp.exp(x) * x[0]))(x),
        rtol=1e-13,
    )


# ---- escaping, refusing


def test_a_value_that_escapes_is_an_error_and_not_a_wrong_number():
    kept = []
    tracer.grad(lambda x: (kept.append(2 * x), x)[1])(3.0)
    for use in (lambda: kept[0] + 1, lambda: bool(kept[0] > 1), lambda: np.sin(kept[0])):
        with pytest.raises(tracer.EscapedValueError, match="had returned"):
            use()
    with pytest.raises(tracer.EscapedValueError):
        tracer.grad(lambda y: y + kept[0] * y)(2.0)


@pytest.mark.parametrize("x", [3, True, np.arange(3), np.ones(2, bool), 1j, np.ones(2, complex)])
@pytest.mark.parametrize(
    "differentiate",
    [
        lambda x: tracer.grad(tnp.sum)(x),
        lambda x: tracer.jvp(tnp.sum, (x,), (x,)),
        lambda x: tracer.vjp(tnp.sum, x),
        lambda x: tracer.jacfwd(tnp.sum)(x),
        lambda x: tracer.jacrev(tnp.sum)(x),
    ],
)
def test_inputs_that_are_no_floats_are_refused(differentiate, x):
    name = type(x).__name__ if isinstance(x, int | complex) else x.dtype.name
    with pytest.raises(TypeError, match=f"type {name}; pass floating-point"):
        differentiate(x)


def test_what_cannot_be_done_is_refused_with_a_sentence():
    x = np.arange(3.0)
    with pytest.raises(TypeError, match=r"returned shape \(3,\); grad needs one number"):
        tracer.grad(tnp.sin)(x)
    with pytest.raises(TypeError, match="returned 2 arrays"):
        tracer.grad(lambda x: (x[0], x[1]))(x)
    with pytest.raises(TypeError, match="returned a str"):
        tracer.grad(lambda x: "loss")(x)
    with pytest.raises(TypeError, match="returned int64; grad needs a floating-point"):
        tracer.grad(tnp.argmax)(x)
    with pytest.raises(TypeError, match="must return a pair"):
        tracer.grad(tnp.sum, has_aux=True)(x)
    with pytest.raises(ValueError, match="argnums is 1, but the function was called with 1"):
        tracer.grad(tnp.sum, argnums=1)(x)
    with pytest.raises(ValueError, match=r"tangent has shape \(2,\)"):
        tracer.jvp(tnp.sin, (x,), (np.ones(2),))
    with pytest.raises(TypeError, match="another structure than primals"):
        tracer.jvp(tnp.sin, (x,), (x, x))
    with pytest.raises(TypeError, match="given as tuples"):
        tracer.jvp(tnp.sin, x, x)
    with pytest.raises(ValueError, match="another structure than the output"):
        tracer.vjp(tnp.sin, x)[1]((x, x))
    with pytest.raises(ValueError, match="cotangent has shape"):
        tracer.vjp(tnp.sin, x)[1](np.ones(2))


@pytest.mark.parametrize(
    "lose",
    [
        float,
        int,
        np.asarray,
        lambda x: np.array([x, x]),
        lambda x: operator.setitem(x, 0, 1.0),
        lambda x: np.add(np.zeros(()), x, out=np.zeros(())),
        lambda x: np.add.reduce(x),
        lambda x: np.fft.fft(x),
        lambda x: x.nonsense(),
    ],
)
def test_what_would_lose_the_derivative_is_refused(lose):
    with pytest.raises(
        (TypeError, AttributeError), match=r"traced|no rule here|cannot be diff|JAX"
    ):
        tracer.grad(lambda x: lose(x) * 1.0)(3.0)


@pytest.mark.parametrize(
    "foreign",
    [
        jnp.sin,
        jax.jit(jnp.sin),
        jax.vmap(jnp.sin),
        jax.grad(jnp.sin),
        lax.sin,
        lambda x: jnp.sum(jnp.stack([x, x])),
        lambda x: jax.jit(lambda p: p["a"])({"a": x}),
        lambda x: jnp.zeros(3).at[0].set(x)[0],
        math.sin,
        scipy.special.j0,
        lambda x: scipy.linalg.expm(tnp.stack([x, x])[None]),
    ],
)
@pytest.mark.parametrize(
    "differentiate",
    [
        tracer.grad,
        lambda f: lambda x: tracer.grad(tracer.grad(f))(x),
        lambda f: lambda x: tracer.trace_table(f, x),
        lambda f: lambda x: tracer.count_operations(f, x),
    ],
)
def test_a_function_of_another_library_is_refused_in_one_sentence_that_names_from_jax(
    foreign, differentiate
):
    with pytest.raises(TypeError, match=r"^a traced value .*from_jax") as error:
        differentiate(foreign)(0.7)
    assert str(error.value).count(".") < 5 and "\n" not in str(error.value)


def test_storing_in_a_plain_array_says_what_to_do():
    with pytest.raises(ValueError) as error:
        tracer.grad(lambda x: operator.setitem(np.zeros(2), 0, x))(3.0)
    assert "use jaxnn.tracer.numpy" in str(error.value.__cause__)


def test_the_three_lines_of_the_package_s_docstring_make_a_new_primitive():
    lines = re.search(r"( +softsign = .*?\n    \)\n)", tracer.__doc__, re.DOTALL)[1]
    assert lines.count("\n") == 3
    made = {"elementwise": tracer.rules.elementwise}
    exec(textwrap.dedent(lines), made)

    def loss(softsign, xp):
        return lambda x: xp.sum(softsign(x) ** 2)

    mine, theirs = loss(made["softsign"], tnp), loss(jax.nn.soft_sign, jnp)
    for x in (X[0], jnp.asarray(X[0])):
        same(tracer.value_and_grad(mine)(x), jax.value_and_grad(theirs)(x))
        same(tracer.jvp(mine, (x,), (x,)), jax.jvp(theirs, (x,), (x,)))
        same(tracer.hessian(mine)(x), jax.hessian(theirs)(x))
    same(jax.jit(tracer.grad(mine))(X[0]), jax.grad(theirs)(X[0]))
    row = tracer.trace_table(made["softsign"], -1.0).rows[1]
    assert (row.expression, row.value, row.partials) == ("softsign(x0)", -0.5, (0.25,))
    assert tracer.count_operations(made["softsign"], X).by_primitive == {"softsign": X.size}
    assert tracer.check_derivatives(made["softsign"], X + 0.25)  # away from the kink at 0


# ---- what is returned


def test_unused_and_repeated_arguments():
    gradients = tracer.grad(lambda x, y: x * x + x, (0, 1))(3.0, np.ones(2))
    assert gradients[0] == 7.0
    np.testing.assert_array_equal(gradients[1], np.zeros(2))
    y = tracer.grad(lambda x: __import__("functools").reduce(lambda y, _: y + y, range(60), x))(1.0)
    assert y == 2.0**60
    assert tracer.grad(lambda x: 3.0)(1.0) == 0.0
    assert tracer.jvp(lambda x: np.float64(3.0), (1.0,), (1.0,)) == (3.0, 0.0)


def test_each_gradient_has_its_argument_s_dtype():
    x, y = np.ones(3, np.float32), np.ones((2, 3))
    gx, gy = tracer.grad(lambda x, y: tnp.sum(x * y + tnp.dot(y, x)[:, None]), (0, 1))(x, y)
    assert (gx.dtype, gy.dtype) == (np.float32, np.float64)
    assert tracer.grad(lambda x: tnp.mean(x**2 * 3.0))(x).dtype == np.float32
    assert tracer.jvp(lambda x: x * y, (x,), (x,))[1].dtype == np.float64
    half = tracer.grad(lambda x: tnp.sum(x.astype(np.float64) ** 2))(np.ones(2, np.float16))
    assert half.dtype == np.float16
    labels = np.array([0, 2])  # integers may be constants, and indices
    gradient = tracer.grad(lambda z: tnp.sum(z[np.arange(2), labels] * labels))(y)
    np.testing.assert_array_equal(gradient, [[0, 0, 0], [0, 0, 2]])


def test_results_are_the_caller_s_own_memory():
    x, g = np.ones(3), np.ones(3)
    for gradient in (
        tracer.grad(lambda x: tnp.sum(x))(x),
        tracer.vjp(lambda x: x + 0.0, x)[1](g)[0],
        *tracer.grad(lambda x, y: tnp.sum(x + y), (0, 1))(x, x),
    ):
        gradient += 1  # neither read-only nor shared
        np.testing.assert_array_equal(gradient, 2.0)
    np.testing.assert_array_equal((x, g), 1.0)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_arrays_without_entries(shape):
    x = np.zeros(shape)

    def f(x):
        return tnp.sum(tnp.exp(x) @ tnp.ones((shape[-1], 2))) + tnp.prod(x) + tnp.sum(x[:0])

    assert tracer.grad(f)(x).shape == shape
    assert tracer.jvp(f, (x,), (x,))[1] == 0.0
    assert tracer.jacrev(tnp.sin)(x).shape == shape + shape
    assert tracer.jacfwd(tnp.sin)(x).shape == shape + shape
    assert tracer.grad(lambda x: tnp.sum(tnp.concatenate([x, x], -1)))(x).shape == shape


def test_stop_gradient_at_all_levels():
    assert tracer.grad(lambda x: x * tracer.stop_gradient(x))(3.0) == 3.0
    assert (
        tracer.grad(tracer.grad(lambda x: x**2 * tracer.stop_gradient({"x": x})["x"]))(3.0) == 6.0
    )


# ---- ordinary Python


def test_loops_conditionals_closures_and_recursion():
    def f(x):
        total, scale = 0.0, x[1]
        for i in range(4):
            total = total + scale * x[0] ** i if total < 5 else total - x[1]
        while total > 3:
            total = total / 2
        return (lambda y: y * scale)(total)

    def power(x, n):
        return x if n == 1 else x * power(x, n - 1)

    for point in (np.array([1.3, 0.4]), np.array([1.9, 2.2])):
        np.testing.assert_allclose(tracer.grad(f)(point), jax.grad(f)(point), rtol=1e-12)
    assert tracer.grad(power)(2.0, 5) == 80.0


def test_numpy_s_own_functions_and_array_methods_work_on_traced_values():
    def f(x):
        y = np.where(x > 0, np.sin(x), np.exp(x)) + np.float64(2.0) * x / np.ones(3)
        y = np.concatenate([y, np.stack([x, x]).mean(axis=0)]).reshape(2, 3).T
        return np.linalg.norm(y) + y.sum() * y.max() - y.dot(np.ones(2)).var() + y[0].std()

    x = np.array([0.3, -1.2, 0.8])
    expected = jax.grad(
        lambda x: (lambda y: jnp.linalg.norm(y) + y.sum() * y.max() - y.dot(jnp.ones(2)).var()
                   + y[0].std())(jnp.concatenate([jnp.where(x > 0, jnp.sin(x), jnp.exp(x)) + 2 * x,
                                                  x]).reshape(2, 3).T)
    )(x)  # fmt: skip
    np.testing.assert_allclose(tracer.grad(f)(x), expected, rtol=1e-12)


def test_a_traced_value_prints_what_it_is():
    seen = []
    tracer.grad(lambda x: (seen.append((repr(x), f"{x:.1f}", f"{x}")), x)[1])(3.0)
    assert seen[0][0].startswith("TracedArray(np.float64(3.0), level ")
    assert seen[0][1:] == ("3.0", seen[0][0])


# ---- size


def test_a_long_chain_needs_no_recursion_and_is_released():
    class Probe(np.ndarray):
        """An array that a weak reference can follow."""

    watched = []

    def chain(x):
        for _ in range(50_000):
            x = tnp.sin(x)
        y = np.ones(10).view(Probe)
        watched.append(weakref.ref(y))
        return x * tnp.sum(y * 1.0)

    gc.disable()
    try:
        _, pull = tracer.vjp(chain, 0.5)
        assert pull(1.0)[0] > 0
        del pull
        assert watched[0]() is None  # by reference counts alone: nothing holds itself
    finally:
        gc.enable()


def test_dead_branches_are_released_while_the_function_runs():
    alive = []

    class Big(np.ndarray):
        """An array that a weak reference can follow."""

    def f(x):
        for _ in range(20):
            big = np.ones(1000).view(Big)
            alive.append(weakref.ref(big))
            tnp.sum(big * x)
            del big
            assert alive[-1]() is None
        return x

    assert tracer.grad(f)(1.0) == 1.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tracer.grad(None), TypeError, "^fun is of type NoneType; pass a function"),
        (lambda: tracer.jacfwd(3.0), TypeError, "^fun is of type float; pass a function"),
        (lambda: tracer.jvp("f", (1.0,), (1.0,)), TypeError, "^fun is of type str"),
        (
            lambda: tracer.grad(np.sin, np.arange(2.0))(1.0),
            TypeError,
            "^argnums is of type float64",
        ),
        (lambda: tracer.grad(np.sin, "x")(1.0), TypeError, "^argnums is of type str"),
        (lambda: tracer.grad(np.sin, True)(1.0), TypeError, "^argnums is of type bool"),
        (lambda: tracer.grad(np.sin, 0, np.zeros(2)), TypeError, "^has_aux is of type float64"),
        (lambda: tracer.vjp(np.sin, 1.0)[1]("a"), TypeError, "^a cotangent is of type str; pass"),
        (lambda: tracer.vjp(np.sin, 1.0)[1](1j), TypeError, "^a cotangent is of type complex"),
        (
            lambda: tracer.vjp(np.sin, 1.0)[1](np.array("a")),
            TypeError,
            "^a cotangent is of type str",
        ),
        (
            lambda: tracer.jvp(np.sin, (1.0,), (object(),)),
            TypeError,
            "^a tangent is of type object",
        ),
        (lambda: tracer.grad(np.sin)(iter([1.0])), TypeError, "of type list_iterator; pass"),
    ],
)
def test_what_cannot_be_differentiated_is_said_in_a_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call()
