"""Is a function of the step a learning rate?

    schedule(t) -> e,    t = 0, 1, 2, ...  the number of the step, traced by JAX

It is traced once, so that what is wrong with it is said before anything is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Literal

from jaxnn.errors import InputError, InputTypeError, check_number, shown

ACCEPTED = "a positive number or a schedule, a JAX function of the step that returns one"


def check_schedule(schedule: Callable[[Any], Any]) -> None:
    """Refuse a function that does not turn the number of a step into one real number.

    Where the function is constant, the number must be positive; else it is not known yet.

    Raises:
      InputError, InputTypeError: one sentence that says what the function does instead.
    """
    number = jax.ShapeDtypeStruct((), jnp.int32)
    try:
        traced: Any
        traced, found = jax.make_jaxpr(schedule, return_shape=True)(number)
    except InputError:
        raise
    except Exception as error:
        raise InputTypeError(
            f"learning_rate is {shown(schedule)}, which fails for the number of a step with "
            f"{shown(error)}; pass {ACCEPTED}."
        ) from error
    if not isinstance(found, jax.ShapeDtypeStruct):
        returned = f"a value of type {type(found).__name__}"
    elif found.shape:
        returned = f"shape {found.shape}"
    elif not (
        jnp.issubdtype(found.dtype, jnp.floating) or jnp.issubdtype(found.dtype, jnp.integer)
    ):
        returned = f"{found.dtype}"
    else:
        (output,) = traced.jaxpr.outvars
        if isinstance(output, Literal):
            check_number(float(output.val), "learning_rate", ACCEPTED, lambda rate: rate > 0)
        return
    raise InputError(
        f"learning_rate is a schedule that returns {returned} for a step; pass {ACCEPTED}."
    )
