"""With the values of which other rows is each row predicted, to score a predictor?

The mean of the permutation importance over all permutations of the rows needs the loss L[i, k] of
row i with the predictor's value taken from every row k, its donor:

    importance = sum_ik w_i w_k L[i, k] / W^2  -  sum_i w_i L[i, i] / W,     W = sum_i w_i

Rows with equal values are one donor, so a predictor with few distinct values is scored exactly, by
one *pass* over the rows for each of them. For any other, each row is given S donors at the
quantiles (s + u_i) / S of the sorted values, s = 0, ..., S - 1, with u_i uniform on (0, 1). Each
donor has its share of the draws, so the importance is right in expectation; and because the loss is
a smooth function of the value, the S draws of a row nearly reproduce its mean. They are two
independent sets of S/2, whose difference tells the error that remains.

For a refit, rows and donors are both from its resample, with their multiplicities as weights, or
both from the rows it left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


class Passes(NamedTuple):
    """All passes over the rows of a table; pass 0 leaves the rows as they are.

    Attributes:
      predictor: (passes,) int, the predictor that is scored, or their number in pass 0.
      moved: (predictors + 1, columns) bool, the columns of X whose values come from the donor.
      exact: (predictors,) bool, whether the predictor is scored at each of its values.
      donor: (passes,) int, the donor of all rows, in a pass of an exact predictor.
      sorted_by: (passes,) int, the row of `order` in a pass of any other predictor, -1 otherwise.
      half: (passes,) int, 0 or 1, the set of draws.
      place: (passes,) int, s.
      order: (predictors that are not exact, rows) int, the rows sorted by each of them.
      passes_of_rows: (exact predictors, rows) int, the pass in which a row's value is the donor's.
    """

    predictor: np.ndarray
    moved: np.ndarray
    exact: np.ndarray
    donor: np.ndarray
    sorted_by: np.ndarray
    half: np.ndarray
    place: np.ndarray
    order: np.ndarray
    passes_of_rows: np.ndarray


def plan_passes(X: np.ndarray, groups: Sequence[Sequence[int]], values: int | None) -> Passes:
    """Decide how each predictor is scored.

    Args:
      X: (rows, columns).
      groups: the columns of each predictor that is scored.
      values: a predictor with at most this many distinct values is scored exactly; of another this
        many, an even number, are drawn for each row. None scores all exactly.
    """
    moved = np.zeros((len(groups) + 1, X.shape[1]), bool)
    passes, order, of_rows = [(len(groups), 0, -1, 0, 0)], [], []
    exact = np.zeros(len(groups), bool)
    for number, columns in enumerate(groups):
        moved[number, list(columns)] = True
        distinct, first, of_row = np.unique(
            X[:, list(columns)], axis=0, return_index=True, return_inverse=True
        )
        exact[number] = values is None or len(distinct) <= values
        if exact[number]:
            of_rows.append(len(passes) + of_row.reshape(-1))
            passes += [(number, row, -1, 0, 0) for row in first]
        else:
            passes += [
                (number, 0, len(order), half, place)
                for half in (0, 1)
                for place in range((values or 0) // 2)
            ]
            order.append(np.argsort(of_row.reshape(-1), kind="stable"))
    predictor, donor, sorted_by, half, place = np.array(passes, np.int32).T
    rows = np.arange(len(X))
    return Passes(
        predictor,
        moved,
        exact,
        donor,
        sorted_by,
        half,
        place,
        np.array(order or [rows], np.int32),
        np.array(of_rows, np.int32).reshape(-1, len(X)),
    )


class Sides(NamedTuple):
    """How one refit weights rows and donors, on its resample and on the rows it left out.

    Attributes:
      weights: (2, rows) weights on either side, 0 for rows of the other.
      cumulated: (predictors that are not exact, 2 rows) cumulated weights of the sorted rows, those
        of the resample first.
      uniform: (predictors that are not exact, 2, rows) the draws u_i.
    """

    weights: Array
    cumulated: Array
    uniform: Array


def sides(key: Array, multiplicities: Array, weights: Array, order: Any) -> Sides:
    """The two sides of a refit.

    Args:
      key: a typed JAX key.
      multiplicities: (rows,) how often the refit drew each row.
      weights: (rows,) case weights.
      order: as in `Passes`.
    """
    dtype = weights.dtype
    left_out = (multiplicities == 0).astype(dtype)
    of_sides = jnp.stack([multiplicities.astype(dtype) * weights, left_out * weights])
    in_order = jnp.concatenate([of_sides[0][order], of_sides[1][order]], axis=1)
    uniform = jax.random.uniform(key, (order.shape[0], 2, order.shape[1]), dtype)
    return Sides(of_sides, jnp.cumsum(in_order, axis=1), uniform)


def donors_in_pass(of_refit: Sides, passes: Passes, number: Any) -> Array:
    """(rows,) the donor of each row in one pass.

    Args:
      of_refit: as from `sides`.
      passes: as from `plan_passes`.
      number: of the pass.
    """
    sorted_by = jnp.asarray(passes.sorted_by)[number]
    drawn = _drawn_donors(
        of_refit,
        jnp.asarray(passes.order),
        jnp.maximum(sorted_by, 0),
        jnp.asarray(passes.half)[number],
        jnp.asarray(passes.place)[number],
        _draws(passes),
    )
    return jnp.where(sorted_by < 0, jnp.asarray(passes.donor)[number], drawn)


def shares_of_donors(of_refit: Sides, passes: Passes) -> Array:
    """(passes, 2) the share in all weight of the donor's value, or of one of S/2 draws.

    Args:
      of_refit: as from `sides`.
      passes: as from `plan_passes`.
    """
    weights = of_refit.weights.T
    of_rows = jnp.asarray(passes.passes_of_rows)
    sums = jnp.zeros((len(passes.predictor), 2), weights.dtype)
    sums = sums.at[of_rows.reshape(-1)].add(jnp.tile(weights, (of_rows.shape[0], 1)))
    exact = jnp.asarray(passes.sorted_by)[:, None] < 0
    return jnp.where(exact, sums / weights.sum(axis=0)[None], 1 / _draws(passes))


def _draws(passes: Passes) -> Array:
    """S/2, or 1 if all predictors are exact."""
    first = (jnp.asarray(passes.sorted_by) == 0) & (jnp.asarray(passes.half) == 0)
    return jnp.maximum(first.sum(), 1)


def _drawn_donors(
    of_refit: Sides, order: Array, sorted_by: Array, half: Array, place: Array, draws: Array
) -> Array:
    """The donors at the quantiles (place + u_i) / draws of the row's own side."""
    cumulated, rows = of_refit.cumulated[sorted_by], order.shape[1]
    start = jnp.array([0, cumulated[rows - 1]])
    stop = jnp.array([cumulated[rows - 1], cumulated[-1]])
    last = jnp.searchsorted(cumulated, stop)  # where rounding would reach the other side
    side = (of_refit.weights[1] > 0).astype(int)
    quantile = (place + of_refit.uniform[sorted_by, half]) / draws
    found = jnp.searchsorted(cumulated, start[side] + quantile * (stop - start)[side], side="right")
    return order[sorted_by, jnp.minimum(found, last[side]) % rows]
