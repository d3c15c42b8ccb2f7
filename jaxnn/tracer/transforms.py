"""How does one ask for a derivative?

With J the Jacobian of f at x:

    jvp(f, (x,), (t,))   f(x), J t          one forward pass
    vjp(f, x)            f(x), g -> J^T g   one reverse pass for each g
    grad(f)              x -> J^T 1         of a scalar function
    jacfwd, jacrev       x -> J             column by column, or row by row
    hessian              x -> J of grad     forward over reverse

Signatures and results are JAX's: arguments and outputs may be tuples, lists, dictionaries of
arrays; each derivative has the shape and dtype of what it belongs to; NumPy arrays give NumPy
arrays, JAX arrays give JAX arrays. Inputs that are not floating-point numbers are refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import operations as op
from jaxnn.tracer.box import Box, base
from jaxnn.tracer.core import Array, Forward, Node, Reverse, Trace, backward, namespace_of
from jaxnn.tracer.rules import astype
from jaxnn.tracer.tree import flatten, tree_map, unflatten

Argnums = int | Sequence[int]


def grad(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The gradient of a scalar function.

    Args:
      fun: a function of arrays, or trees of arrays, returning one floating-point number.
      argnums: which positional arguments to differentiate with respect to.
      has_aux: whether `fun` returns (value, aux); aux is handed through.

    Returns:
      A function of the same arguments. It returns the gradient, shaped like the argument (a tuple
      of gradients for a tuple of argnums), or (gradient, aux).

    Raises:
      TypeError: (when called) an input is not of floating point, or the output is no scalar.
    """
    with_value = value_and_grad(fun, argnums, has_aux)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        out, gradients = with_value(*args, **kwargs)
        return (gradients, out[1]) if has_aux else gradients

    return gradient


