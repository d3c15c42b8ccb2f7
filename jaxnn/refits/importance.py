"""How much does each predictor matter, and how sure is that?

The importance of predictor j in refit b is how much the mean loss of its predictions rises when the
values of j are exchanged between rows; here it is the mean over all permutations of the rows,

    I_bj = mean_ik loss(y_i, f_b(x_i with x_j from row k)) - mean_i loss(y_i, f_b(x_i)),

once over the rows that the refit drew ("in bag", each as often as it was drawn) and once over those
it left out ("out of bag"). `jaxnn.refits.donors` says how this is computed from few predictions,
and `jaxnn.refits.importance_intervals` how intervals follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import mlp, responses
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_key,
    check_level,
    unknown_name,
)
from jaxnn.inspection.black_box import check_matrix
from jaxnn.mlp import MLP
from jaxnn.refits.donors import Passes, drawn_donors, plan_passes, sides
from jaxnn.refits.importance_intervals import RULES, importance_interval, shifted_replicates
from jaxnn.refits.network import RefittedNetwork
from jaxnn.replicate import replicate
from jaxnn.tables import Encoder, encode
from jaxnn.training.arguments import checked_predictors

VALUES = 16  # distinct values up to which a predictor is scored exactly, or draws for each row


class RefitImportance(NamedTuple):
    """Permutation importances of all refits, in the unit of the loss.

    Attributes:
      names: the predictors.
      in_bag: (refits, predictors) on the rows that each refit drew; it favours predictors that the
        refit learned by heart.
      out_of_bag: (refits, predictors) on the rows it left out; NaN if there are none.
      center, lower, upper: (predictors,) the importance and its interval.
      level: coverage that the interval aims at.
      rule: how the interval was made, a name in `jaxnn.refits.RULES`.
      exact: (predictors,) bool, whether the importances are those of all permutations; those of the
        others are estimates of it.
      permutation_error: (predictors,) standard error of `center` because of that, 0 where exact.
    """

    names: tuple[str, ...]
    in_bag: np.ndarray
    out_of_bag: np.ndarray
    center: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float
    rule: str
    exact: np.ndarray
    permutation_error: np.ndarray

    @property
    def replicates(self) -> np.ndarray:
        """(refits, predictors) importances in bag, shifted to the mean of those out of bag.

        Ranks and comparisons of predictors are made from these, refit by refit.
        """
        return shifted_replicates(self.in_bag, self.out_of_bag)


def refit_importance(
    key: Array,
    network: RefittedNetwork,
    X: Any,
    y: Any,
    *,
    values: int | None = VALUES,
    groups: Mapping[str, Sequence[int | str]] | None = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
    rule: str = "shifted",
    level: float = 0.95,
    progress: bool | str = False,
) -> RefitImportance:
    """The importance of every predictor in every refit, by the formula at the top of this module.

    The loss is that of `jaxnn.responses` for the network's kind of response: the square of the
    response's unit, nats, or a deviance.

    Args:
      key: a typed JAX key, for the draws of predictors with many values.
      network: as from `refitted_network`.
      X: (rows, columns), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes; (rows, outputs) of several numbers.
      values: a predictor with at most this many distinct values is scored exactly; of any other
        this many values, an even number, are drawn for each row. None scores all exactly, with as
        many predictions per row as there are distinct values.
      groups: columns that are exchanged together, as {"blood": ["RestBP", "Chol"]}, by their names
        or places; they are then scored in place of single columns. No column may be in two groups;
        those in none are not scored. None scores each column by itself.
      weights: (rows,) case weights, at least 0; a row of weight two is the same as that row twice.
      names: names of the columns; None takes those of the network, or x1, x2, ...
      rule, level: how the intervals are made, as for `importance_interval`.
      progress: True or a label shows a progress bar on stderr.

    Returns:
      A `RefitImportance`. A column that a refit does not use has importance exactly 0 in it.
      Compiled, once for equal networks, shapes and numbers of passes over the rows.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation, or
        predictions that are not finite.

    Example:
      >>> import jax, jaxnn
      >>> from jaxnn.bootstrap import bootstrap
      >>> X = np.stack([np.linspace(-1, 1, 20), np.arange(20) % 2], axis=1)
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((2, 1)), jaxnn.Recipe(epochs=200))
      >>> refits = bootstrap(jax.random.key(0), fitter, X, X[:, 0], replicates=8)
      >>> from jaxnn.refits import refit_importance, refitted_network
      >>> network = refitted_network(fitter, refits)
      >>> result = refit_importance(jax.random.key(1), network, X, X[:, 0])
      >>> result.names, result.in_bag.shape, bool(result.center[0] > result.center[1])
      (('x1', 'x2'), (8, 2), True)
    """
    check_key(key)
    check_level(level)
    if not isinstance(rule, str) or rule not in RULES:
        raise unknown_name("rule", rule, RULES)
    if not isinstance(network, RefittedNetwork):
        raise InputTypeError(
            f"network is a {type(network).__name__}; pass what refitted_network returned."
        )
    if values is not None:
        check_count(values, "values", 2)
        values += values % 2
    X, y = _training_rows(network, X, y)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X))
    names = _names(names, network, X.shape[1])
    scored = _groups(groups, names)
    passes = plan_passes(X, list(scored.values()), values)
    dtype = jnp.result_type(float)
    sums = replicate(
        partial(_rises, net=network.net, encoder=network.encoder),
        jax.random.split(key, len(network.multiplicities)),
        mapped=((network.fits.params, network.fits.scaling), network.multiplicities),
        shared=(X.astype(dtype), y.astype(dtype), w.astype(dtype), passes),
        working_set=4 * len(X) * (X.shape[1] + sum(network.net.sizes)),
        progress=progress,
    )
    halves = _sum_by_predictor(sums.astype(float), passes)
    in_bag, out_of_bag = np.moveaxis(halves.mean(axis=-1), -1, 0)
    error = np.where(passes.exact, 0, _error_of_mean(halves[..., 1, :]))
    check_finite(in_bag, "the importance in bag")
    center, lower, upper = importance_interval(in_bag, out_of_bag, level, rule)
    return RefitImportance(
        tuple(scored), in_bag, out_of_bag, center, lower, upper, level, rule, passes.exact, error
    )


def _rises(
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
) -> Array:
    """(passes, 2) share of each pass in the rise of the mean loss, in bag and out of bag."""
    params, scaling = refit
    passes = jax.tree.map(jnp.asarray, passes)
    of_refit = sides(key, multiplicities, weights, passes.order)
    drawn = jnp.sum((passes.sorted_by == 0) & (passes.half == 0))  # passes of one half

    def predicted(rows: Array) -> Array:
        features = rows if encoder is None else encode(encoder, scaling, rows)
        return jax.vmap(partial(mlp.output, net, params))(features)

    def one_pass(before: Array, entries: Any) -> tuple[Array, Array]:
        number, predictor, donor, sorted_by, half, place = entries
        each = drawn_donors(
            of_refit, passes.order, jnp.maximum(sorted_by, 0), half, place, jnp.maximum(drawn, 1)
        )
        donors = jnp.where(sorted_by < 0, donor, each)
        after = predicted(jnp.where(passes.moved[predictor][None], X[donors], X))
        before = jnp.where(number == 0, after, before)
        rises = responses.loss(net.response, after, y) - responses.loss(net.response, before, y)
        # The two losses may be rounded differently where they are compiled into one loop.
        counted = (of_refit.weights > 0) & (after != before).any(axis=1)[None]
        return before, jnp.where(counted, of_refit.weights * rises[None], 0).sum(axis=1)

    numbers = jnp.arange(len(passes.predictor))
    entries = (numbers, *passes[:1], passes.donor, passes.sorted_by, passes.half, passes.place)
    start = jnp.zeros((len(X), net.sizes[-1]), X.dtype)
    _, rises = lax.scan(one_pass, start, entries)
    totals = of_refit.weights.sum(axis=1)[None]
    shares = (
        jnp.zeros((len(numbers), 2), X.dtype)
        .at[passes.passes_of_rows.reshape(-1)]
        .add(jnp.tile(of_refit.weights.T, (passes.passes_of_rows.shape[0], 1)))
    )
    shares = jnp.where((passes.sorted_by < 0)[:, None], shares / totals, 1 / jnp.maximum(drawn, 1))
    return rises / totals * shares


def _sum_by_predictor(sums: np.ndarray, passes: Passes) -> np.ndarray:
    """(refits, predictors, 2 sides, 2 halves) importances; the halves of an exact one are equal."""
    predictors = len(passes.exact)
    halves = np.zeros((len(sums), predictors + 1, 2, 2))
    for number, (predictor, half) in enumerate(zip(passes.predictor, passes.half, strict=True)):
        halves[:, predictor, :, half] += sums[:, number]
    halves = halves[:, :predictors]
    halves[:, passes.exact, :, 1] = halves[:, passes.exact, :, 0]
    return halves


def _error_of_mean(halves: np.ndarray) -> np.ndarray:
    """(predictors,) standard error of the mean over refits of the mean of two independent halves.

    sqrt(sum_b (h_b1 - h_b2)^2 / 4) / B over the B refits with rows out of bag.
    """
    squares = (halves[..., 0] - halves[..., 1]) ** 2 / 4
    return np.sqrt(np.nansum(squares, axis=0)) / np.isfinite(squares).sum(axis=0)


def _training_rows(network: RefittedNetwork, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """X (rows, columns) and y (rows, 1 or outputs), if they are those of the refits."""
    X, y = check_matrix(X), as_numbers(y, "y").astype(float)
    rows, outputs = network.multiplicities.shape[1], network.width
    several = network.response == "quantitative" and outputs > 1
    if len(X) != rows or y.shape != ((rows, outputs) if several else (rows,)):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {rows} training rows."
        )
    checked_predictors(X, network.net, network.encoder)
    check_finite(y, "y")
    return X, y.reshape(rows, -1)


def _names(names: Sequence[str] | None, network: RefittedNetwork, columns: int) -> tuple[str, ...]:
    """The names of the columns of X."""
    if names is None:
        if network.columns is not None:
            return tuple(column.name for column in network.columns)
        return tuple(f"x{number}" for number in range(1, columns + 1))
    if len(names) != columns:
        raise InputError(f"names has {len(names)} entries; pass one for each of {columns} columns.")
    return tuple(names)


def _groups(
    groups: Mapping[str, Sequence[int | str]] | None, names: tuple[str, ...]
) -> dict[str, list[int]]:
    """The columns of each predictor that is scored."""
    if groups is None:
        return {name: [place] for place, name in enumerate(names)}
    if not isinstance(groups, Mapping) or not groups:
        raise InputTypeError(
            f"groups is {groups!r}; pass columns by the name of their group, such as "
            '{"first two": [0, 1]}.'
        )
    scored, group_of = {}, {}
    for name, members in groups.items():
        listed = [members] if isinstance(members, str | int) else list(members)
        if not listed:
            raise InputError(f"groups has no columns in {name!r}; pass at least one.")
        scored[name] = [_place(member, names) for member in listed]
        for place in scored[name]:
            if place in group_of:
                raise InputError(
                    f"groups has column {names[place]!r} in {group_of[place]!r} and in {name!r}; "
                    "pass each column once."
                )
            group_of[place] = name
    return scored


def _place(column: int | str, names: tuple[str, ...]) -> int:
    """The place of a column that is given by its place or name."""
    if isinstance(column, str):
        if column not in names:
            raise unknown_name("groups", column, names)
        return names.index(column)
    check_count(column, "a column in groups", 0)
    if column >= len(names):
        raise InputError(f"groups has column {column}; X has columns 0 to {len(names) - 1}.")
    return int(column)
