"""Does the logistic loss of the lecture have the gradient of its formula?"""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from experiments.backpropagation import lecture_tables
from jaxnn.tracer import grad


@given(y=st.floats(0, 1), b0=st.floats(-3, 3), b1=st.floats(-3, 3))
def test_the_logistic_loss_has_the_gradient_of_the_formula(y, b0, b1):
    x = lecture_tables.PREDICTOR
    p = 1 / (1 + math.exp(-(b0 + b1 * x)))
    found = grad(lecture_tables.logistic_loss(y), (0, 1))(b0, b1)
    np.testing.assert_allclose(found, [p - y, x * (p - y)], rtol=1e-10, atol=1e-12)
