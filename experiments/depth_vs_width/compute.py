"""What is computed for `depth_vs_width`; see the package."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.depth_vs_width import folding
from experiments.depth_vs_width import training as equal_parameters
from experiments.depth_vs_width.training import TEACHER, Group
from experiments.shared import curve_training as one_layer
from experiments.shared.compile_time import compiling

FRESH = 256_000  # rows of 2,000 steps of 128
COUNTED = folding.FoldingSettings()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      folding: of what is counted.
      groups: of what is trained, in the order of `training.Group`: data,
        rows, parameters, deepest, steps, batch, rows of an epoch, seeds.
      test_rows: of generated data, for each seed.
      followers: hidden layers of networks that are trained to follow the composed tent.
      follower_seeds: random starts of each.
      follower_steps: of full-batch Adam.
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
        Group(
            ("fold", "nested_differences_8", TEACHER),
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
    folding=folding.FoldingSettings(seeds=100),
    groups=(
        Group(("fold",), (FRESH,), (600,), 2, 2000, 128, FRESH, 12),
        Group(("fold",), (300, 1000), (1000,), 2, 3000, 64, 3000, 12),
        Group(("digits",), (300, 1200), (5000,), 2, 800, 64, 1200, 12),
    ),
    followers=((15,),),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Count and train; arrays under the names that `claims` and `draw` read."""
    key_folding, key_following, key_training = jax.random.split(key, 3)
    with compiling() as account:
        results = {
            **folding.compute(key_folding, settings.folding),
            **_followers(key_following, settings),
            **equal_parameters.compute(key_training, settings.groups, settings.test_rows),
        }
    return {
        **results,
        "compile_seconds": account.seconds,
        "compiled_programs": account.programs,
    }


def _followers(key: Array, settings: Settings) -> dict[str, Any]:
    """Train networks of one input on the composed tent, where few pieces cannot follow it.

    Returns:
      follower_hidden: their hidden layers, as "2+2"; follower_errors: (networks, seeds) RMSE.
      follower_wrong: (networks, seeds) share of the alternating points that they get wrong.
      follower_curves: (networks, points) the best seed of each.
    """
    chosen, times = settings.folding, settings.folding.followed
    training = one_layer.TrainingSettings(steps=settings.follower_steps, rows=chosen.points)
    x, teeth = one_layer.midpoints(chosen.points), np.arange(2**times) / 2**times

    def curve(x: np.ndarray) -> np.ndarray:
        return folding.tents((x + 1) / 2, times)

    errors, wrong, curves = [], [], []
    keys = jax.random.split(key, (len(settings.followers), settings.follower_seeds))
    for hidden_keys, hidden in zip(keys, settings.followers, strict=True):
        params = one_layer.train(hidden_keys, hidden, "relu", curve, training)
        followed = one_layer.outputs(params, "relu", x)
        errors.append(one_layer.rmse(followed, curve(x)))
        high = one_layer.outputs(params, "relu", 2 * teeth - 1) > 0.5
        wrong.append(np.mean(high != (np.arange(len(teeth)) % 2 == 1), axis=1))
        curves.append(followed[np.nanargmin(errors[-1])])
    return {
        "follower_hidden": np.array(["+".join(map(str, hidden)) for hidden in settings.followers]),
        "follower_errors": np.array(errors),
        "follower_wrong": np.array(wrong),
        "follower_curves": np.array(curves).astype(np.float32),
    }
