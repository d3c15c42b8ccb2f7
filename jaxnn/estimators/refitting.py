"""How much does a forest, or any scikit-learn estimator, change with the rows it is fitted to?

Draw n rows from the n rows with replacement, refit, B times, as `jaxnn.bootstrap` does with
networks. With the same key, or the same multiplicities, both see the same resamples, so that the
difference between a network and a forest is a paired one, refit by refit.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import responses
from jaxnn.bootstrap import resamples
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_key,
    check_memory,
    shown,
)
from jaxnn.estimators.refitted_estimator import (
    RefittedEstimator,
    check_response,
    encoded,
)
from jaxnn.estimators.single_fits import Rows, check_estimator, fit_once, weight_argument
from jaxnn.progress import (
    Progress,
    check_progress,
)
from jaxnn.replicate import available_cores, two_keys_each
from jaxnn.tables import Column, Encoder
from jaxnn.training.groups import check_several_groups, group_codes

WORTH_PROCESSES = 12.0  # seconds of fitting, from which on starting processes saves time


def refitted_estimator(
    key: Array,
    estimator: Any,
    X: Any,
    y: Any,
    replicates: int | None = None,
    *,
    response: str | None = None,
    classes: int | None = None,
    multiplicities: Any = None,
    weights: Any = None,
    groups: Any = None,
    encoder: Encoder | None = None,
    columns: Sequence[Column] | None = None,
    resampling: Literal["rows", "multiplicities"] | None = None,
    workers: int | None = None,
    progress: bool | str = False,
) -> RefittedEstimator:
    """Refit a scikit-learn estimator on resamples of the rows, as one black box.

    Args:
      key: a typed JAX key. With the key that was passed to `jaxnn.bootstrap.bootstrap`, the
        resamples are the same as there.
      estimator: a classifier with `predict_proba`, or a regressor; a pipeline of these. It is
        copied, never changed, and the copies get random states from the key.
      X: (rows, predictors), raw.
      y: (rows,) numbers, or class codes 0, 1, ...
      replicates: number of refits; None with `multiplicities`.
      response: the kind of response. None is "quantitative" for a regressor and, for a classifier,
        "binary" for the codes 0 and 1, otherwise "categorical".
      classes: the number of classes of a categorical response; None takes those in y.
      multiplicities: (refits, rows) how often each row is drawn, such as
        `refits.multiplicities[~refits.diverged]` of a network's bootstrap; None draws them.
      weights: (rows,) case weights, at least 0.
      groups: (rows,) labels; rows with equal labels are drawn together.
      encoder: turns categorical predictors into indicators, such as that of the network. Numeric
        predictors stay in their unit; put a StandardScaler into a pipeline where this matters. None
        passes X to the estimator as it is.
      columns: descriptions of the columns of X; None takes those of the encoder.
      resampling: "multiplicities" passes each drawn row once, with a sample weight; "rows" passes
        the drawn rows, with repeats. None is "multiplicities" for an estimator that takes sample
        weights, unless it is a pipeline. (Settings such as `min_samples_leaf` count rows, not
        weights, so the two are not the same for trees with such settings.)
      workers: number of processes; None is one per core if the refits take long enough for it.
        Results do not depend on it.
      progress: True or a label shows a progress bar, as in `jaxnn.replicate.replicate`.

    Returns:
      A `RefittedEstimator`. Refit b depends on the key, the rows and b alone. A refit whose
      resample has one class or value predicts it everywhere.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, scikit-learn is not installed, or
        an estimator that cannot be fitted.

    Example:
      >>> from sklearn.tree import DecisionTreeRegressor
      >>> X = np.linspace(-1, 1, 20)[:, None]
      >>> tree = DecisionTreeRegressor(max_depth=2)
      >>> model = refitted_estimator(jax.random.key(0), tree, X, X[:, 0] ** 2, replicates=4)
      >>> model.predict(X[:5]).shape  # four refits, five rows
      (4, 5)
      >>> from jaxnn.refits import effect
      >>> effect(model, X, 0, resolution=9).average.shape
      (4, 9)
    """
    check_key(key)
    check_progress(progress)
    require_scikit_learn("refitted_estimator()")
    rows, columns = _checked(estimator, X, y, response, classes, weights, encoder, columns)
    keys_fits, counts = _resamples(key, len(rows.y), replicates, multiplicities, groups)
    by_weight = _by_weight(estimator, resampling, rows.weights is not None)
    seeds = np.asarray(jax.vmap(partial(jax.random.bits, dtype=jnp.uint32))(keys_fits)).tolist()
    if workers is not None:
        check_count(workers, "workers")
    one = partial(fit_once, estimator, rows=rows, by_weight=by_weight)
    fits = _all_fits(one, seeds, counts, workers, progress)
    for number, fit in enumerate(fits):
        if isinstance(fit, str):
            raise InputError(
                f"estimator is {type(estimator).__name__}, which cannot be fitted to resample "
                f"{number} of {len(fits)}: {fit}"
            )
    w = np.ones(len(rows.y)) if rows.weights is None else rows.weights
    targets = np.eye(rows.width)[rows.y.astype(int)] if rows.width > 1 else rows.y[:, None]
    return RefittedEstimator(
        rows.kind,
        rows.width,
        columns,
        encoder,
        tuple(fits),
        counts,
        np.shape(X)[1],
        np.average(targets, axis=0, weights=w),
    )


def require_scikit_learn(what: str) -> None:
    """Refuse to go on without scikit-learn.

    Args:
      what: what needs it, for the sentence.

    Raises:
      InputError: scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401  # only to see whether it is installed
    except ImportError:
        raise InputError(
            f"{what} needs scikit-learn, which is not installed; install this package with its "
            "extra, pip install 'jaxnn[sklearn]'."
        ) from None


