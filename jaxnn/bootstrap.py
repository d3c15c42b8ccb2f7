"""How much would a fitted curve change if other rows had been drawn from the same population?

Draw n rows from the n rows with replacement, refit, and compute the curve again, B times. With
theta*_b the curve (or importance, or prediction) of refit b, the percentile interval of level 1 - a
at each point is

    [ quantile_{a/2} theta*_b,  quantile_{1-a/2} theta*_b ]

Efron 1979; lecture 11, "Bootstrapping for Predictions". Two facts to keep in mind: the spread of
theta* is already that of an estimate from n rows, so it is not divided by sqrt(n) again; and a row
is left out of a resample with probability (1 - 1/n)^n, about 37%, which makes it an honest test
row, "out of bag", for that refit.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Mapping
from functools import partial
from inspect import Parameter, signature
from numbers import Real
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    check_key,
)
from jaxnn.replicate import replicate
from jaxnn.training import Fitter, forward_pass
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.fitter import as_fitter, traits_of

DRAWN_AT_ONCE = 2**20  # row numbers drawn side by side on a device

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
    resampling: Literal["rows", "multiplicities"] | None = None,
    progress: bool | str = False,
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
      resampling: "rows" passes each refit the drawn rows, with repeats. "multiplicities" passes it
        each row once, with the number of times it was drawn as weight: the objective is the same,
        and a network trained on full batches then computes with the distinct rows only, about 63%.
        None chooses multiplicities if `fit` has an argument `weights` and does not train on
        mini-batches. (With "rows", a fit that sets rows aside for validation may have copies of one
        row in both parts; with "multiplicities" it cannot.)
      progress, directory, chunk: as in `jaxnn.replicate.replicate`; with a directory, a run that
        was interrupted resumes.

    Returns:
      A `Bootstrap`. Apart from the data, refit b depends on `key` and b alone. Diverged refits are
      listed in a warning of the logger "jaxnn". Compiled, once for equal fitters and shapes.

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
    fit = as_fitter(fit)
    weighted = _takes_multiplicities(fit, resampling)
    given = fit.checked(X, y) if isinstance(fit, Fitter) else _checked(X, y)
    dtype = jnp.result_type(float)
    X, y = np.asarray(given.X, dtype), np.asarray(given.y, dtype)
    rows = X.shape[0]
    traits = traits_of(fit)

    keys_rows, keys_fits = jax.random.split(key, (replicates, 2)).T
    counts = replicate(
        partial(multiplicities, rows=rows), keys_rows, chunk=max(1, DRAWN_AT_ONCE // rows)
    )
    room = None
    if weighted:
        room = _distinct_rows(counts) if traits.absent_rows_can_be_dropped else rows
    fits, diverged = replicate(
        partial(_refit, fit=fit, room=room),
        keys_fits,
        mapped=(counts,),
        shared=(X, y),
        chunk=chunk,
        working_set=fit.working_set(room or rows) if isinstance(fit, Fitter) else None,
        varying_length=traits.varying_length,
        progress=progress,
        directory=directory,
    )
    _warn_of_divergence(fits, diverged)
    return Bootstrap(fits, counts, diverged)


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
    drawn = jax.random.bits(key, (rows,), jnp.uint32) % jnp.uint32(rows)
    return jnp.zeros(rows, jnp.uint8).at[drawn].add(1)


def _distinct_rows(counts: np.ndarray) -> int:
    """Number of places for the distinct rows of any resample, in whole vector registers.

    It grows in steps so wide that nearly all bootstraps of the same number of rows share one
    compiled program, whatever their key.
    """
    rows = counts.shape[1]
    most = max(int((drawn > 0).sum()) for drawn in counts)
    start, step = 0.0, float(forward_pass.ROW_MULTIPLE)
    deviation = 0.312 * rows**0.5  # of the number of distinct rows, sqrt(n (1/e - 2/e^2))
    if 4 * deviation > 2 * step:
        start, step = rows * (1 - (1 - 1 / rows) ** rows), 4 * deviation
    room = start + step * max(1, math.ceil((most - start) / step))
    return min(forward_pass.padded_rows(math.ceil(room)), forward_pass.padded_rows(rows))


def _refit(
    key: Array, counts: Array, X: Array, y: Array, *, fit: Callable[..., Any], room: int | None
) -> tuple[Any, Array]:
    """One fit, and whether it diverged.

    Args:
      key: the key of this refit.
      counts: (rows,) how often each row was drawn.
      X, y: all rows.
      fit: called with the drawn rows, or with weights.
      room: None passes the drawn rows, with repeats; a number passes that many rows with weights:
        all rows, or enough for the distinct rows that were drawn.
    """
    rows = X.shape[0]
    if room is None:
        copies = counts.astype(jnp.int32)
        drawn = jnp.repeat(jnp.arange(rows), copies, total_repeat_length=rows)
        result = _call(fit, key, X[drawn], y[drawn])
    elif room == rows:
        result = _call(fit, key, X, y, counts.astype(X.dtype))
    else:
        # Places beyond the distinct rows point past the end: any row, with weight zero.
        (places,) = jnp.nonzero(counts, size=room, fill_value=rows)
        weights = jnp.append(counts, jnp.uint8(0))[places].astype(X.dtype)
        places = jnp.minimum(places, rows - 1)
        result = _call(fit, key, X[places], y[places], weights)
    return result, _has_diverged(result)


def _call(
    fit: Callable[..., Any], key: Array, X: Array, y: Array, weights: Array | None = None
) -> Any:
    """fit(key, X, y[, weights]), with arguments by name where the function has such names."""
    if isinstance(fit, Fitter):
        return fit.train(key, CheckedRows(X, y, weights))
    parameters = signature(fit).parameters
    by_name = {} if weights is None else {"weights": weights}
    if {"X", "y"} <= set(parameters):
        return fit(key, X=X, y=y, **by_name)
    if weights is None or parameters["weights"].kind == Parameter.KEYWORD_ONLY:
        return fit(key, X, y, **by_name)
    return fit(key, X, y, weights)


def _has_diverged(result: Any) -> Array:
    """Whether a fit reports divergence or, without such a report, holds a number not finite."""
    if hasattr(result, "diverged_at"):
        return result.diverged_at >= 0
    leaves = [x for x in jax.tree.leaves(result) if jnp.issubdtype(jnp.result_type(x), jnp.inexact)]
    return ~jnp.array([jnp.isfinite(leaf).all() for leaf in leaves], bool).all()


def _takes_multiplicities(fit: Callable[..., Any], resampling: str | None) -> bool:
    """Whether each refit is passed each row once, with its multiplicity as weight."""
    takes_weights = "weights" in _parameters(fit)
    if resampling is None:
        return takes_weights and traits_of(fit).weights_are_counts
    if resampling not in ("rows", "multiplicities"):
        raise InputError(f"resampling is {resampling!r}; pass 'rows' or 'multiplicities'.")
    if resampling == "multiplicities" and not takes_weights:
        raise InputError(
            "resampling is 'multiplicities', but fit has no argument 'weights'; pass 'rows'."
        )
    return resampling == "multiplicities"


def _parameters(fit: Callable[..., Any]) -> Mapping[str, Parameter]:
    """The parameters of a function that can be called with key, X, y and maybe weights."""
    if not callable(fit):
        raise InputTypeError(f"fit is a {type(fit).__name__}; pass a function fit(key, X, y).")
    try:
        parameters = signature(fit).parameters
    except ValueError:  # as for many built-in functions
        raise InputError(
            f"fit is {fit!r}, whose parameters are unknown; pass a Python function fit(key, X, y)."
        ) from None
    taken = [p for p in parameters.values() if p.kind != Parameter.VAR_KEYWORD]
    if len(taken) < 3 and not any(p.kind == Parameter.VAR_POSITIONAL for p in taken):
        raise InputError(f"fit takes {len(taken)} arguments; pass a function fit(key, X, y).")
    needed = [p.name for p in taken if p.default is p.empty and p.kind != Parameter.VAR_POSITIONAL]
    more = [name for name in needed[3:] if name != "weights"]
    if more:
        raise InputError(
            f"fit needs {', '.join(needed)}, but is called with key, X and y; fix "
            f"{', '.join(more)} with functools.partial."
        )
    return parameters


def _checked(X: Any, y: Any) -> CheckedRows:
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


def _warn_of_divergence(fits: Any, diverged: np.ndarray) -> None:
    """Log which refits diverged, and at which step if they report it."""
    bad = np.flatnonzero(diverged)
    if not len(bad):
        return
    steps = getattr(fits, "diverged_at", None)
    names = [str(b) if steps is None else f"{b} (step {steps[b]})" for b in bad[:10]]
    more = ", ..." if len(bad) > 10 else ""
    logger.warning(
        "%d of %d refits diverged: %s%s", len(bad), len(diverged), ", ".join(names), more
    )


def converged(refits: Bootstrap) -> Any:
    """The fits that did not diverge, stacked as in `refits.fits`; bands should be made from these.

    Args:
      refits: as from `bootstrap`.

    Raises:
      InputError: all refits diverged.
    """
    if refits.diverged.all():
        raise InputError(
            f"refits holds {len(refits.diverged)} replicates, all of which diverged; train with a "
            "lower learning rate."
        )
    return jax.tree.map(lambda leaf: leaf[~refits.diverged], refits.fits)


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
    if not isinstance(level, Real) or not 0 < level < 1:
        raise InputError(f"level is {level!r}; pass a number between 0 and 1, such as 0.95.")
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