def value_and_grad(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """Like `grad`, returning (value, gradient), or ((value, aux), gradient)."""

    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        chosen, call = _select(fun, argnums, args, kwargs)
        out, pull, aux = _trace_reverse(call, chosen, has_aux)
        _check_scalar(out)
        gradients = pull(op.ones_like(out))
        gradients = gradients[0] if _is_int(argnums) else tuple(gradients)
        return ((out, aux) if has_aux else out), gradients

    return value_and_gradient


def jvp(fun: Callable, primals: Sequence, tangents: Sequence, has_aux: bool = False) -> tuple:
    """The value and its derivative along a direction, by forward mode.

    Args:
      fun: a function of arrays or trees of arrays.
      primals: its arguments, as a tuple or list.
      tangents: the direction: the same structure and shapes.
      has_aux: whether `fun` returns (value, aux).

    Returns:
      (value, tangent), or (value, tangent, aux).

    Raises:
      TypeError: structures differ, or an input is not of floating point.
      ValueError: a tangent has another shape than its primal.
    """
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise TypeError("primals and tangents are given as tuples, one entry an argument.")
    leaves, structure = flatten(tuple(primals))
    directions, found = flatten(tuple(tangents))
    if found != structure:
        raise TypeError("tangents has another structure than primals; give one for each array.")
    leaves = [as_input(leaf) for leaf in leaves]
    with Forward() as trace:
        boxes = [
            Box(leaf, trace, _like(direction, leaf, "tangent"))
            for leaf, direction in zip(leaves, directions, strict=True)
        ]
        out = fun(*unflatten(structure, boxes))
        out, aux = _split(out, has_aux)
    value = _unbox(out, trace)
    tangent = tree_map(
        lambda y: _finish(y.mark) if trace.owns(y) else op.zeros_like(_as_output(y)), out
    )
    return (value, tangent, _unbox(aux, trace)) if has_aux else (value, tangent)


def vjp(fun: Callable, *primals: Any, has_aux: bool = False) -> tuple:
    """The value, and the function that sends cotangents of it back to the inputs.

    Args:
      fun: a function of arrays or trees of arrays.
      *primals: its arguments.
      has_aux: whether `fun` returns (value, aux).

    Returns:
      (value, pullback), or (value, pullback, aux). pullback(g), with g shaped like the value,
      returns a tuple with one cotangent for each argument; it may be called again and again.
    """
    out, pull, aux = _trace_reverse(lambda *args: fun(*args), primals, has_aux)
    leaves, structure = flatten(out)

    def pullback(cotangent: Any) -> tuple:
        given, found = flatten(cotangent)
        if found != structure:
            raise ValueError("the cotangent has another structure than the output.")
        given = [_like(g, y, "cotangent") for g, y in zip(given, leaves, strict=True)]
        return tuple(pull(unflatten(structure, given)))

    return (out, pullback, aux) if has_aux else (out, pullback)


def jacfwd(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The Jacobian by forward mode, one pass for each input entry.

    Returns:
      A function of the same arguments. Its result has the structure of the output, in place of
      each output array y the structure of the argument, in place of each argument array x the
      derivative, of shape y.shape + x.shape.
    """

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        chosen, call = _select(fun, argnums, args, kwargs)
        leaves, structure = flatten(chosen)
        leaves = [as_input(leaf) for leaf in leaves]
        columns: list[list] = []
        result: tuple = ()
        # Along nothing first: that tells the outputs' shapes even where there is no input entry.
        for direction in itertools.chain([list(map(op.zeros_like, leaves))], _basis(leaves)):
            result = jvp(
                call, unflatten(structure, leaves), unflatten(structure, direction), has_aux
            )
            columns.append(flatten(result[1])[0])
        ys, form = flatten(result[0])
        blocks = [
            [tnp.moveaxis(part, 0, -1) for part in _cut([c[k] for c in columns[1:]], leaves, y)]
            for k, y in enumerate(ys)
        ]
        jacobians = _assemble(blocks, ys, form, leaves, structure, argnums)
        return (jacobians, result[2]) if has_aux else jacobians

    return jacobian


def jacrev(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The Jacobian by reverse mode, one pass for each output entry; result as of `jacfwd`."""

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        chosen, call = _select(fun, argnums, args, kwargs)
        out, pull, aux = _trace_reverse(call, chosen, has_aux)
        ys, form = flatten(out)
        leaves, structure = flatten(chosen)
        leaves = [as_input(leaf) for leaf in leaves]
        rows = [flatten(tuple(pull(unflatten(form, g))))[0] for g in _basis(ys)]
        columns = [_cut([row[j] for row in rows], ys, x) for j, x in enumerate(leaves)]
        jacobians = _assemble(
            list(zip(*columns, strict=True)), ys, form, leaves, structure, argnums
        )
        return (jacobians, aux) if has_aux else jacobians

    return jacobian


def hessian(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The second derivatives, forward over reverse: `jacfwd(jacrev(fun))`."""
    return jacfwd(jacrev(fun, argnums, has_aux), argnums, has_aux)


def stop_gradient(tree: Any) -> Any:
    """The same arrays, as constants to every derivative being taken."""
    return tree_map(base, tree)


# ---- what the functions above share


def _trace_reverse(call: Callable, primals: Sequence, has_aux: bool) -> tuple:
    """(output, pull, aux): `pull(cotangent)` lists one cotangent for each of the primals."""
    leaves, structure = flatten(tuple(primals))
    leaves = [as_input(leaf) for leaf in leaves]
    with Reverse() as trace:
        boxes = [Box(leaf, trace, Node(out=leaf)) for leaf in leaves]
        out = call(*unflatten(structure, boxes))
        out, aux = _split(out, has_aux)
    marks = [(y.mark if trace.owns(y) else None) for y in flatten(out)[0]]
    inputs = [box.mark for box in boxes]

    def pull(cotangent: Any) -> list:
        given = flatten(cotangent)[0]
        roots = [(mark, g) for mark, g in zip(marks, given, strict=True) if mark is not None]
        found = backward(roots)
        results = [
            _finish(found[node]) if node in found else op.zeros_like(leaf)
            for node, leaf in zip(inputs, leaves, strict=True)
        ]
        return list(unflatten(structure, results))

    return _unbox(out, trace), pull, _unbox(aux, trace)


def _select(fun: Callable, argnums: Any, args: tuple, kwargs: dict) -> tuple[tuple, Callable]:
    """The arguments to differentiate with respect to, and `fun` as a function of them alone."""
    numbers: tuple = (argnums,) if _is_int(argnums) else tuple(argnums)
    for number in numbers:
        if not -len(args) <= number < len(args):
            raise ValueError(
                f"argnums is {argnums}, but the function was called with {len(args)} positional "
                "arguments; pass by position what is to be differentiated."
            )
    numbers = tuple([number % len(args) for number in numbers])

    def call(*chosen: Any) -> Any:
        full = list(args)
        for number, value in zip(numbers, chosen, strict=True):
            full[number] = value
        return fun(*full, **kwargs)

    return tuple(args[number] for number in numbers), call


def _is_int(argnums: Any) -> bool:
    return hasattr(argnums, "__index__")


def _split(out: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return out, None
    if not isinstance(out, tuple) or len(out) != 2:
        raise TypeError("has_aux is true, so the function must return a pair (value, aux).")
    return out


def is_float(leaf: Any) -> bool:
    """Whether a leaf is a floating-point number or an array of them."""
    name = getattr(getattr(leaf, "dtype", None), "name", type(leaf).__name__)
    return name.startswith(("float", "bfloat"))


def as_input(leaf: Any) -> Array:
    """An array that can be differentiated with respect to; a Python float becomes float64."""
    if is_float(leaf):
        return np.float64(leaf) if type(leaf) is float else leaf
    name = getattr(getattr(leaf, "dtype", None), "name", type(leaf).__name__)
    raise TypeError(
        f"an input to be differentiated is of type {name}; pass floating-point numbers, "
        "for instance 3.0 or array.astype(float)."
    )


def _as_output(leaf: Any) -> Array:
    """An array or a number that a differentiated function returned."""
    if hasattr(leaf, "dtype") and hasattr(leaf, "shape"):
        return leaf
    if isinstance(leaf, bool | int | float):
        return np.asarray(leaf)[()]
    raise TypeError(
        f"the function returned a {type(leaf).__name__}; return arrays, numbers, or tuples, lists "
        "and dictionaries of them, and anything else through has_aux."
    )


def _unbox(tree: Any, trace: Trace) -> Any:
    """A tree without the boxes of one trace."""
    return tree_map(lambda leaf: leaf.value if trace.owns(leaf) else leaf, tree)


def _check_scalar(out: Any) -> None:
    leaves, _ = flatten(out)
    shape = getattr(_as_output(out), "shape", None) if len(leaves) == 1 else None
    if shape != ():
        what = f"shape {shape}" if shape is not None else f"{len(leaves)} arrays"
        raise TypeError(f"the function returned {what}; grad needs one number, jacrev takes more.")
    if not is_float(_as_output(out)):
        name = _as_output(out).dtype.name
        raise TypeError(f"the function returned {name}; grad needs a floating-point number.")


def _like(change: Any, value: Any, what: str) -> Array:
    """A tangent or cotangent, checked against what it belongs to and cast to its dtype."""
    value = _as_output(value)
    if not hasattr(change, "shape"):
        change = np.asarray(change, value.dtype)[()]
    if change.shape != value.shape:
        raise ValueError(
            f"a {what} has shape {change.shape}, but what it belongs to has shape {value.shape}."
        )
    return change if change.dtype == value.dtype else astype(change, dtype=value.dtype)


def _finish(derivative: Array) -> Array:
    """A derivative as it is handed out: the caller's own memory, never a view."""
    return np.array(derivative) if type(derivative) is np.ndarray else derivative


def _basis(leaves: list):
    """Unit vectors for every entry of every array in order, each a list like `leaves`."""
    zeros = [op.zeros_like(_as_output(leaf)) for leaf in leaves]
    for i, zero in enumerate(zeros):
        for k in range(zero.size):
            unit = (np.arange(zero.size) == k).reshape(zero.shape)
            yield [*zeros[:i], namespace_of(zero).asarray(unit, dtype=zero.dtype), *zeros[i + 1 :]]


def _cut(stripes: list, leaves: list, like: Array) -> list:
    """Stack one array for each entry of the leaves, and cut the stack leaf by leaf."""
    blocks, start = [], 0
    for leaf in leaves:
        part = stripes[start : start + _as_output(leaf).size]
        blocks.append(tnp.stack(part) if part else tnp.zeros((0, *like.shape), like.dtype))
        start += len(part)
    return blocks


def _assemble(
    blocks: Sequence, ys: list, form: tuple, leaves: list, structure: tuple, argnums: Argnums
) -> Any:
    """The tree of trees of Jacobians, from blocks[output][input] with one of the two axes flat."""
    rows = []
    for y, row in zip(ys, blocks, strict=True):
        full = [tnp.reshape(b, y.shape + x.shape) for b, x in zip(row, leaves, strict=True)]
        tree = unflatten(structure, full)
        rows.append(tree[0] if _is_int(argnums) else tree)
    return unflatten(form, rows)
