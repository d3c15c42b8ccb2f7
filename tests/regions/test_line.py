"""Are the regions along a line those of rational arithmetic, at any depth?"""

from fractions import Fraction
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from jaxnn import MLP, Layer
from jaxnn.errors import InputError, InputTypeError
from jaxnn.regions import breakpoints_on_line, count_regions_on_line

KINDS = ("activation", "linear")

# Pieces (slope, offset) of each activation, and the kinks between them, as fractions.
EXACT = {
    "identity": ([], [(1, 0)]),
    "relu": ([0], [(0, 0), (1, 0)]),
    "leaky_relu": ([0], [(Fraction(0.01), 0), (1, 0)]),
    "hard_tanh": ([-1, 1], [(0, -1), (1, 0), (0, 1)]),
}


def exact_breakpoints(activation, layers, start, stop):
    """The breakpoints of both kinds, by rational arithmetic throughout.

    Each piece is (first t, last t, one (value at t = 0, slope) per unit).
    """
    kinks, pieces_of_phi = EXACT[activation]
    line = [(Fraction(a), Fraction(b) - Fraction(a)) for a, b in zip(start, stop, strict=True)]
    pieces = [(Fraction(0), Fraction(1), line)]
    for number, (weights, biases) in enumerate(layers, start=1):
        before, pieces = pieces, []
        for low, high, h in before:
            z = [
                (
                    bias
                    + sum(row[unit] * value for row, (value, _) in zip(weights, h, strict=True)),
                    sum(row[unit] * slope for row, (_, slope) in zip(weights, h, strict=True)),
                )
                for unit, bias in enumerate(biases)
            ]
            if number == len(layers):
                pieces.append((low, high, z))
                continue
            at = {(kink - value) / slope for value, slope in z if slope for kink in kinks}
            for left, right in pairwise(sorted({low, high} | {t for t in at if low < t < high})):
                middle, states = (left + right) / 2, []
                for value, slope in z:
                    place = sum(value + slope * middle > kink for kink in kinks)
                    factor, offset = pieces_of_phi[place]
                    states.append((offset + factor * value, factor * slope))
                pieces.append((left, right, states))
    slopes = [[slope for _, slope in outputs] for _, _, outputs in pieces]
    switches = [low for low, _, _ in pieces[1:]]
    bends = [t for t, (a, b) in zip(switches, pairwise(slopes), strict=True) if a != b]
    return {"activation": switches, "linear": bends}


