"""How does one ask for a derivative?

With J the Jacobian of f at x:

    jvp(f, (x,), (t,))   f(x), J t          one forward pass
    vjp(f, x)            f(x), g -> J^T g   one reverse pass for each g
    grad(f)              x -> J^T 1         of a scalar function
    jacfwd, jacrev       x -> J             column by column, or row by row
    hessian              x -> J of grad     forward over reverse

Signatures and results are JAX's: arguments and outputs may be containers of arrays; `argnums` says
which positional arguments to differentiate with respect to (a tuple gives a tuple of derivatives);
with `has_aux` the function returns (value, aux), and aux is the last result. Derivatives have the
shape and dtype of what they belong to, of NumPy for NumPy arrays and of JAX for JAX arrays.

All raise TypeError for an input that is not of floating point, or an output that is no array;
ValueError for argnums that were not passed by position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import index
from typing import Any

import numpy as np

from jaxnn.tracer import numpy as tnp
from jaxnn.tracer import primitives as op
from jaxnn.tracer.array import TracedArray
from jaxnn.tracer.checks import (
    as_input,
    as_output,
    check_function,
    is_float,
    matching,
    type_name,
)  # fmt: skip
from jaxnn.tracer.core import Array, Node, Trace, backward, base
from jaxnn.tracer.rules import namespace_of, zeros_like
from jaxnn.tracer.tree import LEAF, flatten, partition, tree_map, unflatten

Argnums = int | Sequence[int]
_silence = partial(np.errstate, all="ignore")  # infinities and NaN are values, as in JAX


def grad(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The gradient of a scalar function, as a function of the same arguments.

    Returns the gradient, shaped like the argument, or (gradient, aux). Raises TypeError when the
    output is not one floating-point number.

    >>> grad(lambda p: tnp.sum(p["w"] ** 2) * p["c"])({"w": np.array([1.0, 2.0]), "c": 3.0})
    {'c': np.float64(5.0), 'w': array([ 6., 12.])}
    """

    differentiated = value_and_grad(fun, argnums, has_aux)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        out, gradients = differentiated(*args, **kwargs)
        return (gradients, out[1]) if has_aux else gradients

    return gradient


