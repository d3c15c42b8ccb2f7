"""What happens, step by step, when a function is evaluated and differentiated?

The evaluation trace of a lecture or textbook: every elementary step xi_n = p(...) once, with

    value      xi_n
    partials   d xi_n / d input, for each input of the step
    tangent    d xi_n / d t      along a direction of the inputs, accumulated forward
    adjoint    d output / d xi_n accumulated backward

On L(W) = -y log(1 / (1 + exp(-X W))) the steps are those that one would write by hand.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer import operations as op
from jaxnn.tracer.box import Box
from jaxnn.tracer.core import FORWARD, REVERSE, Array, Node, Reverse, backward, rule_of
from jaxnn.tracer.rules import PARTIALS, Select
from jaxnn.tracer.transforms import as_input, is_float
from jaxnn.tracer.tree import flatten, paths, unflatten


class Row(NamedTuple):
    """One variable of the evaluation trace.

    Attributes:
      name: the input's own name, or xi1, xi2, ... in the order of evaluation.
      op: the primitive that computed it; "input" for an input.
      inputs: names of the variables it was computed from. Constants are not among them.
      value: what was computed.
      partials: for each of `inputs` the derivative of this step alone. Entry by entry for an
        elementwise step, otherwise of shape value.shape + input.shape; None where that would have
        more than 10000 entries.
      tangent: derivative of the value along the direction; None for an input that is no float.
      adjoint: derivative of the output (of its sum) by the value; None likewise.
      expression: how it was computed, in Python's notation.
      latex: the same in LaTeX.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    value: Array
    partials: tuple[Array, ...]
    tangent: Array
    adjoint: Array
    expression: str
    latex: str


class TraceTable(NamedTuple):
    """The evaluation trace; `rows` is the data, `print` shows it, the inputs first."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, digits: int = 6) -> str:
        """The table in columns of equal width."""
        lines = [_HEAD, *(_cells(row, digits) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])

    def to_markdown(self, digits: int = 6) -> str:
        """The table in Markdown."""
        lines = [_HEAD, ("---",) * len(_HEAD), *(_cells(row, digits) for row in self.rows)]
        return "\n".join("| " + " | ".join(line).replace("|x|", "abs") + " |" for line in lines)

    def to_latex(self, digits: int = 6) -> str:
        """The table as a LaTeX array, for use inside a formula."""
        head = (r"\text{variable}", r"\text{value}", r"\text{partials}", r"\text{tangent}",
                r"\text{adjoint}")  # fmt: skip
        body = " \\\\\n".join(" & ".join(_latex_cells(row, digits)) for row in self.rows)
        return "\n".join(
            [r"\begin{array}{lllll}", " & ".join(head) + r" \\ \hline", body, r"\end{array}"]
        )

    def first_not_finite(self) -> Row | None:
        """The first step whose value, partials or tangent is NaN or infinite, if there is one."""
        for row in self.rows:
            arrays = [row.value, row.tangent, *row.partials]
            if not all(np.all(np.isfinite(a)) for a in arrays if a is not None):
                return row
        return None


def trace_table(fun: Callable, *args: Any, tangents: Any = None) -> TraceTable:
    """Evaluate a function and list every step with its derivatives.

    Args:
      fun: a function of arrays or trees of arrays, written with jaxnn.tracer.numpy or made by
        from_jax. It returns a number; of arrays the sum of all entries is differentiated.
      *args: its arguments. Arrays that are not of floating point are constants.
      tangents: the direction of the forward accumulation, with the structure of `args`. By
        default 1 for (every entry of) the first differentiable argument and 0 for the others.

    Returns:
      A table; not compiled, on NumPy arrays.

    Raises:
      TypeError: no argument is of floating point.
    """
    leaves, structure = flatten(args)
    names = argument_names(fun, args)
    floats = [is_float(leaf) for leaf in leaves]
    if not any(floats):
        raise TypeError("no argument is a floating-point number; pass 3.0 instead of 3.")
    directions = _directions(args, tangents, floats)
    leaves = [
        as_input(leaf) if active else leaf for leaf, active in zip(leaves, floats, strict=True)
    ]

    tape: list[Node] = []
    inputs = [
        Node(out=leaf) if active else None for leaf, active in zip(leaves, floats, strict=True)
    ]
    with Reverse(tape) as trace:
        boxes = [
            Box(leaf, trace, node) if node else leaf
            for leaf, node in zip(leaves, inputs, strict=True)
        ]
        outputs = flatten(fun(*unflatten(structure, boxes)))[0]
    roots = [(box.mark, op.ones_like(box.value)) for box in outputs if trace.owns(box)]
    adjoints = backward(roots, keep=True)

    with np.errstate(all="ignore"):
        return TraceTable(tuple(_rows(names, leaves, inputs, directions, tape, adjoints)))


def _rows(
    names: list[str],
    leaves: list,
    inputs: list[Node | None],
    directions: list,
    tape: list[Node],
    adjoints: dict[Node, Array],
) -> list[Row]:
    known: dict[Node, str] = {}
    pushed: dict[Node, Array] = {}
    rows = []
    for name, leaf, node, direction in zip(names, leaves, inputs, directions, strict=True):
        if node:
            known[node], pushed[node] = name, direction
        adjoint = adjoints.get(node, op.zeros_like(leaf)) if node else None
        rows.append(Row(name, "input", (), leaf, (), direction, adjoint, name, _latex_name(name)))
    for number, node in enumerate(tape, start=1):
        known[node] = f"xi{number}"
        pushed[node] = _push(node, pushed)
        rows.append(_row(node, known, pushed[node], adjoints.get(node, op.zeros_like(node.out))))
    return rows


def argument_names(fun: Callable, args: tuple) -> list[str]:
    """The parameters' names, with the path to each leaf: W, params[0].weights."""
    try:
        bound = inspect.signature(fun).bind(*args).arguments
        plain = {
            name: value for name, value in bound.items()
            if inspect.signature(fun).parameters[name].kind != inspect.Parameter.VAR_POSITIONAL
        }  # fmt: skip
        named = [*plain, *(f"x{i}" for i in range(len(plain), len(args)))]
    except (TypeError, ValueError):  # a callable without a signature
        named = [f"x{i}" for i in range(len(args))]
    return [
        path for name, arg in zip(named, args, strict=True) for path in paths(flatten(arg)[1], name)
    ]


