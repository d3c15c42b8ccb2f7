"""How is each of JAX's elementary operations carried out with the tracer's primitives?

    RULES[name](*inputs, run=, equation=, **parameters of the equation) -> output, or list of them

where `run(jaxpr, inputs)` carries out a program inside an equation.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer
from jax.extend import core as jex

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import primitives as op
from jaxnn.tracer.checks import is_float
from jaxnn.tracer.core import Array, Box, Primitive, base
from jaxnn.tracer.rules import transposed
from jaxnn.tracer.transforms import vjp

_DEBUG = jex.DebugInfo("from_jax", "one equation", None, None)


def listed(results: Any) -> Sequence:
    """One result or many, as a list."""
    return results if isinstance(results, list | tuple) else [results]


def as_function(equation: Any) -> Callable[..., list]:
    """One equation of a jaxpr as a JAX function of all its operands."""
    inputs = [jex.Var(v.aval) for v in equation.invars]
    outputs = [jex.Var(v.aval) for v in equation.outvars]
    alone = equation.replace(invars=inputs, outvars=outputs)
    jaxpr = jex.Jaxpr((), inputs, outputs, [alone], equation.effects, _DEBUG)
    return jex.jaxpr_as_fun(jex.ClosedJaxpr(jaxpr, ()))


def _inline(*xs: Array, run: Any, jaxpr: Any = None, call_jaxpr: Any = None, **_: Any) -> list:
    return run(call_jaxpr if jaxpr is None else jaxpr, xs)


def _cond(index: Any, *xs: Array, run: Any, branches: Any, **_: Any) -> list:
    index = base(index)
    if not isinstance(index, Tracer):
        return run(branches[int(np.clip(index, 0, len(branches) - 1))], xs)
    outputs = [run(branch, xs) for branch in branches]
    index = jnp.clip(index, 0, len(branches) - 1)
    return [_choose(index, *cases) for cases in zip(*outputs, strict=True)]


def _choose(which: Any, *cases: Array, **_: Any) -> Array:
    """cases[which], entry by entry."""
    chosen, which = cases[0], base(which)
    for k, case in enumerate(cases[1:], start=1):
        test = which if which.dtype == bool else which == k
        chosen = (tnp if is_float(case) else jnp).where(test, case, chosen)
    return chosen


def _while(*xs: Array, run: Any, cond_nconsts: int, body_nconsts: int, **programs: Any) -> list:
    n, m = cond_nconsts, cond_nconsts + body_nconsts
    carry = list(xs[m:])
    while base(run(programs["cond_jaxpr"], [*xs[:n], *carry])[0]):
        carry = run(programs["body_jaxpr"], [*xs[n:m], *carry])
    return carry


def _scan(*xs: Array, run: Any, jaxpr: Any, num_consts: int, num_carry: int, **options: Any):
    n, order = num_consts + num_carry, -1 if options["reverse"] else 1
    carry, stacked = list(xs[num_consts:n]), []
    for i in range(options["length"])[::order]:
        outputs = run(jaxpr, [*xs[:num_consts], *carry, *(rows[i] for rows in xs[n:])])
        carry = outputs[:num_carry]
        stacked.append(outputs[num_carry:])
    if not stacked:
        return [*carry, *(np.zeros((0, *y.shape), y.dtype) for y in jaxpr.out_avals[num_carry:])]
    # Random keys are known to JAX alone.
    columns = zip(*stacked[::order], strict=True)
    return carry + [
        (jnp if any(isinstance(x, jax.Array) for x in column) else tnp).stack(column)
        for column in columns
    ]


class NoForwardRule(TypeError):
    """Forward mode met a function whose author gave a rule for reverse mode only."""


class _Custom(Primitive):
    """One output of such a function. An outer trace sees the value as the rule computes it."""

    __slots__ = ()

    def __call__(self, *xs: Array, **call: Any) -> Array:
        if any(isinstance(x, Box) for x in xs):
            return _by_rule(lambda f, x, _: jax.vjp(f, x)[0], 0, np.zeros(()), xs, **call)
        return super().__call__(*xs, **call)

    def outputs(self, *xs: Array, run: Any, equation: Any, **_: Any) -> list:
        """All outputs of the function, each watched as a step of its own."""
        step, used = super().__call__, [not isinstance(v, jex.DropVar) for v in equation.outvars]
        return [
            step(*xs, run=run, equation=equation, output=k) if use else 0
            for k, use in enumerate(used)
        ]


def _by_rule(
    take: Callable, i: int, change: Array, xs: Sequence, *, run: Any, equation: Any, output: int
) -> Array:
    """take(f, x_i, change), for f the output as a function of x_i alone.

    What JAX makes of it, by the author's rule, is a program, carried out here like any other.
    """
    function = as_function(equation)

    def program(change: Any, *xs: Any) -> Any:
        return take(lambda x: function(*xs[:i], x, *xs[i + 1 :])[output], xs[i], change)

    return run(jax.make_jaxpr(program)(*map(base, (change, *xs))), (change, *xs))[0]


def _value(xp: Any, *xs: Array, run: Any, equation: Any, output: int) -> Array:
    return run(equation.params["call_jaxpr"], xs)[output]


def _tangent(i: int, t: Array, y: Array, *xs: Array, **call: Any) -> Array:
    return _by_rule(lambda f, x, t: jax.jvp(f, (x,), (t,))[1], i, t, xs, **call)


def _no_tangent(*_: Any, **__: Any) -> Array:
    raise NoForwardRule("forward mode cannot go through a custom_vjp function: it has no rule.")


def _cotangent(i: int, g: Array, y: Array, *xs: Array, **call: Any) -> Array:
    return _by_rule(lambda f, x, g: jax.vjp(f, x)[1](g)[0], i, g, xs, **call)


custom_jvp = _Custom("custom_jvp", _tangent, transposed(_tangent, vjp), _value)
custom_vjp = _Custom("custom_vjp", _no_tangent, _cotangent, _value)


def _positions(x: Array, start: int = 1) -> np.ndarray:
    return np.arange(start, start + x.size, dtype=np.int32).reshape(x.shape)


def _move(*xs: Array, run: Any, equation: Any, fill_value: Any = None, **options: Any) -> list:
    """Done to the positions 1, 2, ... of all entries; then one indexing does it to the entries.

    Position 0 stands for whatever an entry out of range is filled with.
    """
    function = equation.primitive.bind
    if equation.primitive.name == "scatter":
        function = lax.scatter
        del options["update_jaxpr"], options["update_consts"]
    elif "fill_value" in equation.params:
        options["fill_value"] = 0
    data = [x for x in xs if is_float(x)]
    starts = iter(np.cumsum([1, *(x.size for x in data)]))
    operands = [_positions(x, next(starts)) if is_float(x) else base(x) for x in xs]
    filler = op.full_like(data[0], np.nan if fill_value is None else fill_value, shape=(1,))
    entries = tnp.concatenate([filler, *map(tnp.ravel, data)])
    return [entries[moved] for moved in run.by_jax(partial(function, **options), *operands)]


def _scatter_add(x: Array, index: Any, updates: Array, run: Any, **options: Any) -> Array:
    """The transpose, which gathers, tells to which position each update is added, 0 being none."""
    for name in ("equation", "update_jaxpr", "update_consts"):
        del options[name]

    def gather(index: Any) -> Any:
        scatter = partial(lax.scatter_add, np.zeros(x.shape, np.int32), index, **options)
        like = jax.ShapeDtypeStruct(updates.shape, np.int32)
        return jax.linear_transpose(scatter, like)(_positions(x))

    (places,) = run.by_jax(gather, base(index))
    sums = op.scatter_add(updates, index=places, shape=(x.size + 1,))
    return tnp.add(x, tnp.reshape(sums[1:], x.shape))


def _sort(*xs: Array, run: Any, dimension: int, num_keys: int, **_: Any) -> list:
    """Positions, sorted along with the keys, tell where to take every operand from."""
    positions = np.indices(xs[0].shape, np.int32)[dimension]
    sort = partial(lax.sort, dimension=dimension, num_keys=num_keys)
    order = run.by_jax(lambda *xs: sort(xs), *map(base, xs), positions)[-1]
    return [tnp.take_along_axis(x, order, dimension) for x in xs]


def _top_k(x: Array, run: Any, equation: Any, **_: Any) -> list:
    order = run.by_jax(as_function(equation), base(x))[1]
    return [tnp.take_along_axis(x, order, -1), order]


def _broadcast_in_dim(x: Array, shape: Any, broadcast_dimensions: Any, **_: Any) -> Array:
    new = tuple(i for i in range(len(shape)) if i not in broadcast_dimensions)
    return tnp.broadcast_to(tnp.expand_dims(x, new), shape)


def _slice(x: Array, start_indices: Any, limit_indices: Any, strides: Any, **_: Any) -> Array:
    return x[tuple(map(slice, start_indices, limit_indices, strides or (1,) * x.ndim))]


def _cumulative(function: Callable) -> Callable:
    def rule(x: Array, axis: int, reverse: bool, **_: Any) -> Array:
        y = function(tnp.flip(x, axis) if reverse else x, axis)
        return tnp.flip(y, axis) if reverse else y

    return rule


def _numpys(words: str) -> Callable:
    """A function of NumPy's, of the operands and of the parameters whose names follow its own."""
    name, *names = words.split()
    function = getattr(tnp, name)
    return lambda *xs, **options: function(*xs, *(options[name] for name in names))