@st.composite
def coarse_networks(draw):
    """Networks with weights k / denominator, so that many units switch together and many joints
    are straight; thirds and sevenths are not exact in float64."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    denominator = draw(st.sampled_from([1, 2, 3, 7]))
    entry = st.integers(-4, 4).map(lambda k: Fraction(k, denominator))
    layers = [
        (
            draw(st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)),
            draw(st.lists(entry, min_size=n, max_size=n)),
        )
        for m, n in pairwise(sizes)
    ]
    place = st.lists(st.integers(-9, 9), min_size=sizes[0], max_size=sizes[0])
    start, stop = draw(place), draw(place)
    if start == stop:
        stop[0] += 1
    return tuple(sizes), layers, start, stop


@given(coarse_networks(), st.sampled_from(sorted(EXACT)))
def test_breakpoints_are_those_of_rational_arithmetic(network, activation):
    sizes, exact_layers, start, stop = network
    net = MLP(sizes, activation)
    params = tuple(Layer(np.array(w, float), np.array(b, float)) for w, b in exact_layers)
    expected = exact_breakpoints(activation, exact_layers, start, stop)
    for kind in KINDS:
        found = breakpoints_on_line(net, params, start, stop, kind)
        assert len(found) == len(expected[kind])
        np.testing.assert_allclose(found, np.array(expected[kind], float), atol=1e-12)
        assert count_regions_on_line(net, params, start, stop, kind) == len(found) + 1


@pytest.mark.parametrize("sizes", [(1, 7, 7, 7, 1), (3, 12, 12, 2), (2, 40, 1), (5, 3)])
def test_a_random_network_is_straight_between_breakpoints_and_bends_at_each(
    he_network, run_relu, sizes
):
    net, params = he_network(np.random.default_rng(sum(sizes)), sizes)
    start, stop = np.full(sizes[0], -3.0), np.linspace(2, 3, sizes[0])
    breaks = breakpoints_on_line(net, params, start, stop)
    assert (len(breaks) > 5) == (len(sizes) > 2)

    def output(t):
        x = (start + t * (stop - start))[None]
        if len(params) == 1:
            return (x @ params[0].weights + params[0].biases)[0]
        return run_relu(params, x)[1][0]

    ends = np.concatenate([[0.0], breaks, [1.0]])
    slopes = []
    for left, right in pairwise(ends):
        quarter, middle, last = (left + share * (right - left) for share in (0.25, 0.5, 0.75))
        np.testing.assert_allclose(
            (output(quarter) + output(last)) / 2, output(middle), atol=1e-12, rtol=1e-12
        )
        slopes.append((output(last) - output(quarter)) / (last - quarter))
    for before, after in pairwise(slopes):
        assert np.abs(after - before).max() > 1e-6


@pytest.mark.parametrize("sizes", [(2, *[16] * 30, 1), (3, *[40] * 15, 2), (1, *[9] * 100, 1)])
def test_depth_hides_no_region(he_network, run_relu, sizes):
    # A strict bound on rounding errors, the product of |W|, is 1e19 epsilon here, or 1e60.
    net, params = he_network(np.random.default_rng(sizes[0]), sizes)
    start, stop = np.full(sizes[0], -3.0), np.linspace(2, 3, sizes[0])
    breaks = breakpoints_on_line(net, params, start, stop, "activation")
    assert len(breaks) > 30
    ends = np.concatenate([[0.0], breaks, [1.0]])
    inside = ends[:-1] + np.array([0.02, 0.5, 0.98])[:, None] * np.diff(ends)
    parts = [run_relu(params, start + t[:, None] * (stop - start)) for t in inside]
    on = [pre_activations > 0 for pre_activations, _ in parts]
    np.testing.assert_array_equal(on[0], on[2])
    assert (on[1][1:] != on[1][:-1]).any(axis=1).all()
    slopes = (parts[2][1] - parts[0][1]) / (inside[2] - inside[0])[:, None]
    bends = np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-7 * np.abs(slopes).max()
    assert count_regions_on_line(net, params, start, stop) == bends.sum() + 1


@pytest.mark.parametrize(("width", "times"), [(6, 5), (10, 40)])
def test_layers_that_undo_themselves_add_no_linear_region(he_network, width, times):
    # z = Q^T relu(Q z) - Q^T relu(-Q z): hundreds of units switch, and the output does not change.
    generator = np.random.default_rng(width)
    shallow, params = he_network(generator, (2, 12, width))
    layers, (weights, biases) = [params[0]], params[1]
    for _ in range(times):
        rotation = np.linalg.qr(generator.normal(size=(width, width)))[0]
        both = np.hstack([rotation, -rotation])
        layers.append(Layer(weights @ both, biases @ both))
        weights, biases = np.vstack([rotation.T, -rotation.T]), generator.normal(size=width)
    layers.append(Layer(weights, biases))
    deep = MLP((2, 12, *[2 * width] * times, width), "relu")
    ends = [-2.0, -1.0], [2.0, 2.0]
    count = count_regions_on_line(shallow, params, *ends)
    assert count > 5
    assert count_regions_on_line(deep, tuple(layers), *ends) == count
    assert count_regions_on_line(deep, tuple(layers), *ends, "activation") > count + 2 * times


def test_the_regions_of_freshly_drawn_parameters_are_counted(key):
    net = MLP((1, 16, 1), "relu", bias_initializer="uniform")
    params = jaxnn.init(key, net)
    kinks = -np.asarray(params[0].biases) / np.asarray(params[0].weights)[0]
    inside = int((np.abs(kinks) < 1).sum())
    assert 3 < inside < 16
    assert count_regions_on_line(net, params, [-1.0], jnp.array([1.0])) == inside + 1
    breaks = breakpoints_on_line(net, params, -1.0, 1.0)  # a number serves for one input
    np.testing.assert_allclose(-1 + 2 * breaks, np.sort(kinks[np.abs(kinks) < 1]), atol=1e-6)


def test_a_joint_without_a_change_of_slope_separates_activation_regions_only(one_layer):
    identity = one_layer([1, -1], [0, 0], [1, -1])  # relu(x) - relu(-x) = x
    assert count_regions_on_line(*identity, [-1], [1]) == 1
    assert count_regions_on_line(*identity, [-1], [1], "activation") == 2
    unseen = one_layer([1, 1], [0, -0.5], [1, 0])
    assert count_regions_on_line(*unseen, [-1], [1]) == 2
    assert count_regions_on_line(*unseen, [-1], [1], "activation") == 3
    window = ([-1], [1])
    assert count_regions_on_line(*one_layer([1], [-2], [1]), *window) == 1  # never on


def test_units_that_switch_together_count_once(one_layer):
    net, params = one_layer([3, -7, 0.1, 1 / 3], [-1, 7 / 3, -0.1 / 3, -1 / 9], [1, 2, -1, 1])
    assert breakpoints_on_line(net, params, [-1], [1]) == pytest.approx([2 / 3])
    assert count_regions_on_line(net, params, [-1], [1]) == 2


def test_a_kink_at_an_end_separates_nothing(one_layer):
    network = one_layer([1, 1], [0, -1], [1, 1])
    assert count_regions_on_line(*network, [0], [1]) == 1
    assert count_regions_on_line(*network, [-1e-9], [1 + 1e-9]) == 3


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        (
            {"net": MLP((1, 2, 1), "tanh")},
            InputError,
            "be piecewise linear, is 'tanh'; did you mean 'hard_tanh'. known: ",
        ),
        ({"net": MLP((1, 2, 1), jnp.abs)}, InputError, "must be piecewise linear"),
        ({"net": (1, 2, 1)}, InputTypeError, "net is a tuple; pass a jaxnn.MLP"),
        ({"net": MLP((1, 3, 1), "relu")}, InputError, r"params\[0\] has weights of shape \(1, 2\)"),
        (
            {"net": MLP((1, 2, 2, 1), "relu")},
            InputError,
            "params has 2 layers; pass the 3",
        ),
        ({"start": [[0.0]]}, InputError, r"start has shape \(1, 1\); pass a point"),
        ({"stop": [1.0, 2.0]}, InputError, r"stop has shape \(2,\); pass a point"),
        ({"stop": [np.inf]}, InputError, "stop holds inf"),
        ({"stop": ["far"]}, InputTypeError, "stop holds"),
        ({"stop": [-1.0]}, InputError, "start and stop are the same point"),
        ({"kind": "lines"}, InputError, "kind is 'lines'; did you mean 'linear'"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(one_layer, change, error, sentence):
    net, params = one_layer([1, 1], [0, 0.5], [1, 1])
    arguments = {"net": net, "params": params, "start": [-1.0], "stop": [1.0]} | change
    with pytest.raises(error, match=sentence):
        count_regions_on_line(**arguments)


def test_stacked_or_broken_parameters_are_refused(one_layer):
    net, params = one_layer([1, 1], [0, 0.5], [1, 1])
    stacked = jax.tree.map(lambda leaf: leaf[None], params)
    with pytest.raises(InputError, match="pass those of one network"):
        count_regions_on_line(net, stacked, [-1], [1])
    broken = (Layer(params[0].weights * np.nan, params[0].biases), params[1])
    with pytest.raises(InputError, match=r"weights of params\[0\] holds nan"):
        count_regions_on_line(net, broken, [-1], [1])
    with pytest.raises(InputTypeError, match="params is a NoneType; pass the layers of one"):
        count_regions_on_line(net, None, [-1], [1])
    with pytest.raises(InputTypeError, match=r"params\[1\] is a int; pass weights and biases"):
        count_regions_on_line(net, (params[0], 3), [-1], [1])
    complex_weights = (Layer(params[0].weights * 1j, params[0].biases), params[1])
    with pytest.raises(InputTypeError, match=r"weights of params\[0\] holds complex128 values"):
        count_regions_on_line(net, complex_weights, [-1], [1])


def test_pre_activations_that_overflow_are_refused(he_network):
    net, params = he_network(np.random.default_rng(0), (1, *[3] * 12, 1))
    large = jax.tree.map(lambda leaf: 1e35 * leaf, params)
    with pytest.raises(InputError, match=r"params gives .* slopes beyond 1e\+150 in layer 5; pass"):
        count_regions_on_line(net, large, [-1], [1])


def test_error_bounds_that_overflow_hide_no_region(he_network):
    # The strict bound grows beyond float64, and some weights are zero.
    sizes = (1, *[16] * 500, 1)
    net, params = he_network(np.random.default_rng(1), sizes)
    for weights, _ in params[1:]:
        weights[0] = 0
    assert count_regions_on_line(net, params, [-3], [3], "activation") > 100
