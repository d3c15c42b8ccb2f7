"""What is computed about batch normalisation?

identities       what follows from the formula, in double precision
digit_training   training on digits: watched over 1,500 steps, and swept over learning rates
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.batch_normalization import identities
from experiments.batch_normalization.digit_training import EVERY, Digits, Training, digits, trained


@dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      watched_rates: learning rates of the trainings whose units are watched.
      watched_starts: initial weights of these.
      watched_steps: their steps.
      swept_rates: learning rates that are tried.
      swept_starts, swept_steps: initial weights and steps at each.
    """

    watched_rates: tuple[float, ...] = (0.1, 0.5)
    watched_starts: int = 6
    watched_steps: int = 1500
    swept_rates: tuple[float, ...] = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
    swept_starts: int = 4
    swept_steps: int = 400


FULL = Settings()
QUICK = Settings(
    watched_rates=(0.5,), watched_starts=1, swept_rates=(0.3, 3.0, 10.0), swept_starts=1
)

# Activation, whether normalised, and the deviation of the initial weights.
PLAIN = ("sigmoid", False, 0.1)
WIDE_START = ("sigmoid", False, 0.4)
NORMALIZED = ("sigmoid", True, 0.1)
WATCHED = {"plain": PLAIN, "wide start": WIDE_START, "normalised": NORMALIZED}
SWEPT = {
    "sigmoid": PLAIN,
    "sigmoid, wide start": WIDE_START,
    "sigmoid, normalised": NORMALIZED,
    "ReLU": ("relu", False, 0.1),
    "ReLU, normalised": ("relu", True, 0.1),
}


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts.

    Returns:
      The arrays of `identities.compute`; for the networks of `WATCHED`, `marks` (marks,) steps,
      `watched_rates`, `watched_losses` (networks, rates, starts, steps), `watched_accuracy`
      (networks, rates, starts), `percentiles` (networks, rates, starts, marks, levels, units) and
      `spreads` (networks, rates, starts, marks); for those of `SWEPT`, `swept_rates` and
      `swept_accuracy` (networks, rates, starts).
    """
    key_identities, key_rows, key_watched, key_swept = jax.random.split(key, 4)
    data = digits(key_rows)
    return {
        **identities.compute(key_identities),
        **_watched(key_watched, data, settings),
        **_swept(key_swept, data, settings),
    }


def _watched(key: Array, data: Digits, settings: Settings) -> dict[str, Any]:
    found = [
        trained(
            key,
            Training(activation, normalized),
            data,
            deviation=deviation,
            rates=settings.watched_rates,
            starts=settings.watched_starts,
            steps=settings.watched_steps,
            label=f"watched: {name}",
        )
        for name, (activation, normalized, deviation) in WATCHED.items()
    ]
    losses = np.stack([outcome.losses[..., :-1, :] for outcome in found])
    return {
        "watched_rates": np.array(settings.watched_rates),
        "marks": np.arange(0, settings.watched_steps + 1, EVERY),
        "watched_losses": losses.reshape(*losses.shape[:-2], -1),
        "watched_accuracy": np.stack([outcome.accuracy[..., -1] for outcome in found]),
        "percentiles": np.stack([outcome.percentiles for outcome in found]),
        "spreads": np.stack([outcome.spreads for outcome in found]),
    }


def _swept(key: Array, data: Digits, settings: Settings) -> dict[str, Any]:
    found = [
        trained(
            key,
            Training(activation, normalized),
            data,
            deviation=deviation,
            rates=settings.swept_rates,
            starts=settings.swept_starts,
            steps=settings.swept_steps,
            label=f"learning rates: {name}",
        ).accuracy[..., -1]
        for name, (activation, normalized, deviation) in SWEPT.items()
    ]
    return {"swept_rates": np.array(settings.swept_rates), "swept_accuracy": np.stack(found)}
