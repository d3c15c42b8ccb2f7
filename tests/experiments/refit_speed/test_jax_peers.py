"""Do the JAX peers minimise the same objective?"""

import jax
import numpy as np
import pytest

from experiments.refit_speed.compute import ROWS_IN_BATCHES, heart_matrix
from experiments.refit_speed.jax_peers import _batches, jaxnn_bootstrap, naive_vmap
from experiments.refit_speed.job import Job


@pytest.mark.parametrize("batch_size", [None, 32])
def test_the_naive_program_reaches_the_same_losses(batch_size):
    """With one objective, means over refits differ only by noise (4 SE)."""
    X, y = (array[:ROWS_IN_BATCHES] for array in heart_matrix())
    job = Job((18, 4, 1), epochs=60 if batch_size is None else 6, batch_size=batch_size, refits=60)
    ours = jaxnn_bootstrap(job, X, y, 3)
    with jax.numpy_rank_promotion("allow"), jax.debug_key_reuse(False):  # as a tutorial writes it
        theirs = naive_vmap(job, X, y, 3)
    error = np.hypot(ours.std(), theirs.std()) / np.sqrt(job.refits)
    assert abs(ours.mean() - theirs.mean()) < 4 * error
    assert ours.mean() < np.log(2) + 0.2 and job.steps(len(X)) == (60 if batch_size is None else 54)


def test_every_epoch_of_the_ensemble_uses_every_row_and_fills_the_last_batch(key):
    job = Job((2, 1), epochs=2, batch_size=4, refits=3)
    batches = list(_batches(key, job, rows=10))
    assert len(batches) == 6 and all(batch.shape == (3, 4) for batch in batches)
    first, second = np.concatenate(batches[:3], axis=1), np.concatenate(batches[3:], axis=1)
    for epoch in (first, second):
        assert (np.sort(epoch[:, :10], axis=1) == np.arange(10)).all()
        assert (epoch[:, 10:] == epoch[:, :2]).all()
    assert (first != second).any() and (first[0] != first[1]).any()
