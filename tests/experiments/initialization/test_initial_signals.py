"""Do closed forms of saturation and variance hold, for any size?"""

import math
import statistics

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax import lax

from experiments.initialization import initial_signals


@given(variance=st.floats(0.05, 200))
def test_saturation_is_the_tail_of_a_normal_distribution(variance):
    tail = statistics.NormalDist(0, math.sqrt(variance)).cdf(-math.atanh(0.99))
    assert initial_signals.saturation(variance) == pytest.approx(2 * tail, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", ["he_uniform", "standard_uniform", "orthogonal", "glorot_normal"])
def test_the_variances_of_schemes_hold_at_other_sizes(name):
    m, n, draws = 13, 29, 300
    law = initial_signals.scheme(name, 15)
    keys = jax.random.split(jax.random.key(4), draws)
    # One by one: see `replicates_together`.
    drawn = jax.jit(lambda keys: lax.map(lambda key: jnp.mean(law(key, (m, n)) ** 2), keys))
    squares = np.asarray(drawn(keys), float)
    theory = initial_signals.weight_variance(name, m, n, 15)
    reach = 4 * squares.std(ddof=1) / math.sqrt(draws) + 1e-5 * theory
    assert abs(squares.mean() - theory) <= reach < 0.05 * theory


def test_only_orthogonal_weights_are_drawn_one_by_one():
    assert initial_signals.replicates_together("orthogonal") == 1
    assert initial_signals.replicates_together("lecun_normal") is None
