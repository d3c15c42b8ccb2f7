"""How often is a whole curve inside its bands, and the change of a curve inside its interval?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import DEFAULT, REFERENCE, compared, mean_and_error, pooled
from experiments.band_coverage.settings import GRID, places
from experiments.band_coverage.whole_curves import FROM, KINDS, TO
from experiments.lab.claims import Claim, reported
from experiments.lab.contract import Results


def claims(results: Results) -> list[Claim]:
    """For each kind of band, the coverage of whole curves and of changes, over the settings."""
    return [claim for place in range(len(KINDS)) for claim in _of_kind(results, place)]


def contained_curves(
    results: Results, place: int
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Which data sets have all of the curve, and its change, inside a kind of band.

    Args:
      results: the stored arrays.
      place: of the kind, in `KINDS`.

    Returns:
      For each setting with a curve, (sets,) bool: all points inside pointwise bands; inside the
      simultaneous band; the change inside its interval.
    """
    pointwise = list(METHODS).index((REFERENCE, DEFAULT)[place])
    by_points, whole, change = [], [], []
    for one in compared(results):
        at = places(one.setting).get("curve")
        if at is None:
            continue
        truth, name = one.truth[:, at], one.setting.name
        by_points.append(one.contained()[pointwise][:, at].all(axis=1))
        lower, upper = np.asarray(results[f"{name}_whole"])[:, place]
        whole.append(((lower <= truth) & (truth <= upper)).all(axis=1))
        lower, upper = np.asarray(results[f"{name}_change"])[:, place]
        true_change = truth[:, TO] - truth[:, FROM]
        change.append((lower <= true_change) & (true_change <= upper))
    return by_points, whole, change


def over_settings(hits: list[np.ndarray]) -> tuple[np.ndarray, float, float]:
    """The share of hits in each setting, their mean over settings, and its standard error."""
    pairs = [mean_and_error(one.astype(float)) for one in hits]
    shares, errors = map(np.array, zip(*pairs, strict=True))
    mean, error = pooled(shares, errors)
    return shares, float(mean), float(error)


def _of_kind(results: Results, place: int) -> Iterator[Claim]:
    by_points, whole, change = contained_curves(results, place)
    points = f"{len(GRID)} points"
    for words, hits in (
        (f"share of curves with all {points} inside pointwise bands", by_points),
        (f"share of curves with all {points} inside the simultaneous band", whole),
        (f"change from x = {GRID[FROM]} to {GRID[TO]}, coverage of the true change", change),
    ):
        shares, mean, error = over_settings(hits)
        yield reported(
            f"Averaged curves at nominal 95%, {KINDS[place]}: {words}, mean over {len(shares)} "
            "settings (interval: lowest and highest setting)",
            "known truth",
            f"{mean:.3f} (SE {error:.3f})",
            interval=(float(shares.min()), float(shares.max())),
        )
