"""How would one refit a small network many times in scikit-learn?

    Parallel(cores)(fit(resample(X, y)) for each refit)

Packages are imported inside the functions, so that joblib's processes load only scikit-learn.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from experiments.refit_speed.job import LEARNING_RATE, Job, cores

SEEDS_OF_RESAMPLES = 2**31  # added, so that no resample shares a seed with initial weights


def _one_scikit_learn(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> float:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier
    from sklearn.utils import resample

    drawn: Any = resample(X, y, random_state=seed + SEEDS_OF_RESAMPLES)
    rows, labels = drawn
    settings: dict[str, Any] = {
        "hidden_layer_sizes": job.sizes[1:-1],
        "activation": "tanh",
        "alpha": 0.0,
        "batch_size": job.batch_size or len(X),
        "learning_rate_init": LEARNING_RATE,
        "max_iter": job.epochs,
        "tol": 0.0,
        "n_iter_no_change": job.epochs + 1,
        "random_state": seed,
    }
    model = MLPClassifier(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, labels)
    return float(log_loss(labels, model.predict_proba(rows)))


def scikit_learn(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """scikit-learn's `MLPClassifier`, in one process per core by joblib."""
    from joblib import Parallel, delayed

    calls = [delayed(_one_scikit_learn)(job, X, y, seed * 1000 + b) for b in range(job.refits)]
    return np.array(Parallel(n_jobs=min(cores(), job.refits))(calls))
