"""When is the loss recorded, and when does training stop?

    entry | epochs ... | entry | epochs ... | entry | ...

The losses are recorded, as an entry of the history, before the first epoch and then at the recipe's
`history_epochs`: those of all rows, by the network as it is then, without the noise of training.
With patience p, training stops after p entries in a row without a better validation loss, and the
best parameters are kept. Without patience it runs to the end, and the last parameters are kept. The
initial weights are never kept: entry 1 is better than entry 0, whatever their losses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxnn.training.recipe import Recipe, entries_per_training_loss, history_epochs
from jaxnn.training.steps import Epoch, State


class LoopState(NamedTuple):
    """The state of training between two entries of the history.

    Attributes:
      state: the state after the last step.
      entry: int, the next entry to be written.
      train_loss, validation_loss: (entries,), NaN where nothing was recorded.
      best: the parameters that are kept, held as in `state`.
      best_loss: their validation loss, or infinity as long as none was finite.
      best_entry: int, the entry that they are from.
      waited: int, the number of entries since then.
    """

    state: State
    entry: Array
    train_loss: Array
    validation_loss: Array
    best: Any
    best_loss: Array
    best_entry: Array
    waited: Array


def run(
    state: State,
    epoch: Epoch,
    losses: Callable[[Any], tuple[Array, Array]],
    recipe: Recipe,
    variance: Any = 1.0,
    marks: tuple[int, ...] | None = None,
    validation_loss: Callable[[Any], Array] | None = None,
) -> LoopState:
    """Train from entry to entry of the history, until the last one or until patience ends.

    Args:
      state: the state before the first step.
      epoch: one pass over the rows.
      losses: held parameters -> training loss and validation loss, each ().
      recipe: decides when there is an entry and when to stop.
      variance: of the response, in whose units the recipe's `min_delta` is.
      marks: the epochs that have an entry, 0, every, 2 every, ..., the last; None is
        `history_epochs(recipe)`.
      validation_loss: the second of `losses` alone, for entries without a training loss; None is
        the second of both.

    Returns:
      The state after the last entry.
    """
    marks = history_epochs(recipe) if marks is None else marks
    empty = jnp.full(len(marks), jnp.nan, jnp.result_type(float))
    start = LoopState(
        state=state,
        entry=jnp.array(0),
        train_loss=empty,
        validation_loss=empty,
        best=state.held,
        best_loss=jnp.array(jnp.inf, empty.dtype),
        best_entry=jnp.array(0),
        waited=jnp.array(0),
    )

    apart = entries_per_training_loss(recipe)
    last = len(marks) - 1

    def losses_at(entry: Array, held: Any) -> tuple[Array, Array]:
        if validation_loss is None or apart == 1:
            return losses(held)
        alone = partial(_without_training_loss, validation_loss)
        return lax.cond((entry % apart == 0) | (entry == last), losses, alone, held)

    def is_unfinished(loop: LoopState) -> Array:
        # Without early stopping this depends on the counter alone, so that fits mapped side by side
        # do not slow each other down.
        left = loop.entry <= last
        return left if recipe.patience is None else left & (loop.waited < recipe.patience)

    def advance(loop: LoopState) -> LoopState:
        # The first entry comes before the first epoch.
        begin = marks[1] * jnp.maximum(loop.entry - 1, 0)
        end = jnp.minimum(marks[1] * loop.entry, marks[-1])
        state = lax.fori_loop(begin, end, epoch, loop.state)
        found = losses_at(loop.entry, state.held)
        after = _recorded(loop, state, *found)
        if recipe.patience is None:
            return after
        return _compared(after, loop.entry, found[1], recipe, variance)

    ended = lax.while_loop(is_unfinished, advance, start)
    if recipe.patience is None:
        ended = ended._replace(best=ended.state.held, best_entry=jnp.array(last))
    return ended


def _without_training_loss(
    validation_loss: Callable[[Any], Array], held: Any
) -> tuple[Array, Array]:
    loss = validation_loss(held)
    return jnp.full_like(loss, jnp.nan), loss


def _recorded(
    loop: LoopState, state: State, train_loss: Array, validation_loss: Array
) -> LoopState:
    """The loop state with one more entry."""
    write = partial(lax.dynamic_update_index_in_dim, index=loop.entry, axis=0)
    return loop._replace(
        state=state,
        entry=loop.entry + 1,
        train_loss=write(loop.train_loss, train_loss),
        validation_loss=write(loop.validation_loss, validation_loss),
    )


def _compared(
    loop: LoopState, entry: Array, validation_loss: Array, recipe: Recipe, variance: Any
) -> LoopState:
    """The loop state after an entry: its parameters are kept if they are better."""
    better = validation_loss < loop.best_loss - recipe.min_delta * variance
    # Initial weights are not a fit, and entry 1 is kept until there is a better one.
    better = (entry == 1) | (better & (entry > 0))
    watched = jnp.where(jnp.isfinite(validation_loss), validation_loss, jnp.inf)
    return loop._replace(
        best=jax.tree.map(partial(jnp.where, better), loop.state.held, loop.best),
        best_loss=jnp.where(better, watched, loop.best_loss),
        best_entry=jnp.where(better, entry, loop.best_entry),
        waited=jnp.where(better | (entry == 0), 0, loop.waited + 1),
    )
