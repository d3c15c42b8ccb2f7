"""Does the trajectory follow the layer maps, to their fixed points and to the range of floats?"""

import math

import numpy as np
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.propagation import mean_field, trajectory
from jaxnn.propagation.layer_maps import layer_moments, next_correlation, wide_network


def test_a_trajectory_repeats_the_maps():
    found = trajectory("tanh", 1.7, 0.2, 6, mean_square=0.5, correlation=-0.3)
    network = wide_network("tanh", 1.7, 0.2)
    q, c = 1.7 * 0.5 + 0.2, (-0.3 * 1.7 * 0.5 + 0.2) / (1.7 * 0.5 + 0.2)
    for layer in zip(*found, strict=True):
        moments = layer_moments(network, q)
        assert layer == pytest.approx((q, c, moments.chi), rel=1e-12)
        q, c = moments.variance, next_correlation(network, moments, c)[0]


@pytest.mark.parametrize("weight_variance", [0.8, 3.1])
def test_a_trajectory_ends_at_the_fixed_points(weight_variance):
    found, theory = (
        trajectory("tanh", weight_variance, 0.1, 80),
        mean_field("tanh", weight_variance, 0.1),
    )
    ends = (found.variance[-1], found.chi[-1], found.correlation[-1])
    assert ends == pytest.approx(theory[:3], rel=2 * math.exp(-80 / theory.xi_c) + 1e-12)
    assert theory.xi_c < 10


def test_relu_layers_have_their_closed_forms():
    # V(q) = sw2 q / 2 + sb2, chi = sw2 / 2, and the arc-cosine kernel (Cho and Saul 2009).
    sw2, sb2, q, c = 1.3, 0.4, 2.5, -0.35
    network = wide_network("relu", sw2, sb2)
    layer = layer_moments(network, q)
    angle = math.acos(c)
    kernel = q * (math.sin(angle) + (math.pi - angle) * c) / (2 * math.pi)
    assert (layer.variance, layer.slope, layer.chi) == pytest.approx(
        (sw2 * q / 2 + sb2, sw2 / 2, sw2 / 2), rel=1e-12
    )
    following, slope = next_correlation(network, layer, c)
    assert following == pytest.approx((sw2 * kernel + sb2) / layer.variance, rel=1e-12)
    assert slope == pytest.approx(sw2 * (math.pi - angle) / (2 * math.pi), rel=1e-12)


@pytest.mark.parametrize(
    ("weight_variance", "end"), [(1e-150, 1e-300), (1e150, 1e300)], ids=["too small", "too large"]
)
def test_a_trajectory_stops_where_it_leaves_the_range_of_floats(weight_variance, end):
    found = trajectory("identity", weight_variance, 0, 4)
    np.testing.assert_allclose(found.variance[:2], [weight_variance, end])
    np.testing.assert_allclose(found.chi[:1], [weight_variance])
    assert np.isnan(found.variance[2:]).all() and np.isnan(found.chi[1:]).all()


def test_numpy_numbers_in_single_precision_lose_nothing():
    sw2, sb2, q = np.float32(2.3), np.float32(0.1), np.float32(0.7)
    single = trajectory("tanh", sw2, sb2, 3, mean_square=q, correlation=q)
    double = trajectory(
        "tanh", float(sw2), float(sb2), 3, mean_square=float(q), correlation=float(q)
    )
    for one, other in zip(single, double, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"activation": "tnh"}, InputError, "activation is 'tnh'; did you mean 'tanh'"),
        ({"weight_variance": 0}, InputError, "weight_variance is 0; pass a positive number"),
        ({"weight_variance": math.inf}, InputError, "weight_variance is inf"),
        ({"weight_variance": "1"}, InputTypeError, "weight_variance is '1'"),
        ({"bias_variance": -0.1}, InputError, r"bias_variance is -0\.1; pass a finite number"),
        ({"depth": 0}, InputError, "depth is 0; pass a whole number of at least 1"),
        ({"depth": 2.5}, InputTypeError, r"depth is 2\.5"),
        ({"mean_square": -1}, InputError, "mean_square is -1; pass a positive number"),
        ({"correlation": 1.1}, InputError, r"correlation is 1\.1; pass a number from -1 to 1"),
        ({"correlation": math.nan}, InputError, "correlation is nan"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(arguments, error, words):
    usual = {"activation": "tanh", "weight_variance": 1, "bias_variance": 0, "depth": 3}
    with pytest.raises(error, match=words):
        trajectory(**usual | arguments)
