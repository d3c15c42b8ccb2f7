"""Are the regions of a plane those of lines through it, of formulas and of hand-made networks?"""

from itertools import combinations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import MLP, Layer
from jaxnn.errors import InputError
from jaxnn.mlp import ACTIVATIONS
from jaxnn.regions import (
    breakpoints_on_line,
    count_regions_in_plane,
    count_regions_on_line,
    regions_in_plane,
    zaslavsky,
)


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
def test_a_network_is_affine_on_each_polygon_of_a_window(he_network, sizes, activation):
    generator = np.random.default_rng(len(sizes))
    net, params = he_network(generator, sizes, activation, bias=1.0)
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


def test_depth_hides_no_polygon(he_network, run_relu):
    net, params = he_network(np.random.default_rng(3), (2, *[6] * 30, 1))
    found = regions_in_plane(net, params, [-3, -3], [3, -3], [-3, 3], "activation")
    polygons = [found.vertices[list(ring)] for ring in found.polygons]
    assert sum(map(area, polygons)) == pytest.approx(1, abs=1e-12)
    sizes = np.abs(found.slopes).max()
    for polygon, slopes in list(zip(polygons, found.slopes, strict=True))[::9]:
        middle = polygon.mean(axis=0)
        places = np.stack([middle, *(middle + 0.9 * (polygon - middle))])
        outputs = run_relu(params, 6 * places - 3)[1]
        expected = (places - middle) @ slopes.T
        np.testing.assert_allclose(outputs - outputs[0], expected, atol=1e-11 * sizes)
    # A line through the window meets each of its regions in one polygon.
    middles = np.linspace([0.05, 0.1], [0.9, 0.97], 3)
    ends = 6 * middles[0] - 3, 6 * middles[-1] - 3
    breaks = np.concatenate([[0], breakpoints_on_line(net, params, *ends, "activation"), [1]])
    places = middles[0] + ((breaks[1:] + breaks[:-1]) / 2)[:, None] * (middles[-1] - middles[0])
    hit = [[holds_point(polygon, place) for polygon in polygons].index(True) for place in places]
    assert len(set(hit)) == len(hit) > 20


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_lines_in_general_position_cut_a_plane_as_zaslavsky_says(he_network, seed, units):
    generator = np.random.default_rng(seed)
    net, params = he_network(generator, (2, units, 1), bias=1.0)
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


def test_planes_in_space_cut_it_as_zaslavsky_says():
    # A new plane adds as many regions as the earlier planes cut it into.
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


def test_a_dead_layer_joins_the_linear_regions_of_a_grid():
    # Kinks at x = 1, 2 and y = 1, 2, 3, and then a second layer that is off everywhere.
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


def test_kinks_through_one_point_share_a_vertex():
    # The diagonals and middle lines of a square all pass through its centre.
    first = Layer(np.array([[1.0, 0, 1, 1], [0, 1.0, 1, -1]]), np.array([-0.5, -0.5, -1, 0]))
    net, params = MLP((2, 4, 1), "relu"), (first, Layer(np.ones((4, 1)), np.zeros(1)))
    found = regions_in_plane(net, params, [0, 0], [1, 0], [0, 1])
    assert len(found.polygons) == 8
    assert len(found.vertices) == 9
    third = Layer(first.weights / 3, first.biases / 3)
    assert count_regions_in_plane(net, (third, params[1]), [0, 0], [1, 0], [0, 1]) == 8


def test_bad_arguments_are_refused_in_one_sentence(he_network):
    net, params = he_network(np.random.default_rng(0), (2, 3, 1))
    with pytest.raises(InputError, match="corner, right and up lie on one line"):
        count_regions_in_plane(net, params, [0, 0], [1, 1], [2, 2])
    with pytest.raises(InputError, match=r"up has shape \(3,\)"):
        count_regions_in_plane(net, params, [0, 0], [1, 1], [2, 2, 2])
    with pytest.raises(InputError, match="kind is 'area'"):
        count_regions_in_plane(net, params, [0, 0], [1, 0], [0, 1], "area")
    large = tuple(Layer(1e300 * weights, biases) for weights, biases in params)
    with pytest.raises(InputError, match=r"weights of params\[0\] holds -?[0-9.]+e\+\d+ at row 0"):
        count_regions_in_plane(net, large, [0, 0], [1, 0], [0, 1])


def test_pre_activations_that_overflow_are_refused(he_network):
    net, params = he_network(np.random.default_rng(0), (2, *[2] * 12, 1))
    large = tuple(Layer(1e35 * weights, biases) for weights, biases in params)
    with pytest.raises(InputError, match=r"params gives .* slopes beyond 1e\+150 in layer 11"):
        count_regions_in_plane(net, large, [0, 0], [1, 0], [0, 1])