# The same in both, and NumPy's names for JAX's.
SAME = [
    "abs", "add", "sqrt", "cbrt", "square", "exp", "exp2", "expm1", "log", "log1p", "sin", "cos",
    "tan", "sinh", "cosh", "tanh", "floor", "ceil", "sign", "erf", "erfc", "digamma",
]  # fmt: skip
RENAMED = {
    "add_any": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "rem": "fmod",
    "pow": "power", "max": "maximum", "min": "minimum", "neg": "negative", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "logistic": "sigmoid", "erf_inv": "erfinv",
    "lgamma": "gammaln", "eq": "equal", "ne": "not_equal", "lt": "less",
    "le": "less_equal", "gt": "greater", "ge": "greater_equal",
    "is_finite": "isfinite", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "not": "invert", "integer_pow": "power y", "convert_element_type": "astype new_dtype",
    "reduce_sum": "sum axes", "reduce_max": "max axes", "reduce_min": "min axes",
    "reduce_prod": "prod axes", "reshape": "reshape new_sizes", "squeeze": "squeeze dimensions",
    "expand_dims": "expand_dims dimensions", "transpose": "transpose permutation",
    "rev": "flip dimensions",
}  # fmt: skip

CALLS = ["jit", "pjit", "closed_call", "core_call", "custom_lin", "remat", "remat2", "checkpoint"]
MOVING = ["gather", "dynamic_slice", "dynamic_update_slice", "scatter", "pad", "tile"]

