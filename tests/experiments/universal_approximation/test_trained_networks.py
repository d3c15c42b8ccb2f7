"""Are the starts resampled as a bootstrap does?"""

import numpy as np


def test_resampled_starts_are_drawn_evenly_from_all_starts(results):
    resampled = results["resampled"]
    assert resampled.shape == (200, 1, 4) and resampled.dtype == np.uint16
    shares = np.bincount(resampled.ravel(), minlength=4) / resampled.size
    assert len(shares) == 4
    assert (np.abs(shares - 1 / 4) < 4 * (3 / 16 / resampled.size) ** 0.5).all()
