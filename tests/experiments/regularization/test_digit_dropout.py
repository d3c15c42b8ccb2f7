"""Are networks that learn digits with dropout and without tested as documented?"""

import jax
import numpy as np

from experiments.regularization import digit_dropout


def test_both_kinds_of_training_are_tested_on_the_same_splits():
    found = digit_dropout.compute(jax.random.key(1), ((6,),), rows=100, steps=60, splits=2)
    assert found["architectures"].tolist() == ["1 × 6"]
    assert found["errors"].shape == found["log_losses"].shape == (1, 2, 2)
    assert found["drawn_errors"].shape == (len(digit_dropout.DRAWS), 2)
    assert ((found["errors"] > 0) & (found["errors"] < 1)).all()
    # More masks bring the mean nearer to its limit.
    assert (np.diff(found["drawn_log_losses"].mean(axis=1)) < 0).all()
    assert (found["variation"] > 0).all()
