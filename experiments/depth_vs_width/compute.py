"""What is computed for depth against width: which counts and fits, sizes and keys?"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.depth_vs_width import folding, training
from experiments.depth_vs_width.training import TEACHER, Group
from experiments.shared import curve_training

FRESH = 256_000  # rows of 2,000 steps of 128
COUNTED = folding.FoldingSettings()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      folding: sizes of the networks whose pieces are counted.
      groups: the networks that are trained, with the fields of `training.Group`: data, rows,
        parameters, deepest, steps, batch, epoch, seeds.
      test_rows: rows of generated data per seed on which errors are measured.
      followers: hidden layers of the networks that are trained on the composed tent.
      follower_seeds: number of random starts of each of them.
      follower_steps: number of steps of full-batch Adam.
    """

    folding: folding.FoldingSettings = COUNTED
    groups: tuple[Group, ...] = (
        Group(
            ("product_4", "tent_3"),
            *((3 * FRESH,), (1000,), 4, 3000, 256, 3 * FRESH, 12),
        ),
        Group(("product_6",), (3 * FRESH,), (1000,), 3, 3000, 256, 3 * FRESH, 12),
        Group(("product_4",), (384_000,), (300,), 3, 3000, 128, 384_000, 12),
        Group(
            (
                "nested_differences_4",
                "nested_differences_8",
                "radial_sine_8",
                "sine_tree_8",
                TEACHER,
            ),
            *((FRESH,), (1000,), 3, 2000, 128, FRESH, 12),
        ),
        Group(("fold",), (FRESH,), (600,), 3, 2000, 128, FRESH, 12),
        Group(("fold",), (FRESH,), (600,), 2, 8000, 128, FRESH, 12),
        Group(("fold",), (300,), (1000,), 5, 3000, 64, 12_000, 12),
        # Twice as many starts as elsewhere: a rule about the worst of all starts is judged here.
        Group(("fold",), (1000,), (1000,), 5, 3000, 64, 12_000, 24),
        Group(("fold",), (4000,), (1000,), 5, 3000, 64, 12_000, 12),
        Group(
            ("nested_differences_8", TEACHER),
            *((300, 1000, 4000), (1000,), 5, 3000, 64, 12_000, 12),
        ),
        Group(("fold",), (1000,), (250, 4000), 5, 3000, 64, 12_000, 12),
        Group(("fold",), (1000,), (1000,), 3, 8000, 64, 12_000, 12),
        Group(("nested_differences_4",), (300,), (1000,), 3, 3000, 64, 12_000, 12),
        Group(("product_4",), (500,), (1000,), 3, 3000, 64, 12_000, 12),
        Group(("digits",), (300, 1200), (1250, 5000, 20_000), 5, 800, 64, 1200, 12),
        Group(("signals",), (1000, 4000), (1250, 5000, 20_000), 5, 2000, 64, 4000, 12),
        Group(("noisy_signals",), (4000,), (5000,), 5, 2000, 64, 4000, 12),
    )
    test_rows: int = 4096
    followers: tuple[tuple[int, ...], ...] = ((15,), (2,) * 5, (8,) * 5)
    follower_seeds: int = 12
    follower_steps: int = 2000


FULL = Settings()
QUICK = Settings(
    folding=folding.FoldingSettings(seeds=60),
    groups=(
        Group(("fold",), (FRESH,), (600,), 2, 2000, 128, FRESH, 8),
        Group(("fold",), (300, 1000), (1000,), 2, 3000, 64, 3000, 8),
        Group(("digits",), (300, 1200), (5000,), 2, 800, 64, 1200, 8),
    ),
    followers=((15,),),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Count pieces and train networks: arrays under the names that claims and figures read."""
    key_folding, key_following, key_training = jax.random.split(key, 3)
    return {
        **folding.compute(key_folding, settings.folding),
        **_followers(key_following, settings),
        **training.compute(key_training, settings.groups, settings.test_rows),
    }


def _followers(key: Array, settings: Settings) -> dict[str, Any]:
    """Train networks with one input on the composed tent, which few pieces cannot follow.

    Returns:
      follower_hidden: their hidden layers, such as "2+2"; follower_errors: (networks, seeds) RMSE.
      follower_wrong: (networks, seeds) share of the alternating points that they misclassify.
      follower_curves: (networks, points) outputs of the best seed of each network.
    """
    chosen, times = settings.folding, settings.folding.followed
    protocol = curve_training.TrainingSettings(steps=settings.follower_steps, rows=chosen.points)
    x, teeth = curve_training.midpoints(chosen.points), np.arange(2**times) / 2**times

    def curve(x: np.ndarray) -> np.ndarray:
        return folding.tents((x + 1) / 2, times)

    errors, wrong, curves = [], [], []
    keys = jax.random.split(key, (len(settings.followers), settings.follower_seeds))
    for hidden_keys, hidden in zip(keys, settings.followers, strict=True):
        params = curve_training.train(hidden_keys, hidden, "relu", curve, protocol)
        followed = curve_training.outputs(params, "relu", x)
        errors.append(curve_training.rmse(followed, curve(x)))
        high = curve_training.outputs(params, "relu", 2 * teeth - 1) > 0.5
        wrong.append(np.mean(high != (np.arange(len(teeth)) % 2 == 1), axis=1))
        curves.append(followed[np.nanargmin(errors[-1])])
    return {
        "follower_hidden": np.array(["+".join(map(str, hidden)) for hidden in settings.followers]),
        "follower_errors": np.array(errors),
        "follower_wrong": np.array(wrong),
        "follower_curves": np.array(curves).astype(np.float32),
    }
