"""How much would a fitted curve change if other rows had been drawn from the same population?

Draw n rows from the n rows with replacement, refit, and compute the curve again, B times. With
theta*_b the curve (or importance, or prediction) of refit b, the percentile interval of level 1 - a
at each point is

    [ quantile_{a/2} theta*_b,  quantile_{1-a/2} theta*_b ]

Efron 1979; lecture 11, "Bootstrapping for Predictions". Two facts to keep in mind: the spread of
theta* is already that of an estimate from n rows, so it is not divided by sqrt(n) again; and a row
is left out of a resample with probability (1 - 1/n)^n, about 37%, which makes it an honest test
row, "out of bag", for that refit. Rows that belong together are drawn in whole groups: then n is
the number of groups.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.errors import (
    InputError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_instance,
    check_key,
    check_level,
    check_memory,
    shown,
)
from jaxnn.progress import check_progress
from jaxnn.replicate import replicate, two_keys_each
from jaxnn.resampling import (
    multiplicities,
    refit,
    room_for_distinct_rows,
    takes_multiplicities,
    values_missing,
)
from jaxnn.tables import Encoder
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.divergence import REASONS
from jaxnn.training.fitter import TrainsRows, as_fitter, traits_of
from jaxnn.training.groups import check_several_groups, group_codes

__all__ = [
    "Bootstrap",
    "Interval",
    "bootstrap",
    "converged",
    "interval",
]

DRAWN_AT_ONCE = 2**20  # row numbers drawn side by side on a device
MANY_REFITS = 10_000  # from which on the memory for their results is found out beforehand

logger = logging.getLogger("jaxnn")


class Bootstrap(NamedTuple):
    """Every refit of a bootstrap, converged or not.

    Attributes:
      fits: what `fit` returned, every leaf with a leading (replicates,) axis.
      multiplicities: (replicates, rows) uint8, how often each row was drawn.
      diverged: (replicates,) bool, True where a refit reported divergence or, if it reports none,
        holds a number that is not finite; `converged` leaves these out.
    """

    fits: Any
    multiplicities: np.ndarray
    diverged: np.ndarray

    @property
    def out_of_bag(self) -> np.ndarray:
        """(replicates, rows) bool, True where a row was not drawn: an honest test row."""
        return self.multiplicities == 0


class Interval(NamedTuple):
    """An interval at each point.

    Attributes:
      lower: the lower ends, of the shape of one sample.
      upper: the upper ends, of that shape too.
    """

    lower: np.ndarray
    upper: np.ndarray


def bootstrap(
    key: Array,
    fit: Callable[..., Any],
    X: Any,
    y: Any,
    replicates: int,
    *,
    weights: Any = None,
    groups: Any = None,
    resampling: Literal["rows", "multiplicities"] | None = None,
    progress: bool | str | Callable[[float], object] = False,
    directory: str | os.PathLike[str] | None = None,
    chunk: int | None = None,
) -> Bootstrap:
    """Refit on `replicates` resamples of the rows, with every core busy.

    Args:
      key: a typed JAX key.
      fit: a JAX function `fit(key, X, y)`, or `fit(key, X, y, weights)` to which a row of weight
        two is the same as that row twice: a `jaxnn.Fitter`, or `functools.partial(jaxnn.fit,
        net=..., recipe=...)`, or any other that returns a pytree of arrays.
      X: (rows, predictors).
      y: (rows,) or (rows, outputs).
      replicates: number of refits, at least 1.
      weights: (rows,) case weights, at least 0, for a fit that takes weights. Every row is drawn
        with the same probability, and brings its weight.
      groups: (rows,) labels of any kind, for a fit that takes weights. Rows with equal labels
        belong together (the visits of one patient) and are drawn together: as many groups as there
        are, with replacement. A fit that sets rows aside for validation is passed the groups too.
      resampling: "rows" passes each refit the drawn rows, with repeats. "multiplicities" passes it
        each row once, with the number of times it was drawn (times its case weight) as weight: the
        objective is the same, and a network trained on full batches then computes with the distinct
        rows only, about 63%. None chooses multiplicities if there are groups, or if `fit` has an
        argument `weights` and does not train on mini-batches. (With "rows", a fit that sets rows
        aside for validation may have copies of one row in both parts; with "multiplicities" it
        cannot.)
      progress, directory, chunk: as in `jaxnn.replicate.replicate`; with a directory, a run that
        was interrupted resumes.

    Returns:
      A `Bootstrap`. Apart from the data, refit b depends on `key` and b alone. A predictor that is
      constant in a resample is standardised by its scale in all rows. Warnings of the logger
      "jaxnn" count diverged refits by their reason, and name the levels of an encoder's columns
      that more than one in forty resamples lack. Compiled, once for equal fitters and
      shapes.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation.

    Example:
      >>> import jax
      >>> import numpy as np
      >>> from jaxnn.bootstrap import bootstrap, interval
      >>> y = np.arange(20.0)
      >>> def mean(key, X, y):
      ...     return y.mean()
      >>> refits = bootstrap(jax.random.key(0), mean, y[:, None], y, replicates=400)
      >>> refits.fits.shape
      (400,)
      >>> lower, upper = interval(refits.fits)  # y.mean() = 9.5, standard error 1.29
      >>> bool(6 < lower < 8 and 11 < upper < 13)
      True
    """
    check_key(key)
    check_count(replicates, "replicates")
    check_progress(progress)
    fit, validation = as_fitter(fit)
    traits = traits_of(fit)
    by_weight = takes_multiplicities(
        fit, resampling, weighted=weights is not None, grouped=groups is not None
    )
    rows = _checked(fit, X, y, weights, groups, validation)
    count = len(rows.X)
    check_memory(replicates * (count + 32), "replicates", replicates)  # counts, and two keys twice

    keys_rows, keys_fits = two_keys_each(key, replicates)
    counts = resamples(keys_rows, count, rows.groups)
    encoder = getattr(fit, "encoder", None)
    if isinstance(encoder, Encoder):
        _warn_of_missing_values(values_missing(encoder.columns, rows.X, counts), replicates)
    room = None
    if by_weight:
        room = room_for_distinct_rows(counts) if traits.absent_rows_can_be_dropped else count
    one = partial(refit, fit=fit, room=room)
    if replicates >= MANY_REFITS:
        results = jax.tree.leaves(jax.eval_shape(one, keys_fits[0], counts[0], rows))
        size = sum(leaf.size * leaf.dtype.itemsize for leaf in results)
        check_memory(replicates * (count + 32 + size), "replicates", replicates)
    fits, diverged = replicate(
        one,
        keys_fits,
        mapped=(counts,),
        shared=(rows,),
        chunk=chunk,
        working_set=fit.working_set(room or count) if isinstance(fit, TrainsRows) else None,
        varying_length=traits.varying_length,
        progress=progress,
        directory=directory,
    )
    _warn_of_divergence(fits, diverged)
    return Bootstrap(fits, counts, diverged)


def _checked(
    fit: Callable[..., Any], X: Any, y: Any, weights: Any, groups: Any, validation: Any
) -> CheckedRows:
    """The rows as arrays of JAX's default dtype, if they can be fitted."""
    if isinstance(fit, TrainsRows):
        rows = fit.checked(X, y, weights, groups, validation)
        rows = fit.with_table_scales(rows)
    else:
        rows = _checked_rows(X, y)
        if weights is not None:
            rows = rows._replace(weights=as_weights(weights, len(rows.X)))
        if groups is not None:
            rows = rows._replace(groups=group_codes(groups, len(rows.X)))
    if groups is not None:
        check_several_groups(rows.groups, "a bootstrap")
    dtype = jnp.result_type(float)
    return rows._replace(
        X=np.asarray(rows.X, dtype),
        y=np.asarray(rows.y, dtype),
        weights=None if weights is None else np.asarray(rows.weights, dtype),
    )


