"""How does one pass over the rows change the parameters?

    full batch      one step on all rows
    mini-batches    one step per batch of a fresh permutation

A step is W <- W + update(gradient of J), and notes the first gradient that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array, lax

from jaxnn.regularizers import Regularizers, acting
from jaxnn.training.batching import Rows, shuffled_batches
from jaxnn.training.noisy_objective import NoisyObjective
from jaxnn.training.objective import Objective


class State(NamedTuple):
    """What one step passes to the next.

    Attributes:
      held: the parameters, in the form that `jaxnn.training.objective.Form` describes.
      optimizer: the state of the update rule.
      diverged_at: int, the first step whose gradient was not finite; -1 while all are.
    """

    held: Any
    optimizer: Any
    diverged_at: Array


Step = Callable[[State, Rows, Array], State]
Epoch = Callable[[Array, State], State]


def step_of(
    objective_at: Callable[[Array], Objective],
    optimizer: optax.GradientTransformationExtraArgs,
    regularizers: Regularizers = (),
) -> Step:
    """One update, as a function of the state, the rows and the number of the step.

    Args:
      objective_at: the number of a step -> what it minimises.
      optimizer: the update rule.
      regularizers: of which some may act on the weights after the update.
    """
    after = [entry for _, entry in acting(regularizers, "updated")]

    def updated(objective: Objective, held: Any) -> Any:
        if not after:
            return held
        groups = objective.form.groups(held)
        for entry in after:
            groups = tuple(g._replace(weights=entry.updated(g.weights)) for g in groups)
        return objective.form.held(groups)

    def step(state: State, rows: Rows, number: Array) -> State:
        objective = objective_at(number)
        value, gradient = objective.value_and_gradient(state.held, rows)
        updates, optimizer_state = optimizer.update(
            gradient,
            state.optimizer,
            state.held,
            value=value,
            grad=gradient,
            value_fn=lambda held: objective(held, rows),
        )
        # If any number in the network is not finite, the gradient of the last biases is not either.
        finite = jnp.isfinite(objective.form.groups(gradient)[-1].biases).all()
        diverged_at = jnp.where((state.diverged_at < 0) & ~finite, number, state.diverged_at)
        held = updated(objective, optax.apply_updates(state.held, updates))
        if isinstance(objective, NoisyObjective):
            held = objective.with_running_moments(held, state.held, rows)
        return State(held, optimizer_state, diverged_at)

    return step


def full_batch_epoch(step: Step, rows: Rows) -> Epoch:
    """One step on all rows, as a function of the epoch's number and the state."""
    return lambda number, state: step(state, rows, number)


def mini_batch_epoch(key: Array, step: Step, train: Rows, rows: int, batch_size: int) -> Epoch:
    """One step per batch, as a function of the epoch's number and the state.

    Args:
      key: a typed JAX key; folded with the epoch's number, it decides the order of the rows.
      step: one update.
      train: all rows, not cut into blocks.
      rows: how many of them are not padding.
      batch_size: rows per batch, less than `rows`.
    """
    steps = -(-rows // batch_size)
    gather = shuffled_batches(train, rows, batch_size)

    def epoch(number: Array, state: State) -> State:
        batches = gather(jax.random.fold_in(key, number))
        numbers = number * steps + jnp.arange(steps)
        return lax.scan(lambda s, b: (step(s, *b), None), state, (batches, numbers))[0]

    return epoch
