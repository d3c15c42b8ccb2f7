"""How long should a step on a parabola h w^2 / 2 be?

    fixed length    w <- w - s sign(g)       never settles: it steps over the minimum for ever
    proportional    w <- w - η h w           multiplies w by 1 - η h in each step

A learning rate η up to 1/h never overshoots; between 1/h and 2/h it overshoots and converges;
above 2/h it diverges.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn.landscape import trajectory
from jaxnn.optimizers import gradient_descent

CURVATURE, START, STEPS = 2.0, 3.0, 40
FIXED_LENGTH = 0.8
FACTORS = (0.1, 0.5, 1.0, 1.5, 1.9, 2.1)  # η h
TRIED = np.round(np.arange(0.01, 3.0, 0.01), 2)  # η h


def compute() -> dict[str, Any]:
    """Paths in double precision.

    Returns:
      `fixed_path` (steps + 1,); `game_paths` (factors, steps + 1); `overshoots`, `grows` (tried,)
      whether the first step passes the minimum, and whether |w| is larger after the last step.
    """
    with jax.enable_x64(True):

        def loss(w: Any) -> Any:
            return CURVATURE * w**2 / 2

        def path(rate: Any) -> Any:
            return trajectory(gradient_descent(rate), loss, jnp.array(START), STEPS)

        paths = np.asarray(jax.vmap(path)(jnp.array(FACTORS) / CURVATURE))
        tried = np.asarray(jax.vmap(path)(jnp.asarray(TRIED) / CURVATURE))
    fixed = [START]
    for _ in range(STEPS):
        fixed.append(fixed[-1] - FIXED_LENGTH * np.sign(fixed[-1]))
    return {
        "fixed_path": np.array(fixed),
        "game_paths": paths,
        "overshoots": tried[:, 1] < -1e-12,
        "grows": np.abs(tried[:, -1]) > START * (1 + 1e-9),
    }
