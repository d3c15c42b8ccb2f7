"""Are regions counted exactly, are the formulas right, and are the bounds bounds?"""

import math
from fractions import Fraction
from itertools import combinations, pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from jaxnn import MLP, Layer
from jaxnn.datasets import tent
from jaxnn.errors import InputError, InputTypeError
from jaxnn.mlp import ACTIVATIONS, count_parameters
from jaxnn.regions import (
    best_monotone,
    best_pieces,
    breakpoints_on_line,
    count_regions_in_plane,
    count_regions_on_line,
    free_knot_constants,
    free_knot_l2_error,
    free_knot_sup_error,
    joined_pieces,
    least_errors_on_alternation,
    montufar,
    most_regions_on_line,
    regions_in_plane,
    splines,
    tent_network,
    zaslavsky,
    zigzag_network,
)

KINDS = ("activation", "linear")


def random_network(generator, sizes, activation="relu", bias=0.3):
    """He weights and N(0, bias^2) biases, in float64."""
    layers = [
        Layer(generator.normal(size=(m, n)) * math.sqrt(2 / m), bias * generator.normal(size=n))
        for m, n in pairwise(sizes)
    ]
    return MLP(sizes, activation), tuple(layers)


# Lines, against rational arithmetic.

# Pieces (slope, offset) of each activation, and the kinks between them, as fractions.
EXACT = {
    "identity": ([], [(1, 0)]),
    "relu": ([0], [(0, 0), (1, 0)]),
    "leaky_relu": ([0], [(Fraction(0.01), 0), (1, 0)]),
    "hard_tanh": ([-1, 1], [(0, -1), (1, 0), (0, 1)]),
}


