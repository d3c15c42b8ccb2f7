"""How does the tracer differentiate a function that was written for JAX?

JAX lists the function's elementary operations (its jaxpr); they are carried out one by one with
the tracer's primitives, so the derivative owes nothing to JAX's own rules:

    from_jax(f)(x) = f(x)        grad(from_jax(f)), hessian(from_jax(f)), ... taken by the tracer

On NumPy arrays the arithmetic is NumPy's too. Calls are inlined, scans and loops unrolled, a cond
follows its branch (under jax.jit all branches are computed and one is selected). A function with a
custom_jvp or custom_vjp rule is differentiated by that rule, as its author wanted. Whatever touches
no traced value (indices, random bits) is left to JAX. This is the one file that knows JAX.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer
from jax.extend import core as jex

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import operations as op
from jaxnn.tracer import tree
from jaxnn.tracer.box import Box, base
from jaxnn.tracer.core import Array, Primitive, innermost
from jaxnn.tracer.rules import define, elementwise, linear
from jaxnn.tracer.transforms import is_float, vjp

_DEBUG = jex.DebugInfo("from_jax", "one equation", None, None)
_NUMPY = (np.ndarray, np.generic, float, int, bool)


def from_jax(fun: Callable) -> Callable:
    """A JAX function as one that this package evaluates and differentiates.

    Args:
      fun: any function of arrays or trees of arrays that `jax.make_jaxpr` can trace. Arguments
        that are neither arrays nor numbers are passed through as they are.

    Returns:
      A function of the same arguments. NumPy in, NumPy out; JAX arrays in, JAX arrays out, also
      under `jax.jit`. Its precision is the one JAX is set to. Not cached: each call traces `fun`.

    Raises:
      NotImplementedError: (when called) a traced value meets a JAX primitive without a rule here;
        the message names it.
    """

    def bridged(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = jax.tree.flatten((args, kwargs))
        raw = [base(leaf) for leaf in leaves]
        places = [i for i, x in enumerate(raw) if isinstance(x, (*_NUMPY, jax.Array))]
        static = [None if i in places else leaf for i, leaf in enumerate(leaves)]

        def of_arrays(*arrays: Any) -> Any:
            full = list(static)
            for i, x in zip(places, arrays, strict=True):
                full[i] = x
            args, kwargs = jax.tree.unflatten(structure, full)
            return fun(*args, **kwargs)

        closed, shapes = jax.make_jaxpr(of_arrays, return_shape=True)(*(raw[i] for i in places))
        in_jax = any(isinstance(raw[i], jax.Array) for i in places)
        run = Interpreter(in_jax)
        inputs = [
            run.cast(leaves[i], aval) for i, aval in zip(places, closed.in_avals, strict=True)
        ]
        with np.errstate(all="ignore"):
            outputs = run.closed(closed, inputs)
        return jax.tree.unflatten(jax.tree.structure(shapes), outputs)

    return bridged


class Interpreter:
    """Carries out jaxprs: on JAX arrays when `in_jax`, otherwise on NumPy arrays."""

    def __init__(self, in_jax: bool):
        self.in_jax = in_jax

    def cast(self, x: Array, aval: Any) -> Array:
        """A value as the jaxpr types it."""
        if not isinstance(base(x), (*_NUMPY, jax.Array)) or not _is_plain(aval.dtype):
            return x
        if not self.in_jax and type(x) is not Box:
            return np.asarray(x, aval.dtype)
        x = x if hasattr(x, "dtype") else jnp.asarray(x, aval.dtype)
        return x if x.dtype == aval.dtype else tnp.astype(x, aval.dtype)

    def constant(self, x: Any) -> Any:
        """A constant or a result of JAX; in NumPy when that is where the arithmetic is done."""
        if self.in_jax or not isinstance(x, jax.Array) or isinstance(x, Tracer):
            return x
        return np.asarray(x) if _is_plain(x.dtype) else x

    def closed(self, closed: Any, inputs: Sequence) -> list:
        """The outputs of a jaxpr with its constants."""
        return self.jaxpr(closed.jaxpr, [self.constant(c) for c in closed.consts], inputs)

    def jaxpr(self, jaxpr: Any, consts: Sequence, inputs: Sequence) -> list:
        values = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *inputs], strict=True))

        def read(atom: Any) -> Any:
            if isinstance(atom, jex.Literal):
                return self.cast(self.constant(atom.val), atom.aval)
            return values[atom]

        for equation in jaxpr.eqns:
            results = self.equation(equation, [read(atom) for atom in equation.invars])
            values.update(zip(equation.outvars, results, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def equation(self, equation: Any, inputs: list) -> Sequence:
        name = equation.primitive.name
        traced = any(type(x) is Box for x in inputs)
        if name in CALLS and (traced or not self.in_jax):
            return CALLS[name](self, equation, *inputs)
        if traced and (name in _FLAT or not any(is_float(v.aval) for v in equation.outvars)):
            inputs, traced = [base(x) for x in inputs], False
        if traced and name in MOVES:
            return MOVES[name](self, equation, *inputs)
        in_numpy = not self.in_jax and all(isinstance(x, _NUMPY) for x in inputs)
        if name in RULES and (traced or (in_numpy and _is_covered(name, equation))):
            value = RULES[name](*inputs, **equation.params)
            return [self.cast(value, equation.outvars[0].aval)]
        if traced:
            raise NotImplementedError(
                f"the JAX primitive {name!r} has no rule here; add one to RULES in "
                "jaxnn/tracer/bridge.py, or keep it away from what is differentiated."
            )
        return self.by_jax(_as_function(equation), inputs)

    def by_jax(self, function: Callable, inputs: Sequence) -> list:
        """A JAX function on untraced values; at once, also inside a jitted function."""
        with nullcontext() if self.in_jax else jax.ensure_compile_time_eval():
            return [self.constant(y) for y in function(*inputs)]


def _is_plain(dtype: Any) -> bool:
    """Whether NumPy has this dtype; it has none for random keys."""
    return isinstance(dtype, np.dtype)


def _is_covered(name: str, equation: Any) -> bool:
    """Whether NumPy computes the same as JAX, which differs for a few operations on integers."""
    return name not in ("div", "pow") or is_float(equation.outvars[0].aval)


def _as_function(equation: Any) -> Callable[..., list]:
    """One equation of a jaxpr as a JAX function of all its operands."""
    free = [v for v in equation.invars if not isinstance(v, jex.Literal)]
    free = list(dict.fromkeys(free))
    used = [v for v in equation.outvars if not isinstance(v, jex.DropVar)]
    jaxpr = jex.Jaxpr((), free, used, [equation], equation.effects, _DEBUG)
    function = jex.jaxpr_as_fun(jex.ClosedJaxpr(jaxpr, ()))

    def call(*inputs: Any) -> list:
        given = {
            v: x for v, x in zip(equation.invars, inputs, strict=True)
            if not isinstance(v, jex.Literal)
        }  # fmt: skip
        results = iter(function(*(given[v] for v in free)))
        return [None if isinstance(v, jex.DropVar) else next(results) for v in equation.outvars]

    return call


# ---- equations that hold jaxprs


def _inline(run: Interpreter, equation: Any, *xs: Array) -> list:
    inner = next(equation.params[key] for key in ("jaxpr", "call_jaxpr") if key in equation.params)
    return run.closed(inner, xs) if hasattr(inner, "consts") else run.jaxpr(inner, (), xs)


def _cond(run: Interpreter, equation: Any, index: Any, *xs: Array) -> list:
    branches, index = equation.params["branches"], base(index)
    if not isinstance(index, Tracer):
        return run.closed(branches[int(np.clip(index, 0, len(branches) - 1))], xs)
    outputs = [run.closed(branch, xs) for branch in branches]
    index = jnp.clip(index, 0, len(branches) - 1)
    return [_choose(index, *cases) for cases in zip(*outputs, strict=True)]


def _choose(which: Any, *cases: Array) -> Array:
    """cases[which], entry by entry."""
    chosen, which = cases[0], base(which)
    for k, case in enumerate(cases[1:], start=1):
        test = which if which.dtype == bool else which == k
        chosen = tnp.where(test, case, chosen) if is_float(case) else jnp.where(test, case, chosen)
    return chosen


def _while(run: Interpreter, equation: Any, *xs: Array) -> list:
    if innermost(xs) is None:
        return run.by_jax(_as_function(equation), xs)
    n, m = equation.params["cond_nconsts"], equation.params["body_nconsts"]
    test, body = equation.params["cond_jaxpr"], equation.params["body_jaxpr"]
    carry = list(xs[n + m :])
    while bool(base(run.closed(test, [*xs[:n], *carry])[0])):
        carry = run.closed(body, [*xs[n : n + m], *carry])
    return carry


def _scan(run: Interpreter, equation: Any, *xs: Array) -> list:
    if innermost(xs) is None:
        return run.by_jax(_as_function(equation), xs)
    n, m = equation.params["num_consts"], equation.params["num_carry"]
    length = equation.params["length"]
    consts, carry, rows = xs[:n], list(xs[n : n + m]), xs[n + m :]
    steps = range(length)[::-1] if equation.params["reverse"] else range(length)
    stacked = []
    for i in steps:
        outputs = run.closed(equation.params["jaxpr"], [*consts, *carry, *(row[i] for row in rows)])
        carry = outputs[:m]
        stacked.append(outputs[m:])
    if equation.params["reverse"]:
        stacked.reverse()
    if not stacked:
        return [*carry, *(np.zeros(v.aval.shape, v.aval.dtype) for v in equation.outvars[m:])]
    return [*carry, *(_stack(column) for column in zip(*stacked, strict=True))]


def _stack(column: Sequence) -> Array:
    if any(isinstance(x, jax.Array) for x in column):
        return jnp.stack(column)  # random keys too
    return tnp.stack(column)


class NoForwardRule(TypeError):
    """Forward mode met a function whose author gave a rule for reverse mode only."""


class _Rule(NamedTuple):
    """One output of a call that has the user's own derivative rule.

    JAX applies the rule, giving a jaxpr; that is carried out here like any other.
    """

    run: Interpreter
    function: Callable[..., list]
    plain: Any
    output: int

    def carry_out(self, rule: Callable, i: int, *xs: Array) -> Array:
        """rule(f, x_i, ...) for f the output as a function of x_i alone; xs[:1] comes first."""
        change, *given = xs

        def program(change: Any, *given: Any) -> Any:
            def f(x: Any) -> Any:
                return self.function(*given[:i], x, *given[i + 1 :])[self.output]

            return rule(f, given[i], change)

        return self.run.closed(jax.make_jaxpr(program)(*map(base, xs)), [change, *given])[0]

    def tangent(self, i: int, t: Array, xs: Sequence) -> Array:
        return self.carry_out(lambda f, x, t: jax.jvp(f, (x,), (t,))[1], i, t, *xs)

    def cotangent(self, i: int, g: Array, xs: Sequence) -> Array:
        return self.carry_out(lambda f, x, g: jax.vjp(f, x)[1](g)[0], i, g, *xs)

    def value(self, xs: Sequence) -> Array:
        return self.carry_out(lambda f, x, _: jax.vjp(f, x)[0], 0, np.zeros(()), *xs)


class _Custom(Primitive):
    """A function with its own rule. An outer trace sees the value as the rule computes it."""

    __slots__ = ()

    def below(self, *xs: Array, rule: _Rule) -> Array:
        return self(*xs, rule=rule) if innermost(xs) is None else rule.value(xs)

    def equation(self, run: Interpreter, equation: Any, *xs: Array) -> list:
        function, plain = _as_function(equation), equation.params["call_jaxpr"]
        return [
            None if isinstance(v, jex.DropVar) else self(*xs, rule=_Rule(run, function, plain, k))
            for k, v in enumerate(equation.outvars)
        ]


def _plain_value(xp: Any, *xs: Array, rule: _Rule) -> Array:
    return rule.run.closed(rule.plain, xs)[rule.output]


def _transposed_tangent(i: int, g: Array, out: Array, *xs: Array, rule: _Rule) -> Array:
    # The rule is linear in its tangent, so reverse mode through it there transposes it.
    return vjp(lambda t: rule.tangent(i, t, xs), op.zeros_like(xs[i]))[1](g)[0]


def _no_forward_rule(*_: Any, **__: Any) -> Array:
    raise NoForwardRule(
        "forward mode cannot go through a custom_vjp function: it has no such rule."
    )


custom_jvp = _Custom("custom_jvp", _plain_value)
define(custom_jvp, lambda i, t, out, *xs, rule: rule.tangent(i, t, xs), _transposed_tangent)
custom_vjp = _Custom("custom_vjp", _plain_value)
define(custom_vjp, _no_forward_rule, lambda i, g, out, *xs, rule: rule.cotangent(i, g, xs))


# ---- equations that only move entries


def _move(run: Interpreter, equation: Any, *xs: Array) -> list:
    """Do it to positions; one indexing then does it to the entries.

    Position 0 stands for whatever an entry out of range is filled with.
    """
    options, function = dict(equation.params), equation.primitive.bind
    fill = options.get("fill_value")
    if equation.primitive.name == "scatter":
        function = lax.scatter
        del options["update_jaxpr"], options["update_consts"]
    elif "fill_value" in options:
        options["fill_value"] = 0
    positions, data, start = [], [], 1
    for x in xs:
        if is_float(x):
            positions.append(np.arange(start, start + x.size).reshape(x.shape))
            data.append(tnp.ravel(x))
            start += x.size
        else:
            positions.append(base(x))
    moved = run.by_jax(lambda *positions: _as_list(function(*positions, **options)), positions)
    filler = op.full_like(data[0], np.nan if fill is None else fill, shape=(1,))
    entries = tnp.concatenate([filler, *data])
    return [tnp.getitem(entries, m) for m in moved]


def _as_list(results: Any) -> Sequence:
    return results if isinstance(results, list | tuple) else [results]


def _split(run: Interpreter, equation: Any, x: Array) -> list:
    cuts = np.cumsum(equation.params["sizes"])[:-1].tolist()
    return tnp.array_split(x, cuts, equation.params["axis"])


def _sort(run: Interpreter, equation: Any, *xs: Array) -> list:
    """Sort positions along with the keys, then take every operand by them."""
    options, shape = equation.params, xs[0].shape
    axis = options["dimension"]
    positions = np.indices(shape, np.int32)[axis]
    sort = partial(lax.sort, dimension=axis, num_keys=options["num_keys"])
    order = run.by_jax(lambda *xs: sort(xs), [*map(base, xs), positions])[-1]
    return [tnp.take_along_axis(x, order, axis) for x in xs]


def _top_k(run: Interpreter, equation: Any, x: Array) -> list:
    order = run.by_jax(_as_function(equation), [base(x)])[1]
    return [tnp.take_along_axis(x, order, x.ndim - 1), order]


def _scatter_add(run: Interpreter, equation: Any, x: Array, index: Any, updates: Array) -> list:
    """x + S updates, where S and its transpose are JAX's."""
    zeros, function = np.zeros(x.shape, x.dtype), _as_function(equation)
    scatter = _Map(run, lambda u: function(zeros, base(index), u)[0])
    return [tnp.add(x, linear_map(updates, map=scatter))]


