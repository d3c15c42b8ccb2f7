"""Is a function of the step a learning rate?

    schedule(t) -> e,    t = 0, 1, 2, ...  the number of the step, traced by JAX

It is traced once, so that what is wrong with it is said before anything is compiled. When the
number of steps is known its values are looked at too: each must be finite and at least 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.extend.core import Literal

from jaxnn.errors import InputError, InputTypeError, check_number, shown

ACCEPTED = "a positive number or a schedule, a JAX function of the step that returns one"
MOST_STEPS = 2**20  # at which a schedule is evaluated; of more, so many evenly spaced ones


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


@lru_cache(maxsize=128)
def check_rates(schedule: Callable[[Any], Any], steps: int) -> None:
    """Refuse a schedule with a learning rate that is negative, NaN or infinite at some step.

    A rate of 0 is accepted, as at the start of a warm-up, unless all are 0. What depends on a
    traced number is not known yet and passes.

    Args:
      schedule: one that `check_schedule` accepts.
      steps: the number of steps that will be made.

    Raises:
      InputError: one sentence that names the first such step.
    """
    number = jax.ShapeDtypeStruct((), jnp.int32)
    with jax.ensure_compile_time_eval():
        if any(isinstance(value, Tracer) for value in jax.make_jaxpr(schedule)(number).consts):
            return
        numbers = np.unique(np.linspace(0, steps - 1, min(steps, MOST_STEPS)).astype(np.int32))
        rates = np.asarray(jax.jit(jax.vmap(schedule))(numbers))
    wrong = ~(np.isfinite(rates) & (rates >= 0))
    wanted = "pass a schedule whose rates are finite and at least 0"
    if wrong.any():
        first = int(wrong.argmax())
        raise InputError(
            f"learning_rate is a schedule that returns {rates[first]:g} for step {numbers[first]} "
            f"of {steps}; {wanted}."
        )
    if not rates.any():
        raise InputError(
            f"learning_rate is a schedule that returns 0 for each of {steps} steps; {wanted}, and "
            "positive at some step."
        )
