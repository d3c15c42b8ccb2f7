"""How does a network get from its initial weights to its last?

`fit` is one pure function of a key and one compiled program:

    draw W;  repeat: W <- W + update(gradient of [ sum_i w_i loss_i / sum_i w_i + penalty(W) ])

A quantitative response is trained as y' = (y - mean) / scale, and the last layer is then turned
back, W scale and b scale + mean, so that the network predicts in the response's own unit. The
program contains the encoding of raw predictors, the draw of the weights, the validation split,
every step and the history. A bootstrap, a sweep over seeds or a grid of learning rates is this
function mapped over keys (`jaxnn.replicate`, `jaxnn.bootstrap`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array

from jaxnn import mlp
from jaxnn.errors import check_key
from jaxnn.mlp import MLP, Parameters
from jaxnn.optimizers import transformation, treats_parameters_alike
from jaxnn.regularizers import Regularizers, penalty_of
from jaxnn.regularizers.batch_normalization import with_scales
from jaxnn.tables import Encoder, Scaling
from jaxnn.training import forward_pass, loop
from jaxnn.training.arguments import CheckedRows, check_descriptions, checked_rows
from jaxnn.training.batching import Rows, cut_into_blocks, prepare
from jaxnn.training.divergence import divergence
from jaxnn.training.noisy_objective import NoisyObjective, changes_objective
from jaxnn.training.objective import Objective, form_of
from jaxnn.training.recipe import Recipe, entries_per_training_loss, history_epochs
from jaxnn.training.regularized_pass import batch_normalization, plain_groups
from jaxnn.training.response_unit import standardized, starting_at_mean, unfolded
from jaxnn.training.scales import scales_of
from jaxnn.training.steps import Epoch, State, full_batch_epoch, mini_batch_epoch, step_of
from jaxnn.training.validation_split import as_floats, examples, split


class History(NamedTuple):
    """The losses of one fit at the epochs 0, every, 2 every, ..., the last.

    These are losses of the network as it is after each of these epochs, on all rows and without the
    noise of training, not averages over the steps of an epoch. `Recipe.history_every` says how many
    entries there are, and what they cost.

    Attributes:
      epoch: (entries,) int, number of passes over the training rows so far.
      train_loss: (entries,) weighted mean loss of the training rows, in the response's own unit and
        without the penalty; NaN after an early stop, and at entries of fewer than 200 epochs with
        patience that only the validation loss was needed for.
      validation_loss: (entries,) the same for the validation rows; NaN if there are none, and after
        an early stop.
    """

    epoch: Array
    train_loss: Array
    validation_loss: Array


class Fit(NamedTuple):
    """A trained network.

    Attributes:
      params: its parameters, as `jaxnn.mlp.apply` takes them.
      scaling: means and scales of the encoder's raw predictors; None without an encoder.
      history: losses during training.
      train_loss: () weighted mean loss of the training rows at `params`, in the response's own unit
        and without the penalty.
      epochs: int, the epoch that `params` is from.
      diverged_at: int, the first step whose gradient was not finite, or the last step if the fit
        diverged for another reason; -1 if it did not.
      diverged_by: int, the reason, a place in `jaxnn.training.divergence.REASONS`; 0 if it did not.
    """

    params: Parameters
    scaling: Scaling | None
    history: History
    train_loss: Array
    epochs: Array
    diverged_at: Array
    diverged_by: Array


def fit(
    key: Array,
    net: MLP,
    X: Any,
    y: Any,
    recipe: Recipe | None = None,
    *,
    weights: Any = None,
    encoder: Encoder | None = None,
    validation: tuple[Any, ...] | None = None,
    learning_rate: Any = None,
    penalty_factor: Any = None,
    groups: Any = None,
) -> Fit:
    """Train a network from weights drawn with `key`; the same key gives the same numbers.

    Args:
      key: a typed JAX key, from which the initial weights, validation rows and batches are drawn.
      net: the network.
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      y: (rows,) numbers, 0/1 (binary), class numbers 0..K-1 (categorical) or counts 0, 1, 2, ...;
        (rows, outputs) for several outputs of a response that is not categorical.
      recipe: how to train; None is `Recipe()`.
      weights: (rows,) weights of the rows, at least 0, such as the counts of a bootstrap resample;
        None gives all rows the same weight. Only their ratios matter.
      encoder: description of the raw predictors, which are encoded and standardised inside the
        program; means and scales are those of the (weighted) training rows.
      validation: (X, y) or (X, y, weights) of validation rows, in place of the recipe's
        `validation_fraction`.
      learning_rate: in place of the recipe's; it may be traced, to map over a grid.
      penalty_factor: at least 0, by which the recipe's penalties on weights are multiplied; it may
        be traced, to map over a path of penalties.
      groups: (rows,) labels of any kind. Rows with equal labels are set aside together, whole
        groups until about the recipe's `validation_fraction` of the rows is set aside.

    Returns:
      A `Fit` in the default float dtype. Compiled: one program for each (net, recipe, encoder)
      and shape.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation.

    Example:
      >>> import jax
      >>> from jaxnn import MLP, Recipe, fit
      >>> X = [[0.0], [1.0], [2.0], [3.0]]
      >>> y = [1.0, 3.0, 5.0, 7.0]  # 1 + 2 x
      >>> line = fit(jax.random.key(0), MLP((1, 1)), X, y, Recipe("lbfgs", epochs=10))
      >>> slope, intercept = line.params[0].weights[0, 0], line.params[0].biases[0]
      >>> print(f"{intercept:.2f} + {slope:.2f} x")
      1.00 + 2.00 x
    """
    recipe = Recipe() if recipe is None else recipe
    check_key(key)
    check_descriptions(net, recipe, encoder, learning_rate, penalty_factor)
    rows = checked_rows(X, y, net, recipe, encoder, weights, validation, groups)
    return train(key, net, rows, recipe, encoder, learning_rate, penalty_factor)


def train(
    key: Array,
    net: MLP,
    rows: CheckedRows,
    recipe: Recipe,
    encoder: Encoder | None,
    learning_rate: Any = None,
    penalty_factor: Any = None,
) -> Fit:
    """`fit` for arguments that have been checked; nothing is checked again."""
    X, y, weights = as_floats(rows.X, rows.y, rows.weights)
    validation = None if rows.validation is None else as_floats(*rows.validation)
    rows = rows._replace(X=X, y=y, weights=weights, validation=validation)
    # Whole numbers beyond 2^31 cannot be passed to a compiled program, but as floats they can.
    rate, factor = (
        float(value) if isinstance(value, int) else value
        for value in (learning_rate, penalty_factor)
    )
    return _fit(key, net, rows, rate, factor, recipe, encoder)


class Problem(NamedTuple):
    """All that training needs, and how its result becomes a network again.

    Attributes:
      state: the state before the first step.
      epoch: one pass over the training rows.
      losses: held parameters -> training loss and validation loss, each ().
      validation_loss: held parameters -> validation loss, ().
      marks: the epochs at which losses are recorded.
      variance: () of the response, in whose units the recipe's `min_delta` is.
      steps_per_epoch: int.
      scaling: means and scales of the encoder's raw predictors, or None.
      layers: held parameters -> those that predict in the response's own unit.
    """

    state: State
    epoch: Epoch
    losses: Callable[[Any], tuple[Array, Array]]
    validation_loss: Callable[[Any], Array]
    marks: tuple[int, ...]
    variance: Any
    steps_per_epoch: int
    scaling: Scaling | None
    layers: Callable[[Any], Parameters]


def problem(
    key: Array,
    net: MLP,
    rows: CheckedRows,
    learning_rate: Any,
    penalty_factor: Any,
    recipe: Recipe,
    encoder: Encoder | None,
) -> Problem:
    """The initial weights, the update and the encoded rows of a fit; arguments as in `fit`."""
    # Each purpose has its own key, whether or not the others have one.
    key_init, key_split, key_batches, key_noise = (
        jax.random.fold_in(key, purpose) for purpose in range(4)
    )
    training, held_out = split(key_split, rows, recipe)
    scales = partial(scales_of, net=net, recipe=recipe, encoder=encoder)
    whole = rows.whole
    if whole is None and held_out is not None and rows.validation is None:
        # The scale of a column that is constant in training changes no step, only what becomes of
        # rows set aside that differ. That of a constant response would let them into training.
        whole = scales(*examples(rows.X, rows.y, rows.weights))._replace(response=None)
    scaling, unit = scales(*training, whole=whole)
    first = mlp.init(key_init, net)
    if unit is not None:
        training = training._replace(y=standardized(training.y, unit))
        if held_out is not None:
            held_out = held_out._replace(y=standardized(held_out.y, unit))
    elif recipe.standardize_response and net.response == "count":
        first = starting_at_mean(first, training.y, training.weights)
    train_rows = prepare(*training, encoder, scaling)
    normalization = batch_normalization(recipe.regularizers)
    # The moments of batch normalisation are those of all rows of a step.
    train_blocks = cut_into_blocks(train_rows, net) if normalization is None else train_rows
    validation_blocks = None
    if held_out is not None:
        validation_blocks = cut_into_blocks(prepare(*held_out, encoder, scaling), net)

    flat = treats_parameters_alike(recipe.optimizer)
    if normalization is not None:
        first = with_scales(first, normalization)
    form = form_of(net, first, flat=flat)
    scale = None if unit is None else unit.scale
    objective = Objective(net, form, penalty_of(recipe.regularizers), penalty_factor, scale)
    rate = recipe.learning_rate if learning_rate is None else learning_rate
    optimizer = optax.with_extra_args_support(transformation(recipe.optimizer, rate))
    objective_at = _objective_at(key_noise, objective, recipe.regularizers)
    step = step_of(objective_at, optimizer, recipe.regularizers)
    count, batch_size = len(training.X), recipe.batch_size
    if batch_size is None or batch_size >= count:
        steps_per_epoch = 1
        epoch = full_batch_epoch(step, train_blocks)
    else:
        steps_per_epoch = -(-count // batch_size)
        epoch = mini_batch_epoch(key_batches, step, train_rows, count, batch_size)

    start = objective.form.start
    state = State(start, optimizer.init(start), jnp.array(-1))

    def plain(held: Any) -> Parameters:
        groups = objective.form.groups(held)
        if normalization is None:
            return groups
        training_rows = train_rows.features, train_rows.weights
        return plain_groups(net, groups, *training_rows, normalization)

    # Without normalisation, losses are those of the parameters as they are held.
    clean = objective
    if normalization is not None:
        clean = replace(objective, form=form._replace(groups=lambda groups: groups))

    def losses(held: Any) -> tuple[Array, Array]:
        kept = held if normalization is None else plain(held)
        return _loss(clean, train_blocks, kept), _loss(clean, validation_blocks, kept)

    def validation_loss(held: Any) -> Array:
        return losses(held)[1]  # the compiler leaves out the other

    watched = 0 if held_out is None else len(held_out.X)
    marks = history_epochs(recipe, evaluated=(count + watched) / count)
    variance = 1.0 if unit is None else jnp.mean(jnp.square(unit.scale))

    def layers(held: Any) -> Parameters:
        params = forward_pass.ungrouped(net, plain(held))
        return params if unit is None else unfolded(params, unit)

    return Problem(
        state, epoch, losses, validation_loss, marks, variance, steps_per_epoch, scaling, layers
    )


def _objective_at(
    key: Array, objective: Objective, regularizers: Regularizers
) -> Callable[[Array], Objective]:
    """The number of a step -> what it minimises: with noise of its own, if there is any."""
    if not changes_objective(regularizers):
        return lambda number: objective
    fields = (objective.net, objective.form, objective.penalty, objective.factor, objective.unit)
    return lambda number: NoisyObjective(*fields, regularizers, jax.random.fold_in(key, number))


@partial(jax.jit, static_argnames=("net", "recipe", "encoder"))
def _fit(
    key: Array,
    net: MLP,
    rows: CheckedRows,
    learning_rate: Any,
    penalty_factor: Any,
    recipe: Recipe,
    encoder: Encoder | None,
) -> Fit:
    task = problem(key, net, rows, learning_rate, penalty_factor, recipe, encoder)
    trained = loop.run(
        task.state,
        task.epoch,
        task.losses,
        recipe,
        task.variance,
        task.marks,
        task.validation_loss,
    )
    train_loss = trained.train_loss[trained.best_entry]
    if entries_per_training_loss(recipe) > 1:  # it may not have been recorded
        train_loss = task.losses(trained.best)[0]
    watched = bool(recipe.validation_fraction) or rows.validation is not None
    return _result(task, trained, train_loss, watched)


def _loss(objective: Objective, rows: Rows | None, held: Any) -> Array:
    """The weighted mean loss; NaN without rows."""
    if rows is None:
        return jnp.full((), jnp.nan, jnp.result_type(float))
    return objective.loss(held, rows)


def _result(task: Problem, trained: loop.LoopState, train_loss: Array, watched: bool) -> Fit:
    params, marks = task.layers(trained.best), jnp.array(task.marks)
    epochs = marks[trained.best_entry]
    diverged_at, diverged_by = divergence(
        trained.state.diverged_at,
        params,
        train_loss,
        trained.validation_loss[1:] if watched else None,
        last_step=epochs * task.steps_per_epoch - 1,
    )
    history = History(marks, trained.train_loss, trained.validation_loss)
    return Fit(params, task.scaling, history, train_loss, epochs, diverged_at, diverged_by)
