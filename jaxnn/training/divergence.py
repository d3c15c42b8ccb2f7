"""Did a fit diverge, when, and why?

A fit diverged if a gradient was not finite, if its parameters or their training loss are not, or if
no validation loss ever was, so that nothing could be compared.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

# The reasons by their number in `Fit.divergence`; as they follow "3 of 100 refits diverged: 3".
REASONS = (
    "",  # it did not
    "by a gradient that is not finite",
    "by parameters or a training loss that are not finite",
    "without a finite validation loss",
)


class Divergence(NamedTuple):
    """When and why a fit diverged.

    Attributes:
      step: int, the first step whose gradient was not finite, or the last step for other reasons;
        -1 if the fit did not diverge.
      reason: int, the place in `REASONS`.
    """

    step: Array
    reason: Array


def divergence(
    gradient_step: Array,
    params: Any,
    train_loss: Array,
    validation_loss: Array | None,
    last_step: Array,
) -> Divergence:
    """Whether a fit diverged, when and why; the first reason of `REASONS` counts.

    Args:
      gradient_step: int, the first step whose gradient was not finite; -1 if all were.
      params: the parameters that are returned.
      train_loss: () their training loss.
      validation_loss: (entries,) the history after the initial weights; None without rows to watch.
      last_step: int, the step that made `params`, at least 0.

    Returns:
      A `Divergence`. Not compiled.
    """
    numbers = [train_loss, *jax.tree.leaves(params)]
    unusable = ~jnp.array([jnp.isfinite(leaf).all() for leaf in numbers]).all()
    unwatched = jnp.array(False)
    if validation_loss is not None:
        unwatched = ~jnp.isfinite(validation_loss).any()
    reason = jnp.select([gradient_step >= 0, unusable, unwatched], [1, 2, 3], 0)
    step = jnp.select([reason == 1, reason > 1], [gradient_step, last_step], -1)
    return Divergence(step, reason)
