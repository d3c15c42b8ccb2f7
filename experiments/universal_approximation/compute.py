"""What is computed for `universal_approximation`; see the package."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.shared import curve_training as one_layer
from experiments.universal_approximation import random_cosines as cosines
from jaxnn.regions import free_knot_l2_error, free_knot_sup_error, splines

TRAINING = one_layer.TrainingSettings()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      training: what is trained, and how.
      pieces: numbers of straight pieces.
      bumps: (dimension, deviation of the points) of the functions that cosines are sampled for.
      units: numbers of cosines.
      points: at which those are compared with the bump.
      draws: of cosines.
    """

    training: one_layer.TrainingSettings = TRAINING
    pieces: tuple[int, ...] = (4, 8, 16, 32, 64)
    bumps: tuple[tuple[int, float], ...] = ((10, 0.5), (50, 0.3))
    units: tuple[int, ...] = (4, 16, 64, 256)
    points: int = 1000
    draws: int = 400


FULL = Settings()
QUICK = Settings(
    training=one_layer.TrainingSettings(
        pictured=((1,), (16,), (1, 1)),
        widths=(16,),
        activations=("relu", "sigmoid"),
        seeds=8,
    ),
    bumps=((50, 0.3),),
    draws=100,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Solve, train and sample; arrays under the names that `claims` and `draw` read."""
    key_pictures, key_sweep, key_sampling = jax.random.split(key, 3)
    return {
        **_splines(settings),
        **one_layer.pictures(key_pictures, settings.training),
        **one_layer.sweep(key_sweep, settings.training),
        **_sampling(key_sampling, settings),
    }


def _splines(settings: Settings) -> dict[str, Any]:
    curves, pieces = splines.CURVES, settings.pieces
    convex = [curve for curve in curves if curve.convex]
    return {
        "pieces": np.array(pieces),
        "l2_names": np.array([curve.name for curve in curves]),
        "l2_constants": np.array([curve.l2_constant for curve in curves]),
        "l2_errors": np.array([[free_knot_l2_error(c, n) for n in pieces] for c in curves]),
        "sup_names": np.array([curve.name for curve in convex]),
        "sup_constants": np.array([curve.sup_constant for curve in convex]),
        "sup_errors": np.array([[free_knot_sup_error(c, n) for n in pieces] for c in convex]),
    }


def _sampling(key: Array, settings: Settings) -> dict[str, Any]:
    keys = jax.random.split(key, len(settings.bumps))
    sizes = (settings.units, settings.points, settings.draws)
    samples = [
        cosines.sample(k, *bump, *sizes) for k, bump in zip(keys, settings.bumps, strict=True)
    ]
    return {
        "units": np.array(settings.units),
        "dimensions": np.array([dimension for dimension, _ in settings.bumps]),
        "deviations": np.array([deviation for _, deviation in settings.bumps]),
        "constants": np.array([cosines.constant(*bump) for bump in settings.bumps]),
        "sample_constants": np.array([sample.constant for sample in samples]),
        "sample_standard_errors": np.array([sample.standard_error for sample in samples]),
        "sampled": np.array([sample.errors for sample in samples]),  # (bumps, draws, units)
    }