class _Map(NamedTuple):
    """A linear JAX function of one array."""

    run: Interpreter
    function: Callable

    def transposed(self, like: Array) -> _Map:
        shape = jax.ShapeDtypeStruct(like.shape, like.dtype)
        return _Map(self.run, lambda g: jax.linear_transpose(self.function, shape)(g)[0])


linear_map = linear(
    "linear_map",
    lambda xp, x, map: map.run.by_jax(lambda x: [map.function(x)], [x])[0],
    lambda g, x, map: linear_map(g, map=map.transposed(x)),
)

# ---- arithmetic that NumPy does not have


def _special(name: str, function: Callable, slope: Callable) -> Primitive:
    return elementwise(
        name, lambda xp, x: np.asarray(function(x)) if xp is np else function(x), slope
    )


erf = _special("erf", lax.erf, lambda y, x: 2 / math.sqrt(math.pi) * op.exp(-op.square(x)))
erfc = _special("erfc", lax.erfc, lambda y, x: -2 / math.sqrt(math.pi) * op.exp(-op.square(x)))
erf_inv = _special(
    "erf_inv", lax.erf_inv, lambda y, x: math.sqrt(math.pi) / 2 * op.exp(op.square(y))
)
lgamma = _special("lgamma", lax.lgamma, lambda y, x: digamma(x))
digamma = _special("digamma", lax.digamma, lambda y, x: polygamma(x, order=1))
polygamma = elementwise(
    "polygamma",
    lambda xp, x, order: xp.asarray(lax.polygamma(jnp.full_like(x, order), x)),
    lambda y, x, order: polygamma(x, order=order + 1),
)


