"""Is the timed table the encoded Heart table?"""

import numpy as np

import jaxnn
from experiments.refit_speed.compute import heart_matrix


def test_the_timed_table_has_303_rows_and_18_encoded_inputs():
    X, y = heart_matrix()
    assert X.shape == (303, 18) and y.shape == (303,) and set(np.unique(y)) == {0, 1}
    encoder = jaxnn.Encoder(jaxnn.datasets.heart().columns)
    assert jaxnn.encoded_width(encoder) == 18
