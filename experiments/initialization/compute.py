"""What is computed for `initialization`; see the package."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
from jax import Array

from experiments.initialization import first_training, first_weights, symmetry

SYMMETRY = symmetry.SymmetrySettings()
SIGNALS = first_weights.SignalSettings()
TRAINING = first_training.TrainingSettings()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the three parts."""

    symmetry: symmetry.SymmetrySettings = SYMMETRY
    signals: first_weights.SignalSettings = SIGNALS
    training: first_training.TrainingSettings = TRAINING


FULL = Settings()
QUICK = Settings(
    symmetry=symmetry.SymmetrySettings(noises=(0.0, 1e-9, 1e-6), noise_seeds=4, seeds=16),
    signals=first_weights.SignalSettings(layers=500, fan_layers=60, seeds=30, width=128, depth=6),
    training=first_training.TrainingSettings(
        scales=(0.1, 1.4, 10.0),
        rates=(0.1,),
        curves=(("relu", "lecun_normal"), ("relu", "he_normal")),
        seeds=10,
    ),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Equal and random weights in a small task, signals at the start, and training on digits."""
    key_symmetry, key_signals, key_training = jax.random.split(key, 3)
    return {
        **symmetry.compute(key_symmetry, settings.symmetry),
        **first_weights.compute(key_signals, settings.signals),
        **first_training.compute(key_training, settings.training),
    }
