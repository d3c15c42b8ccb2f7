"""How are numbers arranged in memory so that small networks train fast?

The training loop stores examples feature-major: h has shape (units, rows), and a layer is

    z = W^T h + b,    dW = (dz h^T)^T,    dh = W dz,    db = sum over rows of dz

with W in its public shape (inputs, outputs).

XLA's CPU backend calls its fast matrix routine only for products whose operands are stored in the
order in which they are used. In this form the operands of all three products are; the small W^T is
transposed beforehand (a barrier keeps XLA from moving the transpose back into the product). With
examples along the last axis, elementwise work also runs over long contiguous stretches of memory,
however narrow the layer.

A layer with one input or one output is not a matrix product but a scaling of rows or a weighted sum
of them, and is written as such. A short sum over the rows of a batch is written term by term: XLA
then fuses it with what follows into one loop, whereas a product is a library call whose overhead
exceeds the work. A product is faster from about 32 terms on, at 64 by a factor of ten. For many
rows it is as fast, and compiles faster, since XLA would make a loop of every term.

A deep network is one loop over its equal layers, so its compile time does not grow with depth:
`grouped` stacks the parameters of each long run of equal layers.

Training and the curves of refits use this: `forward` equals `jax.vmap` of `jaxnn.apply` in values
and gradients, up to the order of the axes.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.mlp import MLP, Layer, Parameters, activation_function

ROW_MULTIPLE = 16  # one vector register of float32 on current CPUs
LOOPED_LAYERS = 8  # this many equal layers in a row are worth the overhead of a loop
TERMS_WRITTEN_OUT = 24  # of a weighted sum, which is a product with more terms
ROWS_WRITTEN_OUT = 2048  # or with more rows


def padded_rows(rows: int) -> int:
    """`rows`, rounded up to a whole number of vector registers."""
    return -(-rows // ROW_MULTIPLE) * ROW_MULTIPLE


def pad(array: Array, rows: int, axis: int = 0) -> Array:
    """`array` with zeros appended along `axis` until it has `rows` entries there."""
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, rows - array.shape[axis])
    return jnp.pad(array, widths)


def _weighted_sum(weights: Array, h: Array) -> Array:
    """sum_i weights_i h_i for weights (terms,) and h (terms, rows), as (1, rows)."""
    if len(weights) > TERMS_WRITTEN_OUT or h.shape[1] > ROWS_WRITTEN_OUT:
        return weights[None] @ h
    terms = [weight * row for weight, row in zip(weights, h, strict=True)]
    while len(terms) > 1:  # in pairs: short chains of additions, and small rounding errors
        sums = [first + second for first, second in zip(terms[::2], terms[1::2], strict=False)]
        terms = sums + terms[2 * len(sums) :]
    return terms[0][None]


def _product(weights: Array, h: Array) -> Array:
    """W^T h for weights (inputs, outputs) and h (inputs, rows)."""
    inputs, outputs = weights.shape
    if inputs == 1:
        return weights.reshape(outputs, 1) * h
    if outputs == 1:
        return _weighted_sum(weights[:, 0], h)
    return lax.optimization_barrier(weights.T) @ h


@jax.custom_vjp
def dense(weights: Array, biases: Array, h: Array) -> Array:
    """W^T h + b for weights (inputs, outputs), biases (outputs,) and h (inputs, rows)."""
    return _product(weights, h) + biases[:, None]


def _dense_forward(weights: Array, biases: Array, h: Array) -> tuple[Array, tuple[Array, Array]]:
    return dense(weights, biases, h), (weights, h)


def _dense_backward(residuals: tuple[Array, Array], dz: Array) -> tuple[Array, Array, Array]:
    weights, h = residuals
    inputs, outputs = weights.shape
    if inputs == 1:
        d_weights = jnp.sum(h * dz, axis=1).reshape(inputs, outputs)
    else:
        d_weights = lax.dot_general(dz, h, (((1,), (1,)), ((), ()))).T
    if outputs == 1:
        d_h = weights * dz
    elif inputs == 1:
        d_h = _weighted_sum(weights[0], dz)
    else:
        d_h = weights @ dz
    return d_weights, jnp.sum(dz, axis=1), d_h


dense.defvjp(_dense_forward, _dense_backward)


def _runs(net: MLP) -> list[tuple[int, int]]:
    """For each group of layers, the number of its first layer and of the one after its last.

    A group is a long run of equal hidden layers, or a single layer.
    """
    shapes = list(pairwise(net.sizes))
    runs, start = [], 0
    # The output layer has no activation, so it is a group by itself.
    for _, equal in groupby(shapes[:-1]):
        end = start + len(list(equal))
        if end - start >= LOOPED_LAYERS:
            runs.append((start, end))
        else:
            runs += [(layer, layer + 1) for layer in range(start, end)]
        start = end
    return [*runs, (start, start + 1)]


def grouped(net: MLP, params: Parameters) -> Parameters:
    """Parameters with each long run of equal hidden layers stacked.

    Args:
      net: the network.
      params: one `Layer` per layer.

    Returns:
      One `Layer` per group. A run of at least `LOOPED_LAYERS` equal hidden layers is one group,
      with weights (layers, inputs, outputs) and biases (layers, outputs); any other layer is a
      group by itself, as it was.
    """
    return tuple(
        params[start] if end - start == 1 else jax.tree.map(_stack, *params[start:end])
        for start, end in _runs(net)
    )


def ungrouped(net: MLP, groups: Parameters) -> Parameters:
    """The parameters of which `groups` is the `grouped` form."""
    layers: list[Layer] = []
    for (start, end), group in zip(_runs(net), groups, strict=True):
        single = end - start == 1
        layers += [group] if single else _unstacked(group)
    return tuple(layers)


def _unstacked(group: Any) -> list[Any]:
    leaves, structure = jax.tree.flatten(group)
    return [structure.unflatten(layer) for layer in zip(*map(list, leaves), strict=True)]


def _stack(*arrays: Array) -> Array:
    return jnp.stack(arrays)


def packing(
    params: Parameters,
) -> tuple[Callable[[Parameters], Array], Callable[[Array], Parameters]]:
    """Two inverse functions: parameters -> one flat vector, and vector -> parameters.

    An elementwise update rule is then one short loop over all parameters. In narrow networks, one
    loop per array would take as long as the products.

    Args:
      params: arrays of any shape in any tree; only shapes and the tree matter.
    """
    leaves, structure = jax.tree.flatten(params)
    shapes = [leaf.shape for leaf in leaves]
    ends = np.cumsum([leaf.size for leaf in leaves])[:-1].tolist()

    def unpack(vector: Array) -> Parameters:
        parts = jnp.split(vector, ends)
        return structure.unflatten(p.reshape(s) for p, s in zip(parts, shapes, strict=True))

    @jax.custom_vjp
    def unpack_once(vector: Array) -> Parameters:
        return unpack(vector)

    # The derivative of a slice is a sum of padded arrays; that of all slices is one concatenation.
    unpack_once.defvjp(lambda vector: (unpack(vector), None), lambda _, d: (pack(d),))

    def pack(tree: Parameters) -> Array:
        return jnp.concatenate([leaf.ravel() for leaf in jax.tree.leaves(tree)])

    return pack, unpack_once


def forward(net: MLP, groups: Parameters, features: Array) -> Array:
    """The outputs of all rows, as training computes them.

    Args:
      net: the network.
      groups: its parameters, as `grouped` returns them.
      features: (inputs, rows).

    Returns:
      (outputs, rows): `jax.vmap` of `jaxnn.apply`, transposed. Not compiled.
    """
    phi = activation_function(net.activation)

    def layer(h: Array, parameters: Layer) -> tuple[Array, None]:
        return phi(dense(*parameters, h)), None

    h = features
    for group in groups[:-1]:
        looped = group.weights.ndim == 3
        h, _ = lax.scan(layer, h, group) if looped else layer(h, group)
    return dense(*groups[-1], h)
