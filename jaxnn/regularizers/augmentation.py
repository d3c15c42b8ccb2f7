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

from jaxnn.errors import InputError, InputTypeError, shown
from jaxnn.mlp import MLP
from jaxnn.regularizers.images import NotAnImageError
from jaxnn.regularizers.places import Regularizer, abstract_key
from jaxnn.tables import Encoder, encoded_width
from jaxnn.user_functions import check_hashable


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
      InputError: when a network is fitted, a function that changes the shape or dtype of a row, or
        one that changes images where an encoder says that the rows are those of a table.

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
                f"function is {shown(self.function)}; pass a function of a key and a row, such as "
                "RandomShift(8, 8)."
            )
        check_hashable(self)

    def check(self, net: MLP) -> None:
        """Refuse a function that makes something else of a row, before anything is compiled."""
        row = jax.ShapeDtypeStruct((net.sizes[0],), jnp.result_type(float))
        given = f"a row of shape {row.shape}"
        try:
            found: Any = jax.eval_shape(self.function, abstract_key(), row)
        except InputError:
            raise
        except Exception as error:
            raise InputTypeError(
                f"the function of Augmentation fails for a key and {given}, with {shown(error)}; "
                "pass a function (key, x) -> x of JAX arrays."
            ) from error
        if not isinstance(found, jax.ShapeDtypeStruct):
            returned = f"a value of type {type(found).__name__}"
        elif found.shape != row.shape:
            returned = f"shape {found.shape}"
        elif found.dtype != row.dtype:
            returned, given = f"{found.dtype}", f"a row of {row.dtype}"
        else:
            return
        raise InputError(
            f"the function of Augmentation returns {returned} for {given}; return a changed row "
            "of the same shape and dtype."
        )

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse changes of an image, by themselves or in a function, of the rows of a table."""
        # Only a change of an image refuses a row because of its width.
        wider = jax.ShapeDtypeStruct((encoded_width(encoder) + 1,), jnp.result_type(float))
        try:
            jax.eval_shape(self.function, abstract_key(), wider)
        except NotAnImageError as error:
            raise InputError(
                "regularizers holds an Augmentation for images, but the encoder makes X a table of "
                f"{len(encoder.columns)} columns, each with a scale of its own; pass images "
                "without an encoder, or augment the table by a function of your own."
            ) from error
        except Exception:  # a function that suits the width of this table alone
            return

    def features(self, key: Array, features: Array) -> Array:
        """The rows, each changed with a key of its own."""
        keys = jax.random.split(key, features.shape[1])
        changed = jax.vmap(self.function, in_axes=(0, 1), out_axes=1)(keys, features)
        return changed.astype(features.dtype)
