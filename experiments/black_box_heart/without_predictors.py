"""What does a network lose that is trained without a predictor? Not what permuting it says.

    permuted   rise of the cross-entropy out of bag when predictor j is permuted
    lost       rise of the cross-entropy out of bag when the network is trained without j

A network without a predictor can use others that are correlated with it; a network that was
trained with it cannot. Both are of the same refits, and every network sees the same resamples.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.black_box_heart.heart_refits import HeartRefits
from experiments.black_box_heart.settings import Settings
from experiments.shared.binary_models import network
from jaxnn import Encoder, encoded_width
from jaxnn.bootstrap import bootstrap
from jaxnn.refits import (
    RefittedNetwork,
    out_of_bag,
    refit_importance,
    refitted_network,
)


def compute(
    key: Array, refits: HeartRefits, features: np.ndarray, settings: Settings
) -> dict[str, Any]:
    """Train without each predictor in turn.

    Args:
      key: a typed JAX key.
      refits: the patients and the network.
      features: (n, features) the predictors as numbers and indicators.
      settings: see `Settings`.

    Returns:
      without_permuted, without_lost: (refits, predictors) in nats.
      correlation: (predictors,) multiple correlation of each predictor with all others: the root of
        the share of the variance of its features that the others explain.
    """
    key_refits, key_permuted = jax.random.split(key)
    # A feature that is zero everywhere tells nothing: the same program trains without a predictor.
    Z = (features - features.mean(axis=0)) / features.std(axis=0)
    y = refits.table.y
    fitter = network(Z.shape[1], settings.hidden, len(y))
    ends = np.cumsum([encoded_width(Encoder((column,))) for column in refits.table.columns])
    places = np.split(np.arange(Z.shape[1]), ends[:-1])

    def trained(Z: np.ndarray) -> RefittedNetwork:
        made = bootstrap(jax.random.clone(key_refits), fitter, Z, y, settings.without)
        return refitted_network(fitter, made)

    whole = trained(Z)
    names = [column.name for column in refits.table.columns]
    groups = {name: of.tolist() for name, of in zip(names, places, strict=True)}
    permuted = refit_importance(key_permuted, whole, Z, y, groups=groups).out_of_bag
    before = out_of_bag(whole, Z, y).loss
    lost = []
    for of_predictor in places:
        reduced = Z.copy()
        reduced[:, of_predictor] = 0
        lost.append(out_of_bag(trained(reduced), reduced, y).loss - before)
    return {
        "without_permuted": permuted,
        "without_lost": np.stack(lost, axis=1),
        "correlation": np.array([_multiple_correlation(Z, of) for of in places]),
    }


def _multiple_correlation(Z: np.ndarray, of: np.ndarray) -> float:
    others = np.delete(Z, of, axis=1)
    left = Z[:, of] - others @ np.linalg.lstsq(others, Z[:, of])[0]
    return float(np.sqrt(1 - left.var() / Z[:, of].var()))
