"""How much of the spread of refits is only the luck of their initial weights?

Refits differ because they see other rows and because they start from other weights. Fits to all
rows differ by their initial weights alone, so

    share = variance of fits to all rows / variance of refits to resamples

tells which of the two prevails. Where it is above a half, an interval is wide because training does
not arrive at one network: average several fits, train longer or penalise more, before drawing
conclusions about the data.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.bands.simulation import fits_of_all_rows
from jaxnn.errors import (
    InputError,
    as_numbers,
    check_count,
    check_finite,
    check_key,
)
from jaxnn.inspection.column_groups import Groups
from jaxnn.refits.importance import RefitImportance
from jaxnn.refits.importance_scores import VALUES, importances_of_refits
from jaxnn.refits.network import refitted_network
from jaxnn.results import check_result
from jaxnn.training import Fitter

FITS = 20  # to all rows, which know a standard deviation to a sixth of it

logger = logging.getLogger("jaxnn")


class SeedNoise(NamedTuple):
    """The spread of importances from initial weights and from the data.

    Attributes:
      names: the predictors.
      importances: (fits, predictors) of fits to all rows, scored on these.
      seeds: (predictors,) their standard deviation (ddof 1): the spread from initial weights alone.
      data: (predictors,) the spread from the data alone, sqrt(max(0, total^2 - seeds^2)) with the
        standard deviation `total` of the refits in bag.
      share: (predictors,) seeds^2 / total^2, up to 1; 0 where no refit uses the predictor.
      sentence: what follows, in words.
    """

    names: tuple[str, ...]
    importances: np.ndarray
    seeds: np.ndarray
    data: np.ndarray
    share: np.ndarray
    sentence: str


def seed_noise(
    key: Array,
    fitter: Fitter,
    importance: RefitImportance,
    X: Any,
    y: Any,
    *,
    fits: int = FITS,
    values: int | None = VALUES,
    columns: Groups | None = None,
    weights: Any = None,
    groups: Any = None,
) -> SeedNoise:
    """Compare the spread from initial weights with that of refits, for the importances.

    Args:
      key: a typed JAX key.
      fitter: the fitter of the refits.
      importance: of these refits, as from `refit_importance`.
      X, y: the training rows.
      fits: number of fits to all rows, at least 2.
      values: as for `refit_importance`.
      columns: the groups of columns that were given to `refit_importance` as `groups`.
      weights, groups: the case weights and the groups of rows of the refits.

    Returns:
      A `SeedNoise`. A warning of the logger "jaxnn" holds its sentence where initial weights make
      more than half of the variance, in the sum over predictors. Compiled, once for equal fitters
      and shapes.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or importances of other
        predictors.
    """
    check_key(key)
    check_count(fits, "fits", 2)
    check_result(
        importance, "importance", RefitImportance, "refit_importance", names="p", in_bag="r p"
    )
    key_fits, key_scores = jax.random.split(key)
    made = fits_of_all_rows(key_fits, fitter, X, y, fits, weights=weights, groups=groups)
    found = importances_of_refits(
        key_scores,
        refitted_network(fitter, made),
        X,
        y,
        values=values,
        groups=columns,
        weights=weights,
        names=importance.names if columns is None else None,
    )
    if found.names != importance.names:
        raise InputError(
            f"columns gives the predictors {', '.join(found.names)}; importance has those of "
            f"{', '.join(importance.names)}, so pass its groups."
        )
    seeds, total, share = seed_share(found.in_bag, importance.in_bag)
    data = np.sqrt(np.maximum(0, total**2 - seeds**2))
    variance = (total**2).sum()
    of_all = min(1.0, float((seeds**2).sum() / variance)) if variance > 0 else 0.0
    sentence = _sentence(of_all, share, importance.names)
    if of_all > 0.5:
        logger.warning("%s", sentence)
    return SeedNoise(importance.names, found.in_bag, seeds, data, share, sentence)


def seed_share(of_seeds: Any, of_refits: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The share of the variance between refits that initial weights alone make, for any quantity.

    Args:
      of_seeds: (fits, ...) of fits to all rows, such as importances or points of a curve.
      of_refits: (refits, ...) of refits to resamples.

    Returns:
      (...) each: the standard deviation of `of_seeds`, that of `of_refits` (ddof 1), and the ratio
      of their squares, up to 1, and 0 where refits do not vary.

    Raises:
      InputError, InputTypeError: shapes that do not fit, a single fit, or numbers that are not
        finite.

    Example:
      >>> deviation, total, share = seed_share([[1.0], [2.0], [3.0]], [[0.0], [2.0], [4.0]])
      >>> deviation.item(), total.item(), share.item()
      (1.0, 2.0, 0.25)
    """
    seeds = as_numbers(of_seeds, "of_seeds").astype(float)
    refits = as_numbers(of_refits, "of_refits").astype(float)
    if not seeds.ndim or not refits.ndim or seeds.shape[1:] != refits.shape[1:]:
        raise InputError(
            f"of_seeds has shape {seeds.shape} and of_refits has shape {refits.shape}; pass "
            "(fits, ...) and (refits, ...) of the same quantities."
        )
    if min(len(seeds), len(refits)) < 2:
        raise InputError(
            f"of_seeds has {len(seeds)} fits and of_refits {len(refits)}; pass at least two each."
        )
    check_finite(seeds, "of_seeds")
    check_finite(refits, "of_refits")
    deviation, total = seeds.std(axis=0, ddof=1), refits.std(axis=0, ddof=1)
    ratio = np.divide(deviation, total, out=np.zeros_like(total), where=total > 0)
    return deviation, total, np.minimum(1, ratio**2)


def _sentence(of_all: float, share: np.ndarray, names: tuple[str, ...]) -> str:
    """What the shares mean for the reader."""
    text = f"Initial weights make {of_all:.0%} of the variance of the importances between refits"
    if of_all <= 0.5:
        above = [name for name, part in zip(names, share, strict=True) if part > 0.5]
        listed = ", ".join(above[:5]) + (f" and {len(above) - 5} more" if len(above) > 5 else "")
        return f"{text}; the data make the rest{f', but not for {listed}' if above else ''}."
    return (
        f"{text}, more than the data do: the intervals are wide because training ends at different "
        "networks. Average several fits, train longer or penalise more."
    )
