"""Which intervals are compared, and how are they made of the importances to refits?

Six rules are those of `jaxnn.refits.importance_interval`. Two more need other refits or scores:

    all rows     quantiles of the importances scored on all rows, as they are often computed
    calibrated   fit - (mean f* - own) +- c s

Here "fit" is the importance to fits to all rows, scored on these rows; f* that of refits to
responses simulated from such a fit, each scored on its own responses; "own" the importance to the
fit as if its predictions were the true means; s the spread in bag; and c the largest over
predictors of the 0.95 quantile of |f* - own| / sd f*, at least 1.96.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.shared.binary_models import LEVEL
from jaxnn.refits import importance_interval

LEARNER_REFITS = 15  # of the corrected t interval, as its authors advise
Z = 1.959964
# Names of rules, and what a reader calls them.
RULES = {
    "all_rows": "percentile, all rows",
    "out_of_bag": "percentile, out of bag",
    "in_bag": "percentile, in bag",
    "corrected": "corrected t, 15 refits",
    "normal": "out of bag ± 1.96 sd in bag",
    "shifted": "out of bag, spread in bag",
    "weighted": "weighted, spread in bag",
    "calibrated": "calibrated by simulated refits",
}


def intervals(own: Any, out_of_bag: Any, observed: Any) -> np.ndarray:
    """All rules but the calibrated: (2, rules - 1, sets, predictors).

    Args:
      own, out_of_bag, observed: (sets, refits, predictors) importances scored on the rows that a
        refit was fitted to, those that it left out, and all rows.
    """
    found = [np.quantile(observed, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)]
    for name in list(RULES)[1:-1]:
        kept = slice(LEARNER_REFITS if name == "corrected" else None)
        ends = [
            importance_interval(inside[kept], outside[kept], LEVEL, name)[1:]
            for inside, outside in zip(own, out_of_bag, strict=True)
        ]
        found.append(np.stack(ends, axis=1))
    return np.stack(found, axis=1)


def calibrated(fits: Any, resampled: Any, simulated: Any) -> np.ndarray:
    """The calibrated interval: (2, sets, predictors), of `network_importance.Importance`."""
    fit, itself = fits.observed.mean(axis=1), fits.to_itself.mean(axis=1)
    draws = simulated.own
    center = fit - (draws.mean(axis=1) - itself)
    error = np.quantile(np.abs(draws - itself[:, None]), LEVEL, axis=1)
    factor = (error / np.maximum(draws.std(axis=1, ddof=1), 1e-12)).max(axis=1, keepdims=True)
    half = np.maximum(factor, Z) * resampled.own.std(axis=1, ddof=1)
    return np.stack([center - half, center + half])
