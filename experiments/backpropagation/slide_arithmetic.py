"""Are the lecture's counts and products right, computed by networks of the library?

    parameters of 2-4-4-1    (2 + 1) 4 + (4 + 1) 4 + (4 + 1) 1 = 37
    sparse representation    [3.2 2 1.8] . [2 -2.2 1.3] = 4.34
                             [0.5 0.2 0.1] . [2 -2.2 1.3] = 0.69

Parameters are counted twice: as numbers in the initial weights, and as derivatives of the output
that are not zero at every row. Products are outputs of a layer with three inputs and one unit. Two
of the lecture's four products are wrong; they are errata 25 and 26.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from jaxnn import mlp

NET = mlp.MLP((2, 4, 4, 1), "tanh")
BY_LAYER = (3 * 4, 5 * 4, 5 * 1)  # inputs and a bias, times units
ROWS = 8

# A row of numbers, a column, and the product that the slide prints.
PRODUCTS = (
    ((3.2, 2.0, 1.8), (2.0, -2.2, 1.3), 4.34),
    ((0.5, 0.2, 0.1), (2.0, -2.2, 1.3), 0.69),
    ((3.2, 2.0, 1.0), (2.0, -2.2, 1.3), 4.34),
    ((3.2, 2.0, 1.0), (0.0, -0.2, 0.9), 1.3),
)


def compute(key: Array) -> dict[str, Any]:
    """Count the parameters of 2-4-4-1, and multiply as a layer does.

    Returns:
      counted_parameters: (2, 3) of each layer of `NET`, as numbers and as derivatives.
      products: (4,) of `PRODUCTS`.
    """
    key_weights, key_rows = jax.random.split(key)
    params = mlp.init(key_weights, NET)
    flat, unravel = ravel_pytree(params)
    rows = jax.random.normal(key_rows, (ROWS, NET.sizes[0]))

    def outputs(flat: Array) -> Array:
        return jax.vmap(lambda x: mlp.apply(NET, unravel(flat), x)[0])(rows)

    matter = unravel(jnp.any(jax.jit(jax.jacobian(outputs))(flat) != 0, axis=0).astype(flat.dtype))
    numbers = [sum(array.size for array in layer) for layer in params]
    derivatives = [int(sum(array.sum() for array in layer)) for layer in matter]
    return {
        "counted_parameters": np.array([numbers, derivatives]),
        "products": np.array([product(row, column) for row, column, _ in PRODUCTS]),
    }


def product(row: tuple[float, ...], column: tuple[float, ...]) -> float:
    """The output of a linear unit with this row as its inputs and this column as its weights."""
    layer = mlp.Layer(jnp.array(column)[:, None], jnp.zeros(1))
    return float(mlp.apply(mlp.MLP((len(row), 1)), (layer,), jnp.array(row))[0])
