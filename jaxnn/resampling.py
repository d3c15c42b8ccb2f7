"""How is a bootstrap resample drawn, and how is it passed to a fit?

    rows             the drawn rows, with repeats, each with its case weight
    multiplicities   each row once, with weight = times drawn x case weight

To a fit that minimises a weighted mean both are the same objective, and the second computes with
the distinct rows only, about 63%. Rows of one group are drawn together: as many groups as there
are, with replacement, so the number of rows varies and only multiplicities can tell it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_count,
    check_key,
    check_memory,
    shown,
)
from jaxnn.tables import Column
from jaxnn.training import forward_pass
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.fitter import TrainsRows, traits_of
from jaxnn.user_functions import failures_told

__all__ = [
    "multiplicities",
]

RARELY = 0.025  # the share of the resamples that may lack a level: a tail of a 95% band


def multiplicities(key: Array, rows: int) -> Array:
    """How often each of n rows is drawn in n draws with replacement: one bootstrap resample.

    Args:
      key: a typed JAX key.
      rows: n, at least 1.

    Returns:
      (rows,) uint8, adding up to `rows`: multinomial with probabilities 1/n, equal to within
      2^-32. (More than 255 copies of one row have a probability below 1e-500.)  Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, or rows below 1.

    Example:
      >>> import jax
      >>> int(multiplicities(jax.random.key(0), 10).sum())
      10
    """
    check_key(key)
    check_count(rows, "rows")
    check_memory(5 * rows, "rows", rows)
    drawn = jax.random.bits(key, (rows,), jnp.uint32) % jnp.uint32(rows)
    return jnp.zeros(rows, jnp.uint8).at[drawn].add(1)


def room_for_distinct_rows(counts: np.ndarray) -> int:
    """Number of places for the distinct rows of any resample, in whole vector registers.

    It grows in steps so wide that nearly all bootstraps of the same number of rows share one
    compiled program, whatever their key.

    Args:
      counts: (replicates, rows) multiplicities.
    """
    rows = counts.shape[1]
    most = max(int((drawn > 0).sum()) for drawn in counts)
    start, step = 0.0, float(forward_pass.ROW_MULTIPLE)
    deviation = 0.312 * rows**0.5  # of the number of distinct rows, sqrt(n (1/e - 2/e^2))
    if 4 * deviation > 2 * step:
        start, step = rows * (1 - (1 - 1 / rows) ** rows), 4 * deviation
    room = start + step * max(1, math.ceil((most - start) / step))
    return min(forward_pass.padded_rows(math.ceil(room)), forward_pass.padded_rows(rows))


def values_missing(columns: Sequence[Column], X: np.ndarray, counts: np.ndarray) -> list[str]:
    """What the resamples lack that the table has: levels, and any variation of a number.

    A refit to such a resample has learned nothing about that level or that number: what it predicts
    there comes from its initial weights.

    Args:
      columns: descriptions of the columns of X.
      X: (rows, predictors).
      counts: (replicates, rows) multiplicities.

    Returns:
      One phrase for each level, or number, that is missing from more than `RARELY` of the
      resamples.
    """
    drawn = counts > 0
    phrases = []
    for column, values in zip(columns, X.T, strict=True):
        sought = {
            f"no {name!r} in {column.name!r}": values == code
            for code, name in enumerate(column.levels)
        }
        if not column.levels:
            distinct, occurrences = np.unique(values, return_counts=True)
            others = values != distinct[occurrences.argmax()]
            sought = {f"no variation of {column.name!r}": others} if others.any() else {}
        for phrase, rows in sought.items():
            missing = int((~drawn[:, rows].any(axis=1)).sum())
            if missing > RARELY * len(drawn):
                phrases.append(f"{missing} {'has' if missing == 1 else 'have'} {phrase}")
    return phrases


def refit(
    key: Array, counts: Array, rows: CheckedRows, *, fit: Callable[..., Any], room: int | None
) -> tuple[Any, Array]:
    """One fit to a resample, and whether it diverged.

    Args:
      key: the key of this refit.
      counts: (rows,) how often each row was drawn.
      rows: all rows, with case weights and groups if there are any.
      fit: called with the drawn rows, or with weights.
      room: None passes the drawn rows, with repeats; a number passes that many rows with weights:
        all rows, or enough for the distinct rows that were drawn.
    """
    count = rows.X.shape[0]
    case_weights = rows.weights
    if room is None:
        copies = counts.astype(jnp.int32)
        drawn = jnp.repeat(jnp.arange(count), copies, total_repeat_length=count)
        result = _call(fit, key, _rows_at(rows, drawn))
    else:
        weights = counts.astype(rows.X.dtype)
        if case_weights is not None:
            weights = weights * case_weights
        rows = rows._replace(weights=weights)
        if room != count:
            # Places beyond the distinct rows point past the end: any row, with weight zero.
            places = _rows_drawn(counts, room)
            there = places < count
            rows = _rows_at(rows, jnp.minimum(places, count - 1))
            rows = rows._replace(weights=jnp.where(there, rows.weights, 0))
        result = _call(fit, key, rows)
    return result, _has_diverged(result)


def _rows_drawn(counts: Array, room: int) -> Array:
    """The numbers of the rows that were drawn, in order; places beyond hold `len(counts)` or more.

    One sort: the program is half as long as that of `jnp.nonzero`, and compiles in half the time.
    """
    count = counts.shape[0]
    numbers = lax.iota(jnp.uint32, count)
    ordered = lax.sort(jnp.where(counts > 0, numbers, numbers + count), is_stable=False)
    return jnp.pad(ordered, (0, max(0, room - count)), constant_values=count)[:room]


def _rows_at(rows: CheckedRows, places: Array) -> CheckedRows:
    """The rows at these places, with their weights and groups."""
    taken = {
        name: None if column is None else column[places]
        for name, column in zip(
            ("X", "y", "weights", "groups"),
            (rows.X, rows.y, rows.weights, rows.groups),
            strict=True,
        )
    }
    return rows._replace(**taken)


def _call(fit: Callable[..., Any], key: Array, rows: CheckedRows) -> Any:
    """fit(key, X, y[, weights, groups]), with arguments by name where it has such names."""
    if isinstance(fit, TrainsRows):
        return fit.train(key, rows)
    with failures_told("fit", "a JAX function fit(key, X, y) that returns arrays"):
        result = _called(fit, key, rows)
        jax.tree.map(jnp.result_type, result)
    return result


def _called(fit: Callable[..., Any], key: Array, rows: CheckedRows) -> Any:
    parameters = signature(fit).parameters
    by_name = {} if rows.weights is None else {"weights": rows.weights}
    if rows.groups is not None and "groups" in parameters:
        by_name["groups"] = rows.groups
    if {"X", "y"} <= set(parameters):
        return fit(key, X=rows.X, y=rows.y, **by_name)
    if by_name and parameters["weights"].kind is Parameter.POSITIONAL_ONLY:
        return fit(key, rows.X, rows.y, *by_name.values())
    return fit(key, rows.X, rows.y, **by_name)


def _has_diverged(result: Any) -> Array:
    """Whether a fit reports divergence or, without such a report, holds a number not finite."""
    if hasattr(result, "diverged_at"):
        return result.diverged_at >= 0
    leaves = [x for x in jax.tree.leaves(result) if jnp.issubdtype(jnp.result_type(x), jnp.inexact)]
    return ~jnp.array([jnp.isfinite(leaf).all() for leaf in leaves], bool).all()


def takes_multiplicities(
    fit: Callable[..., Any], resampling: str | None, *, weighted: bool, grouped: bool
) -> bool:
    """Whether each refit is passed each row once, with its multiplicity as weight.

    Args:
      fit: the function that is refitted.
      resampling: "rows", "multiplicities", or None for what suits the fit.
      weighted: whether rows have case weights.
      grouped: whether rows are drawn in groups.

    Raises:
      InputError, InputTypeError: a fit that cannot be called in this way.
    """
    parameters = _parameters(fit, grouped)
    takes_weights = "weights" in parameters
    if not (resampling is None or isinstance(resampling, str)):
        raise InputTypeError(f"resampling is {shown(resampling)}; pass 'rows' or 'multiplicities'.")
    if resampling not in (None, "rows", "multiplicities"):
        raise InputError(f"resampling is {shown(resampling)}; pass 'rows' or 'multiplicities'.")
    if not takes_weights:
        if resampling == "multiplicities":
            raise InputError(
                "resampling is 'multiplicities', but fit has no argument 'weights'; pass 'rows'."
            )
        for name, given in (("weights", weighted), ("groups", grouped)):
            if given:
                raise InputError(
                    f"{name} is given, but fit has no argument 'weights'; pass a fit that has one, "
                    "such as a jaxnn.Fitter."
                )
        return False
    if resampling == "rows":
        if grouped:
            raise InputError(
                "resampling is 'rows', but with groups the number of drawn rows varies; pass "
                "'multiplicities'."
            )
        if not weighted and parameters["weights"].default is Parameter.empty:
            raise InputError(
                "resampling is 'rows', but fit needs weights; pass 'multiplicities', or give "
                "weights a default."
            )
        return False
    return resampling == "multiplicities" or grouped or traits_of(fit).weights_are_counts


def _parameters(fit: Callable[..., Any], grouped: bool) -> Mapping[str, Parameter]:
    """The parameters of a function that can be called with key, X, y and maybe weights."""
    if not callable(fit):
        raise InputTypeError(f"fit is a {type(fit).__name__}; pass a function fit(key, X, y).")
    try:
        parameters = signature(fit).parameters
    except ValueError:  # as for many built-in functions
        raise InputError(
            f"fit is {shown(fit)}, whose parameters are unknown; pass a Python function "
            "fit(key, X, y)."
        ) from None
    taken = [p for p in parameters.values() if p.kind != Parameter.VAR_KEYWORD]
    if len(taken) < 3 and not any(p.kind == Parameter.VAR_POSITIONAL for p in taken):
        raise InputError(f"fit takes {len(taken)} arguments; pass a function fit(key, X, y).")
    needed = [p.name for p in taken if p.default is p.empty and p.kind != Parameter.VAR_POSITIONAL]
    known = ("weights", "groups") if grouped else ("weights",)
    more = [name for name in needed[3:] if name not in known]
    if more:
        raise InputError(
            f"fit needs {', '.join(needed)}, but is called with key, X and y; fix "
            f"{', '.join(more)} with functools.partial."
        )
    return parameters
