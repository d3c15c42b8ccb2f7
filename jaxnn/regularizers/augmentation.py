"""Which changes of a row leave its response as it is?

    x' = function(key, x)    with a key of its own for each row, anew in every step

The network learns not to mind the changes, and never sees the same row twice. `jaxnn.regularizers`
has such functions for small images: `RandomShift`, `RandomRotation` and `RandomFlip`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import InputError, InputTypeError, check_hashable
from jaxnn.mlp import MLP
from jaxnn.regularizers.places import Regularizer


@dataclass(frozen=True)
class Augmentation(Regularizer):
    """Rows that are changed at random, anew in every step.

    Attributes:
      function: (key, x (inputs,)) -> x of the same shape. x is one row as the network sees it:
        encoded, and standardised, if there is an encoder. Several augmentations act one after the
        other.

    Raises:
      InputTypeError: a function that cannot be called or hashed, or, when a network is fitted, not
        with a key and a row.
      InputError: when a network is fitted, a function that changes the shape of a row.

    Example:
      >>> def doubled_or_not(key, x):
      ...     return x * jax.random.choice(key, jnp.array([1.0, 2.0]))
      >>> augmentation = Augmentation(doubled_or_not)
      >>> augmentation.features(jax.random.key(0), jnp.ones((2, 3))).shape
      (2, 3)
    """

    function: Callable[[Array, Array], Array]
    draws_by_row: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if isinstance(self.function, type) or not callable(self.function):
            raise InputTypeError(
                f"function is {self.function!r}; pass a function of a key and a row, such as "
                "RandomShift(8, 8)."
            )
        check_hashable(self)

    def check(self, net: MLP) -> None:
        """Refuse a function that changes the shape of a row, before anything is compiled."""
        row = jax.ShapeDtypeStruct((net.sizes[0],), jnp.result_type(float))
        try:
            found: Any = jax.eval_shape(self.function, jax.random.key(0), row)
        except TypeError as error:
            raise InputTypeError(
                f"the function of Augmentation fails for a key and a row of shape {row.shape}, "
                f"with {str(error).splitlines()[0]!r}; pass a function (key, x) -> x of JAX arrays."
            ) from error
        shape = getattr(found, "shape", None)
        if shape != row.shape:
            returned = f"a {type(found).__name__}" if shape is None else f"shape {shape}"
            raise InputError(
                f"the function of Augmentation returns {returned} for a row of shape {row.shape}; "
                "return a changed row of the same shape."
            )

    def features(self, key: Array, features: Array) -> Array:
        """The rows, each changed with a key of its own."""
        keys = jax.random.split(key, features.shape[1])
        changed = jax.vmap(self.function, in_axes=(0, 1), out_axes=1)(keys, features)
        return changed.astype(features.dtype)
