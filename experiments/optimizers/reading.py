"""What should the rates, limits and steps of `optimizers` be?"""

from __future__ import annotations

import numpy as np

from experiments.optimizers.quadratics import CONDITIONS, DECAYS
from experiments.optimizers.surfaces import SADDLE_RATE

DOUBLE_ROOT = np.array([False, False, True, True, True])  # of METHODS, at their settings


def rates() -> np.ndarray:
    """(methods, conditions) from the formulas of Lessard, Recht & Packard 2016."""
    k = np.array(CONDITIONS)
    root = np.sqrt(k)
    return np.stack(
        [
            1 - 1 / k,
            (k - 1) / (k + 1),
            1 - 1 / root,
            1 - 2 / np.sqrt(3 * k + 1),
            (root - 1) / (root + 1),
        ]
    )


def expected_rates(steps: int) -> np.ndarray:
    """(methods, conditions) rates over the second half of the steps.

    At a double root the distance is T rate^T, which grows by a factor of 2 from T/2 to T.
    """
    return rates() * np.where(DOUBLE_ROOT, 2 ** (2 / steps), 1)[:, None]


def limits() -> np.ndarray:
    """(rules, decays): momentum, Nesterov, and Nesterov with the slide's point, with L = 1."""
    a = np.array(DECAYS)
    return np.stack([2 * (1 + a) / (1 - a), (2 + 2 * a) / (1 + 2 * a), (2 + 2 * a) / 3])


def steps_per_decade() -> np.ndarray:
    """(3,) steps to leave a saddle for each factor 10 in the distance: the first three rules.

    With the curvature -1 the distance grows in each step by 1 + e, or by the largest root of the
    rule's quadratic.
    """
    e, a = SADDLE_RATE, 0.9
    growths = [
        1 + e,
        _largest_root(1 + a + (1 - a) * e, a),
        _largest_root((1 + a) * (1 + e), a * (1 + e)),
    ]
    return np.log(10) / np.log(growths)


def _largest_root(middle: float, last: float) -> float:
    return (middle + np.sqrt(middle**2 - 4 * last)) / 2


def surface_name(name: str) -> str:
    """The name of a surface in words; those of persons begin with a capital letter."""
    words = name.replace("_", " ")
    return words.capitalize() if name in ("beale", "rosenbrock") else words
