"""In which order should numbers lie in memory, so that small networks train fast?

The training loop holds examples feature-major: h has shape (units, rows), and a layer is

    z = W^T h + b,    dW = h dz^T,    dh = W dz,    db = sum over rows of dz

with W in its public shape (inputs, outputs).  XLA's CPU backend calls its fast matrix routine
only for products whose operands lie as they are used; written this way all three products do, and
the one transpose of the small W^T is made beforehand (the barrier keeps XLA from folding it back
into the product).  With rows along the last axis the elementwise work also runs over long
contiguous stretches, whatever the width of the layer.

A layer with one input or one output is no matrix product at all but a scaling of rows or a
weighted sum of them, and is written as such.

Nothing outside the training loop knows of this: `forward` equals `jax.vmap` of `jaxnn.mlp.apply`,
values and gradients, up to the order of the arrays' axes.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.mlp import MLP, Parameters, activation_function

ROW_MULTIPLE = 16  # one vector register of float32 on current CPUs


def padded_rows(rows: int) -> int:
    """`rows`, rounded up to a whole number of vector registers."""
    return -(-rows // ROW_MULTIPLE) * ROW_MULTIPLE


def pad(array: Array, rows: int, axis: int = 0) -> Array:
    """`array` with zeros appended along `axis` until it has `rows` entries there."""
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, rows - array.shape[axis])
    return jnp.pad(array, widths)


def _product(weights: Array, h: Array) -> Array:
    inputs, outputs = weights.shape
    if inputs == 1:
        return weights.reshape(outputs, 1) * h
    if outputs == 1:
        return jnp.sum(weights * h, axis=0, keepdims=True)
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
    if inputs == 1 or outputs == 1:
        d_weights = jnp.sum(h * dz, axis=1).reshape(inputs, outputs)
    else:
        d_weights = lax.dot_general(h, dz, (((1,), (1,)), ((), ())))
    if outputs == 1:
        d_h = weights * dz
    elif inputs == 1:
        d_h = jnp.sum(weights.reshape(outputs, 1) * dz, axis=0, keepdims=True)
    else:
        d_h = weights @ dz
    return d_weights, jnp.sum(dz, axis=1), d_h


dense.defvjp(_dense_forward, _dense_backward)


def packing(
    params: Parameters,
) -> tuple[Callable[[Parameters], Array], Callable[[Array], Parameters]]:
    """Two inverse functions: parameters to one flat vector, and such a vector to parameters.

    An elementwise update rule is then one short loop over all parameters instead of one a leaf,
    which in narrow networks takes as long as the products.
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


def forward(net: MLP, params: Parameters, features: Array) -> Array:
    """Outputs of shape (outputs, rows) for features of shape (inputs, rows)."""
    phi = activation_function(net.activation)
    h = features
    for weights, biases in params[:-1]:
        h = phi(dense(weights, biases, h))
    return dense(params[-1].weights, params[-1].biases, h)
