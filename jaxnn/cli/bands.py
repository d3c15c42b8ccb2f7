"""How certain is each curve of an explanation?

Refits to resampled rows show how a curve would vary. Fits to all rows, and refits to responses
simulated from them, show how far the penalty and the end of training bend it, and how wide a band
must be to contain the truth as often as it says (`jaxnn.bands.calibration`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.bands.calibration import (
    Band,
    SimulatedCoverage,
    calibrated_band,
    coverage_of_simulation,
    mean_of_fits,
)
from jaxnn.bands.simulation import fits_of_all_rows, simulated_refits
from jaxnn.bands.simultaneous import SimultaneousBand, simultaneous_band
from jaxnn.bootstrap import Bootstrap, interval
from jaxnn.processes import agreed
from jaxnn.refits import Effect, OutOfBag, RefittedNetwork, effects, refitted_network
from jaxnn.tables import Table
from jaxnn.training import Fitter

FITS = 10  # to all rows, whose mean is the fit
DRAWS = 100  # of simulated responses
MOST_SECONDS = 60  # that the simulated refits may take unless they are asked for


class Networks(NamedTuple):
    """What the bands are made from.

    Attributes:
      refits: the refits to resampled rows.
      fitted: fits to all rows; None without calibration.
      simulated: refits to responses simulated from those fits; None without calibration.
      full, draws: the fits of `fitted` and of `simulated`, including those that diverged.
      seconds: that the simulated refits would take, if they were timed.
    """

    refits: RefittedNetwork
    fitted: RefittedNetwork | None = None
    simulated: RefittedNetwork | None = None
    full: Bootstrap | None = None
    draws: Bootstrap | None = None
    seconds: float = 0.0

    @property
    def calibrated(self) -> bool:
        """Whether bands are calibrated."""
        return self.simulated is not None


class EffectBands(NamedTuple):
    """The curves of one predictor with their bands.

    Attributes:
      effect: the curves of every refit.
      average: the band of the curve averaged over rows.
      profile: the band of the curve with the other predictors at their centre.
      whole: the band that contains the whole averaged curve; None of a single refit.
      contrasts: the bands of the changes between two values, one for each of `effect.contrasts`.
      accumulated: the band of the accumulated local effects, at `effect.edges`.
      coverage: how often bands of both curves would contain the fit, if it were the truth: without
        calibration and with it, (points,) each; None without calibration.
    """

    effect: Effect
    average: Band
    profile: Band
    whole: SimultaneousBand | None
    contrasts: Band
    accumulated: Band
    coverage: SimulatedCoverage | None


def with_simulations(
    key: Array,
    fitter: Fitter,
    table: Table,
    network: RefittedNetwork,
    out_of_bag: OutOfBag,
    directory: Path,
    most_seconds: float = math.inf,
    progress: Callable[[float], object] | bool = False,
) -> Networks:
    """Fit all rows, simulate responses from that fit, and refit to them.

    Args:
      key: a typed JAX key.
      fitter: what is fitted.
      table: the table.
      network: the refits to resampled rows.
      out_of_bag: their predictions of rows that they have not seen.
      directory: where finished refits are kept, so that a run that was killed resumes.
      most_seconds: that the simulated refits may take; otherwise there are none.
      progress: as for `jaxnn.replicate.replicate`.

    Returns:
      All three kinds of refits, or those to resampled rows alone if the others diverged or would
      take longer.
    """
    key_fits, key_draws = jax.random.split(key)
    rows = (fitter, table.X, table.y)
    case = {"weights": table.weights, "groups": table.groups}
    full = fits_of_all_rows(key_fits, *rows, FITS, **case)
    seconds = 0.0
    if most_seconds < math.inf:  # the program is compiled now, so that a fit can be timed
        start = time.monotonic()
        fits_of_all_rows(jax.random.clone(key_fits), *rows, FITS, **case)
        seconds = agreed(DRAWS / FITS * (time.monotonic() - start))
    if full.diverged.all() or seconds > most_seconds:
        return Networks(network, seconds=seconds)
    fitted = refitted_network(fitter, full)
    numbers = fitter.net.response in ("quantitative", "count")
    known = numbers and not np.isnan(out_of_bag.mean).all()
    draws = simulated_refits(
        key_draws,
        *rows,
        mean_of_fits(fitter.net.response, fitted.predict(table.X)),
        DRAWS,
        out_of_bag=out_of_bag.mean if known else None,
        **case,
        progress=progress,
        directory=directory,
    )
    if (~draws.diverged).sum() < 2:
        return Networks(network, seconds=seconds)
    return Networks(network, fitted, refitted_network(fitter, draws), full, draws, seconds)


def effects_with_bands(
    networks: Networks,
    table: Table,
    features: Sequence[int],
    rows: np.ndarray,
    individual_rows: np.ndarray,
    center: str,
    level: float,
    progress: Callable[[float], object] = lambda share: None,
) -> tuple[EffectBands, ...]:
    """The curves of predictors, with bands.

    Args:
      networks: what the bands are made from.
      table: the table.
      features: columns of X.
      rows: row numbers to average over.
      individual_rows: row numbers with an individual curve.
      center: where a profile holds the other predictors.
      level: coverage of the bands.
      progress: called with the share that is finished.
    """
    kinds = (networks.refits, networks.fitted, networks.simulated)
    made = [network for network in kinds if network is not None]
    sizes = np.cumsum([0, *(len(network.out_of_bag) for network in made)])

    def curves(place: int) -> tuple[Effect, ...]:
        before, after = sizes[place] / sizes[-1], sizes[place + 1] / sizes[-1]
        return effects(
            made[place],
            table.X,
            features,
            rows=rows,
            individual_rows=rows[:1] if place else individual_rows,
            center=center,
            weights=table.weights,
            impossible=not place,
            progress=lambda share: progress(float(before + share * (after - before))),
        )

    found = [curves(place) for place in range(len(made))]
    if len(made) < 3:
        return tuple(_percentile_bands(refits, level) for refits in found[0])
    return tuple(
        _calibrated_bands(refits, fits, draws, level=level)
        for refits, fits, draws in zip(*found, strict=True)
    )


def _percentile_bands(refits: Effect, level: float) -> EffectBands:
    """The bands of one predictor without simulated refits."""
    several = len(refits.average) > 1
    return EffectBands(
        refits,
        percentile_band(refits.average, level),
        percentile_band(refits.profile, level),
        simultaneous_band(refits.average, level, kind=refits.response) if several else None,
        percentile_band(refits.contrasts, level),
        percentile_band(refits.accumulated, level),
        coverage=None,
    )


def _calibrated_bands(refits: Effect, fits: Effect, draws: Effect, *, level: float) -> EffectBands:
    """The bands of one predictor; differences of predictions have no link."""
    kind = refits.response

    def band(name: str, kind: str) -> Band:
        resampled, fitted, simulated = (getattr(each, name) for each in (refits, fits, draws))
        if resampled.size == 0:
            return percentile_band(resampled, level)
        return calibrated_band(resampled, fitted, simulated, level, kind=kind)

    parts = [
        coverage_of_simulation(getattr(fits, name), getattr(draws, name), level, kind=kind)
        for name in ("average", "profile")
    ]
    return EffectBands(
        refits,
        band("average", kind),
        band("profile", kind),
        simultaneous_band(
            refits.average, level, kind=kind, fitted=fits.average, simulated=draws.average
        ),
        band("contrasts", "quantitative"),
        band("accumulated", "quantitative"),
        SimulatedCoverage(
            *(
                np.concatenate([array.ravel() for array in part])
                for part in zip(*parts, strict=True)
            )
        ),
    )


def percentile_band(curves: np.ndarray, level: float) -> Band:
    """The mean of the refits and their percentiles, which ignore that the penalty bends curves."""
    mean = curves.mean(axis=0)
    lower, upper = interval(curves, level) if curves.size else (mean, mean)
    return Band(mean, lower, upper, np.nan, np.zeros_like(mean), curves.std(axis=0))
