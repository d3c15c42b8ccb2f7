"""What is computed for universal approximation: the best, trained and random hidden layers."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.universal_approximation import random_cosines
from experiments.universal_approximation.largest_error import sine_sup_error
from experiments.universal_approximation.trained_networks import (
    NetworkSettings,
    errors_by_width,
    learned_curves,
)
from jaxnn.regions import free_knot_l2_error, free_knot_sup_error, splines

NETWORKS = NetworkSettings()
MIDDLES = (np.arange(2**18) + 0.5) / 2**18  # of equal parts of [0, 1], for integrals


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the three parts.

    Attributes:
      networks: which networks are trained, and how.
      pieces: numbers of straight pieces, all even.
      bumps: (dimension, standard deviation of the points) of each bump that is approximated.
      units: numbers of random cosines.
      points: number of points at which the cosines are compared with the bump.
      draws: number of independent draws of the cosines.
    """

    networks: NetworkSettings = NETWORKS
    pieces: tuple[int, ...] = (4, 8, 16, 32, 64)
    bumps: tuple[tuple[int, float], ...] = ((10, 0.5), (50, 0.3))
    units: tuple[int, ...] = (4, 16, 64, 256)
    points: int = 1000
    draws: int = 400


FULL = Settings()
QUICK = Settings(
    networks=NetworkSettings(
        pictured=((1,), (16,), (1, 1)),
        pictured_activations=("relu",),
        widths=(16,),
        activations=("relu", "sigmoid"),
        seeds=8,
    ),
    bumps=((50, 0.3),),
    draws=100,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """All three parts.

    Returns:
      The arrays of `learned_curves`, `errors_by_width` and
      pieces: (pieces,) numbers of straight pieces N.
      names, l2_constants, sup_constants: (curves,) the curves, and C in closed form.
      l2_integrals, sup_integrals: (curves,) C by numerical integration.
      l2_errors, sup_errors: (curves, pieces) least L2 errors, and least largest errors.
      units: (units,) numbers of cosines m; dimensions, deviations: (bumps,) those of the points.
      constants: (bumps,) C in closed form; sample_constants, sample_standard_errors: C at the
        points that were drawn, and its standard error.
      sampled: (bumps, draws, units) mean squared errors of the cosines.
    """
    key_pictures, key_sweep, key_sampling = jax.random.split(key, 3)
    return {
        **_splines(settings),
        **learned_curves(key_pictures, settings.networks),
        **errors_by_width(key_sweep, settings.networks),
        **_sampling(key_sampling, settings),
    }


def _splines(settings: Settings) -> dict[str, Any]:
    curves, pieces = splines.CURVES, settings.pieces
    curvatures = [np.abs(curve.curvature(MIDDLES)) for curve in curves]
    return {
        "pieces": np.array(pieces),
        "names": np.array([curve.name for curve in curves]),
        "l2_constants": np.array([curve.l2_constant for curve in curves]),
        "sup_constants": np.array([curve.sup_constant for curve in curves]),
        "l2_integrals": np.array([np.mean(c**0.4) ** 2.5 / math.sqrt(720) for c in curvatures]),
        "sup_integrals": np.array([np.mean(c**0.5) ** 2 / 16 for c in curvatures]),
        "l2_errors": np.array([[free_knot_l2_error(c, n) for n in pieces] for c in curves]),
        "sup_errors": np.array([[_sup_error(c, n) for n in pieces] for c in curves]),
    }


def _sup_error(curve: splines.Curve, pieces: int) -> float:
    return free_knot_sup_error(curve, pieces) if curve.convex else sine_sup_error(pieces)


def _sampling(key: Array, settings: Settings) -> dict[str, Any]:
    keys = jax.random.split(key, len(settings.bumps))
    sizes = (settings.units, settings.points, settings.draws)
    samples = [
        random_cosines.sample(k, *bump, *sizes)
        for k, bump in zip(keys, settings.bumps, strict=True)
    ]
    return {
        "units": np.array(settings.units),
        "dimensions": np.array([dimension for dimension, _ in settings.bumps]),
        "deviations": np.array([deviation for _, deviation in settings.bumps]),
        "constants": np.array([random_cosines.constant(*bump) for bump in settings.bumps]),
        "sample_constants": np.array([sample.constant for sample in samples]),
        "sample_standard_errors": np.array([sample.standard_error for sample in samples]),
        "sampled": np.array([sample.errors for sample in samples]),
    }
