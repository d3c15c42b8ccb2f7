"""Does the computation leave double precision and the tracer as it found them?"""

import jax.numpy as jnp
import numpy as np

import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import check_derivatives


def test_double_precision_and_planted_errors_do_not_leak(results):
    assert jnp.ones(()).dtype == jnp.float32
    assert results["gradients"].dtype == np.float64
    assert results["unplanted_agree"].all()
    assert check_derivatives(tnp.tanh, 0.3, order=1)
