"""How are the importances of many refits computed from few predictions?

Each pass of `jaxnn.refits.donors` predicts all rows once, with some columns taken from the rows'
donors; the weighted rise of the loss in it, times the donors' share, adds to the importance in bag
and out of bag. All passes of a refit of a network are one loop of a compiled program, mapped over
the refits; the refits of other models are predicted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import mlp, responses
from jaxnn.errors import (
    InputError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_key,
    check_name,
)
from jaxnn.inspection.arguments import check_matrix
from jaxnn.inspection.column_groups import Groups, column_groups, column_names
from jaxnn.mlp import MLP
from jaxnn.refits.black_boxes import check_refitted, single_refit
from jaxnn.refits.donors import Passes, donors_in_pass, plan_passes, shares_of_donors, sides
from jaxnn.refits.network import RefittedNetwork
from jaxnn.replicate import replicate
from jaxnn.tables import Encoder, encode
from jaxnn.training.arguments import checked_predictors

VALUES = 16  # distinct values up to which a predictor is scored exactly, or draws for each row
Measure = Literal["loss", "wrong class"]
ROWS_AT_ONCE = 2**17  # that a model other than a network predicts at once


class Importances(NamedTuple):
    """Permutation importances of all refits, without intervals, in the unit of the loss.

    Attributes:
      names, in_bag, out_of_bag, exact, permutation_error: as of `jaxnn.refits.RefitImportance`; for
        refits that left no row out, the error is that of the mean in bag.
    """

    names: tuple[str, ...]
    in_bag: np.ndarray
    out_of_bag: np.ndarray
    exact: np.ndarray
    permutation_error: np.ndarray


def importances_of_refits(
    key: Array,
    model: Any,
    X: Any,
    y: Any,
    *,
    values: int | None = VALUES,
    groups: Groups | None = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
    measure: Measure = "loss",
    progress: bool | str | Callable[[float], object] = False,
) -> Importances:
    """The importances of `refit_importance` without intervals, also of fits to all rows.

    Args:
      key, model, X, y, values, groups, weights, names, measure, progress: as for
        `refit_importance`.

    Returns:
      An `Importances`, float64; out of bag they are NaN where a refit left no row out.

    Raises:
      InputError, InputTypeError: as `refit_importance`.
    """
    check_key(key)
    if values is not None:
        check_count(values, "values", 2)
        values += values % 2
    multiplicities = _multiplicities(model)
    _check_measure(measure, model.response)
    X, y = _training_rows(model, multiplicities.shape[1], X, y)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    if names is None and model.columns is not None:
        names = [column.name for column in model.columns]
    labels, columns = column_groups(groups, column_names(names, X.shape[1], first=1))
    passes = plan_passes(X, columns, values)
    keys = jax.random.split(key, len(multiplicities))
    if isinstance(model, RefittedNetwork):
        added = _added_for_network(keys, model, X, y, w, passes, measure, progress)
    else:
        added = _added_for_model(keys, model, multiplicities, X, y, w, passes, measure)
    halves = _sum_by_predictor(added.astype(float), passes)
    in_bag, out_of_bag = np.moveaxis(halves.mean(axis=-1), -1, 0)
    check_finite(in_bag, "the importance in bag")
    side = 1 if np.isfinite(out_of_bag).any() else 0
    error = np.where(passes.exact, 0, _error_of_mean(halves[:, :, side]))
    return Importances(labels, in_bag, out_of_bag, passes.exact, error)


def _added_for_network(
    keys: Array,
    network: RefittedNetwork,
    X: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    passes: Passes,
    measure: Measure,
    progress: bool | str | Callable[[float], object],
) -> np.ndarray:
    """(refits, passes, 2) what each pass adds to the importance in bag and out of bag."""
    dtype = jnp.result_type(float)
    checked_predictors(X, network.net, network.encoder)
    return replicate(
        partial(_added_for_fit, net=network.net, encoder=network.encoder, measure=measure),
        keys,
        mapped=((network.fits.params, network.fits.scaling), network.multiplicities),
        shared=(X.astype(dtype), y.astype(dtype), weights.astype(dtype), passes),
        working_set=4 * len(X) * (X.shape[1] + sum(network.net.sizes)),
        progress=progress,
    )


def _added_for_fit(
    key: Array,
    refit: tuple[mlp.Parameters, Any],
    multiplicities: Array,
    X: Array,
    y: Array,
    weights: Array,
    passes: Passes,
    *,
    net: MLP,
    encoder: Encoder | None,
    measure: Measure,
) -> Array:
    """(passes, 2) the same for one fit."""
    params, scaling = refit
    of_refit = sides(key, multiplicities, weights, passes.order)

    def predicted(rows: Array) -> Array:
        features = rows if encoder is None else encode(encoder, scaling, rows)
        return jax.vmap(partial(mlp.output, net, params))(features)

    def losses(outputs: Array) -> Array:
        if measure == "loss":
            return responses.loss(net.response, outputs, y)
        chosen = outputs[:, 0] > 0 if net.response == "binary" else outputs.argmax(axis=1)
        return (chosen != y[:, 0]).astype(outputs.dtype)

    def one_pass(before: Array, entries: tuple[Array, Array]) -> tuple[Array, Array]:
        number, predictor = entries
        donors = donors_in_pass(of_refit, passes, number)
        moved = jnp.asarray(passes.moved)[predictor][None]
        after = predicted(jnp.where(moved, X[donors], X))
        before = jnp.where(number == 0, after, before)
        rises = losses(after) - losses(before)
        # The two losses may be rounded differently where they are compiled into one loop.
        counted = (of_refit.weights > 0) & (after != before).any(axis=1)[None]
        return before, jnp.where(counted, of_refit.weights * rises[None], 0).sum(axis=1)

    entries = (jnp.arange(len(passes.predictor)), jnp.asarray(passes.predictor))
    start = jnp.zeros((len(X), net.sizes[-1]), X.dtype)
    _, rises = lax.scan(one_pass, start, entries)
    return rises / of_refit.weights.sum(axis=1)[None] * shares_of_donors(of_refit, passes)


def _added_for_model(
    keys: Array,
    model: Any,
    multiplicities: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    passes: Passes,
    measure: Measure,
) -> np.ndarray:
    """The same as for a network for the refits of any other model, one by one."""
    rows, count = len(X), len(passes.predictor)
    at_once = max(1, ROWS_AT_ONCE // rows)
    added = np.empty((len(multiplicities), count, 2))
    for refit, drawn in enumerate(multiplicities):
        single = single_refit(model, refit)
        of_sides, donors, shares = map(
            np.asarray, _plan_of_refit(keys[refit], drawn, weights, passes)
        )
        losses = np.empty((count, rows))
        for start in range(0, count, at_once):
            block = slice(start, start + at_once)
            moved = passes.moved[passes.predictor[block], None]
            changed = np.where(moved, X[donors[block]], X).reshape(-1, X.shape[1])
            answers = np.tile(y[:, 0], len(moved))
            means, of_block = single.predictions_and_losses(changed, answers)
            if measure == "wrong class":
                binary = model.response == "binary"
                chosen = means[0, :, 0] > 0.5 if binary else means[0].argmax(axis=-1)
                of_block = chosen != answers
            losses[block] = of_block.reshape(-1, rows)
        with np.errstate(invalid="ignore"):  # 0 / 0 without rows out of bag
            added[refit] = (losses - losses[0]) @ of_sides.T / of_sides.sum(axis=1) * shares
    return added


@jax.jit
def _plan_of_refit(
    key: Array, multiplicities: Any, weights: Any, passes: Passes
) -> tuple[Array, Array, Array]:
    """The weights (2, rows), the donors (passes, rows) and their shares (passes, 2) of a refit."""
    weights = jnp.asarray(weights, jnp.result_type(float))
    of_refit = sides(key, multiplicities, weights, passes.order)
    numbers = jnp.arange(len(passes.predictor))
    donors = lax.map(partial(donors_in_pass, of_refit, passes), numbers)
    return of_refit.weights, donors, shares_of_donors(of_refit, passes)


def _sum_by_predictor(added: np.ndarray, passes: Passes) -> np.ndarray:
    """(refits, predictors, 2 sides, 2 halves) importances; the halves of an exact one are equal."""
    predictors = len(passes.exact)
    halves = np.zeros((len(added), predictors + 1, 2, 2))
    for number, (predictor, half) in enumerate(zip(passes.predictor, passes.half, strict=True)):
        halves[:, predictor, :, half] += added[:, number]
    halves = halves[:, :predictors]
    halves[:, passes.exact, :, 1] = halves[:, passes.exact, :, 0]
    return halves


def _error_of_mean(halves: np.ndarray) -> np.ndarray:
    """(predictors,) standard error of the mean over refits of the mean of two independent halves.

    sqrt(sum_b (h_b1 - h_b2)^2 / 4) / B over the B refits with rows on that side.
    """
    squares = (halves[..., 0] - halves[..., 1]) ** 2 / 4
    return np.sqrt(np.nansum(squares, axis=0)) / np.isfinite(squares).sum(axis=0)


def _multiplicities(model: Any) -> np.ndarray:
    """(refits, rows) how often each refit drew each row, if `model` holds refits."""
    one_by_one = hasattr(model, "multiplicities") and hasattr(model, "single")
    if not one_by_one or isinstance(model, type):
        check_refitted(model)
    return np.asarray(model.multiplicities)


def _check_measure(measure: Any, response: str) -> None:
    """Refuse an unknown measure, or one that a kind of response does not have."""
    check_name(measure, "measure", get_args(Measure))
    if measure == "wrong class" and response not in ("binary", "categorical"):
        raise InputError(f"measure is 'wrong class', but the response is {response}.")


def _training_rows(model: Any, rows: int, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """X (rows, columns) and y (rows, 1 or outputs), if they are those of the refits."""
    X, y = check_matrix(X), as_numbers(y, "y").astype(float)
    several = model.response == "quantitative" and model.width > 1
    if len(X) != rows or y.shape != ((rows, model.width) if several else (rows,)):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {rows} training rows."
        )
    check_finite(y, "y")
    return X, y.reshape(rows, -1)
