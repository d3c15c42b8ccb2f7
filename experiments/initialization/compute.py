"""What does `initialization` compute?

Training from equal, nearly equal and random weights (`symmetry`), signals before training
(`first_weights`), and training on digits (`first_training`).
"""

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
    """Settings of the three parts."""

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
    """Train on a small task, draw signals, and train on digits.

    Returns:
      The arrays of `symmetry.compute`, `first_weights.compute` and `first_training.compute`.
    """
    key_symmetry, key_signals, key_training = jax.random.split(key, 3)
    return {
        **symmetry.compute(key_symmetry, settings.symmetry),
        **first_weights.compute(key_signals, settings.signals),
        **first_training.compute(key_training, settings.training),
    }