def _broadcast_in_dim(x: Array, shape: Any, broadcast_dimensions: Any, **_: Any) -> Array:
    sizes = [1] * len(shape)
    for axis, n in zip(broadcast_dimensions, np.shape(x), strict=True):
        sizes[axis] = n
    return tnp.broadcast_to(tnp.reshape(x, tuple(sizes)), shape)


def _dot_general(x: Array, y: Array, dimension_numbers: Any, **_: Any) -> Array:
    """Products of matrices in stacks: axes (batch, rows, sum) times (batch, sum, columns)."""
    (sum_x, sum_y), (batch_x, batch_y) = dimension_numbers
    rows = [i for i in range(x.ndim) if i not in (*sum_x, *batch_x)]
    columns = [i for i in range(y.ndim) if i not in (*sum_y, *batch_y)]
    batch = tuple(x.shape[i] for i in batch_x)
    m = tuple(x.shape[i] for i in rows)
    k = math.prod(x.shape[i] for i in sum_x)
    n = tuple(y.shape[i] for i in columns)
    a = tnp.reshape(_ordered(x, (*batch_x, *rows, *sum_x)), (*batch, math.prod(m), k))
    b = tnp.reshape(_ordered(y, (*batch_y, *sum_y, *columns)), (*batch, k, math.prod(n)))
    return tnp.reshape(tnp.matmul(a, b), (*batch, *m, *n))


