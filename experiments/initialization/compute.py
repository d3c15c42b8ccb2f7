"""What is computed for initial weights?

Training from equal, nearly equal and random weights (`symmetry`), signals before training
(`initial_signals`), and training on digits (`digit_training`).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
from jax import Array

from experiments.initialization import digit_training, initial_signals, symmetry

SYMMETRY = symmetry.SymmetrySettings()
SIGNALS = initial_signals.SignalSettings()
TRAINING = digit_training.TrainingSettings()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings of the three parts, one field each."""

    symmetry: symmetry.SymmetrySettings = SYMMETRY
    signals: initial_signals.SignalSettings = SIGNALS
    training: digit_training.TrainingSettings = TRAINING


FULL = Settings()
QUICK = Settings(
    symmetry=symmetry.SymmetrySettings(noises=(0.0, 1e-9, 1e-6), noise_seeds=4, seeds=16),
    signals=initial_signals.SignalSettings(
        layers=500, fan_layers=60, seeds=200, width=128, depth=6
    ),
    training=digit_training.TrainingSettings(
        scales=(0.1, 1.4, 10.0),
        rates=(0.1,),
        curves=(("relu", "lecun_normal"), ("relu", "he_normal")),
        seeds=10,
    ),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Train on a small task, draw signals, and train on digits.

    Returns:
      The arrays of `symmetry.compute`, `initial_signals.compute` and `digit_training.compute`.
    """
    key_symmetry, key_signals, key_training = jax.random.split(key, 3)
    return {
        **symmetry.compute(key_symmetry, settings.symmetry),
        **initial_signals.compute(key_signals, settings.signals),
        **digit_training.compute(key_training, settings.training),
    }