def value_and_grad(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """Like `grad`, returning (value, gradient), or ((value, aux), gradient)."""
    check_function(fun)
    _check_has_aux(has_aux)

    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        call, chosen, pick = _select(fun, argnums, args, kwargs)
        out, pull, *aux = vjp(call, *chosen, has_aux=has_aux)
        _check_scalar(out)
        return (out, *aux) if aux else out, pick(pull(op.ones_like(out)))

    return value_and_gradient


def jvp(fun: Callable, primals: Sequence, tangents: Sequence, has_aux: bool = False) -> tuple:
    """The value and its derivative along a direction, by forward mode.

    Takes the arguments and the direction as tuples of the same structure and shapes; returns
    (value, tangent), or (value, tangent, aux). Raises TypeError when the structures differ,
    ValueError when a tangent has another shape than its primal.

    >>> value, tangent = jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    >>> print(value, tangent)
    6.0 3.0
    """
    check_function(fun)
    _check_has_aux(has_aux)
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise TypeError("primals and tangents are given as tuples, one entry an argument.")
    leaves, structure = _inputs(tuple(primals))
    directions, found = flatten(tuple(tangents))
    if found != structure:
        raise TypeError("tangents has another structure than primals; give one for each array.")
    directions = map(partial(matching, "tangent"), directions, leaves)
    with _silence(), Trace(reverse=False, box=TracedArray) as trace:
        boxes = [TracedArray(x, trace, t) for x, t in zip(leaves, directions, strict=True)]
        out, *aux = _call(fun, unflatten(structure, boxes), has_aux)

    def tangent(y: Any) -> Array:
        return _finish(y.mark) if trace.owns(y) else zeros_like(as_output(y))

    return (unbox(out, trace), tree_map(tangent, out), *unbox(aux, trace))


def vjp(fun: Callable, *primals: Any, has_aux: bool = False) -> tuple:
    """The value, and the function that sends cotangents of it back to the inputs.

    Returns (value, pullback), or (value, pullback, aux). pullback(g), with g shaped like the value,
    returns a tuple with one cotangent for each argument; it may be called any number of times, and
    raises ValueError when g is shaped otherwise.

    >>> value, pullback = vjp(lambda x, y: x * y, 2.0, np.array([3.0, 4.0]))
    >>> pullback(np.array([1.0, 10.0]))
    (np.float64(43.0), array([ 2., 20.]))
    """
    check_function(fun)
    _check_has_aux(has_aux)
    leaves, structure = _inputs(primals)
    inputs = list(map(Node, leaves))
    with _silence(), Trace(reverse=True, box=TracedArray) as trace:
        boxes = [TracedArray(node.out, trace, node) for node in inputs]
        out, *aux = _call(fun, unflatten(structure, boxes), has_aux)
    value = unbox(out, trace)
    ys, form = flatten(value)
    marks = [y.mark if trace.owns(y) else None for y in flatten(out)[0]]

    def pullback(cotangent: Any) -> tuple:
        given, found = flatten(cotangent)
        if found != form:
            raise ValueError("the cotangent has another structure than the output.")
        given = map(partial(matching, "cotangent"), given, ys)
        sent = backward([(mark, g) for mark, g in zip(marks, given, strict=True) if mark])
        found = [_finish(sent[n]) if n in sent else zeros_like(n.out) for n in inputs]
        return unflatten(structure, found)

    return (value, pullback, *unbox(aux, trace))


def jacfwd(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The Jacobian by forward mode, one pass for each input entry.

    As a function of the same arguments, it returns the structure of the output, in place of each
    output array y the structure of the argument, in place of each argument array x the derivative,
    of shape y.shape + x.shape.
    """
    check_function(fun)
    _check_has_aux(has_aux)
    return partial(_jacobian, fun, argnums, has_aux, True)


def jacrev(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The Jacobian by reverse mode, one pass for each output entry; result as of `jacfwd`."""
    check_function(fun)
    _check_has_aux(has_aux)
    return partial(_jacobian, fun, argnums, has_aux, False)


def hessian(fun: Callable, argnums: Argnums = 0, has_aux: bool = False) -> Callable:
    """The second derivatives, forward over reverse: `jacfwd(jacrev(fun))`.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0]))
    array([[10.,  6.],
           [ 6.,  0.]])
    """
    return jacfwd(jacrev(fun, argnums, has_aux), argnums, has_aux)


def stop_gradient(tree: Any) -> Any:
    """The same arrays, as constants to every derivative being taken."""
    return tree_map(base, tree)


def _select(fun: Callable, argnums: Any, args: tuple, kwargs: dict) -> tuple:
    """`fun` as a function of what argnums says, that, and the part of its derivatives returned."""
    single, n = _is_number(argnums), len(args)
    if not single and not (isinstance(argnums, tuple | list) and all(map(_is_number, argnums))):
        raise TypeError(
            f"argnums is of type {type_name(argnums)}; pass the number of an argument, or a tuple "
            "of several."
        )
    numbers: Any = (argnums,) if single else tuple(argnums)
    if not set(numbers) <= set(range(-n, n)):
        raise ValueError(
            f"argnums is {argnums}, but the function was called with {n} positional "
            "arguments; pass by position what is to be differentiated."
        )
    places = [number % n for number in numbers]

    def call(*chosen: Any) -> Any:
        full = dict(enumerate(args)) | dict(zip(places, chosen, strict=True))
        return fun(*full.values(), **kwargs)

    chosen = tuple([args[place] for place in places])
    return call, chosen, lambda found: found[0] if single else found


def _is_number(argnum: Any) -> bool:
    """Whether an entry of argnums is a whole number."""
    try:
        index(argnum)
    except TypeError:
        return False
    return not isinstance(argnum, bool)


def _check_has_aux(has_aux: Any) -> None:
    if not isinstance(has_aux, bool | np.bool):
        raise TypeError(f"has_aux is of type {type_name(has_aux)}; pass True or False.")


def watch(fun: Callable, args: tuple, kind: Callable[..., Any] = Trace) -> tuple:
    """Call a function while a reverse trace of some kind watches its arguments of floating point.

    Returns its output, the nodes of what is watched, and the trace. When a function of another
    library refuses a traced value, TypeError says so in a sentence.
    """
    check_function(fun)
    xs, put = partition(args, is_float)
    inputs = [Node(as_input(x)) for x in xs]
    with _silence(), kind(reverse=True, box=TracedArray) as trace:
        boxes = [TracedArray(node.out, trace, node) for node in inputs]
        return _call(fun, put(boxes), False)[0], inputs, trace


def _call(fun: Callable, args: Sequence, has_aux: bool) -> tuple:
    """(output,), or (output, aux)."""
    try:
        out = fun(*args)
    except TypeError as error:
        if TracedArray.__name__ not in str(error):
            raise
        raise TypeError(
            "a traced value met a function of another library, which cannot record it; make a "
            "function f of JAX, jitted or not, from_jax(f), or use jaxnn.tracer.numpy."
        ) from error
    if has_aux and (not isinstance(out, tuple) or len(out) != 2):
        raise TypeError("has_aux is true, so the function must return a pair (value, aux).")
    for leaf in flatten(out[0] if has_aux else out)[0]:
        if isinstance(leaf, np.ndarray):
            as_output(leaf)
        if getattr(getattr(leaf, "dtype", None), "kind", "") == "c" or type(leaf) is complex:
            raise TypeError(
                "the function returned complex numbers, which have no derivative here; return "
                "real ones."
            )
    return out if has_aux else (out,)


def _inputs(tree: Any) -> tuple[list, tuple]:
    leaves, structure = flatten(tree)
    return [as_input(leaf) for leaf in leaves], structure


def _check_scalar(out: Any) -> None:
    leaves, structure = flatten(out)
    if structure != LEAF and len(leaves) == 1:
        raise TypeError(
            f"the function returned a {type(out).__name__}; grad needs one number, jacrev takes "
            "more."
        )
    ys = [as_output(y) for y in leaves]
    what = f"shape {ys[0].shape}" if len(ys) == 1 else f"{len(ys)} arrays"
    if what != "shape ()":
        raise TypeError(f"the function returned {what}; grad needs one number, jacrev takes more.")
    if not is_float(ys[0]):
        what = type_name(ys[0])
        raise TypeError(f"the function returned {what}; grad needs a floating-point number.")


def unbox(tree: Any, trace: Trace) -> Any:
    """A tree without the boxes of one trace."""
    return tree_map(lambda leaf: leaf.value if trace.owns(leaf) else leaf, tree)


def _finish(derivative: Array) -> Array:
    """A derivative as it is handed out: the caller's own memory, never a view."""
    return np.array(derivative) if type(derivative) is np.ndarray else derivative


def _jacobian(
    fun: Callable, argnums: Argnums, has_aux: bool, forward: bool, /, *args: Any, **kwargs: Any
) -> Any:
    call, chosen, pick = _select(fun, argnums, args, kwargs)
    xs, structure = _inputs(chosen)
    if forward:

        def push(direction: Iterable) -> tuple:
            return jvp(call, chosen, unflatten(structure, direction), has_aux)

        out, _, *aux = push(map(zeros_like, xs))
        ys, form = flatten(out)
        columns = _by_entries(lambda units: push(units)[1], xs)
        blocks = [[tnp.moveaxis(column[i], 0, -1) for column in columns] for i in range(len(ys))]
    else:
        out, pull, *aux = vjp(call, *chosen, has_aux=has_aux)
        ys, form = flatten(out)
        blocks = _by_entries(lambda units: pull(unflatten(form, units)), ys)
    rows = []
    for y, row in zip(ys, blocks, strict=True):
        shaped = [tnp.reshape(b, np.shape(y) + x.shape) for b, x in zip(row, xs, strict=True)]
        rows.append(pick(unflatten(structure, shaped)))
    return (unflatten(form, rows), *aux) if aux else unflatten(form, rows)


def _by_entries(linear: Callable[[list], Any], sources: list) -> list[list]:
    """For each source what `linear` makes of the unit vectors of its entries, stacked in front."""
    zeros = [zeros_like(as_output(source)) for source in sources]
    made = []
    for i, zero in enumerate(zeros):
        results = []
        for k in range(zero.size or 1):  # without entries once, for the output shapes only
            entry = (np.arange(zero.size) == k).reshape(zero.shape)
            unit = namespace_of(zero).asarray(entry, dtype=zero.dtype)
            results.append(flatten(linear([*zeros[:i], unit, *zeros[i + 1 :]]))[0])
        made.append([tnp.stack(same)[: zero.size] for same in zip(*results, strict=True)])
    return made