def _ordered(x: Array, axes: tuple[int, ...]) -> Array:
    return x if axes == tuple(range(x.ndim)) else tnp.transpose(x, axes)


def _slice(x: Array, start_indices: Any, limit_indices: Any, strides: Any) -> Array:
    return x[tuple(map(slice, start_indices, limit_indices, strides or (1,) * len(start_indices)))]


def _cumulative(function: Callable) -> Callable:
    def cumulate(x: Array, axis: int, reverse: bool) -> Array:
        if reverse:
            return tnp.flip(function(tnp.flip(x, axis), axis), axis)
        return function(x, axis)

    return cumulate


def _clamp(low: Array, x: Array, high: Array) -> Array:
    """Between two bounds, with slope 0 at the bounds as in lax.clamp."""
    return tnp.where(op.less_equal(x, low), low, tnp.where(op.greater_equal(x, high), high, x))


def _without_parameters(function: Callable) -> Callable:
    return lambda *xs, **_: function(*xs)


# ---- JAX's names

CALLS: dict[str, Callable] = {
    **dict.fromkeys(
        ["jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint", "custom_lin"],
        _inline,
    ),
    "custom_jvp_call": custom_jvp.equation,
    "custom_vjp_call": custom_vjp.equation,
    "custom_vjp_call_jaxpr": custom_vjp.equation,
    "cond": _cond,
    "scan": _scan,
    "while": _while,
}

