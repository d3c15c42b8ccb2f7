"""How does the bootstrap work for forests and boosting? Refit them too, on the same resamples.

curve    mean over patients of f_b(x, x_iC), for refit b of a network, a forest, boosting
losses   of each refit on the rows that it drew, and on those that it left out
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jax import Array

from experiments.black_box_heart.heart_refits import HeartRefits
from experiments.shared.binary_models import LEVEL
from jaxnn import interval
from jaxnn.estimators import RefittedEstimator, refitted_estimator
from jaxnn.refits import RefittedModel, effects

METHODS = ("network", "forest", "boosting")
PREDICTORS = ("Age", "MaxHR")
BOOSTED = 50  # trees
VALUES = 20  # at which the curves are computed


def compute(key: Array, refits: HeartRefits, forest: RefittedEstimator) -> dict[str, Any]:
    """Curves and losses of three methods on the same resamples.

    Returns:
      compared_<method>_<predictor>: (refits, g) curves, averaged over patients;
        compared_grid_<predictor>: (g,).
      compared_losses: (methods, 2, refits) cross-entropy in nats on the rows that a refit drew,
        with their multiplicities, and on those that it left out.
      compared_right: the same shape, share of the rows whose more probable class was observed.
      compared_band: (methods, 2, n) ends of the band of the predictions of each patient.
    """
    table = refits.table
    models: dict[str, RefittedModel] = {
        "network": refits.few,
        "forest": forest,
        "boosting": _boosting(key, refits),
    }
    results: dict[str, Any] = {}
    for method, model in models.items():
        for found in effects(model, table.X, PREDICTORS, resolution=VALUES):
            results[f"compared_{method}_{found.column.name.lower()}"] = found.average
            results[f"compared_grid_{found.column.name.lower()}"] = found.grid
    measured = [_losses(model, table.X, table.y) for model in models.values()]
    bands = [interval(model.predict(table.X), LEVEL) for model in models.values()]
    return results | {
        "compared_losses": np.stack([losses for losses, _ in measured]),
        "compared_right": np.stack([right for _, right in measured]),
        "compared_band": np.stack([np.stack(band) for band in bands]),
    }


def _boosting(key: Array, refits: HeartRefits) -> RefittedEstimator:
    from sklearn.ensemble import GradientBoostingClassifier

    # AdaBoost ranks patients well, but its probabilities all lie near one half.
    return refitted_estimator(
        key,
        GradientBoostingClassifier(n_estimators=BOOSTED),
        refits.table.X,
        refits.table.y,
        multiplicities=refits.few.multiplicities,
        encoder=refits.encoder,
        response="binary",
        progress="heart, boosting",
    )


def _losses(model: RefittedModel, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2, refits) mean loss and share of right classes, in bag and out of bag."""
    means, losses = model.predictions_and_losses(X, y)
    right = (means[..., 0] > 0.5) == (y == 1)
    sides = np.stack([model.multiplicities, model.out_of_bag]).astype(float)
    sides /= sides.sum(axis=2, keepdims=True)
    return (sides * losses).sum(axis=2), (sides * right).sum(axis=2)
