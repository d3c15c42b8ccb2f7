"""How do products of matrices become products along any axes?

The axes are transposed and reshaped so that one product of stacks of matrices does it all:

    (batch, rows, sum) @ (batch, sum, columns) -> (batch, rows, columns)
"""

from typing import Any

import numpy as np

from jaxnn.tracer import primitives as op
from jaxnn.tracer.core import Array, multiply
from jaxnn.tracer.numpy import arrays
from jaxnn.tracer.numpy.arrays import as_array, axes_of, ndim, reshape, size, transpose
from jaxnn.tracer.numpy.reductions import sum as total


def matmul(x: Array, y: Array) -> Array:
    return op.matmul(as_array(x), as_array(y))


def contract(x: Array, y: Array, summed: Any, batch: Any = ((), ())) -> Array:
    """Sums of products along pairs of axes (of x, of y), for each place of the batch axes."""
    (sum_x, sum_y), (batch_x, batch_y) = summed, batch
    rows = [i for i in range(x.ndim) if i not in (*sum_x, *batch_x)]
    columns = [i for i in range(y.ndim) if i not in (*sum_y, *batch_y)]
    a = transpose(x, (*batch_x, *rows, *sum_x))
    b = transpose(y, (*batch_y, *sum_y, *columns))
    n, k, shape = len(batch_x), size(x, tuple(sum_x)), [x.shape[i] for i in rows]
    shape += [y.shape[i] for i in columns]
    a = reshape(a, (*a.shape[:n], size(x, tuple(rows)), k))
    b = reshape(b, (*b.shape[:n], k, size(y, tuple(columns))))
    product = matmul(a, b) if sum_x else multiply(a, b)
    return reshape(product, (*product.shape[:-2], *shape))


def tensordot(x: Array, y: Array, axes: Any = 2) -> Array:
    n, m = ndim(x), ndim(y)
    left, right = (range(n - axes, n), range(axes)) if isinstance(axes, int) else axes
    return contract(as_array(x), as_array(y), (axes_of(left, n), axes_of(right, m)))


def dot(x: Array, y: Array) -> Array:
    if 0 in (ndim(x), ndim(y)):
        return multiply(x, y)
    return matmul(x, y) if ndim(y) <= 2 else tensordot(x, y, (-1, -2))


def kron(x: Array, y: Array) -> Array:
    n = max(ndim(x), ndim(y))
    x, y = [arrays.expand_dims(z, tuple(range(n - ndim(z)))) for z in (x, y)]
    columns = arrays.expand_dims(x, tuple(range(1, 2 * n, 2)))
    product = multiply(columns, arrays.expand_dims(y, tuple(range(0, 2 * n, 2))))
    return reshape(product, [k * m for k, m in zip(x.shape, y.shape, strict=True)])


def einsum(subscripts: str, *operands: Array, optimize: Any = False) -> Array:
    """Sums of products by letters, with repeated letters and an ellipsis; from left to right."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    if not arrow:
        once = [c for c in sorted(set(left) - set(".,")) if left.count(c) == 1]
        right = "".join(["..." * ("..." in left), *once])
    xs, terms, widths = list(map(as_array, operands)), left.split(","), [0]
    for x, term in zip(xs, terms, strict=True):
        widths.append(x.ndim - len(term.replace("...", "")))
    output, *labels = map(_labels, (right, *terms), (max(widths), *widths[1:]))
    (x, s), *rest = map(_diagonal, xs, labels)
    for k, (y, t) in enumerate(rest, start=2):  # each a product of matrices with what was before
        needed = set(output).union(*labels[k:])
        shared = {  # not what is broadcast
            c for c in s if c in t and (size(x, s.index(c)) == 1) == (size(y, t.index(c)) == 1)
        }
        (x, s), (y, t) = _sums(x, s, needed | shared), _sums(y, t, needed | shared)
        both = [c for c in s if c in t]
        gone, batch = [c for c in both if c not in needed], [c for c in both if c in needed]
        x = contract(x, y, *([[u.index(c) for c in cs] for u in (s, t)] for cs in (gone, batch)))
        s = batch + [c for c in s + t if c not in both]
    x, s = _sums(x, s, set(output))
    return transpose(x, [s.index(c) for c in output])


def _labels(term: str, width: int) -> list:
    """The letters of a term; the axes of its ellipsis are -width, ..., -1."""
    before, dots, after = term.partition("...")
    return [*before, *(range(-width, 0) if dots else ()), *after]


def _diagonal(x: Array, labels: list) -> tuple[Array, list]:
    """The diagonal along axes that share a label; each label once."""
    sizes = dict(zip(labels, x.shape, strict=True))
    if len(sizes) < len(labels):
        grid = dict(zip(sizes, np.indices(tuple(sizes.values()), sparse=True), strict=True))
        x = arrays.getitem(x, tuple([grid[c] for c in labels]))
    return x, list(sizes)


def _sums(x: Array, labels: list, needed: set) -> tuple[Array, list]:
    """Without the axes whose labels are not needed."""
    axes = tuple([i for i, c in enumerate(labels) if c not in needed])
    return (total(x, axes) if axes else x), [c for c in labels if c in needed]


def vdot(x: Array, y: Array) -> Array:
    return matmul(arrays.ravel(x), arrays.ravel(y))


def inner(x: Array, y: Array) -> Array:
    return dot(x, y) if 0 in (ndim(x), ndim(y)) else tensordot(x, y, (-1, -1))


def outer(x: Array, y: Array) -> Array:
    return multiply(arrays.column(x), arrays.ravel(y))