MOVES: dict[str, Callable] = {
    **dict.fromkeys(
        ["gather", "dynamic_slice", "dynamic_update_slice", "pad", "scatter", "tile"], _move
    ),
    "split": _split,
    "unstack": lambda run, equation, x: list(tnp.moveaxis(x, equation.params["axis"], 0)),
    "optimization_barrier": lambda run, equation, *xs: list(xs),
    "scatter-add": _scatter_add,
    "scatter_add": _scatter_add,
    "sort": _sort,
    "top_k": _top_k,
}

# Piecewise constant, or constant by decree.
_FLAT = frozenset(["floor", "ceil", "round", "sign", "stop_gradient", "nextafter"])

# fmt: off
RULES: dict[str, Callable[..., Array]] = {
    **{
        name: _without_parameters(function)
        for name, function in {
            "add": op.add, "add_any": op.add, "sub": op.subtract, "mul": op.multiply,
            "div": op.divide, "rem": op.fmod, "pow": op.power, "atan2": op.arctan2,
            "max": op.maximum, "min": op.minimum, "neg": op.negative, "abs": op.absolute,
            "sqrt": op.sqrt, "cbrt": op.cbrt, "square": op.square, "exp": op.exp, "exp2": op.exp2,
            "expm1": op.expm1, "log": op.log, "log1p": op.log1p, "sin": op.sin, "cos": op.cos,
            "tan": op.tan, "asin": op.arcsin, "acos": op.arccos, "atan": op.arctan,
            "sinh": op.sinh, "cosh": op.cosh, "tanh": op.tanh, "asinh": op.arcsinh,
            "acosh": op.arccosh, "atanh": op.arctanh, "logistic": op.sigmoid, "erf": erf,
            "erfc": erfc, "erf_inv": erf_inv, "lgamma": lgamma, "digamma": digamma,
            "rsqrt": lambda x: op.reciprocal(op.sqrt(x)), "clamp": _clamp, "select_n": _choose,
            "copy": lambda x: x, "copy_p": lambda x: x, "real": lambda x: x, "eq": op.equal,
            "ne": op.not_equal, "lt": op.less, "le": op.less_equal, "gt": op.greater,
            "ge": op.greater_equal, "is_finite": op.isfinite, "and": np.bitwise_and,
            "or": np.bitwise_or, "xor": np.bitwise_xor, "not": np.invert, "floor": op.floor,
            "ceil": op.ceil, "sign": op.sign, "stop_gradient": lambda x: x,
        }.items()
    },
    "integer_pow": lambda x, y, **_: op.power_constant(x, exponent=y),
    "convert_element_type": lambda x, new_dtype, **_: tnp.astype(x, new_dtype),
    "dot_general": _dot_general,
    "reduce_sum": lambda x, axes, **_: tnp.sum(x, tuple(axes)),
    "reduce_max": lambda x, axes, **_: tnp.max(x, tuple(axes)),
    "reduce_min": lambda x, axes, **_: tnp.min(x, tuple(axes)),
    "reduce_prod": lambda x, axes, **_: tnp.prod(x, tuple(axes)),
    "cumsum": _cumulative(tnp.cumsum),
    "cumprod": _cumulative(tnp.cumprod),
    "cummax": _cumulative(partial(tnp.scan_with, tnp.maximum)),
    "cummin": _cumulative(partial(tnp.scan_with, tnp.minimum)),
    "cumlogsumexp": _cumulative(partial(tnp.scan_with, tnp.logaddexp)),
    "broadcast_in_dim": _broadcast_in_dim,
    "reshape": lambda x, new_sizes, **_: tnp.reshape(x, new_sizes),
    "squeeze": lambda x, dimensions: tnp.squeeze(x, tuple(dimensions)),
    "expand_dims": lambda x, dimensions: tnp.expand_dims(x, tuple(dimensions)),
    "transpose": lambda x, permutation: tnp.transpose(x, permutation),
    "slice": _slice,
    "rev": lambda x, dimensions: tnp.flip(x, tuple(dimensions)),
    "concatenate": lambda *xs, dimension: tnp.concatenate(xs, dimension),
    "stack": lambda *xs, axis, **_: tnp.stack(xs, axis),
}
# fmt: on


def _registered_with_jax(container: Any) -> tuple[list, Callable] | None:
    """How a container that is registered with JAX is taken apart; see `tree.EXTENSIONS`."""
    children, structure = jax.tree.flatten(container, is_leaf=lambda x: x is not container)
    if jax.tree_util.treedef_is_leaf(structure):
        return None
    return children, partial(jax.tree.unflatten, structure)


tree.EXTENSIONS.append(_registered_with_jax)
