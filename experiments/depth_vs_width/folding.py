"""What can depth represent that width cannot, and do random networks have it?

    tent composed k times:   2^k pieces from 6 k + 1 parameters        (Telgarsky 2015)
    m hyperplanes in R^d:    sum_{j <= d} C(m, j) regions               (Zaslavsky 1975)
    n units, L layers, R^1: (n + 1)^L regions at most                  (Montufar 2014, Serra 2018)
    random weights, R^1:     about N + 1 regions for N units, in any number of layers
                                                                        (Hanin and Rolnick 2019)

All but the last are exact, and counted on constructed networks. The last is a mean over random
networks with He weights and biases N(0, 0.3^2), on a line long enough to meet nearly every kink.
`jaxnn.regions` does the counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from operator import itemgetter
from typing import Any, cast

import jax
import numpy as np
from jax import Array

from jaxnn import MLP, Layer, count_parameters
from jaxnn.mlp import Parameters
from jaxnn.regions import (
    best_segmentation,
    breakpoints_on_line,
    count_regions_in_plane,
    count_regions_on_line,
    montufar,
    most_regions_on_line,
    regions_in_plane,
    tent_network,
    zaslavsky,
    zigzag_network,
)

BIAS_DEVIATION = 0.3
ARRANGEMENTS = ((1, 10), (2, 8), (2, 12), (3, 8))  # (dimension, number of hyperplanes)
FOLDED = ((4, 2), (4, 3), (4, 4), (10, 5))  # (units per layer, layers)
ALTERNATIONS = ((16, 5), (32, 7), (32, 15), (64, 15))  # (points, straight pieces)


@dataclass(frozen=True)
class FoldingSettings:
    """Sizes of the networks whose pieces and regions are counted.

    Attributes:
      tents: largest number of compositions of the tent.
      grid: networks are compared with the tent map at the multiples of 1 / grid.
      followed: number of compositions of the tent that few pieces have to follow.
      points: number of midpoints of [0, 1] at which pieces and tent are compared.
      units: total numbers of hidden units of the random networks.
      layers: numbers of hidden layers that share these units.
      seeds: number of random networks of each kind.
      reach: regions are counted from -reach to reach.
      pictured: hidden layers of the two networks whose regions in a plane are drawn.
    """

    tents: int = 10
    grid: int = 2**14
    followed: int = 5
    points: int = 512
    units: tuple[int, ...] = (24, 48, 96)
    layers: tuple[int, ...] = (1, 2, 4)
    seeds: int = 400
    reach: float = 1000.0
    pictured: tuple[tuple[int, ...], ...] = ((24,), (8, 8, 8))


def midpoints(n: int) -> np.ndarray:
    """The midpoints of n equal parts of [0, 1]: (n,)."""
    return (np.arange(n) + 0.5) / n


def tents(x: np.ndarray, times: int) -> np.ndarray:
    """The tent map composed `times` times, in float64: exact at multiples of powers of 1/2."""
    for _ in range(times):
        x = 1 - np.abs(2 * x - 1)
    return x


def outputs(params: Parameters, X: np.ndarray) -> np.ndarray:
    """Outputs of a ReLU network, or of several stacked ones, in the dtype of params.

    Args:
      params: weights (..., inputs, outputs) and biases (..., outputs).
      X: (rows, inputs), or (..., rows, inputs) with different rows for each network.

    Returns:
      (..., rows, outputs).
    """
    h = X
    for number, (weights, biases) in enumerate(params, start=1):
        h = h @ weights + np.asarray(biases)[..., None, :]
        if number < len(params):
            h = np.maximum(h, 0)
    return h


def random_networks(
    key: Array, sizes: tuple[int, ...], number: int
) -> tuple[MLP, list[Parameters]]:
    """ReLU networks with He weights, N(0, 2 / inputs), and biases N(0, 0.3^2).

    Args:
      key: a typed JAX key.
      sizes: units of every layer, inputs first.
      number: number of networks.

    Returns:
      The description, and a list of `number` sets of parameters in float64.
    """
    net = MLP(sizes, "relu", initializer="he_normal")
    # One draw for all layers: `jaxnn.init` would compile a program with two draws per layer.
    draws = np.asarray(jax.random.normal(key, (number, count_parameters(net))), float)
    ends = np.cumsum([(m + 1) * n for m, n in pairwise(sizes)])
    layers = []
    for (m, n), values in zip(pairwise(sizes), np.split(draws, ends[:-1], axis=1), strict=True):
        weights = (2 / m) ** 0.5 * values[:, : m * n].reshape(number, m, n)
        layers.append(Layer(cast(Array, weights), cast(Array, BIAS_DEVIATION * values[:, m * n :])))
    return net, unstack(tuple(layers))


def unstack(params: Parameters) -> list[Parameters]:
    """A list of the parameters of several stacked networks, as NumPy arrays."""
    together = jax.tree.map(np.asarray, params)
    number = len(together[0].weights)
    return [jax.tree.map(itemgetter(place), together) for place in range(number)]


def compute(key: Array, settings: FoldingSettings) -> dict[str, Any]:
    """Count pieces and regions, and find the best approximations by few pieces.

    Returns:
      tent_pieces, tent_parameters, tent_gap: (tents,) for k = 1, 2, ... compositions: regions on
        [0, 1], parameters, and the largest distance from the tent map on the grid.
      alternation_gap: (tents,) the same distance from 0, 1, 0, 1, ... at i / 2^k.
      followed_x, followed_y: (points,) the tent to follow; followed_gap: largest distance between
        it and the constructed deep network.
      alternation_points, alternation_pieces, alternation_mistakes: for each pair of numbers, the
        fewest alternating points that the pieces misclassify (`least_mistakes`).
      best_errors: (2^followed,) least RMSE of 1, 2, ... straight pieces, joined or not.
      few_breaks: (2^(followed - 1) - 1,) where the best half as many pieces break.
      arrangement_dimensions, arrangement_hyperplanes, arrangement_formula, arrangement_regions:
        for each arrangement its sizes, and its number of regions by formula and as counted.
      folded_units, folded_layers, folded_parameters, folded_regions, folded_bound, folded_most:
        for each zigzag network its sizes, its regions as counted, Montufar's lower bound, and the
        largest number possible.
      random_units (units,), random_layers (layers,), random_regions (units, layers, seeds).
      plane_<i>_polygons: (polygons, corners, 2) regions of a random network, NaN after the last
        corner; plane_<i>_slopes: (polygons, 2) slopes of the network there; plane_<i>_regions:
        number of regions; plane_hidden: its hidden layers, in words.
    """
    key_arranged, key_random, key_plane = jax.random.split(key, 3)
    return {
        **_sawtooth(settings),
        **_arrangements(key_arranged),
        **_folded(),
        **_random(key_random, settings),
        **_planes(key_plane, settings),
    }


def _sawtooth(settings: FoldingSettings) -> dict[str, Any]:
    x = np.arange(settings.grid + 1) / settings.grid
    times = range(1, settings.tents + 1)
    networks = [tent_network(k) for k in times]
    teeth = [np.arange(2**k + 1) / 2**k for k in times]
    y = tents(midpoints(settings.points), settings.followed)
    best, breaks = best_segmentation(midpoints(settings.points), y, 2**settings.followed)
    points, pieces = np.array(ALTERNATIONS).T
    return {
        "tent_pieces": np.array([count_regions_on_line(*net, 0, 1) for net in networks]),
        "tent_parameters": np.array([count_parameters(net) for net, _ in networks]),
        "tent_gap": np.array(
            [
                np.abs(outputs(params, x[:, None])[:, 0] - tents(x, k)).max()
                for k, (_, params) in zip(times, networks, strict=True)
            ]
        ),
        "alternation_gap": np.array(
            [
                np.abs(outputs(params, at[:, None])[:, 0] - np.arange(len(at)) % 2).max()
                for at, (_, params) in zip(teeth, networks, strict=True)
            ]
        ),
        "followed_x": midpoints(settings.points),
        "followed_y": y,
        "followed_gap": np.abs(_followed(settings) - y).max(),
        "alternation_points": points,
        "alternation_pieces": pieces,
        "alternation_mistakes": np.array([least_mistakes(n, p) for n, p in ALTERNATIONS]),
        "best_errors": best,
        "few_breaks": breaks[2 ** (settings.followed - 1) - 1],
    }


def _followed(settings: FoldingSettings) -> np.ndarray:
    return outputs(tent_network(settings.followed)[1], midpoints(settings.points)[:, None])[:, 0]


def least_mistakes(points: int, pieces: int) -> int:
    """Fewest alternating points that a curve of so many straight pieces misclassifies, by search.

    The points have the classes 0, 1, 0, 1, ... from left to right. A piece crosses the border
    between the classes at most once, so all curves with at most `pieces` crossings are searched.
    """
    fewest = np.full((pieces + 1, 2), np.inf)  # by number of crossings so far, and class
    fewest[0] = 0, 1
    for point in range(1, points):
        crossed = np.vstack([[np.inf, np.inf], fewest[:-1, ::-1]])
        fewest = np.minimum(fewest, crossed) + (np.arange(2) != point % 2)
    return int(fewest.min())


def _arrangements(key: Array) -> dict[str, Any]:
    dimensions, hyperplanes = np.array(ARRANGEMENTS).T
    # One draw for all, since each shape compiles a program of its own.
    ends = np.cumsum((dimensions + 1) * hyperplanes)
    numbers = np.split(np.asarray(jax.random.normal(key, (ends[-1],)), float), ends[:-1])
    # The last row of each arrangement holds the offsets.
    draws = [part.reshape(d + 1, m) for part, (d, m) in zip(numbers, ARRANGEMENTS, strict=True)]
    return {
        "arrangement_dimensions": dimensions,
        "arrangement_hyperplanes": hyperplanes,
        "arrangement_formula": np.array([zaslavsky(d, m) for d, m in ARRANGEMENTS]),
        "arrangement_regions": np.array([cut_regions(draw[:-1], draw[-1]) for draw in draws]),
    }


def cut_regions(normals: np.ndarray, offsets: np.ndarray) -> int:
    """Number of regions into which hyperplanes normals[:, j] . x + offsets[j] = 0 cut space.

    No two of them may be parallel. In one and two dimensions, the regions of a layer of ReLUs are
    counted in a window that contains all crossings. In three, each new plane adds as many regions
    as the earlier planes cut it into.

    Args:
      normals: (dimension, hyperplanes), dimension from 1 to 3.
      offsets: (hyperplanes,).
    """
    dimension, hyperplanes = normals.shape
    if dimension == 3:
        total = 1
        for new in range(hyperplanes):
            normal = normals[:, new]
            origin = -offsets[new] * normal / (normal @ normal)
            along = np.linalg.svd(normal[None])[2][1:]  # (2, 3), orthonormal, in the plane
            earlier = normals[:, :new]
            total += cut_regions(along @ earlier, origin @ earlier + offsets[:new]) if new else 1
        return total
    if hyperplanes == 0:
        return 1
    net = MLP((dimension, hyperplanes, 1), "relu")
    ones = cast(Array, np.ones((hyperplanes, 1)))
    params = (
        Layer(cast(Array, normals), cast(Array, offsets)),
        Layer(ones, cast(Array, np.zeros(1))),
    )
    crossings = [
        np.linalg.solve(normals[:, chosen].T, -offsets[list(chosen)])
        for chosen in map(list, combinations(range(hyperplanes), dimension))
    ]
    # Twice as far as the farthest crossing, and far enough to meet a single line.
    reach = (
        2 * np.abs(np.concatenate([*crossings, offsets / np.linalg.norm(normals, axis=0)])).max()
    )
    if dimension == 1:
        return count_regions_on_line(net, params, -reach, reach)
    window = ([-reach, -reach], [reach, -reach], [-reach, reach])
    return count_regions_in_plane(net, params, *window)


def _folded() -> dict[str, Any]:
    networks = [zigzag_network(units, layers) for units, layers in FOLDED]
    units, layers = np.array(FOLDED).T
    return {
        "folded_units": units,
        "folded_layers": layers,
        "folded_parameters": np.array([count_parameters(net) for net, _ in networks]),
        "folded_regions": np.array([count_regions_on_line(*net, 0, 1) for net in networks]),
        "folded_bound": np.array([montufar(1, (n,) * depth) for n, depth in FOLDED]),
        "folded_most": np.array([most_regions_on_line((n,) * depth) for n, depth in FOLDED]),
    }


def _random(key: Array, settings: FoldingSettings) -> dict[str, Any]:
    reach = settings.reach
    keys = jax.random.split(key, (len(settings.units), len(settings.layers)))

    def counts(key: Array, units: int, layers: int) -> list[int]:
        sizes = (1, *[units // layers] * layers, 1)
        net, networks = random_networks(key, sizes, settings.seeds)
        return [count_regions_on_line(net, params, -reach, reach) for params in networks]

    return {
        "random_units": np.array(settings.units),
        "random_layers": np.array(settings.layers),
        "random_regions": np.array(
            [
                [counts(k, units, layers) for k, layers in zip(row, settings.layers, strict=True)]
                for row, units in zip(keys, settings.units, strict=True)
            ]
        ),
    }


def _planes(key: Array, settings: FoldingSettings) -> dict[str, Any]:
    pictures: dict[str, Any] = {
        "plane_hidden": np.array([" + ".join(map(str, hidden)) for hidden in settings.pictured])
    }
    keys = jax.random.split(key, len(settings.pictured))
    for place, (k, hidden) in enumerate(zip(keys, settings.pictured, strict=True)):
        net, (params,) = random_networks(k, (2, *hidden, 1), 1)
        found = regions_in_plane(net, params, [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0])
        corners = max(map(len, found.polygons))
        polygons = np.full((len(found.polygons), corners, 2), np.nan)
        for polygon, ring in zip(polygons, found.polygons, strict=True):
            polygon[: len(ring)] = 2 * found.vertices[list(ring)] - 1
        pictures[f"plane_{place}_polygons"] = polygons
        pictures[f"plane_{place}_slopes"] = found.slopes[:, 0]
        pictures[f"plane_{place}_regions"] = found.region.max() + 1
    return pictures


def kinks_per_network(net: MLP, params: Parameters, start: Any, stop: Any) -> np.ndarray:
    """Numbers of kinks of several stacked networks between two points: (networks,)."""
    return np.array([len(breakpoints_on_line(net, one, start, stop)) for one in unstack(params)])
