"""What happens, step by step, when a function is evaluated and differentiated?

The evaluation trace of a lecture or textbook: every elementary step xi_n = p(...) once, with

    value      xi_n
    partials   d xi_n / d input, for each input of the step
    tangent    d xi_n / d t      along a direction of the inputs, accumulated forward
    adjoint    d output / d xi_n accumulated backward

On L(W) = -y log(1 / (1 + exp(-X W))) the steps are those that one would write by hand.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer import primitives as op
from jaxnn.tracer.checks import as_input, check_function, is_float, matching
from jaxnn.tracer.core import Array, Box, Node, Trace, backward
from jaxnn.tracer.rules import is_elementwise, zeros_like
from jaxnn.tracer.transforms import watch
from jaxnn.tracer.tree import flatten, paths

NO_FLOATS = "no argument is a floating-point number; pass 3.0 instead of 3."
DIGITS = 17  # that tell all floating-point numbers apart


class Row(NamedTuple):
    """One variable of the evaluation trace.

    A partial of an elementwise step is taken entry by entry; of another step it has the shape
    value.shape + input.shape, or is None if that were more than 10000 entries. Tangent and adjoint
    of an input that is no float are None.
    """

    name: str  # the input's own, or xi1, xi2, ... in the order of evaluation
    op: str  # the primitive that computed it; "input" for an input
    inputs: tuple[str, ...]  # the variables it was computed from, without constants
    value: Array
    partials: tuple[Array, ...]  # the derivatives of this step alone by each of `inputs`
    tangent: Array  # the derivative of the value along the direction
    adjoint: Array  # the derivative of the output (of its sum) by the value
    expression: str  # how it was computed, in Python's notation
    latex: str

    @property
    def equation(self) -> str:
        """The variable and how it was computed; an input's name alone."""
        return self.name if self.op == "input" else f"{self.name} = {self.expression}"


def check_digits(digits: Any) -> None:
    """Refuse what is not a number of significant digits, with TypeError or ValueError."""
    if isinstance(digits, bool) or not isinstance(digits, int | np.integer):
        raise TypeError(
            f"digits is of type {type(digits).__name__}; pass a whole number from 1 to {DIGITS}."
        )
    if not 1 <= digits <= DIGITS:
        raise ValueError(
            f"digits is {'too large' if digits > DIGITS else digits}; pass a whole number from 1 "
            f"to {DIGITS}."
        )


class TraceTable(NamedTuple):
    """The evaluation trace; `rows` is the data, `print` shows it, the inputs first.

    Its methods take a number of significant digits from 1 to 17, and raise TypeError or ValueError
    for anything else.
    """

    rows: tuple[Row, ...]

    def to_text(self, digits: int = 6) -> str:
        """The table in columns of equal width."""
        check_digits(digits)
        lines = [_HEAD, *(_cells(row, digits) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])

    __str__ = to_text

    def to_markdown(self, digits: int = 6) -> str:
        """The table in Markdown."""
        check_digits(digits)
        lines = [_HEAD, ("---",) * len(_HEAD), *(_cells(row, digits) for row in self.rows)]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def to_latex(self, digits: int = 6) -> str:
        """The table as a LaTeX array, for use inside a formula."""
        check_digits(digits)
        head = " & ".join(rf"\text{{{title}}}" for title in _HEAD) + r" \\ \hline"
        body = " \\\\\n".join(" & ".join(_cells(row, digits, latex=True)) for row in self.rows)
        return "\n".join([r"\begin{array}{lllll}", head, body, r"\end{array}"])


def trace_table(fun: Callable, *args: Any, tangents: Any = None) -> TraceTable:
    """Evaluate a function and list every step with its derivatives.

    Not compiled, on NumPy arrays. Raises TypeError when no argument is of floating point.

    >>> print(trace_table(lambda w: 1 / (1 + w * w), 2.0))
    variable       value  partials                  tangent  adjoint
    -------------  -----  ------------------------  -------  -------
    w              2                                1        -0.16
    xi1 = w * w    4      dxi1/dw = 2, dxi1/dw = 2  4        -0.04
    xi2 = 1 + xi1  5      dxi2/dxi1 = 1             4        -0.04
    xi3 = 1 / xi2  0.2    dxi3/dxi2 = -0.04         -0.16    1

    Args:
      fun: a function of arrays or trees of arrays, written with jaxnn.tracer.numpy or made by
        from_jax. Of several outputs the sum of all entries is differentiated.
      *args: its arguments. Arrays that are not of floating point are constants.
      tangents: the direction of the forward accumulation, with the structure of `args`. By
        default 1 for (every entry of) the first differentiable argument and 0 for the others.
    """
    check_function(fun)
    named = argument_names(fun, args)
    variables = [(k, name, as_input(x) if is_float(x) else x) for k, name, x in named]
    first = next((k for k, _, leaf in variables if is_float(leaf)), None)
    if first is None:
        raise TypeError(NO_FLOATS)
    directions = [np.full(np.shape(leaf), float(k == first))[()] for k, _, leaf in variables]
    if tangents is not None:
        if not isinstance(tangents, tuple | list):
            raise TypeError("tangents is no tuple; pass one entry for each argument.")
        directions, structure = flatten(tuple(tangents))
        if structure != flatten(args)[1]:
            raise TypeError("tangents has another structure than the arguments; give one for each.")
        for given, (_, _, leaf) in zip(directions, variables, strict=True):
            if is_float(leaf):
                matching("tangent", given, leaf)
    outputs, watched, trace = watch(fun, args, _Recorded)
    roots = [(y.mark, op.ones_like(y.value)) for y in flatten(outputs)[0] if trace.owns(y)]
    adjoints = backward(roots, keep=True)

    nodes = iter(watched)
    inputs = [next(nodes) if is_float(leaf) else Node(leaf) for _, _, leaf in variables]
    pushed: dict[Node, Array] = dict(zip(inputs, directions, strict=True))
    names = {node: name for node, (_, name, _) in zip(inputs, variables, strict=True)}
    names |= {node: f"xi{number}" for number, node in enumerate(trace.steps, start=1)}
    rows = []
    with np.errstate(all="ignore"):
        for node in names:
            tangent = adjoint = None
            if is_float(node.out):
                tangent = _push(node, pushed) if node.primitive else as_input(pushed[node])
                adjoint = adjoints.get(node, zeros_like(node.out))
            pushed[node] = tangent
            rows.append(_row(node, names, tangent, adjoint))
    return TraceTable(tuple(rows))


