"""Are functions, flags and sizes that no theory of propagation takes refused in a sentence?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, InputError
from jaxnn.propagation import (
    batch_norm_gradient_growth,
    log_gradient_moments,
    lyapunov_spectrum,
    lyapunov_standard_errors,
    mean_field,
    measure,
    random_network,
    trajectory,
)


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (None, r"^activation is None"),
        (np.zeros(2), r"^activation is an array"),
        (dict, r"^activation is the class dict; pass"),
        (lambda: 1.0, r"^activation cannot be called with 1 argument"),
        (jnp.sum, r"^activation returns an array of float32 with shape \(\)"),
        (lambda z: None, r"^activation returns None"),
    ],
)
def test_what_is_no_activation_is_refused(activation, message):
    with pytest.raises(InputError, match=message):
        mean_field(activation, 1.0, 0.0)
    with pytest.raises(InputError, match=message):
        batch_norm_gradient_growth(activation)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: log_gradient_moments(2**62, 3), "width"),
        (lambda: lyapunov_spectrum(2**62), "width"),
        (lambda: lyapunov_standard_errors(10**30, 3, 3), "width"),
        (lambda: trajectory("tanh", 1.0, 0.0, 10**30), "depth"),
        (lambda: measure(jax.random.key(0), MLP((2, 3, 1)), seeds=2**62), "seeds"),
    ],
)
def test_sizes_that_no_memory_holds_are_refused(call, argument):
    with pytest.raises(InputError, match=rf"^{argument} is \d+, which takes at least [\d,]+ bytes"):
        call()


def test_lengths_beyond_floating_point_are_refused():
    with pytest.raises(InputError, match=r"^depth is 1000.*; pass a whole number up to 1e100"):
        log_gradient_moments(3, 10**400)


@pytest.mark.parametrize("flag", ["batch_normalized", "draw_weights"])
def test_flags_are_true_or_false(flag):
    with pytest.raises(InputError, match=rf"^{flag} is an array .*; pass True or False"):
        measure(jax.random.key(0), MLP((2, 3, 1)), **{flag: np.zeros(2)})


def test_variances_beyond_single_precision_are_refused():
    with pytest.raises(InputError, match=r"^bias_variance is 1e\+300; pass a variance up to 1e150"):
        random_network((2, 3, 1), "tanh", 1.0, 1e300)