def resamples(keys: Array, rows: int, groups: np.ndarray | None = None) -> np.ndarray:
    """How often each row is drawn in each resample, by itself or with its group.

    Args:
      keys: (replicates,) typed JAX keys.
      rows: number of rows.
      groups: (rows,) the codes 0, 1, ... of the groups, or None.

    Returns:
      (replicates, rows) uint8. Compiled.
    """
    drawn = rows if groups is None else int(groups.max()) + 1
    counts = replicate(
        partial(multiplicities, rows=drawn), keys, chunk=max(1, DRAWN_AT_ONCE // drawn)
    )
    return counts if groups is None else counts[:, groups]


def _checked_rows(X: Any, y: Any) -> CheckedRows:
    """The rows as arrays, if they are finite numbers and X and y have equally many."""
    X, y = as_numbers(X, "X"), as_numbers(y, "y")
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass one row per example."
        )
    if len(X) == 0:
        raise InputError("X has no rows; pass at least one.")
    check_finite(X, "X")
    check_finite(y, "y")
    return CheckedRows(X, y)


def _warn_of_missing_values(missing: list[str], replicates: int) -> None:
    """Log what more than a few resamples lack, at most ten things."""
    if missing:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        logger.warning(
            "of %d resamples, %s%s; "
            "what these refits predict there comes from their initial weights",
            replicates,
            ", ".join(missing[:10]),
            more,
        )