class _Recorded(Trace):
    """Lists every step, used or not."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.steps: list[Node] = []

    def process(self, *step: Any) -> Box:
        box = super().process(*step)
        self.steps.append(box.mark)
        return box


def argument_names(fun: Callable, args: tuple) -> Iterator[tuple[int, str, Any]]:
    """(number of the argument, name, array) for each leaf: (0, "params[0].weights", ...)."""
    try:
        parameters = inspect.signature(fun).parameters.values()
    except (TypeError, ValueError):  # a callable without a signature
        parameters = ()
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    for k, arg in enumerate(args):
        leaves, structure = flatten(arg)
        for path, leaf in zip(paths(structure), leaves, strict=True):
            yield k, (named[k] if k < len(named) else f"x{k}") + path, leaf


def _push(node: Node, pushed: dict[Node, Array]) -> Array:
    """The tangent of a node, from those of its parents."""
    rule, total = node.primitive.forward, zeros_like(node.out)
    for i, parent in node.parents.items():
        total = total + rule(i, pushed[parent], node.out, *node.primals, **node.parameters)
    return total


def _local_partial(node: Node, i: int) -> Array:
    """The derivative of one step by its argument number i, as `Row.partials` has it."""
    out, primals, parameters = node.out, node.primals, node.parameters
    if is_elementwise(node.primitive):
        return node.primitive.forward(i, out.dtype.type(1), out, *primals, **parameters)
    size, shape = np.size(out), np.shape(out)
    if size * np.size(primals[i]) > 10_000:
        return None
    rule, units = node.primitive.reverse, np.eye(size).reshape(size, *shape)
    rows = [rule(i, unit[()], out, *primals, **parameters) for unit in units]
    return np.reshape(rows, shape + np.shape(primals[i]))[()]


def _row(node: Node, names: dict[Node, str], tangent: Array, adjoint: Array) -> Row:
    name, operation = names[node], node.primitive.name if node.primitive else "input"
    inputs = tuple([names[parent] for parent in node.parents.values()])
    partials = tuple([_local_partial(node, i) for i in node.parents])
    operands = [format_number(x, 6) for x in node.primals]
    for i, source in zip(node.parents, inputs, strict=True):
        operands[i] = source
    fields = {"name": name, "op": operation, "all": ", ".join(operands), **node.parameters}
    text, latex = TEMPLATES.get(operation, ("{op}({all})", r"\mathrm{{{op}}}({all})"))
    expression = text.format(*map(_bracket, operands), **fields)
    fields |= {"name": _latex_name(name), "op": operation.replace("_", r"\_")}
    latex = latex.format(*map(_latex_name, operands), **fields)
    return Row(name, operation, inputs, node.out, partials, tangent, adjoint, expression, latex)


_HEAD = ("variable", "value", "partials", "tangent", "adjoint")

# Operation -> how it is written in text and in LaTeX.
TEMPLATES = {
    "input": ("{name}", "{name}"),
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


def _cells(row: Row, digits: int, latex: bool = False) -> tuple[str, ...]:
    """What stands in the five columns."""
    value, tangent, adjoint, *partials = [
        format_number(x, digits) for x in (row.value, row.tangent, row.adjoint, *row.partials)
    ]
    slopes = list(zip(row.inputs, partials, strict=True))
    if not latex:
        text = ", ".join(f"d{row.name}/d{of} = {x}" for of, x in slopes)
        return row.equation, value, text, tangent, adjoint
    name, slope = _latex_name(row.name), r"\frac{{\partial {}}}{{\partial {}}} = {}"
    text = r",\ ".join(slope.format(name, _latex_name(of), x) for of, x in slopes)
    left = name if row.op == "input" else f"{name} = {row.latex}"
    return tuple(map(_latex_powers, (left, value, text, tangent, adjoint)))


def format_number(x: Array, digits: int) -> str:
    """A number; up to three numbers; otherwise the shape."""
    if x is None:
        return ""
    if np.ndim(x) == 0:
        return f"{np.asarray(x)[()] + 0:.{digits}g}"  # + 0: no minus zero
    if np.size(x) <= 3:
        return str([float(f"{entry:.{digits}g}") for entry in np.ravel(x)])
    return f"array{np.shape(x)}"


def _bracket(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _latex_name(text: str) -> str:
    if re.fullmatch(r"xi\d+", text):
        return rf"\xi_{{{text[2:]}}}"
    return _bracket(text).replace("_", r"\_")


def _latex_powers(text: str) -> str:
    """1.2e-05 as 1.2 \\cdot 10^{-5}."""
    return re.sub(r"(\d)e\+?(-?)0*(\d+)", r"\1 \\cdot 10^{\2\3}", text)
