"""Which losses and parameters can be looked at?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxnn.errors import InputError, InputTypeError, as_jax_array, check_finite, shown
from jaxnn.user_functions import check_returns

Loss = Callable[[Any], Any]


def as_parameters(params: Any, argument: str = "params") -> Any:
    """A pytree of arrays of floats in JAX's default precision or their own.

    A list or tuple of plain numbers is one array.

    Raises:
      InputError, InputTypeError: no arrays, or values that are not finite numbers.
    """
    if type(params) in (list, tuple) and all(isinstance(value, Real) for value in params):
        params = np.array(params, float)
    if isinstance(params, Iterator):
        raise InputTypeError(f"{argument} is {shown(params)}; pass an array or a pytree of arrays.")
    try:
        leaves, structure = jax.tree.flatten(params)
    except (TypeError, ValueError):  # a dictionary whose keys cannot be sorted
        raise InputTypeError(
            f"{argument} is {shown(params)}; pass an array or a pytree of arrays."
        ) from None
    if not sum(np.size(leaf) for leaf in leaves):
        raise InputError(f"{argument} holds no numbers; pass an array or a pytree of arrays.")
    arrays = []
    for leaf in leaves:
        leaf = as_jax_array(leaf, argument)
        if not isinstance(leaf, Tracer):
            check_finite(np.asarray(leaf), argument)
        if not jnp.issubdtype(leaf.dtype, jnp.floating) or leaf.dtype.itemsize < 4:
            leaf = leaf.astype(jnp.result_type(float))
        arrays.append(leaf)
    return jax.tree.unflatten(structure, arrays)


def check_loss(loss: Loss, params: Any) -> None:
    """Refuse a loss that is not a function from parameters to one number.

    Raises:
      InputTypeError: it is not callable.
      InputError: it does not return one real number.
    """
    accepted = "a function of the parameters that returns one real number"
    check_returns(loss, (params,), "loss", accepted, shape=())
    try:
        hash(loss)
    except TypeError:
        raise InputTypeError(
            f"loss is {shown(loss)}, which cannot be hashed; pass a function, or an object with a "
            "hash."
        ) from None


def as_alike(other: Any, params: Any, argument: str) -> Any:
    """A pytree whose arrays are those of the parameters in number and shape, as `as_parameters`.

    Raises:
      InputError, InputTypeError: it differs, or holds anything but finite numbers.
    """
    other = as_parameters(other, argument)
    shapes = [
        (structure, [np.shape(leaf) for leaf in leaves])
        for leaves, structure in (jax.tree.flatten(other), jax.tree.flatten(params))
    ]
    if shapes[0] != shapes[1]:
        raise InputError(
            f"{argument} has arrays of shapes {shown(shapes[0][1])}, but the parameters have "
            f"shapes {shown(shapes[1][1])}; pass the same structure."
        )
    return other


def check_derivatives_finite(derivatives: Any, argument: str) -> None:
    """Refuse a point at which a loss has no finite derivatives; traced ones are not looked at.

    Raises:
      InputError: a derivative that is NaN or infinite.
    """
    for leaf in jax.tree.leaves(derivatives):
        if not isinstance(leaf, Tracer) and not np.isfinite(np.asarray(leaf)).all():
            raise InputError(
                f"loss has derivatives at {argument} that are not finite; pass another point."
            )
