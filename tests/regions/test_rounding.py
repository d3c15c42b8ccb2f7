"""Do the bounds on rounding errors hold, against rational arithmetic?"""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.regions.activation_patterns import PIECEWISE_LINEAR
from jaxnn.regions.rounding import EPSILON, activation_errors, affine_errors, error_bound


@given(seed=st.integers(0, 2**32 - 1), layers=st.integers(1, 6))
def test_no_error_exceeds_its_bound(seed, layers):
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(1, 4))
    exact = [Fraction(value) for value in values[0].tolist()]
    errors = np.zeros((2, 1, 4))
    for _ in range(layers):
        weights, biases = generator.normal(size=(4, 4)), generator.normal(size=4)
        errors = affine_errors(errors, values, weights, biases)
        values = values @ weights + biases
        exact = [
            sum(Fraction(w) * h for w, h in zip(column, exact, strict=True)) + Fraction(bias)
            for column, bias in zip(weights.T.tolist(), biases.tolist(), strict=True)
        ]
    found = [abs(Fraction(v) - e) for v, e in zip(values[0].tolist(), exact, strict=True)]
    assert (np.array(found, float) <= error_bound(errors)[0]).all()
    # And the bound says something: no more than 1,000 likely errors.
    assert error_bound(errors).max() < 1e3 * 6**layers * EPSILON * (1 + np.abs(values).max())


def test_values_certainly_off_have_no_error():
    errors = np.full((2, 3), 1e-9)
    found = activation_errors(PIECEWISE_LINEAR["relu"], np.array([-1.0, 0.0, 1.0]), errors)
    np.testing.assert_array_equal(found, [[0, 1e-9, 1e-9]] * 2)


def test_bounds_beyond_the_range_of_floats_are_no_nan():
    errors = np.full((2, 1, 2), 1e300)
    for weights in (np.full((2, 2), 1e60), np.array([[0.0, 1.0], [0.0, 1e60]])):
        errors = affine_errors(errors, np.ones((1, 2)), weights, 0.0)
        assert np.isfinite(errors).all()
