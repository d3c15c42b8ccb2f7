"""What is computed about optimisers?

quadratics   how fast each rule converges on quadratics, and where it begins to diverge
surfaces     paths on losses of two parameters, and how rules leave a saddle
race         networks on real tables, each rule at its own tuned learning rate
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jax import Array

from experiments.optimizers import quadratics, race, surfaces


@dataclass(frozen=True)
class Settings:
    """Numbers of steps, and what is raced.

    Attributes:
      steps: steps on a quadratic, from whose second half the rate is measured.
      limit_steps: steps after which a rule that diverges has left its start behind.
      path_steps: steps on a surface.
      tables: names of the tables of the race.
      rules: names of the rules of the race; gradient descent comes first.
      tuning_seeds: seeds on which learning rates are chosen.
      seeds: other seeds, whose losses are shown.
      epochs: passes over the rows of a table.
    """

    steps: int = 400
    limit_steps: int = 3000
    path_steps: int = 200
    tables: tuple[str, ...] = ("Heart", "diabetes", "digits")
    rules: tuple[str, ...] = tuple(surfaces.RULES)
    tuning_seeds: int = 10
    seeds: int = 24
    epochs: int = 25


FULL = Settings()
QUICK = Settings(
    tables=("Heart",),
    rules=("gradient descent", "momentum", "Adam"),
    tuning_seeds=6,
    seeds=16,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts; only the race is random."""
    return {
        **quadratics.compute(settings.steps, settings.limit_steps),
        **surfaces.compute(settings.path_steps),
        **race.compute(
            key,
            settings.tables,
            settings.rules,
            settings.tuning_seeds,
            settings.seeds,
            settings.epochs,
        ),
    }
