"""What is computed for `black_box_heart`; see the package."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
from jax import Array

from experiments.black_box_heart import heart_refits, known_truth
from experiments.black_box_heart.heart_refits import HeartSettings
from experiments.black_box_heart.known_truth import TruthSettings


@dataclass(frozen=True)
class Settings(HeartSettings, TruthSettings):
    """Sizes of both halves."""


FULL = Settings()
QUICK = Settings(
    refits=100,
    mean_sets=120,
    mean_resamples=199,
    logistic_sets=120,
    logistic_resamples=160,
    large_sets=6,
    large_resamples=60,
    linear_sets=120,
    linear_resamples=160,
    network_sets=16,
    network_resamples=60,
    large_network_refits=20,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Both halves; their results are listed in `heart_refits.compute` and `known_truth.compute`."""
    key_heart, key_truth = jax.random.split(key)
    with ThreadPoolExecutor() as pool:  # one compiles while the other computes
        halves = (
            pool.submit(heart_refits.compute, key_heart, settings),
            pool.submit(known_truth.compute, key_truth, settings),
        )
    return halves[0].result() | halves[1].result()
