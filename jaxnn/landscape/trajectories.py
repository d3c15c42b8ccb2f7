"""Which path does an optimiser take down a loss?

w_0 = start,    w_{t+1} = w_t + update(grad loss(w_t))
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxnn.errors import check_count, check_memory
from jaxnn.landscape.arguments import Loss, as_parameters, check_loss
from jaxnn.optimizers import Optimizer, check_optimizer, check_step, transformation


def trajectory(optimizer: Optimizer, loss: Loss, start: Any, steps: int) -> Any:
    """The parameters after each step of an optimiser.

    Args:
      optimizer: an optax transformation, such as those of `jaxnn.optimizers`, or a name of
        `jaxnn.optimizers.OPTIMIZERS` with its default learning rate.
      loss: parameters -> one number, a JAX function.
      start: the first parameters, an array or a pytree of arrays.
      steps: number of steps, at least 1.

    Returns:
      A pytree like `start`, every array with a leading axis (steps + 1,), `start` first. A path
      that diverges ends in values that are not finite. Compiled; `jax.vmap` over `start` follows
      many starts at once.

    Raises:
      InputError, InputTypeError: arguments other than these.

    Example:
      >>> from jaxnn.optimizers import gradient_descent
      >>> print(trajectory(gradient_descent(0.5), lambda w: w**2 / 2, 8.0, steps=3))
      [8. 4. 2. 1.]
    """
    check_optimizer(optimizer)
    check_count(steps, "steps")
    start = as_parameters(start, "start")
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(start))
    check_memory(size * steps, "steps", steps)
    check_loss(loss, start)
    check_step(optimizer, start)
    return _path(transformation(optimizer), loss, start, steps)


@partial(jax.jit, static_argnames=("rule", "loss", "steps"))
def _path(rule: optax.GradientTransformation, loss: Loss, start: Any, steps: int) -> Any:
    rule = optax.with_extra_args_support(rule)

    def step(carry: tuple[Any, Any], _: None) -> tuple[Any, Any]:
        params, state = carry
        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = rule.update(
            gradient, state, params, value=value, grad=gradient, value_fn=loss
        )
        params = optax.apply_updates(params, updates)
        return (params, state), params

    _, path = jax.lax.scan(step, (start, rule.init(start)), length=steps)
    return jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), start, path)
