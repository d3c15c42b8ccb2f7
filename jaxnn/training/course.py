"""When is the loss recorded, and when does training stop?

    epochs ... | entry | epochs ... | entry | ...

An entry of the history is made before the first epoch and then at the recipe's `history_epochs`.
With patience p, training stops after p entries in a row without a better validation loss, and the
best parameters count; without, it goes to the end, and the last ones count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.training.recipe import Recipe, history_epochs
from jaxnn.training.steps import Epoch, State


class Course(NamedTuple):
    """What training has come to.

    Attributes:
      state: after the last step.
      entry: int, the next entry to be written.
      train_loss, validation_loss: (entries,), NaN where nothing was written.
      best: the parameters that count, held as in `state`.
      best_loss: their validation loss.
      best_entry: int, the entry that they are from.
      waited: int, entries since then.
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
    state: State, epoch: Epoch, losses: Callable[[Any], tuple[Array, Array]], recipe: Recipe
) -> Course:
    """Train from entry to entry of the history, until the last or until patience ends.

    Args:
      state: before the first step.
      epoch: one pass over the rows.
      losses: held parameters -> training loss and validation loss, each ().
      recipe: says when there is an entry and when to stop.
    """
    marks = np.array(history_epochs(recipe))
    begins = np.concatenate([[0], marks[:-1]])  # the first entry comes before the first epoch
    empty = jnp.full(marks.shape, jnp.nan, jnp.result_type(float))
    start = Course(
        state=state,
        entry=jnp.array(0),
        train_loss=empty,
        validation_loss=empty,
        best=state.held,
        best_loss=jnp.array(jnp.inf, empty.dtype),
        best_entry=jnp.array(0),
        waited=jnp.array(0),
    )

    def unfinished(course: Course) -> Array:
        # Without early stopping the predicate depends on the counter alone, so that fits mapped
        # side by side do not slow each other down.
        left = course.entry < len(marks)
        return left if recipe.patience is None else left & (course.waited < recipe.patience)

    def advance(course: Course) -> Course:
        begin, end = jnp.array(begins)[course.entry], jnp.array(marks)[course.entry]
        state = lax.fori_loop(begin, end, epoch, course.state)
        return _recorded(course, state, *losses(state.held), recipe)

    return lax.while_loop(unfinished, advance, start)


def _recorded(
    course: Course, state: State, train_loss: Array, validation_loss: Array, recipe: Recipe
) -> Course:
    """The course with one more entry; the parameters count if they are better."""
    better = validation_loss < course.best_loss - recipe.min_delta
    if recipe.patience is None:
        better = jnp.array(True)
    write = partial(lax.dynamic_update_index_in_dim, index=course.entry, axis=0)
    return Course(
        state=state,
        entry=course.entry + 1,
        train_loss=write(course.train_loss, train_loss),
        validation_loss=write(course.validation_loss, validation_loss),
        best=jax.tree.map(partial(jnp.where, better), state.held, course.best),
        best_loss=jnp.where(better, validation_loss, course.best_loss),
        best_entry=jnp.where(better, course.entry, course.best_entry),
        waited=jnp.where(better, 0, course.waited + 1),
    )
