"""How does a network come from its first weights to its last?

`fit` is one pure function of a key and one compiled program:

    draw W;  repeat:  W <- W + update(gradient of [ sum_i w_i loss_i / sum_i w_i + penalty(W) ])

It holds the encoding of raw predictors, the draw of the weights, the validation split, every step
and the history.  A bootstrap, a sweep over seeds or a grid of learning rates is this function
mapped over keys (`jaxnn.replicate`, `jaxnn.bootstrap`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from jaxnn import mlp, responses
from jaxnn.mlp import MLP, Parameters
from jaxnn.tables import Encoder, Scaling, fit_scaling
from jaxnn.training import forward_pass
from jaxnn.training.arguments import check_descriptions, check_fit_arguments
from jaxnn.training.batching import BLOCK_BYTES, Rows, batches_of, blocked, over_blocks, prepare
from jaxnn.training.recipe import (
    Recipe,
    history_epochs,
    transformation,
    treats_parameters_alike,
    validation_rows,
)


class History(NamedTuple):
    """The course of one fit, at the epochs 0, every, 2 every, ..., the last.

    Attributes:
      epoch: (entries,) int, passes over the training rows made so far.
      train_loss: (entries,) weighted mean loss of the training rows, without the penalty; NaN
        after an early stop.
      validation_loss: (entries,) the same for the rows set aside; NaN if there are none.
    """

    epoch: Array
    train_loss: Array
    validation_loss: Array


class Fit(NamedTuple):
    """A trained network.

    Attributes:
      params: its parameters, as `jaxnn.mlp.apply` takes them.
      scaling: means and scales of the encoder's raw predictors; None without an encoder.
      history: losses on the way.
      train_loss: weighted mean loss of the training rows at `params`, without the penalty.
      epochs: int, the epoch that `params` is from.
      diverged_at: int, the first step whose gradient was not finite, or the last step if only the
        parameters or their loss are not; -1 when all is well.
    """

    params: Parameters
    scaling: Scaling | None
    history: History
    train_loss: Array
    epochs: Array
    diverged_at: Array


class _State(NamedTuple):
    params: Any  # Parameters, or all of them in one flat vector
    optimizer: Any
    diverged_at: Array  # int, -1 while all is finite


class _Course(NamedTuple):
    state: _State
    entry: Array  # of the history, the next to be written
    train_loss: Array
    validation_loss: Array
    best: Any
    best_loss: Array
    best_entry: Array
    waited: Array  # entries since the best one


def fit(
    key: Array,
    net: MLP,
    X: Any,
    y: Any,
    recipe: Recipe | None = None,
    *,
    weights: Any = None,
    encoder: Encoder | None = None,
    validation: tuple[Any, Any] | None = None,
    learning_rate: Any = None,
) -> Fit:
    """Train a network from weights drawn with `key`; the same key gives the same numbers.

    Args:
      key: a typed JAX key; decides the first weights, the validation split and the batches.
      net: the network.
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      y: (rows,) numbers, 0/1 (binary) or class numbers 0..K-1 (categorical); (rows, outputs) for
        a quantitative response of several outputs.
      recipe: how to train; None is `Recipe()`.
      weights: (rows,) weights of the rows, at least 0, such as the multiplicities of a bootstrap
        resample; None weighs all rows alike.  Only their ratios matter.
      encoder: description of the raw predictors, encoded and standardised inside the program;
        means and scales are those of the (weighted) training rows.
      validation: (X, y) of rows to watch, instead of the recipe's `validation_fraction`.
      learning_rate: in place of the recipe's; may be traced, to map over a grid.

    Returns:
      A `Fit`.  Compiled: one program for each (net, recipe, encoder) and shape.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation.
    """
    recipe = Recipe() if recipe is None else recipe
    check_fit_arguments(key, net, X, y, recipe, weights, encoder, validation, learning_rate)
    dtype = jnp.result_type(float)
    X, y = jnp.asarray(X, dtype), jnp.asarray(y, dtype)
    weights = jnp.ones(X.shape[0], dtype) if weights is None else jnp.asarray(weights, dtype)
    if validation is not None:
        validation = (jnp.asarray(validation[0], dtype), jnp.asarray(validation[1], dtype))
    return _fit(key, net, X, y, weights, validation, learning_rate, recipe, encoder)


@partial(jax.jit, static_argnames=("net", "recipe", "encoder"))
def _fit(
    key: Array,
    net: MLP,
    X: Array,
    y: Array,
    weights: Array,
    validation: tuple[Array, Array] | None,
    learning_rate: Any,
    recipe: Recipe,
    encoder: Encoder | None,
) -> Fit:
    # Each purpose has its own key, whether or not the others have one.
    key_init, key_split, key_batches = (jax.random.fold_in(key, purpose) for purpose in range(3))
    # A row of weight zero must not matter even where zero times its loss is not zero.
    counted = weights > 0
    X = jnp.where(counted[:, None], X, 0)
    y = jnp.where(counted.reshape(-1, *[1] * (y.ndim - 1)), y, 0)

    watched = (
        None if validation is None else (*validation, jnp.ones(validation[0].shape[0], X.dtype))
    )
    if watched is None and recipe.validation_fraction:
        order = jax.random.permutation(key_split, X.shape[0])
        aside, kept = jnp.split(order, [validation_rows(recipe, X.shape[0])])
        watched = (X[aside], y[aside], weights[aside])
        X, y, weights = X[kept], y[kept], weights[kept]

    scaling = None if encoder is None else fit_scaling(encoder, X, weights)
    train = prepare(X, y, weights, encoder, scaling)
    watched = None if watched is None else blocked(prepare(*watched, encoder, scaling), net)
    optimizer = optax.with_extra_args_support(transformation(recipe, learning_rate))
    params = mlp.init(key_init, net)
    group, ungroup = partial(forward_pass.grouped, net), partial(forward_pass.ungrouped, net)
    pack, unpack = _same, group
    if treats_parameters_alike(recipe):
        params = group(params)
        pack, unpack = forward_pass.packing(params)

    def block_loss(packed: Any, rows: Rows) -> Array:
        outputs = forward_pass.forward(net, unpack(packed), rows.features)
        return jnp.sum(rows.weights * responses.loss(net.response, outputs, rows.y, axis=0))

    def loss(packed: Any, rows: Rows) -> Array:
        return over_blocks(jax.checkpoint(partial(block_loss, packed)), rows)

    def penalty(packed: Any) -> Array:
        if recipe.penalty is None:
            return jnp.zeros((), X.dtype)
        return recipe.penalty([layer.weights for layer in ungroup(unpack(packed))])

    def objective(packed: Any, rows: Rows) -> Array:
        return loss(packed, rows) + penalty(packed)

    def objective_and_gradient(packed: Any, rows: Rows) -> tuple[Array, Any]:
        if rows.weights.ndim == 1:
            return jax.value_and_grad(lambda p: block_loss(p, rows) + penalty(p))(packed)
        parts = over_blocks(partial(jax.value_and_grad(block_loss), packed), rows)
        if recipe.penalty is None:
            return parts
        return jax.tree.map(jnp.add, parts, jax.value_and_grad(penalty)(packed))

    def step(state: _State, rows: Rows, number: Array) -> _State:
        value, gradient = objective_and_gradient(state.params, rows)
        updates, optimizer_state = optimizer.update(
            gradient,
            state.optimizer,
            state.params,
            value=value,
            grad=gradient,
            value_fn=lambda params: objective(params, rows),
        )
        # Whatever is not finite anywhere in the network reaches the gradient of the last biases.
        finite = jnp.isfinite(unpack(gradient)[-1].biases).all()
        diverged_at = jnp.where((state.diverged_at < 0) & ~finite, number, state.diverged_at)
        params = optax.apply_updates(state.params, updates)
        # optax's types forget that updated parameters have the structure they had.
        return _State(params, optimizer_state, diverged_at)  # type: ignore[arg-type]

    rows = blocked(train, net)
    batch_size = recipe.batch_size
    if batch_size is None or batch_size >= X.shape[0]:
        steps_per_epoch = 1

        def epoch(number: Array, state: _State) -> _State:
            return step(state, rows, number)
    else:
        steps_per_epoch = -(-X.shape[0] // batch_size)
        gather = batches_of(train, X.shape[0], batch_size)

        def epoch(number: Array, state: _State) -> _State:
            batches = gather(jax.random.fold_in(key_batches, number))
            first = number * steps_per_epoch
            numbers = first + jnp.arange(steps_per_epoch)
            return lax.scan(lambda s, b: (step(s, *b), None), state, (batches, numbers))[0]

    first = pack(params)
    state = _State(first, optimizer.init(first), jnp.array(-1))
    course = _run(state, epoch, lambda p: _losses(loss, p, rows, watched), recipe)

    params = ungroup(unpack(course.best))
    train_loss = course.train_loss[course.best_entry]
    numbers = [train_loss, *jax.tree.leaves(params)]
    if recipe.patience is not None:
        numbers.append(course.best_loss)  # the loss that chose these parameters
    finite = jnp.array([jnp.isfinite(leaf).all() for leaf in numbers]).all()
    marks = jnp.array(history_epochs(recipe))
    epochs = marks[course.best_entry]
    last_step = epochs * steps_per_epoch - 1
    diverged_at = jnp.where(
        (course.state.diverged_at < 0) & ~finite, last_step, course.state.diverged_at
    )
    history = History(marks, course.train_loss, course.validation_loss)
    return Fit(params, scaling, history, train_loss, epochs, diverged_at)


def _same(params: Parameters) -> Parameters:
    return params


def _losses(
    loss: Callable[[Parameters, Rows], Array],
    params: Parameters,
    train: Rows,
    watched: Rows | None,
) -> tuple[Array, Array]:
    first = loss(params, train)
    return first, jnp.full_like(first, jnp.nan) if watched is None else loss(params, watched)


def _run(
    state: _State,
    epoch: Callable[[Array, _State], _State],
    losses: Callable[[Parameters], tuple[Array, Array]],
    recipe: Recipe,
) -> _Course:
    """Epochs from one history entry to the next, until the last or until patience is at its end."""
    marks = np.array(history_epochs(recipe))
    begins = np.concatenate([[0], marks[:-1]])  # the first entry comes before the first epoch
    empty = jnp.full(marks.shape, jnp.nan, jnp.result_type(float))
    start = _Course(
        state=state,
        entry=jnp.array(0),
        train_loss=empty,
        validation_loss=empty,
        best=state.params,
        best_loss=jnp.array(jnp.inf, empty.dtype),
        best_entry=jnp.array(0),
        waited=jnp.array(0),
    )

    def unfinished(course: _Course) -> Array:
        # Without early stopping the predicate depends on the counter alone, so that fits mapped
        # side by side do not slow each other down.
        left = course.entry < len(marks)
        return left if recipe.patience is None else left & (course.waited < recipe.patience)

    def advance(course: _Course) -> _Course:
        begin, end = jnp.array(begins)[course.entry], jnp.array(marks)[course.entry]
        state = lax.fori_loop(begin, end, epoch, course.state)
        train, watched = losses(state.params)
        better = watched < course.best_loss - recipe.min_delta
        if recipe.patience is None:
            better = jnp.array(True)
        best = jax.tree.map(partial(jnp.where, better), state.params, course.best)
        return _Course(
            state=state,
            entry=course.entry + 1,
            train_loss=lax.dynamic_update_index_in_dim(course.train_loss, train, course.entry, 0),
            validation_loss=lax.dynamic_update_index_in_dim(
                course.validation_loss, watched, course.entry, 0
            ),
            best=best,
            best_loss=jnp.where(better, watched, course.best_loss),
            best_entry=jnp.where(better, course.entry, course.best_entry),
            waited=jnp.where(better, 0, course.waited + 1),
        )

    return lax.while_loop(unfinished, advance, start)


@dataclass(frozen=True)
class Fitter:
    """`fit` with everything chosen but the key and the rows: fitter(key, X, y[, weights]) -> Fit.

    Two equal fitters are one function to the compiler, so a second bootstrap with an equal one
    compiles nothing.

    Attributes:
      net, recipe, encoder, learning_rate: as `fit` takes them.
    """

    net: MLP
    recipe: Recipe = Recipe()
    encoder: Encoder | None = None
    learning_rate: float | None = None

    def __post_init__(self) -> None:
        check_descriptions(self.net, self.recipe, self.encoder)

    def __call__(self, key: Array, X: Any, y: Any, weights: Any = None) -> Fit:
        return fit(
            key,
            self.net,
            X,
            y,
            self.recipe,
            weights=weights,
            encoder=self.encoder,
            learning_rate=self.learning_rate,
        )

    @property
    def weighs_rows(self) -> bool:
        """Whether a row of weight two is the same to it as two rows: so for full batches, but a
        mini-batch holds a number of rows whatever their weights."""
        return self.recipe.batch_size is None

    @property
    def ignores_absent_rows(self) -> bool:
        """Whether a row of weight zero may as well not be there: so unless rows are set aside,
        since how many there are decides which."""
        return self.weighs_rows and not self.recipe.validation_fraction

    @property
    def varying_length(self) -> bool:
        """Whether two fits may stop after different numbers of epochs."""
        return self.recipe.patience is not None

    def working_set(self, rows: int) -> int:
        """Bytes of activations that a step on `rows` rows goes through."""
        rows = min(rows, self.recipe.batch_size or rows)
        return min(rows * sum(self.net.sizes) * jnp.result_type(float).itemsize, 4 * BLOCK_BYTES)