def _directions(args: tuple, tangents: Any, floats: list[bool]) -> list:
    """One direction for each leaf, None for constants."""
    if tangents is not None:
        given = flatten(tuple(tangents))[0]
    else:
        owners = [i for i, arg in enumerate(args) for _ in flatten(arg)[0]]
        first = next(owner for owner, active in zip(owners, floats, strict=True) if active)
        given = [
            np.full(np.shape(leaf), float(owner == first))[()]
            for owner, leaf in zip(owners, flatten(args)[0], strict=True)
        ]
    return [as_input(d) if active else None for d, active in zip(given, floats, strict=True)]


def _push(node: Node, pushed: dict[Node, Array]) -> Array:
    """The tangent of a node, from those of its parents."""
    rule, total = rule_of(FORWARD, node.primitive), op.zeros_like(node.out)
    for i, parent in enumerate(node.parents):
        if parent is not None:
            total = total + rule(i, pushed[parent], node.out, *node.primals, **node.parameters)
    return total


def local_partial(node: Node, i: int) -> Array:
    """The derivative of one step by its argument number i, as `Row.partials` has it."""
    out, primals, parameters = node.out, node.primals, node.parameters
    if (partials := PARTIALS.get(node.primitive)) is not None:
        partial = partials[i]
        if isinstance(partial, Select):
            return op.where(partial.test(out, *primals, **parameters), 1.0, 0.0)
        return partial(out, *primals, **parameters) if callable(partial) else np.float64(partial)
    size, shape = np.size(out), np.shape(out) + np.shape(primals[i])
    if size * np.size(primals[i]) > 10_000:
        return None
    rule = rule_of(REVERSE, node.primitive)
    rows = [
        rule(i, e.reshape(np.shape(out))[()], out, *primals, **parameters) for e in np.eye(size)
    ]
    return np.reshape(rows, shape)[()]


