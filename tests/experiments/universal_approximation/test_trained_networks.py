"""Are the starts resampled as a bootstrap does?"""

import numpy as np


def test_resampled_starts_are_drawn_evenly_from_all_starts(results):
    resampled = results["resampled"]
    assert resampled.shape == (2000, 1, 8) and resampled.dtype == np.uint16
    shares = np.bincount(resampled.ravel(), minlength=8) / resampled.size
    assert len(shares) == 8
    assert (np.abs(shares - 1 / 8) < 4 * (7 / 64 / resampled.size) ** 0.5).all()
