"""Which losses and parameters can be looked at?"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxnn.errors import InputError, InputTypeError, as_numbers, check_finite

Loss = Callable[[Any], Any]


def as_parameters(params: Any, argument: str = "params") -> Any:
    """A pytree of arrays of floats in JAX's default precision or their own.

    A list or tuple of plain numbers is one array.

    Raises:
      InputError, InputTypeError: no arrays, or values that are not finite numbers.
    """
    if type(params) in (list, tuple) and all(isinstance(value, Real) for value in params):
        params = np.array(params, float)
    leaves, structure = jax.tree.flatten(params)
    if not sum(np.size(leaf) for leaf in leaves):
        raise InputError(f"{argument} holds no numbers; pass an array or a pytree of arrays.")
    arrays = []
    for leaf in leaves:
        if not isinstance(leaf, Tracer):
            numbers = as_numbers(leaf, argument)
            check_finite(numbers, argument)
        leaf = jnp.asarray(leaf)
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            leaf = leaf.astype(jnp.result_type(float))
        arrays.append(leaf)
    return jax.tree.unflatten(structure, arrays)


def check_loss(loss: Loss, params: Any) -> None:
    """Refuse a loss that is not a function from parameters to one number.

    Raises:
      InputTypeError: it is not callable.
      InputError: it does not return one real number.
    """
    if not callable(loss):
        raise InputTypeError(f"loss is a {type(loss).__name__}; pass a function of the parameters.")
    value = jax.eval_shape(loss, params)
    if not isinstance(value, jax.ShapeDtypeStruct):
        raise InputError(f"loss returns a {type(value).__name__}; it must return one real number.")
    if value.shape != () or not jnp.issubdtype(value.dtype, jnp.floating):
        raise InputError(
            f"loss returns shape {value.shape} and dtype {value.dtype}; it must return one real "
            "number."
        )


def check_same_structure(other: Any, params: Any, argument: str) -> None:
    """Refuse a pytree whose arrays are not those of the parameters, in number and shape.

    Raises:
      InputError: it differs.
    """
    shapes = [
        (structure, [np.shape(leaf) for leaf in leaves])
        for leaves, structure in (jax.tree.flatten(other), jax.tree.flatten(params))
    ]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"{argument} has arrays of shapes {shapes[0][1]}, but params of shapes {shapes[1][1]}; "
            "pass the same structure."
        )
