"""What is computed about optimisers?

quadratics   how fast each rule converges on quadratics, and where it begins to diverge
surfaces     paths on losses of two parameters, and how rules leave a saddle
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jax import Array

from experiments.optimizers import quadratics, surfaces


@dataclass(frozen=True)
class Settings:
    """Numbers of steps.

    Attributes:
      steps: steps on a quadratic, from whose second half the rate is measured.
      limit_steps: steps after which a rule that diverges has left its start behind.
      path_steps: steps on a surface.
    """

    steps: int = 400
    limit_steps: int = 3000
    path_steps: int = 200


FULL = Settings()
QUICK = Settings(limit_steps=1000)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of both parts; nothing is random."""
    del key
    return {
        **quadratics.compute(settings.steps, settings.limit_steps),
        **surfaces.compute(settings.path_steps),
    }
