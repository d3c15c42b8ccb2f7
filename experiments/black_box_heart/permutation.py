"""What do the network's predictions lose when a predictor is permuted?

table      accuracy lost by the fit to all rows, over some permutations and over all of them
interval   cross-entropy gained by the refits, in bag and out of bag
together   the same when all predictors are permuted at once: do the parts add up?
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.black_box_heart.heart_refits import HeartRefits
from experiments.black_box_heart.settings import Settings
from experiments.shared.binary_models import LEVEL
from jaxnn.inspection import exact_importance, permutation_importance
from jaxnn.refits import refit_importance

EVERYTHING = "all predictors"


def compute(key: Array, refits: HeartRefits, settings: Settings) -> dict[str, Any]:
    """Importances of the fit to all rows, and of the refits.

    Returns:
      permuted: (predictors, repeats) accuracy lost by the fit to all rows.
      exact_accuracy, exact_loss: (2, predictors) mean and standard deviation over all permutations
        of the accuracy lost, and of the cross-entropy gained in nats.
      importance_<field>: each field of `jaxnn.refits.RefitImportance`, in nats.
      together: (refits,) the importance of all predictors permuted at once, as the replicates of
        single ones.
      apart: (refits,) the sum of the single ones.
    """
    key_table, key_refits, key_together = jax.random.split(key, 3)
    X, y = refits.table.X, refits.table.y
    names = [column.name for column in refits.table.columns]
    fit = refits.all.compiled_fit
    sampled = permutation_importance(
        fit, X, y, "accuracy", n_repeats=settings.repeats, key=key_table, names=names
    )
    exact = {
        part: exact_importance(fit, X, y, loss, names=names)
        for part, loss in (("accuracy", "wrong_class"), ("loss", "cross_entropy"))
    }
    single = refit_importance(key_refits, refits.all.network, X, y, level=LEVEL)
    joint = refit_importance(
        key_together, refits.all.network, X, y, groups={EVERYTHING: names}, level=LEVEL
    )
    return {
        "permuted": sampled.importances,
        **{f"exact_{part}": np.stack([of.mean, of.std]) for part, of in exact.items()},
        **{f"importance_{name}": np.asarray(part) for name, part in single._asdict().items()},
        "together": joint.replicates[:, 0],
        "apart": single.replicates.sum(axis=1),
    }