def _checked(
    estimator: Any,
    X: Any,
    y: Any,
    response: str | None,
    classes: int | None,
    weights: Any,
    encoder: Encoder | None,
    columns: Sequence[Column] | None,
) -> tuple[Rows, tuple[Column, ...] | None]:
    """The rows, with features and the kind of response, if the estimator can be fitted to them."""
    from sklearn.base import is_classifier

    if response is not None:
        responses.response(response)
    check_estimator(estimator, response)
    X, y = as_numbers(X, "X"), as_numbers(y, "y")
    y = y.astype(float) if y.dtype == bool else y
    if X.ndim != 2 or 0 in X.shape or y.shape != X.shape[:1]:
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass a matrix (rows, predictors) "
            "and one response per row."
        )
    check_finite(X, "X")
    check_finite(y, "y")
    kind = response
    if kind is None:
        kind = "quantitative"
        if is_classifier(estimator):
            kind = "binary" if classes in (None, 2) and y.max() <= 1 else "categorical"
    width = 1
    if kind == "categorical":
        width = max(2, int(y.max()) + 1) if classes is None else classes
        check_count(width, "classes", least=2)
    check_response(y, kind, width)
    if kind in ("binary", "categorical") and np.ptp(y) == 0:
        raise InputError(f"y has the single class {y[0]:g}; pass at least two classes.")
    if encoder is not None and not isinstance(encoder, Encoder):
        raise InputTypeError(f"encoder is a {type(encoder).__name__}; pass a jaxnn.Encoder.")
    columns = encoder.columns if columns is None and encoder is not None else columns
    listed = isinstance(columns, tuple | list)
    if columns is not None and not (listed and all(isinstance(c, Column) for c in columns)):
        raise InputTypeError(
            f"columns is a {type(columns).__name__}; pass the columns of a table, table.columns."
        )
    if columns is not None and len(columns) != X.shape[1]:
        raise InputError(
            f"columns has {len(columns)} entries; pass one for each of the {X.shape[1]} columns "
            "of X."
        )
    w = None if weights is None else as_weights(weights, len(X)).astype(float)
    features = encoded(encoder, X.astype(float))
    rows = Rows(features, y.astype(float), w, kind, width)
    return rows, None if columns is None else tuple(columns)


