"""How many linear pieces does a network have along a line?

    x(t) = (1 - t) start + t stop,  0 <= t <= 1;    z_l(t) = h_{l-1}(t) W_l + b_l

The search goes layer by layer. Between neighbouring nodes t_i every h_{l-1} is affine in t, so
every z_l is too, and it passes a kink k of the activation at most once, at

    t* = t_i + (t_{i+1} - t_i) (k - z(t_i)) / (z(t_{i+1}) - z(t_i))

These places become nodes, and in the end every pre-activation is affine between neighbouring
nodes. There is no grid, so no piece is too short to be found.

Two things are called regions. In an *activation region* every unit stays on one of its pieces; in
a *linear region* the output has one slope (Montufar et al. 2014; Hanin and Rolnick 2019). They
differ where a unit switches but the output does not change slope, as when all units of the next
layer are off: such a place separates activation regions but not linear regions.

All numbers are float64, with a bound on the rounding error of each (`rounding`). A pre-activation
counts as on a kink if it differs by no more than its bound, and two units switch at the same place
if their places differ by no more than their bounds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.mlp import MLP, Parameters
from jaxnn.regions.activation_patterns import piecewise_linear, slopes_at
from jaxnn.regions.arguments import Kind, check_kind, check_range, float64_layers, input_point
from jaxnn.regions.rounding import EPSILON, activation_errors, affine_errors, error_bound


class _Nodes(NamedTuple):
    """Places on the line with the values of one layer there, and its slopes between them."""

    places: np.ndarray  # (nodes,) t, from 0 to 1
    values: np.ndarray  # (nodes, units) h
    errors: np.ndarray  # (2, nodes, units) rounding errors of h
    slopes: np.ndarray  # (nodes - 1, units) dh/dt
    slope_errors: np.ndarray  # (2, nodes - 1, units)


def breakpoints_on_line(
    net: MLP, params: Parameters, start: Any, stop: Any, kind: Kind = "linear"
) -> np.ndarray:
    """Places where the regions of a network meet on the line from `start` to `stop`.

    Args:
      net: a network with a piecewise linear activation ("relu", "leaky_relu", "hard_tanh",
        "identity").
      params: its parameters, as from `jaxnn.init`.
      start, stop: (inputs,) two different points; plain numbers are accepted for one input.
      kind: "linear" for places where the slope of an output changes; "activation" for places where
        a unit passes a kink, whether or not the output changes slope.

    Returns:
      (breakpoints,) float64, ascending: the t in (0, 1) of (1 - t) start + t stop. Units that
      switch at the same place give one breakpoint. NumPy, not compiled.

    Raises:
      InputError, InputTypeError: another activation, an argument of the wrong shape or kind, or
        numbers that are not finite or overflow.

    Example:
      >>> from jaxnn.regions import tent_network
      >>> print(breakpoints_on_line(*tent_network(2), 0.0, 1.0))
      [0.25 0.5  0.75]
    """
    check_kind(kind)
    activation = piecewise_linear(net)
    layers = float64_layers(net, params)
    start, stop = input_point(start, net, "start"), input_point(stop, net, "stop")
    if np.array_equal(start, stop):
        raise InputError("start and stop are the same point; pass the two ends of a line.")

    ends = np.stack([start, stop])
    rounding = 2 * EPSILON * (np.abs(start) + np.abs(stop))
    slope = (stop - start)[None]
    nodes = _Nodes(
        np.array([0.0, 1.0]),
        ends,
        np.broadcast_to(rounding, (2, *ends.shape)),
        slope,
        np.broadcast_to(rounding, (2, *slope.shape)),
    )
    for number, (weights, biases) in enumerate(layers, start=1):
        nodes = _affine(nodes, weights, biases, number)
        if number < len(layers):
            nodes = _split(nodes, activation.kinks)
            factors = slopes_at(activation, (nodes.values[1:] + nodes.values[:-1]) / 2)
            nodes = nodes._replace(
                values=activation.function(nodes.values),
                errors=activation_errors(activation, nodes.values, nodes.errors),
                slopes=factors * nodes.slopes,
                slope_errors=factors * nodes.slope_errors,
            )
    inside = nodes.places[1:-1]
    if kind == "activation":
        return inside
    jumps = np.abs(np.diff(nodes.slopes, axis=0))
    errors = error_bound(nodes.slope_errors)
    return inside[(jumps > errors[1:] + errors[:-1]).any(axis=1)]


def count_regions_on_line(
    net: MLP, params: Parameters, start: Any, stop: Any, kind: Kind = "linear"
) -> int:
    """The number of regions of a network that the line from `start` to `stop` passes through.

    It is one more than the number of breakpoints. One hidden layer of m ReLUs has at most m + 1
    regions; L hidden layers of n units on one input have at most (n + 1)^L
    (`jaxnn.regions.most_regions_on_line`).

    Args:
      net, params, start, stop, kind: as for `breakpoints_on_line`.

    Returns:
      A whole number of at least 1. NumPy, not compiled.

    Raises:
      InputError, InputTypeError: as from `breakpoints_on_line`.

    Example:
      >>> from jaxnn.regions import tent_network
      >>> net, params = tent_network(5)
      >>> count_regions_on_line(net, params, 0.0, 1.0)  # 2^5 pieces from 31 parameters
      32
    """
    return len(breakpoints_on_line(net, params, start, stop, kind)) + 1


def _affine(nodes: _Nodes, weights: np.ndarray, biases: np.ndarray, layer: int) -> _Nodes:
    """Pre-activations of a layer from the hidden states of the layer before."""
    with np.errstate(over="ignore", invalid="ignore"):
        values, slopes = nodes.values @ weights + biases, nodes.slopes @ weights
    check_range(values, slopes, layer)
    return _Nodes(
        nodes.places,
        values,
        affine_errors(nodes.errors, nodes.values, weights, biases),
        slopes,
        affine_errors(nodes.slope_errors, nodes.slopes, weights, 0.0),
    )


class _Crossings(NamedTuple):
    """Units that pass a kink between two nodes, one entry each."""

    places: np.ndarray
    units: np.ndarray
    kinks: np.ndarray
    spreads: np.ndarray  # bounds on the rounding errors of the places


def _split(nodes: _Nodes, kinks: np.ndarray) -> _Nodes:
    """The same pre-activations, with a node wherever one of them passes a kink."""
    nodes, crossings = _crossings(nodes, kinks)
    if not len(crossings.places):
        return nodes
    crossings = _Crossings(*(part[np.argsort(crossings.places)] for part in crossings))
    reach = crossings.spreads[1:] + crossings.spreads[:-1]
    first = np.concatenate([[True], np.diff(crossings.places) > reach])
    new, group = crossings.places[first], np.cumsum(first) - 1

    places, values, errors = nodes.places, nodes.values, nodes.errors
    left = np.searchsorted(places, new, side="right") - 1
    share = ((new - places[left]) / (places[left + 1] - places[left]))[:, None]
    between = (1 - share) * values[left] + share * values[left + 1]
    largest = np.maximum(np.abs(values[left]), np.abs(values[left + 1]))
    noise = np.maximum(errors[:, left], errors[:, left + 1]) + 4 * EPSILON * largest
    # A unit is exactly on its kink where it passes it.
    noise[:, group, crossings.units] += np.abs(between[group, crossings.units] - crossings.kinks)
    between[group, crossings.units] = crossings.kinks

    pieces = np.bincount(left, minlength=len(places) - 1) + 1
    return _Nodes(
        np.insert(places, left + 1, new),
        np.insert(values, left + 1, between, axis=0),
        np.insert(errors, left + 1, noise, axis=1),
        np.repeat(nodes.slopes, pieces, axis=0),
        np.repeat(nodes.slope_errors, pieces, axis=1),
    )


def _crossings(nodes: _Nodes, kinks: np.ndarray) -> tuple[_Nodes, _Crossings]:
    """Where units pass a kink between nodes; one that passes a kink at a node is set to it."""
    places, values, errors = nodes.places, nodes.values.copy(), nodes.errors.copy()
    parts = [_Crossings(*np.zeros((4, 0)))._replace(units=np.zeros(0, int))]
    for kink in kinks:
        values = np.where(np.abs(values - kink) <= error_bound(errors), kink, values)
        beyond = values - kink
        left, units = np.nonzero(beyond[:-1] * beyond[1:] < 0)
        change = np.abs(beyond[left, units] - beyond[left + 1, units])
        length = places[left + 1] - places[left]
        ahead = length * np.abs(beyond[left, units]) / change
        reach = error_bound(errors[:, [left, left + 1], units]).sum(axis=0)
        spreads = length * reach / change + EPSILON
        for near, node in ((ahead <= spreads, left), (length - ahead <= spreads, left + 1)):
            at = node[near], units[near]
            errors[:, *at] += np.abs(values[at] - kink)
            values[at] = kink
        between = (ahead > spreads) & (length - ahead > spreads)
        found = _Crossings(places[left] + ahead, units, np.full(len(units), kink), spreads)
        parts.append(_Crossings(*(part[between] for part in found)))
    crossings = _Crossings(*map(np.concatenate, zip(*parts, strict=True)))
    return nodes._replace(values=values, errors=errors), crossings