def _row(node: Node, known: dict[Node, str], tangent: Array, adjoint: Array) -> Row:
    active = [i for i, parent in enumerate(node.parents) if parent is not None]
    operands = [known.get(parent) if parent else format_number(x, 6)
                for parent, x in zip(node.parents, node.primals, strict=True)]  # fmt: skip
    name, operation = known[node], node.primitive.name
    text, latex = TEMPLATES.get(operation, (_CALL, _LATEX_CALL))
    fields = {"op": operation.replace("_", r"\_"), "all": ", ".join(map(str, operands))}
    return Row(
        name,
        operation,
        tuple(str(operands[i]) for i in active),
        node.out,
        tuple(local_partial(node, i) for i in active),
        tangent,
        adjoint,
        text.format(*map(_bracket, operands), **{**fields, "op": operation}, **node.parameters),
        latex.format(*map(_latex_name, operands), **fields, **node.parameters),
    )


# ---- how rows are written

_HEAD = ("variable", "value", "partials", "tangent", "adjoint")
_CALL, _LATEX_CALL = "{op}({all})", r"\mathrm{{{op}}}({all})"

# Operation -> how it is written in text and in LaTeX.
TEMPLATES = {
    "add": ("{} + {}", "{} + {}"),
    "subtract": ("{} - {}", "{} - {}"),
    "multiply": ("{} * {}", r"{} \cdot {}"),
    "divide": ("{} / {}", r"\frac{{{}}}{{{}}}"),
    "negative": ("-{}", "-{}"),
    "matmul": ("{} @ {}", "{} {}"),
    "exp": ("exp({})", "e^{{{}}}"),
    "log": ("log({})", r"\log {}"),
    "tanh": ("tanh({})", r"\tanh {}"),
    "sigmoid": ("sigmoid({})", r"\sigma({})"),
    "sqrt": ("sqrt({})", r"\sqrt{{{}}}"),
    "square": ("{}**2", "{}^2"),
    "power": ("{}**{exponent}", "{}^{{{exponent}}}"),
    "absolute": ("abs({})", r"\lvert {} \rvert"),
    "transpose": ("{}.T", r"{}^\top"),
    "getitem": ("{}[{index}]", "{}[{index}]"),
}


def _cells(row: Row, digits: int) -> tuple[str, ...]:
    left = row.name if row.op == "input" else f"{row.name} = {row.expression}"
    partials = [f"d{row.name}/d{name} = {format_number(partial, digits)}"
                for name, partial in zip(row.inputs, row.partials, strict=True)]  # fmt: skip
    return (left, format_number(row.value, digits), ", ".join(partials),
            format_number(row.tangent, digits), format_number(row.adjoint, digits))  # fmt: skip


def _latex_cells(row: Row, digits: int) -> list[str]:
    name = _latex_name(row.name)
    left = name if row.op == "input" else f"{name} = {row.latex}"
    partials = [
        rf"\frac{{\partial {name}}}{{\partial {_latex_name(of)}}} = {format_number(p, digits)}"
        for of, p in zip(row.inputs, row.partials, strict=True)
    ]
    numbers = [format_number(x, digits) for x in (row.value, row.tangent, row.adjoint)]
    cells = [left, numbers[0], r",\ ".join(partials), *numbers[1:]]
    return [_latex_powers(cell) for cell in cells]


def format_number(x: Array, digits: int) -> str:
    """A number; up to three numbers; otherwise the shape."""
    if x is None:
        return ""
    if np.ndim(x) == 0:
        return f"{np.asarray(x)[()] + 0:.{digits}g}"  # + 0: no minus zero
    if np.size(x) <= 3:
        return str([float(f"{entry:.{digits}g}") for entry in np.ravel(x)])
    return f"array{np.shape(x)}"


def _bracket(text: Any) -> str:
    return f"({text})" if str(text).startswith("-") else str(text)


def _latex_name(name: Any) -> str:
    text = str(name)
    if text.startswith("xi") and text[2:].isdigit():
        return rf"\xi_{{{text[2:]}}}"
    return _bracket(text).replace("_", r"\_")


def _latex_powers(text: str) -> str:
    """1.2e-05 as 1.2 \\cdot 10^{-5}."""
    return re.sub(
        r"(\d)e([+-])0*(\d+)", lambda m: rf"{m[1]} \cdot 10^{{{m[2].strip('+')}{m[3]}}}", text
    )