def _by_weight(estimator: Any, resampling: str | None, weighted: bool) -> bool:
    known = resampling is None or isinstance(resampling, str)
    if not known or resampling not in (None, "rows", "multiplicities"):
        raise InputError(f"resampling is {shown(resampling)}; pass 'rows' or 'multiplicities'.")
    takes = weight_argument(estimator) is not None
    name = type(estimator).__name__
    if weighted and not takes:
        raise InputError(
            f"weights is given, but {name} takes no sample weights; pass None, or another "
            "estimator."
        )
    if resampling == "multiplicities" and not takes:
        raise InputError(
            f"resampling is 'multiplicities', but {name} takes no sample weights; pass 'rows'."
        )
    if resampling is None:
        return takes and not hasattr(estimator, "steps")
    return resampling == "multiplicities"


def _resamples(
    key: Array, rows: int, replicates: int | None, given: Any, groups: Any
) -> tuple[Array, np.ndarray]:
    """The keys of the fits, and how often each row is drawn."""
    if given is None:
        if replicates is None:
            raise InputError("replicates is None; pass a number of refits, or multiplicities.")
        check_count(replicates, "replicates")
        check_memory(replicates * (rows + 32), "replicates", replicates)
        codes = None
        if groups is not None:
            codes = group_codes(groups, rows)
            check_several_groups(codes, "a bootstrap")
        keys_rows, keys_fits = two_keys_each(key, replicates)
        return keys_fits, resamples(keys_rows, rows, codes)
    counts = as_numbers(given, "multiplicities")
    counts = counts if counts.dtype.kind in "iu" else counts.astype(float)
    if counts.ndim != 2 or not len(counts) or counts.shape[1] != rows:
        raise InputError(
            f"multiplicities has shape {counts.shape}; pass (refits, {rows}), how often each row "
            "is drawn."
        )
    whole = np.isfinite(counts) & (counts >= 0) & (counts == np.round(counts)) & (counts <= 2**53)
    if not whole.all():
        raise InputError(
            "multiplicities holds numbers other than 0, 1, 2 and so on; pass how often each row "
            "is drawn."
        )
    if replicates not in (None, len(counts)):
        raise InputError(
            f"replicates is {replicates}, but multiplicities has {len(counts)} resamples; pass one "
            "of them."
        )
    if not counts.any(axis=1).all():
        raise InputError("multiplicities has a resample without rows; pass at least one row each.")
    keys_fits = jax.random.split(key, (len(counts), 2))[:, 1]
    return keys_fits, counts if counts.dtype.kind in "iu" else counts.astype(int)


def _all_fits(
    one: Any, seeds: list[int], counts: np.ndarray, workers: int | None, progress: bool | str
) -> list[Any]:
    """All refits, one after the other or, if that takes long, in one process per core."""
    import joblib
    from threadpoolctl import threadpool_limits  # which scikit-learn depends on

    bar = Progress(progress, len(seeds))
    cores = available_cores()
    fits = []
    start = time.monotonic()
    # Threads that share a small fit spin while they wait, and refits run side by side anyway.
    with bar, threadpool_limits(1):
        for done, (seed, drawn) in enumerate(zip(seeds, counts, strict=True), start=1):
            if workers not in (None, 1):
                break
            fits.append(one(seed, drawn))
            bar.update()
            if isinstance(fits[-1], str):
                return fits
            if done == 1:  # which loads what the others use
                start = time.monotonic()
                continue
            left = (time.monotonic() - start) / (done - 1) * (len(seeds) - done)
            if workers is None and cores > 1 and left > WORTH_PROCESSES:
                break
        rest = list(zip(seeds, counts, strict=True))[len(fits) :]
        if rest:
            # Processes, since scikit-learn changes warning filters, which threads would share.
            pool = joblib.Parallel(
                min(workers or cores, len(rest)), backend="loky", return_as="generator"
            )
            for fit in pool(joblib.delayed(one)(*pair) for pair in rest):
                fits.append(fit)
                bar.update()
    return fits