RULES: dict[str, Callable[..., Any]] = {
    **{name: _numpys(name) for name in SAME},
    **{name: _numpys(words) for name, words in RENAMED.items()},
    **dict.fromkeys(["copy", "copy_p", "real", "stop_gradient"], lambda x, **_: x),
    **dict.fromkeys(CALLS, _inline),
    **dict.fromkeys(MOVING, _move),
    **dict.fromkeys(["custom_vjp_call", "custom_vjp_call_jaxpr"], custom_vjp.outputs),
    **dict.fromkeys(["scatter-add", "scatter_add"], _scatter_add),
    "custom_jvp_call": custom_jvp.outputs,
    "cond": _cond,
    "while": _while,
    "scan": _scan,
    "sort": _sort,
    "top_k": _top_k,
    "rsqrt": lambda x, **_: op.reciprocal(op.sqrt(x)),
    "select_n": _choose,
    # With slope 0 at the bounds, as in lax.
    "clamp": lambda a, x, b, **_: tnp.where(x <= a, a, tnp.where(x >= b, b, x)),
    "dot_general": lambda x, y, dimension_numbers, **_: tnp.contract(x, y, *dimension_numbers),
    "cumsum": _cumulative(tnp.cumsum),
    "cumprod": _cumulative(tnp.cumprod),
    "cummax": _cumulative(partial(tnp.scan_with, tnp.maximum)),
    "cummin": _cumulative(partial(tnp.scan_with, tnp.minimum)),
    "cumlogsumexp": _cumulative(partial(tnp.scan_with, tnp.logaddexp)),
    "broadcast_in_dim": _broadcast_in_dim,
    "slice": _slice,
    "concatenate": lambda *xs, dimension, **_: tnp.concatenate(xs, dimension),
    "stack": lambda *xs, axis, **_: tnp.stack(xs, axis),
    "split": lambda x, sizes, axis, **_: tnp.split(x, np.cumsum(sizes)[:-1], axis),
    "unstack": lambda x, axis, **_: list(tnp.moveaxis(x, axis, 0)),
    "optimization_barrier": lambda *xs, **_: xs,
}

# Left to JAX unless a traced value takes part: it is fast at them.
ONLY_TRACED = {*MOVING, "scan", "while", "scatter-add", "scatter_add", "sort", "top_k"}

# Piecewise constant, or constant by decree.
FLAT = {"floor", "ceil", "round", "sign", "stop_gradient", "nextafter"}
