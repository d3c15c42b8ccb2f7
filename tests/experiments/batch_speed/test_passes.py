"""Are losses those of the tuned rates, and times those of a pass?"""

import numpy as np

from experiments.batch_speed import passes


def test_the_first_pass_with_a_low_loss_counts():
    losses = np.array([[[2.3, 0.6, 0.5, 0.4], [2.3, 2.0, 1.0, 0.6]]])
    np.testing.assert_array_equal(passes.passes_to_low_loss(losses), [[2, 3]])


def test_small_batches_learn_in_fewer_passes_at_rates_tuned_on_other_seeds(computed):
    assert computed["pass_losses"].shape == (2, 2, 9)
    small, large = computed["pass_losses"]
    np.testing.assert_allclose(small[:, 0], large[:, 0], rtol=1e-5)  # from the same networks
    assert (small[:, 1:] < large[:, 1:]).all()
    assert computed["pass_tuning"].shape == (2, 4, 1)
    best = computed["pass_tuning"].mean(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(computed["pass_rates"], passes.RATES[best])
    assert computed["pass_seconds"].shape == (2, 2) and (computed["pass_seconds"] > 0).all()
