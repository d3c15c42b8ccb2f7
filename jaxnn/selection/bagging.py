"""How well does the mean of many refits predict rows that they have not seen?

What is delivered is the mean prediction of all refits. Row i is therefore predicted by the mean of
the refits that left it out (bagging out of bag; Breiman 1996, "Out-of-bag estimation"), and

    l_i = loss(y_i, mean of f_b(x_i) over the refits b without row i)

is one loss per row. Two methods judged on the same rows differ by d = sum w_i d_i / sum w_i with
d_i = l_i - l'_i and weights w_i. Rows of a group g are not independent, so the standard error is

    se(d)^2 = G / (G - 1)  sum_g ( sum_{i in g} w_i (d_i - d) )^2  /  (sum w_i)^2

over G groups; without groups every row is one. It is the error due to the rows on which the methods
are judged, not to those on which they were trained.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import mlp, responses
from jaxnn.errors import InputError
from jaxnn.mlp import MLP, Parameters
from jaxnn.tables import Encoder, Scaling, encode

OUTPUTS_AT_ONCE = 2**22  # outputs of all fits for the rows of one block
ROW_MULTIPLE = 64


class Estimate(NamedTuple):
    """A mean over rows and its standard error.

    Attributes:
      mean: (...) weighted mean.
      standard_error: (...) of that mean, by the formula of this module; NaN with fewer than two
        groups.
    """

    mean: np.ndarray
    standard_error: np.ndarray


def mean_over_rows(values: Any, weights: Any = None, groups: Any = None) -> Estimate:
    """The weighted mean of losses, or of their differences, and its standard error.

    Args:
      values: (..., rows); rows that are NaN in any of the leading places are left out of all.
      weights: (rows,) case weights, or None for equal weights.
      groups: (rows,) whole numbers, equal for rows that belong together; None for single rows.

    Returns:
      An `Estimate` in double precision.

    Example:
      >>> mean, error = mean_over_rows([1.0, 2.0, 3.0, 6.0])
      >>> print(f"{mean:.2f} {error:.2f}")  # sd 2.16 over the root of 4
      3.00 1.08
    """
    values = np.asarray(values, float)
    used = ~np.isnan(values).any(axis=tuple(range(values.ndim - 1)))
    weights = np.ones(values.shape[-1]) if weights is None else np.asarray(weights, float)
    used &= weights > 0
    values, weights = values[..., used], weights[used]
    codes = np.arange(len(weights))
    if groups is not None:
        codes = np.unique(np.asarray(groups)[used], return_inverse=True)[1]
    count = codes.max(initial=-1) + 1
    if count == 0:
        nothing = np.full(values.shape[:-1], np.nan)
        return Estimate(nothing, nothing)
    total = weights.sum()
    mean = values @ weights / total
    deviations = (values - mean[..., None]) * weights
    if groups is not None:
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(count))
        deviations = np.add.reduceat(deviations[..., order], starts, axis=-1)
    scale = count / (count - 1) if count > 1 else np.nan
    return Estimate(mean, np.sqrt(scale * np.square(deviations).sum(axis=-1)) / total)


def averaged_outputs(kind: str, outputs: Array, counted: Array) -> Array:
    """The network outputs whose mean of the response is the average over several fits.

    Args:
      kind: the kind of response, as `MLP.response`.
      outputs: (fits, ..., rows, outputs).
      counted: (fits, ..., rows) bool, the fits to average over.

    Returns:
      (..., rows, outputs). A cross-entropy of it is exact where a probability has rounded to 0 or
      1. Not compiled.

    Example:
      >>> counted = jnp.array([[True], [True], [False]])
      >>> logits = jnp.array([[[0.0]], [[20.0]], [[-9.0]]])  # mean probability of 0.5 and 1: 0.75
      >>> averaged = averaged_outputs("binary", logits, counted)
      >>> print(f"{responses.mean('binary', averaged).item():.3f}")
      0.750
    """
    counted = counted[..., None]
    number = jnp.sum(counted, axis=0)
    if kind == "quantitative":
        return jnp.sum(jnp.where(counted, outputs, 0), axis=0) / number

    def log_mean(logs: Array) -> Array:
        return jax.nn.logsumexp(jnp.where(counted, logs, -jnp.inf), axis=0) - jnp.log(number)

    if kind == "binary":
        return log_mean(jax.nn.log_sigmoid(outputs)) - log_mean(jax.nn.log_sigmoid(-outputs))
    return log_mean(jax.nn.log_softmax(outputs) if kind == "categorical" else outputs)


class BaggedLosses(NamedTuple):
    """Losses on rows that a refit has not seen, for several candidates.

    Attributes:
      rows: (candidates, rows) loss of the mean of the refits that left the row out; NaN for rows
        that none left out.
      refits: (candidates, resamples) weighted mean loss of each refit alone on the rows that it
        left out; NaN where it left out none.
    """

    rows: np.ndarray
    refits: np.ndarray


def bagged_losses(
    net: MLP,
    params: Parameters,
    scaling: Scaling | None,
    X: np.ndarray,
    y: np.ndarray,
    left_out: np.ndarray,
    *,
    encoder: Encoder | None = None,
    weights: Any = None,
) -> BaggedLosses:
    """The out-of-bag losses of candidates whose refits share resamples.

    Args:
      net: the network.
      params: its parameters, every leaf with leading (resamples, candidates).
      scaling: of the encoder's raw predictors, every leaf with leading (resamples,); or None.
      X: (rows, predictors).
      y: (rows,) or (rows, outputs).
      left_out: (resamples, rows) bool.
      encoder: the encoder of the fits, or None.
      weights: (rows,) case weights, or None.

    Returns:
      `BaggedLosses`, by the formulas of `jaxnn.responses`, in the square of the response's unit,
      in nats, or as Poisson deviance. Compiled once for each number of rows in a block.
    """
    resamples, rows = left_out.shape
    candidates = len(jax.tree.leaves(params)[0][0])
    columns = np.asarray(y, float).reshape(rows, -1)
    center, scale = np.zeros(columns.shape[1]), 1.0
    if net.response == "quantitative":  # squares of numbers near 1 keep their digits
        center, scale = columns.mean(axis=0), float(columns.std(axis=0).max()) or 1.0
    columns = (columns - center) / scale
    case = np.ones(rows) if weights is None else np.asarray(weights, float)
    block = OUTPUTS_AT_ONCE // (resamples * candidates * net.sizes[-1])
    block = min(max(block, 1), rows)
    block = -(-block // ROW_MULTIPLE) * ROW_MULTIPLE
    losses = np.empty((candidates, rows))
    totals = np.zeros((2, candidates, resamples))
    fits = jax.tree.map(jnp.asarray, (params, scaling))
    for start in range(0, rows, block):
        part = np.arange(start, min(start + block, rows))
        places = np.pad(part, (0, block - len(part)), mode="edge")
        there = np.arange(block) < len(part)
        averaged, *sums = _losses_of_block(
            *fits,
            *(jnp.asarray(a, jnp.result_type(float)) for a in (X[places], columns[places])),
            jnp.asarray(left_out[:, places] & there),
            jnp.asarray(np.where(there, case[places], 0), jnp.result_type(float)),
            jnp.asarray(np.append(center, scale), jnp.result_type(float)),
            net=net,
            encoder=encoder,
        )
        losses[:, part] = np.asarray(averaged, float)[:, : len(part)]
        totals += np.array([np.asarray(x, float).T for x in sums])
    losses[:, ~left_out.any(axis=0)] = np.nan
    counted = np.where(totals[1] > 0, totals[1], np.nan)
    return BaggedLosses(scale**2 * losses, scale**2 * totals[0] / counted)


@partial(jax.jit, static_argnames=("net", "encoder"))
def _losses_of_block(
    params: Parameters,
    scaling: Scaling | None,
    X: Array,
    y: Array,
    left_out: Array,
    weights: Array,
    unit: Array,
    *,
    net: MLP,
    encoder: Encoder | None,
) -> tuple[Array, Array, Array]:
    """(candidates, rows) losses of the mean; loss and weight (resamples, candidates) of refits."""

    def outputs_of(refit: tuple[Parameters, Scaling | None]) -> Array:
        params, scaling = refit
        features = X
        if encoder is not None and scaling is not None:
            features = encode(encoder, scaling, X)
        one = jax.vmap(partial(mlp.output, net), in_axes=(None, 0))
        outputs = jax.vmap(one, in_axes=(0, None))(params, features)
        if net.response == "quantitative":
            outputs = (outputs - unit[None, None, :-1]) / unit[-1]
        return outputs

    outputs = lax.map(outputs_of, (params, scaling))
    counted = jnp.broadcast_to(left_out[:, None], outputs.shape[:-1])
    averaged = averaged_outputs(net.response, outputs, counted)
    alone = responses.loss(net.response, outputs, y[None, None])
    mass = jnp.where(counted, weights[None, None], 0)
    total = jnp.sum(jnp.where(mass > 0, mass * alone, 0), axis=-1)
    return responses.loss(net.response, averaged, y[None]), total, jnp.sum(mass, axis=-1)


def check_left_out(left_out: np.ndarray) -> None:
    """Refuse resamples that leave out too few rows to judge anything.

    Args:
      left_out: (resamples, rows) bool.

    Raises:
      InputError: fewer than two rows were ever left out.
    """
    judged = int(left_out.any(axis=0).sum())
    if judged < 2:
        raise InputError(
            f"X has {left_out.shape[1]} rows, of which {judged} were left out of a resample; pass "
            "more rows, or choose the network by hand."
        )