def _warn_of_divergence(fits: Any, diverged: np.ndarray) -> None:
    """Log how many refits diverged for each reason, the most common first, and which."""
    bad = np.flatnonzero(diverged)
    if not len(bad):
        return
    reasons = getattr(fits, "diverged_by", None)
    steps = getattr(fits, "diverged_at", None)
    parts = []
    for reason in range(len(REASONS)):
        of_reason = bad if reasons is None else bad[reasons[bad] == reason]
        if len(of_reason) and (reasons is not None or reason == 0):
            text = "with results that are not finite" if reasons is None else REASONS[reason]
            step = None if steps is None or reason > 1 else steps[of_reason[0]]
            parts.append((len(of_reason), f"{len(of_reason)} {text} ({_named(of_reason, step)})"))
    ranked = ", ".join(text for _, text in sorted(parts, key=lambda part: -part[0]))
    logger.warning("%d of %d refits diverged: %s", len(bad), len(diverged), ranked)


def _named(refits: np.ndarray, step: int | None) -> str:
    """Which refits these are: the first with its step, or up to ten of them."""
    if step is not None:
        return f"{'first: ' * (len(refits) > 1)}refit {refits[0]} at step {step}"
    more = ", ..." if len(refits) > 10 else ""
    return f"refit{'s' * (len(refits) > 1)} {', '.join(map(str, refits[:10]))}{more}"


def converged(refits: Bootstrap) -> Any:
    """The fits that did not diverge, stacked as in `refits.fits`; bands should be made from these.

    Args:
      refits: as from `bootstrap`.

    Raises:
      InputError: all refits diverged.
      InputTypeError: not what `bootstrap` returns.
    """
    check_refits(refits)
    if refits.diverged.all():
        raise InputError(
            f"refits holds {len(refits.diverged)} replicates, all of which diverged; train with a "
            "lower learning rate."
        )
    return jax.tree.map(lambda leaf: leaf[~refits.diverged], refits.fits)


def check_refits(refits: Any, argument: str = "refits") -> None:
    """Refuse what is not a `Bootstrap`, or one whose arrays have different numbers of replicates.

    Raises:
      InputError, InputTypeError: anything else.
    """
    check_instance(refits, argument, Bootstrap, "what jaxnn.bootstrap.bootstrap returned")
    diverged = as_numbers(refits.diverged, f"{argument}.diverged")
    if diverged.ndim != 1 or diverged.dtype != bool or not len(diverged):
        raise InputError(
            f"{argument}.diverged is {shown(diverged)}; pass one truth value per replicate."
        )
    for leaf in jax.tree.leaves(refits.fits):
        if not hasattr(leaf, "dtype") or np.shape(leaf)[:1] != diverged.shape:
            raise InputError(
                f"{argument}.fits holds {shown(leaf)}; pass arrays with a leading axis of length "
                f"{len(diverged)}, the number of replicates."
            )


def interval(samples: Any, level: float = 0.95) -> Interval:
    """The percentile interval of replicates, pointwise along the leading axis.

    Args:
      samples: (replicates, ...) finite numbers.
      level: share of the replicates inside the interval, in (0, 1).

    Returns:
      Interval(lower, upper), each of shape (...): the linearly interpolated quantiles
      (1 - level)/2 and (1 + level)/2 (order statistics at (replicates - 1) q, NumPy's default).
      Not compiled.

    Raises:
      InputError: no samples, numbers that are not finite (the message names their replicates), or
        a level outside (0, 1).
      InputTypeError: samples that are not numbers.

    Example:
      >>> import numpy as np
      >>> lower, upper = interval(np.arange(41.0))  # 0.025 and 0.975 of 40
      >>> print(f"{lower:.2f} to {upper:.2f}")
      1.00 to 39.00
    """
    values = as_numbers(samples, "samples")
    if values.ndim == 0 or values.shape[0] < 1:
        raise InputError(f"samples has shape {values.shape}; pass at least one replicate.")
    check_level(level)
    if values.dtype == bool:  # NumPy computes no quantiles of truth values
        values = values.astype(float)
    bad = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    if len(bad):
        named = ", ".join(map(str, bad[:10])) + (", ..." if len(bad) > 10 else "")
        raise InputError(
            f"samples has numbers that are not finite in {len(bad)} of {len(values)} replicates "
            f"({named}); leave these out, as jaxnn.converged does."
        )
    lower, upper = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Interval(lower, upper)
