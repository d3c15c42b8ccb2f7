"""What does depth buy, at equal numbers of parameters: where, when, and why?

    represent    a network of L layers can have (n + 1)^L straight pieces, of one layer n + 1
    learn        error of L layers / error of one layer, as many parameters, the same rows

The lecture shows two pictures, "better generalisation with depth" and "shallow nets overfit more".
What depth can represent is counted exactly (`experiments.folding`).  What it learns is measured on
targets that are made of folds or products, on smooth ones, on handwritten digits and on signals,
with plenty of rows and with few (`experiments.equal_parameters`), and reported whatever its sign.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array
from matplotlib.figure import Figure

from experiments import (
    depth_claims,
    depth_verdict,
    depth_vs_width_figures,
    equal_parameters,
    folding,
    folding_figures,
    one_layer,
)
from experiments.claims import Claim
from experiments.compile_time import compiling
from experiments.contract import Results
from experiments.equal_parameters import TEACHER, Group

TITLE = "What depth buys: folds that width cannot make, and when training finds them"
CAPTIONS = {
    "verdict": "Test error of networks with 2 to 5 hidden layers over that of one hidden layer "
    "with as many parameters, trained on the same rows: median over random starts and data, with "
    "distribution-free intervals of at least 95%. Left of 1 depth helps, right of it it hurts.",
    "parameters": "“Better generalisation with depth”: test error against the number of "
    "parameters. Points: medians over 12 random starts, each with rows of its own; bands: "
    "pointwise distribution-free intervals of at least 95% for them.",
    "overfitting": "“Shallow nets overfit more”. Above: errors on training and on new rows, 1,000 "
    "parameters, one dot a random start. Below: what the first start has made of the fold, a "
    "function of the sum of its inputs alone. One hidden layer fits its own rows better than "
    "new ones; deeper networks find the fold, unless the rows are too few.",
    "represent": "a: pieces that networks are known to have, counted. b: random networks have "
    "about as many regions as units, in however many layers. c, d: few pieces cannot follow many "
    "teeth, trained or not; deep networks of 31 parameters could, and are not found by training. "
    "e, f: the linear regions of two random networks of 24 units; colour: direction of the slope.",
}
FRESH = 256_000  # rows of 2,000 steps of 128
COUNTED = folding.FoldingSettings()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      folding: of what is counted.
      groups: of what is trained, in the order of `experiments.equal_parameters.Group`: data,
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
    training = one_layer.TrainingSettings(
        seeds=settings.follower_seeds, steps=settings.follower_steps, rows=chosen.points
    )
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


def claims(results: Results) -> list[Claim]:
    """What is exact, what training was seen to do, and what it refuses to."""
    return depth_claims.claims(results)


def verdict(results: Results) -> dict[str, list[str]]:
    """What reproduces, what does not, and what the lecture should have said."""
    return depth_verdict.verdict(results)


def draw(results: Results) -> dict[str, Figure]:
    """The verdict first, then the lecture's two pictures, then what depth can represent."""
    return {
        "verdict": depth_vs_width_figures.verdict(results),
        "parameters": depth_vs_width_figures.parameters(results),
        "overfitting": depth_vs_width_figures.overfitting(results),
        "represent": folding_figures.represent(results),
    }