def exact_breakpoints(activation, layers, start, stop):
    """The breakpoints of both kinds, by rational arithmetic throughout.

    Each piece is (first t, last t, one (value at t = 0, slope) a unit).
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
    """Networks with weights k / denominator: many units switch together, and many joints are
    straight; thirds and sevenths are not exact in float64."""
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
def test_a_random_network_is_straight_between_breakpoints_and_bends_at_each(sizes):
    net, params = random_network(np.random.default_rng(sum(sizes)), sizes)
    start, stop = np.full(sizes[0], -3.0), np.linspace(2, 3, sizes[0])
    breaks = breakpoints_on_line(net, params, start, stop)
    assert (len(breaks) > 5) == (len(sizes) > 2)

    def output(t):
        h = start + t * (stop - start)
        for weights, biases in params[:-1]:
            h = np.maximum(h @ weights + biases, 0)
        return h @ params[-1].weights + params[-1].biases

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


def by_layer(params, x):
    """Pre-activations of every hidden layer, side by side, and outputs: of places (n, inputs)."""
    h, passed = x, []
    for weights, biases in params[:-1]:
        passed.append(h @ weights + biases)
        h = np.maximum(passed[-1], 0)
    return np.concatenate(passed, axis=1), h @ params[-1].weights + params[-1].biases


@pytest.mark.parametrize("sizes", [(2, *[16] * 30, 1), (3, *[40] * 15, 2), (1, *[9] * 100, 1)])
def test_depth_hides_no_region(sizes):
    # A strict bound on rounding, the product of |W|, is 1e19 epsilon here, or 1e60.
    net, params = random_network(np.random.default_rng(sizes[0]), sizes)
    start, stop = np.full(sizes[0], -3.0), np.linspace(2, 3, sizes[0])
    breaks = breakpoints_on_line(net, params, start, stop, "activation")
    assert len(breaks) > 30
    ends = np.concatenate([[0.0], breaks, [1.0]])
    inside = ends[:-1] + np.array([0.02, 0.5, 0.98])[:, None] * np.diff(ends)
    parts = [by_layer(params, start + t[:, None] * (stop - start)) for t in inside]
    on = [pre_activations > 0 for pre_activations, _ in parts]
    np.testing.assert_array_equal(on[0], on[2])
    assert (on[1][1:] != on[1][:-1]).any(axis=1).all()
    slopes = (parts[2][1] - parts[0][1]) / (inside[2] - inside[0])[:, None]
    bends = np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-7 * np.abs(slopes).max()
    assert count_regions_on_line(net, params, start, stop) == bends.sum() + 1


@pytest.mark.parametrize(("width", "times"), [(6, 5), (10, 40)])
def test_layers_that_undo_themselves_add_no_linear_region(width, times):
    # z = Q^T relu(Q z) - Q^T relu(-Q z): hundreds of units switch, and the output does not notice.
    generator = np.random.default_rng(width)
    shallow, params = random_network(generator, (2, 12, width))
    layers, (weights, biases) = [params[0]], params[1]
    for _ in range(times):
        turn = np.linalg.qr(generator.normal(size=(width, width)))[0]
        both = np.hstack([turn, -turn])
        layers.append(Layer(weights @ both, biases @ both))
        weights, biases = np.vstack([turn.T, -turn.T]), generator.normal(size=width)
    layers.append(Layer(weights, biases))
    deep = MLP((2, 12, *[2 * width] * times, width), "relu")
    ends = [-2.0, -1.0], [2.0, 2.0]
    count = count_regions_on_line(shallow, params, *ends)
    assert count > 5
    assert count_regions_on_line(deep, tuple(layers), *ends) == count
    assert count_regions_on_line(deep, tuple(layers), *ends, "activation") > count + 2 * times


def test_the_parameters_of_a_fit_can_be_counted(key):
    net = MLP((1, 16, 1), "relu", bias_initializer="uniform")
    params = jaxnn.init(key, net)
    kinks = -np.asarray(params[0].biases) / np.asarray(params[0].weights)[0]
    inside = int((np.abs(kinks) < 1).sum())
    assert 3 < inside < 16
    assert count_regions_on_line(net, params, [-1.0], jnp.array([1.0])) == inside + 1
    breaks = breakpoints_on_line(net, params, -1.0, 1.0)  # one input: a number will do
    np.testing.assert_allclose(-1 + 2 * breaks, np.sort(kinks[np.abs(kinks) < 1]), atol=1e-6)


def one_layer(weights, biases, output):
    net = MLP((1, len(biases), 1), "relu")
    params = (
        Layer(np.array([weights], float), np.array(biases, float)),
        Layer(np.array(output, float)[:, None], np.zeros(1)),
    )
    return net, params


def test_a_joint_without_a_kink_bounds_activation_regions_alone():
    identity = one_layer([1, -1], [0, 0], [1, -1])  # relu(x) - relu(-x) = x
    assert count_regions_on_line(*identity, [-1], [1]) == 1
    assert count_regions_on_line(*identity, [-1], [1], "activation") == 2
    unseen = one_layer([1, 1], [0, -0.5], [1, 0])
    assert count_regions_on_line(*unseen, [-1], [1]) == 2
    assert count_regions_on_line(*unseen, [-1], [1], "activation") == 3
    window = ([-1], [1])
    assert count_regions_on_line(*one_layer([1], [-2], [1]), *window) == 1  # never on


def test_units_that_switch_together_count_once():
    net, params = one_layer([3, -7, 0.1, 1 / 3], [-1, 7 / 3, -0.1 / 3, -1 / 9], [1, 2, -1, 1])
    assert breakpoints_on_line(net, params, [-1], [1]) == pytest.approx([2 / 3])
    assert count_regions_on_line(net, params, [-1], [1]) == 2


def test_a_kink_at_an_end_bounds_nothing():
    network = one_layer([1, 1], [0, -1], [1, 1])
    assert count_regions_on_line(*network, [0], [1]) == 1
    assert count_regions_on_line(*network, [-1e-9], [1 + 1e-9]) == 3


# Networks with the most regions.


@pytest.mark.parametrize("times", [1, 2, 6, 10, 13])
def test_tents_have_a_power_of_two_of_pieces(times):
    net, params = tent_network(times)
    assert count_parameters(net) == 6 * times + 1
    for kind in KINDS:
        assert count_regions_on_line(net, params, [0], [1], kind) == 2**times
    breaks = breakpoints_on_line(net, params, [0], [1])
    np.testing.assert_array_equal(breaks, np.arange(1, 2**times) / 2**times)
    # Off [0, 1] it falls for ever on the right, and is 0 on the left.
    assert count_regions_on_line(net, params, [-1], [2]) == 2**times + (2 if times > 1 else 1)


def test_the_tent_network_is_the_tent():
    x = np.linspace(0, 1, 1000)
    for times in (1, 4):
        net, params = tent_network(times)
        h = x[:, None]
        for weights, biases in params[:-1]:
            h = np.maximum(h @ weights + biases, 0)
        values = (h @ params[-1].weights + params[-1].biases)[:, 0]
        by_data = jax.vmap(lambda point, times=times: tent(point, times))(jnp.asarray(x))
        np.testing.assert_allclose(values, by_data, atol=1e-5)
        by_library = jax.vmap(lambda row, net=net, params=params: jaxnn.apply(net, params, row))
        np.testing.assert_allclose(by_library(jnp.asarray(x[:, None]))[:, 0], values, atol=1e-5)


@pytest.mark.parametrize(("units", "layers"), [(3, 1), (3, 4), (4, 3), (7, 2), (10, 3)])
def test_zigzags_have_the_most_regions(units, layers):
    net, params = zigzag_network(units, layers)
    assert net.sizes == (1, *[units] * layers, 1)
    most = most_regions_on_line([units] * layers)
    assert most == (units + 1) ** layers
    assert count_regions_on_line(net, params, [0], [1]) == most
    assert count_regions_on_line(net, params, [-5], [5]) == most
    assert most >= montufar(1, (units,) * layers)


def test_five_layers_of_ten():
    # Prince 2023, "Understanding Deep Learning", figure 4.7a.
    net, params = zigzag_network(10, 5)
    assert count_parameters(net) == 471
    assert count_regions_on_line(net, params, [0], [1]) == 161051


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_no_network_has_more_than_the_most(hidden, seed):
    net, params = random_network(np.random.default_rng(seed), (1, *hidden, 1), bias=1.0)
    for kind in KINDS:
        count = count_regions_on_line(net, params, [-100], [100], kind)
        assert 1 <= count <= most_regions_on_line(hidden)


# Planes.


def area(vertices):
    x, y = vertices.T
    return 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))


def holds_point(vertices, place):
    """Whether a convex polygon, counter-clockwise, holds a point."""
    sides = np.roll(vertices, -1, axis=0) - vertices
    ahead = place - vertices
    return (sides[:, 0] * ahead[:, 1] - sides[:, 1] * ahead[:, 0] >= 0).all()


@pytest.mark.parametrize(
    ("sizes", "activation"),
    [
        ((2, 9, 1), "relu"),
        ((2, 5, 5, 5, 1), "relu"),
        ((3, 6, 6, 2), "leaky_relu"),
        ((4, 5, 4, 1), "hard_tanh"),
    ],
)
def test_a_network_is_affine_on_each_polygon_of_a_window(sizes, activation):
    generator = np.random.default_rng(len(sizes))
    net, params = random_network(generator, sizes, activation, bias=1.0)
    corner, right, up = generator.normal(size=(3, sizes[0])) * 3
    found = regions_in_plane(net, params, corner, right, up, "activation")
    polygons = [found.vertices[list(ring)] for ring in found.polygons]
    areas = [area(polygon) for polygon in polygons]
    assert len(polygons) > 9
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(1, abs=1e-12)

    def place(uv):
        return corner + uv[0] * (right - corner) + uv[1] * (up - corner)

    def output(uv):
        h = place(uv)
        for weights, biases in params[:-1]:
            h = ACTIVATIONS[activation](jnp.asarray(h @ weights + biases, jnp.float32))
            h = np.asarray(h, float)
        return h @ params[-1].weights + params[-1].biases

    for polygon, slopes in zip(polygons, found.slopes, strict=True):
        middle = polygon.mean(axis=0)
        inside = middle + 0.9 * (polygon[0] - middle)
        expected = output(middle) + slopes @ (inside - middle)
        np.testing.assert_allclose(output(inside), expected, atol=1e-4)

    # A line through the window passes as many polygons as the network has regions on it.
    first, last = np.array([0.05, 0.1]), np.array([0.9, 0.97])
    ends = (place(first), place(last))
    breaks = np.concatenate([[0], breakpoints_on_line(net, params, *ends, "activation"), [1]])
    middles = first + ((breaks[1:] + breaks[:-1]) / 2)[:, None] * (last - first)
    hit = [[holds_point(polygon, middle) for polygon in polygons].index(True) for middle in middles]
    assert len(set(hit)) == len(hit) == count_regions_on_line(net, params, *ends, "activation")


def test_depth_hides_no_polygon():
    net, params = random_network(np.random.default_rng(3), (2, *[6] * 30, 1))
    found = regions_in_plane(net, params, [-3, -3], [3, -3], [-3, 3], "activation")
    polygons = [found.vertices[list(ring)] for ring in found.polygons]
    assert sum(map(area, polygons)) == pytest.approx(1, abs=1e-12)
    sizes = np.abs(found.slopes).max()
    for polygon, slopes in list(zip(polygons, found.slopes, strict=True))[::9]:
        middle = polygon.mean(axis=0)
        places = np.stack([middle, *(middle + 0.9 * (polygon - middle))])
        outputs = by_layer(params, 6 * places - 3)[1]
        expected = (places - middle) @ slopes.T
        np.testing.assert_allclose(outputs - outputs[0], expected, atol=1e-11 * sizes)
    # A line through the window meets no other.
    middles = np.linspace([0.05, 0.1], [0.9, 0.97], 3)
    ends = 6 * middles[0] - 3, 6 * middles[-1] - 3
    breaks = np.concatenate([[0], breakpoints_on_line(net, params, *ends, "activation"), [1]])
    places = middles[0] + ((breaks[1:] + breaks[:-1]) / 2)[:, None] * (middles[-1] - middles[0])
    hit = [[holds_point(polygon, place) for polygon in polygons].index(True) for place in places]
    assert len(set(hit)) == len(hit) > 20


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_lines_in_general_position_cut_a_plane_as_zaslavsky_says(seed, units):
    generator = np.random.default_rng(seed)
    net, params = random_network(generator, (2, units, 1), bias=1.0)
    assert count_regions_in_plane(net, params, *window_of(params[0])) == zaslavsky(2, units)


def window_of(layer):
    """Corners of a window that holds every point where two kinks cross."""
    weights, biases = layer.weights, layer.biases
    pairs = combinations(range(len(biases)), 2)
    crossings = [np.linalg.solve(weights[:, list(p)].T, -biases[list(p)]) for p in pairs]
    reach = (
        2
        * np.abs(
            [
                *crossings,
                [1.0, 1.0],
                *(biases / np.linalg.norm(weights, axis=0))[:, None] * np.ones((len(biases), 2)),
            ]
        ).max()
    )
    return [-reach, -reach], [reach, -reach], [-reach, reach]


def test_planes_in_space_are_counted_one_after_the_other():
    # A new plane adds as many regions as the planes before cut it into.
    generator = np.random.default_rng(7)
    weights, biases = generator.normal(size=(3, 8)), generator.normal(size=8)
    total = 1
    for unit in range(8):
        normal = weights[:, unit]
        origin = -biases[unit] * normal / (normal @ normal)
        across = np.linalg.svd(normal[None])[2][1:]
        if unit == 0:
            total += 1
            continue
        earlier = Layer(across @ weights[:, :unit], origin @ weights[:, :unit] + biases[:unit])
        net = MLP((2, unit, 1), "relu")
        params = (earlier, Layer(np.ones((unit, 1)), np.zeros(1)))
        total += count_regions_in_plane(net, params, *window_of(earlier), "activation")
    assert total == zaslavsky(3, 8) == 93


def test_a_grid_of_lines_and_where_the_output_does_not_notice():
    # Kinks x = 1, 2 and y = 1, 2, 3, and a second layer that is off for x + y below a corner.
    first = Layer(np.array([[1.0, 1, 0, 0, 0], [0, 0, 1, 1, 1]]), -np.array([1.0, 2, 1, 2, 3]))
    window = ([0, 0], [4, 0], [0, 4])
    shallow = MLP((2, 5, 1), "relu"), (first, Layer(np.ones((5, 1)), np.zeros(1)))
    assert count_regions_in_plane(*shallow, *window) == 12
    assert count_regions_in_plane(*shallow, *window, "activation") == 12
    off = Layer(np.ones((5, 1)), np.array([-100.0]))
    dead = MLP((2, 5, 1, 1), "relu"), (first, off, Layer(np.ones((1, 1)), np.zeros(1)))
    assert count_regions_in_plane(*dead, *window, "activation") == 12
    assert count_regions_in_plane(*dead, *window) == 1
    np.testing.assert_array_equal(regions_in_plane(*dead, *window).slopes, 0)


def test_planes_that_touch_corners_cut_once():
    # The diagonals and middle lines of a square all pass through its centre.
    first = Layer(np.array([[1.0, 0, 1, 1], [0, 1.0, 1, -1]]), np.array([-0.5, -0.5, -1, 0]))
    net, params = MLP((2, 4, 1), "relu"), (first, Layer(np.ones((4, 1)), np.zeros(1)))
    found = regions_in_plane(net, params, [0, 0], [1, 0], [0, 1])
    assert len(found.polygons) == 8
    assert len(found.vertices) == 9
    third = Layer(first.weights / 3, first.biases / 3)
    assert count_regions_in_plane(net, (third, params[1]), [0, 0], [1, 0], [0, 1]) == 8


# Arguments.


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        (
            {"net": MLP((1, 2, 1), "tanh")},
            InputError,
            "have straight pieces, is 'tanh'; did you mean 'hard_tanh'. known: ",
        ),
        ({"net": MLP((1, 2, 1), jnp.abs)}, InputError, "must have straight pieces"),
        ({"net": (1, 2, 1)}, InputTypeError, "net is a tuple; pass a jaxnn.MLP"),
        ({"net": MLP((1, 3, 1), "relu")}, InputError, r"params\[0\] has weights of shape \(1, 2\)"),
        ({"net": MLP((1, 2, 2, 1), "relu")}, InputError, "params has 2 layers; net has 3"),
        ({"start": [[0.0]]}, InputError, r"start has shape \(1, 1\); pass a point"),
        ({"stop": [1.0, 2.0]}, InputError, r"stop has shape \(2,\); pass a point"),
        ({"stop": [np.inf]}, InputError, "stop holds inf"),
        ({"stop": ["far"]}, InputTypeError, "stop holds"),
        ({"stop": [-1.0]}, InputError, "start and stop are the same point"),
        ({"kind": "lines"}, InputError, "kind is 'lines'; did you mean 'linear'"),
    ],
)
def test_lines_that_cannot_be_counted(change, error, sentence):
    net, params = one_layer([1, 1], [0, 0.5], [1, 1])
    arguments = {"net": net, "params": params, "start": [-1.0], "stop": [1.0]} | change
    with pytest.raises(error, match=sentence):
        count_regions_on_line(**arguments)


def test_planes_that_cannot_be_counted():
    net, params = random_network(np.random.default_rng(0), (2, 3, 1))
    with pytest.raises(InputError, match="corner, right and up lie on one line"):
        count_regions_in_plane(net, params, [0, 0], [1, 1], [2, 2])
    with pytest.raises(InputError, match=r"up has shape \(3,\)"):
        count_regions_in_plane(net, params, [0, 0], [1, 1], [2, 2, 2])
    with pytest.raises(InputError, match="kind is 'area'"):
        count_regions_in_plane(net, params, [0, 0], [1, 0], [0, 1], "area")


def test_stacked_or_broken_parameters_are_refused():
    net, params = one_layer([1, 1], [0, 0.5], [1, 1])
    stacked = jax.tree.map(lambda leaf: leaf[None], params)
    with pytest.raises(InputError, match="pass those of one network"):
        count_regions_on_line(net, stacked, [-1], [1])
    broken = (Layer(params[0].weights * np.nan, params[0].biases), params[1])
    with pytest.raises(InputError, match=r"weights of params\[0\] holds nan"):
        count_regions_on_line(net, broken, [-1], [1])


# Formulas.


@pytest.mark.parametrize(
    ("dimension", "hyperplanes", "regions"),
    [(1, 10, 11), (2, 8, 37), (2, 12, 79), (3, 8, 93), (5, 4, 16), (4, 0, 1)],
)
def test_zaslavsky(dimension, hyperplanes, regions):
    assert zaslavsky(dimension, hyperplanes) == regions


@given(st.integers(1, 6), st.integers(1, 12))
def test_zaslavsky_recurs(dimension, hyperplanes):
    below = zaslavsky(dimension - 1, hyperplanes - 1) if dimension > 1 else 1
    assert zaslavsky(dimension, hyperplanes) == zaslavsky(dimension, hyperplanes - 1) + below


def test_montufar():
    assert [montufar(1, (4,) * layers) for layers in (2, 3, 4)] == [20, 80, 320]
    assert montufar(2, (5,)) == zaslavsky(2, 5)
    assert montufar(2, (5, 4, 3)) == 2**2 * 2**2 * zaslavsky(2, 3)
    with pytest.raises(InputError, match=r"hidden is \(4, 1\) on 2 inputs"):
        montufar(2, (4, 1))
    with pytest.raises(InputError, match=r"hidden is \(\); pass the units"):
        most_regions_on_line(())
    with pytest.raises(InputTypeError, match=r"hidden is 2\.5; pass a whole number"):
        most_regions_on_line((4, 2.5))


def fewest_errors(points, pieces):
    """The least share of 0, 1, 0, 1, ... that pieces + 1 stretches of one class get wrong."""
    best = [0] + [points] * points
    for _ in range(pieces + 1):
        best = [
            min(best[first] + (end - first) // 2 for first in range(end + 1))
            for end in range(points + 1)
        ]
    return best[points] / points


@pytest.mark.parametrize(("points", "pieces"), [(32, 15), (9, 2), (7, 6), (5, 30), (12, 1)])
def test_few_pieces_cannot_alternate(points, pieces):
    bound = least_errors_on_alternation(points, pieces)
    exact = fewest_errors(points, pieces)
    assert bound <= exact <= bound + 0.5 / points


def test_fifteen_pieces_on_32_points():
    assert least_errors_on_alternation(32, 15) == 0.25


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: zaslavsky(0, 3), "dimension is 0; pass a whole number of at least 1"),
        (lambda: zaslavsky(2, -1), "hyperplanes is -1"),
        (lambda: tent_network(0), "times is 0"),
        (lambda: zigzag_network(2, 3), "units is 2; pass a whole number of at least 3"),
        (lambda: zigzag_network(3, 0), "layers is 0"),
        (lambda: least_errors_on_alternation(0, 1), "points is 0"),
    ],
)
def test_numbers_that_make_no_sense(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


# Splines


def integral(curve, exponent, cells=200_000):
    middles = (np.arange(cells) + 0.5) / cells
    return np.mean(np.abs(curve.curvature(middles)) ** exponent)


CUBE = splines.Curve(
    "x³",
    lambda x: x**3,
    lambda x: 6 * x,
    (6**0.4 / 1.4) ** 2.5 / math.sqrt(720),
    (6**0.5 / 1.5) ** 2 / 16,
)


@pytest.mark.parametrize(
    "curve",
    [*splines.CURVES, splines.exponential(-2), splines.sine(3), CUBE],
    ids=lambda curve: curve.name,
)
def test_the_constants_agree_with_quadrature(curve):
    l2 = integral(curve, 0.4) ** 2.5 / math.sqrt(720)
    sup = integral(curve, 0.5) ** 2 / 16
    assert curve.l2_constant == pytest.approx(l2, rel=1e-5)
    assert curve.sup_constant == pytest.approx(sup, rel=1e-5)


@pytest.mark.parametrize("curve", [splines.sine(2), CUBE], ids=lambda curve: curve.name)
def test_constants_of_ones_own_curve(curve):
    expected = (curve.l2_constant, curve.sup_constant)
    np.testing.assert_allclose(free_knot_constants(curve.curvature), expected, rtol=1e-5)


def test_the_constants_are_those_of_the_literature():
    found = [(curve.l2_constant, curve.sup_constant) for curve in splines.CURVES]
    expected = [(0.0745356, 0.125), (1.7434031, 3.0305397), (0.8359550, 1.4355400)]
    np.testing.assert_allclose(found, expected, rtol=5e-7)


@pytest.mark.parametrize("curve", [splines.exponential(-2), CUBE], ids=lambda curve: curve.name)
def test_other_curves_attain_their_constants(curve):
    assert free_knot_l2_error(curve, 128) * 128**2 / curve.l2_constant == pytest.approx(1, abs=2e-2)
    errors = [free_knot_l2_error(curve, n) for n in (64, 128)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.02)


def test_one_piece_is_the_regression_line():
    # The distance of x^2 from the lines is that of a Legendre polynomial: 1 / (6 sqrt 5).
    assert free_knot_l2_error(splines.SQUARE, 1) == pytest.approx(1 / (6 * math.sqrt(5)), rel=1e-12)
    assert free_knot_sup_error(splines.SQUARE, 1) == pytest.approx(1 / 8, rel=1e-12)


def test_knots_moved_from_their_places_do_worse():
    curve = splines.exponential(3)
    uniform = splines.Curve("", curve.function, np.ones_like, 0, 0)
    assert free_knot_l2_error(uniform, 16) > 1.3 * free_knot_l2_error(curve, 16)
    assert free_knot_sup_error(uniform, 16) > 1.3 * free_knot_sup_error(curve, 16)


def test_only_convex_curves_are_shifted():
    with pytest.raises(InputError, match="not convex"):
        free_knot_sup_error(splines.sine(1), 8)


# Bounds


def brute_force_pieces(x, y, pieces):
    """By recursion over the first piece, fitting each with polyfit."""

    def residual(first, end):
        if end - first <= 2:
            return 0.0
        line = np.polyval(np.polyfit(x[first:end], y[first:end], 1), x[first:end])
        return float(np.sum(np.square(line - y[first:end])))

    def least(first, left):
        if left == 1:
            return residual(first, len(x))
        ends = range(first + 1, len(x) - left + 2)
        return min(residual(first, end) + least(end, left - 1) for end in ends)

    return math.sqrt(least(0, pieces) / len(x))


def test_best_pieces_is_the_least_over_all_ways_to_cut():
    generator = np.random.default_rng(3)
    x = np.sort(generator.uniform(-1, 1, 11))
    y = generator.normal(size=11)
    errors, breaks = best_pieces(x, y, 6)
    expected = [brute_force_pieces(x, y, pieces) for pieces in range(1, 7)]
    np.testing.assert_allclose(errors, expected, atol=1e-7)
    assert errors[0] > 0.3  # not a trivial problem
    assert [len(places) for places in breaks] == list(range(6))


def test_best_pieces_finds_the_kinks_of_a_zigzag():
    x = np.linspace(-0.995, 0.995, 200)
    y = np.abs(np.abs(x) - 0.5)  # 4 pieces, kinks at -0.5, 0, 0.5
    errors, breaks = best_pieces(x, y, 4)
    np.testing.assert_allclose(breaks[3], [-0.5, 0, 0.5], atol=0.011)
    assert errors[3] < 1e-7 < 1e-2 < errors[2]
    assert joined_pieces(x, y, np.array([-0.5, 0, 0.5])) < 1e-12


def test_best_pieces_tends_to_the_theory():
    x = (np.arange(800) + 0.5) / 800
    curve = splines.exponential(3)
    errors, breaks = best_pieces(x, curve.function(x), 16)
    assert errors[15] * 16**2 / curve.l2_constant == pytest.approx(1, abs=5e-3)
    assert 1 <= joined_pieces(x, curve.function(x), breaks[15]) / errors[15] < 1.005


def test_best_monotone_is_isotonic_regression():
    isotonic = pytest.importorskip("sklearn.isotonic")
    y = np.random.default_rng(5).normal(size=60) - np.linspace(0, 2, 60)
    fitted = isotonic.IsotonicRegression(increasing=False).fit_transform(np.arange(60), y)
    expected = math.sqrt(np.mean(np.square(fitted - y)))
    assert best_monotone(y) == pytest.approx(expected, rel=1e-12)
    assert best_monotone(np.sort(y)) == 0


def test_best_monotone_of_a_wave_by_hand():
    # Rising: 1 | 3 and 2 pooled | 4.  Falling: all pooled, at 2.5.
    assert best_monotone(np.array([1.0, 3, 2, 4])) == pytest.approx(math.sqrt(0.5 / 4))


def test_points_that_cannot_be_followed():
    x = np.arange(4.0)
    with pytest.raises(InputError, match="most is 5, but there are 4 points"):
        best_pieces(x, x, 5)
    with pytest.raises(InputError, match=r"x has shape \(4,\) and y has \(3,\)"):
        best_pieces(x, x[:3], 1)
    with pytest.raises(InputError, match="x does not increase"):
        best_pieces(x[::-1], x, 1)
    with pytest.raises(InputError, match="y holds nan"):
        joined_pieces(x, x * np.nan, [1.5])


def test_sums_keep_their_digits_far_from_zero():
    generator = np.random.default_rng(4)
    x, y = np.sort(generator.uniform(size=30)), generator.normal(size=30)
    near, far = best_pieces(x, y, 5)[0], best_pieces(x + 1e5, y + 1e5, 5)[0]
    np.testing.assert_allclose(far, near, rtol=1e-6)
