"""Into which regions does a network divide a plane of its input space?

    x(u, v) = corner + u (right - corner) + v (up - corner),   0 <= u, v <= 1

The window starts as one polygon. Layer by layer and unit by unit, every polygon in which the
unit's pre-activation (affine there) passes a kink is cut in two along the kink. In the end every
unit is on one of its pieces throughout each polygon, so the network is affine there. Polygons that
meet along an edge share its two vertices, so an edge is cut once for both, and neighbours are
known. Neighbours with equal slopes form one linear region, which need not be convex.

Terms, precision and the bound on rounding errors are those of `jaxnn.regions.line`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.mlp import MLP, Parameters
from jaxnn.regions.activation_patterns import PiecewiseLinear, piecewise_linear, slopes_at
from jaxnn.regions.arguments import Kind, check_kind, check_range, float64_layers, input_point
from jaxnn.regions.rounding import EPSILON, activation_errors, affine_errors, error_bound


class PlaneRegions(NamedTuple):
    """The regions of a network in a window of a plane.

    Attributes:
      vertices: (vertices, 2) float64, corners of polygons as (u, v) in the unit square.
      polygons: for each polygon the indices of its corners in `vertices`, counter-clockwise.
      slopes: (polygons, outputs, 2) float64, derivatives of the outputs with respect to u and v.
      region: (polygons,) integers from 0, the region that each polygon belongs to.
    """

    vertices: np.ndarray
    polygons: tuple[tuple[int, ...], ...]
    slopes: np.ndarray
    region: np.ndarray


class _Mesh:
    """Polygons that meet edge to edge."""

    def __init__(self) -> None:
        self.vertices = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        self.polygons = [[0, 1, 2, 3]]
        self.parents = [0]  # for each polygon, the polygon of the layer before that it is part of
        self.owners: dict[tuple[int, int], int] = {}  # polygon of each edge, counter-clockwise
        self._record_edges(0)

    def _record_edges(self, polygon: int) -> None:
        ring = self.polygons[polygon]
        for edge in zip(ring, ring[1:] + ring[:1], strict=True):
            self.owners[edge] = polygon

    def edges(self) -> np.ndarray:
        """(edges, 2): the ends of every edge, each edge once."""
        once = [(a, b) for a, b in self.owners if a < b or (b, a) not in self.owners]
        return np.array(once)

    def insert(self, a: int, b: int, vertex: int) -> None:
        """Put a new vertex on the edge between a and b."""
        for first, second in ((a, b), (b, a)):
            polygon = self.owners.pop((first, second), None)
            if polygon is not None:
                self.polygons[polygon].insert(self.polygons[polygon].index(first) + 1, vertex)
                self.owners[first, vertex] = self.owners[vertex, second] = polygon

    def cut(self, polygon: int, first: int, last: int) -> int:
        """Cut the part from corner `first` to corner `last` off a polygon; returns its number."""
        ring = self.polygons[polygon]
        place = ring.index(first)
        ring = ring[place:] + ring[:place]
        end = ring.index(last)
        self.polygons[polygon] = ring[end:] + ring[:1]
        self.polygons.append(ring[: end + 1])
        self.parents.append(self.parents[polygon])
        new = len(self.polygons) - 1
        self._record_edges(polygon)
        self._record_edges(new)
        return new


def regions_in_plane(
    net: MLP, params: Parameters, corner: Any, right: Any, up: Any, kind: Kind = "linear"
) -> PlaneRegions:
    """The regions of a network in the parallelogram that three points span.

    Args:
      net: a network with a piecewise linear activation ("relu", "leaky_relu", "hard_tanh",
        "identity").
      params: its parameters, as from `jaxnn.init`.
      corner, right, up: (inputs,) three corners of the window, not on one line.
      kind: "linear" joins polygons that share an edge and have equal slopes into one region; with
        "activation" each polygon is a region.

    Returns:
      A `PlaneRegions`. NumPy in float64, not compiled; the time grows with the number of polygons
      times the number of units.

    Raises:
      InputError, InputTypeError: another activation, an argument of the wrong shape or kind, or
        numbers that are not finite or overflow.

    Example:
      >>> weights, biases = np.eye(2), np.array([-0.5, -0.5])  # kinks on two crossing lines
      >>> params = ((weights, biases), (np.ones((2, 1)), np.zeros(1)))
      >>> found = regions_in_plane(MLP((2, 2, 1), "relu"), params, [0, 0], [1, 0], [0, 1])
      >>> len(found.polygons), found.slopes.shape
      (4, (4, 1, 2))
    """
    check_kind(kind)
    activation = piecewise_linear(net)
    layers = float64_layers(net, params)
    corner = input_point(corner, net, "corner")
    sides = np.stack([input_point(right, net, "right"), input_point(up, net, "up")]) - corner
    if np.linalg.matrix_rank(sides) < 2:
        raise InputError("corner, right and up lie on one line; pass three corners of a window.")

    mesh = _Mesh()
    values = corner + mesh.vertices @ sides
    rounding = 4 * EPSILON * (np.abs(corner) + np.abs(sides).sum(axis=0))
    errors = np.broadcast_to(rounding, (2, *values.shape))
    slopes = sides[None]  # (polygons, 2, units)
    slope_errors = np.broadcast_to(rounding, (2, *slopes.shape))
    for number, (weights, biases) in enumerate(layers, start=1):
        errors = affine_errors(errors, values, weights, biases)
        slope_errors = affine_errors(slope_errors, slopes, weights, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            values, slopes = values @ weights + biases, slopes @ weights
        check_range(values, slopes, number)
        if number < len(layers):
            values, errors = _split(mesh, values, errors, activation)
            centers = np.stack([values[ring].mean(axis=0) for ring in mesh.polygons])
            factors = slopes_at(activation, centers)[:, None]
            slopes = factors * slopes[mesh.parents]
            slope_errors = factors * slope_errors[:, mesh.parents]
            mesh.parents = list(range(len(mesh.polygons)))
            errors = activation_errors(activation, values, errors)
            values = activation.function(values)
    slopes = slopes.swapaxes(1, 2)
    region = np.arange(len(mesh.polygons))
    if kind == "linear":
        region = _merged(mesh, slopes, error_bound(slope_errors).swapaxes(1, 2))
    return PlaneRegions(mesh.vertices, tuple(map(tuple, mesh.polygons)), slopes, region)


def count_regions_in_plane(
    net: MLP, params: Parameters, corner: Any, right: Any, up: Any, kind: Kind = "linear"
) -> int:
    """The number of regions of a network in the parallelogram that three points span.

    One hidden layer of m ReLUs has at most 1 + m + m (m - 1) / 2 (`jaxnn.regions.zaslavsky`).

    Args:
      net, params, corner, right, up, kind: as for `regions_in_plane`.

    Returns:
      A whole number of at least 1. NumPy, not compiled.

    Raises:
      InputError, InputTypeError: as from `regions_in_plane`.

    Example:
      >>> weights, biases = np.eye(2), np.array([-0.5, -0.5])  # kinks on two crossing lines
      >>> params = ((weights, biases), (np.ones((2, 1)), np.zeros(1)))
      >>> count_regions_in_plane(MLP((2, 2, 1), "relu"), params, [0, 0], [1, 0], [0, 1])
      4
    """
    return int(regions_in_plane(net, params, corner, right, up, kind).region.max()) + 1


def _split(
    mesh: _Mesh, values: np.ndarray, errors: np.ndarray, activation: PiecewiseLinear
) -> tuple[np.ndarray, np.ndarray]:
    """Cut polygons where a unit passes a kink.

    Returns:
      Values and errors at old and new vertices.
    """
    for unit in range(values.shape[1]):
        for kink in activation.kinks:
            values, errors, sides = _insert(mesh, values, errors, unit, kink)
            waiting = [
                number
                for number, ring in enumerate(mesh.polygons)
                if min(sides[v] for v in ring) < 0 < max(sides[v] for v in ring)
            ]
            for polygon in waiting:
                mesh.cut(polygon, *_chord(mesh.polygons[polygon], sides))
    return values, errors


def _insert(
    mesh: _Mesh, values: np.ndarray, errors: np.ndarray, unit: int, kink: float
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Insert vertices where a unit passes a kink on an edge.

    Returns:
      Values and errors at old and new vertices, and the side of the kink that each vertex is on.
    """
    values, errors = values.copy(), errors.copy()
    beyond = values[:, unit] - kink
    reach = error_bound(errors[:, :, unit])
    beyond[np.abs(beyond) <= reach] = 0
    edges = mesh.edges()
    passing = edges[beyond[edges[:, 0]] * beyond[edges[:, 1]] < 0]
    if len(passing):
        # A crossing within rounding errors of a corner is at the corner.
        change = np.abs(beyond[passing[:, 0]] - beyond[passing[:, 1]])
        spread = reach[passing].sum(axis=1) / change + EPSILON
        for end in (0, 1):
            near = np.abs(beyond[passing[:, end]]) / change <= spread
            beyond[passing[near, end]] = 0
        passing = passing[beyond[passing[:, 0]] * beyond[passing[:, 1]] < 0]
    on_kink = beyond == 0
    errors[:, on_kink, unit] += np.abs(values[on_kink, unit] - kink)
    values[on_kink, unit] = kink
    sides = np.sign(beyond).astype(int).tolist()
    if not len(passing):
        return values, errors, sides

    a, b = passing.T
    share = (beyond[a] / (beyond[a] - beyond[b]))[:, None]
    new = (1 - share) * values[a] + share * values[b]
    noise = np.maximum(errors[:, a], errors[:, b])
    noise += 4 * EPSILON * np.maximum(np.abs(values[a]), np.abs(values[b]))
    noise[:, :, unit] += np.abs(new[:, unit] - kink)
    new[:, unit] = kink
    for vertex, (first, second) in enumerate(passing.tolist(), start=len(values)):
        mesh.insert(first, second, vertex)
    places = (1 - share) * mesh.vertices[a] + share * mesh.vertices[b]
    mesh.vertices = np.concatenate([mesh.vertices, places])
    sides += [0] * len(passing)
    return np.concatenate([values, new]), np.concatenate([errors, noise], axis=1), sides


def _chord(ring: list[int], sides: list[int]) -> tuple[int, int]:
    """The two corners on the kink between which, counter-clockwise, a polygon is above it."""
    below = next(place for place, vertex in enumerate(ring) if sides[vertex] < 0)
    ring = ring[below:] + ring[:below]
    above = next(place for place, vertex in enumerate(ring) if sides[vertex] > 0)
    back = next(place for place in range(above, len(ring)) if sides[ring[place]] <= 0)
    return ring[above - 1], ring[back]


def _merged(mesh: _Mesh, slopes: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """The region of each polygon; neighbours whose slopes agree within errors share one."""
    region = list(range(len(mesh.polygons)))

    def root(polygon: int) -> int:
        while region[polygon] != polygon:
            region[polygon] = region[region[polygon]]
            polygon = region[polygon]
        return polygon

    for (a, b), polygon in mesh.owners.items():
        other = mesh.owners.get((b, a))
        if other is None or other < polygon:
            continue
        differ = np.abs(slopes[polygon] - slopes[other])
        if (differ <= errors[polygon] + errors[other]).all():
            region[root(polygon)] = root(other)
    return np.unique([root(polygon) for polygon in range(len(region))], return_inverse=True)[1]
