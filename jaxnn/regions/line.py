"""How many straight pieces has a network along a line?

    x(t) = (1 - t) start + t stop,  0 <= t <= 1;    z_l(t) = h_{l-1}(t) W_l + b_l

Layer by layer: between neighbouring nodes t_i every h_{l-1} is affine in t, so every z_l is, and it
passes a kink of the activation at most once, at

    t* = t_i + (t_{i+1} - t_i) (k - z(t_i)) / (z(t_{i+1}) - z(t_i))

Those places become nodes, and in the end every pre-activation is affine between all nodes.  No
grid is involved, and nothing is missed for being short.

Two things are called regions.  Of an *activation region* every unit stays on one of its pieces; of
a *linear region* the output has one slope (Montufar et al. 2014; Hanin and Rolnick 2019).  They
differ where a unit switches and the output does not notice, as when all units of the next layer
are off: such a place bounds activation regions and no linear region.

In float64, with a bound on the rounding error of each number carried along
(`activation_patterns.carried`): a pre-activation counts as on a kink if it is so within that
bound, and two units switch at one place if their places agree within it.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from jaxnn.errors import InputError, unknown_name
from jaxnn.mlp import MLP, Parameters
from jaxnn.regions.activation_patterns import (
    EPSILON,
    bound,
    carried,
    layers_of,
    piecewise,
    point,
    through,
)

Kind = Literal["linear", "activation"]
KINDS = ("linear", "activation")


class _Nodes(NamedTuple):
    """Places on the line with what a layer makes of them, and slopes between them."""

    places: np.ndarray  # (nodes,) t, from 0 to 1
    values: np.ndarray  # (nodes, units) h
    errors: np.ndarray  # (2, nodes, units) rounding errors of h
    slopes: np.ndarray  # (nodes - 1, units) dh/dt
    slope_errors: np.ndarray  # (2, nodes - 1, units)


def breakpoints_on_line(
    net: MLP, params: Parameters, start: Any, stop: Any, kind: Kind = "linear"
) -> np.ndarray:
    """Where the regions of a network meet on the line from `start` to `stop`.

    Args:
      net: a network whose activation has straight pieces ("relu", "leaky_relu", "hard_tanh",
        "identity").
      params: its parameters, as from `jaxnn.mlp.init`.
      start, stop: (inputs,) two different points.
      kind: "linear": where the slope of an output changes; "activation": where a unit passes a
        kink, whether the output notices or not.

    Returns:
      (breakpoints,) float64, increasing, the t in (0, 1) of (1 - t) start + t stop.  Units that
      switch at the same place give one.  NumPy, not compiled.

    Raises:
      InputError, InputTypeError: another activation, or an argument of the wrong shape.
    """
    if kind not in KINDS:
        raise unknown_name("kind", kind, KINDS)
    activation = piecewise(net)
    layers = layers_of(net, params)
    start, stop = point(start, net, "start"), point(stop, net, "stop")
    if np.array_equal(start, stop):
        raise InputError("start and stop are the same point; pass two ends of a line.")

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
        nodes = _affine(nodes, weights, biases)
        if number < len(layers):
            nodes = _split(nodes, activation.kinks)
            pieces = np.searchsorted(activation.kinks, (nodes.values[1:] + nodes.values[:-1]) / 2)
            factors = activation.slopes[pieces]
            nodes = nodes._replace(
                values=activation.function(nodes.values),
                errors=through(activation, nodes.values, nodes.errors),
                slopes=factors * nodes.slopes,
                slope_errors=factors * nodes.slope_errors,
            )
    inside = nodes.places[1:-1]
    if kind == "activation":
        return inside
    jumps = np.abs(np.diff(nodes.slopes, axis=0))
    errors = bound(nodes.slope_errors)
    return inside[(jumps > errors[1:] + errors[:-1]).any(axis=1)]


def count_regions_on_line(
    net: MLP, params: Parameters, start: Any, stop: Any, kind: Kind = "linear"
) -> int:
    """How many regions of a network the line from `start` to `stop` passes through.

    One more than `breakpoints_on_line` gives; arguments and errors are the same.  A network with
    one hidden layer of m ReLUs has at most m + 1; one with inputs (1,) and L hidden layers of n
    units at most (n + 1)^L (`jaxnn.regions.most_regions_on_line`).
    """
    return len(breakpoints_on_line(net, params, start, stop, kind)) + 1


def _affine(nodes: _Nodes, weights: np.ndarray, biases: np.ndarray) -> _Nodes:
    """Pre-activations from the states of the layer before."""
    return _Nodes(
        nodes.places,
        nodes.values @ weights + biases,
        carried(nodes.errors, nodes.values, weights, biases),
        nodes.slopes @ weights,
        carried(nodes.slope_errors, nodes.slopes, weights, 0.0),
    )


class _Crossings(NamedTuple):
    """Units that pass a kink between two nodes, one entry each."""

    places: np.ndarray
    units: np.ndarray
    kinks: np.ndarray
    spreads: np.ndarray  # bounds on the rounding of the places


def _split(nodes: _Nodes, kinks: np.ndarray) -> _Nodes:
    """The same pre-activations with nodes wherever one of them passes a kink."""
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
    """Where units pass a kink between nodes; those that do so at a node are put exactly on it."""
    places, values, errors = nodes.places, nodes.values.copy(), nodes.errors.copy()
    parts = [_Crossings(*np.zeros((4, 0)))._replace(units=np.zeros(0, int))]
    for kink in kinks:
        values = np.where(np.abs(values - kink) <= bound(errors), kink, values)
        beyond = values - kink
        left, units = np.nonzero(beyond[:-1] * beyond[1:] < 0)
        change = np.abs(beyond[left, units] - beyond[left + 1, units])
        length = places[left + 1] - places[left]
        ahead = length * np.abs(beyond[left, units]) / change
        sure = bound(errors[:, [left, left + 1], units]).sum(axis=0)
        spreads = length * sure / change + EPSILON
        for near, node in ((ahead <= spreads, left), (length - ahead <= spreads, left + 1)):
            at = node[near], units[near]
            errors[:, *at] += np.abs(values[at] - kink)
            values[at] = kink
        between = (ahead > spreads) & (length - ahead > spreads)
        found = _Crossings(places[left] + ahead, units, np.full(len(units), kink), spreads)
        parts.append(_Crossings(*(part[between] for part in found)))
    crossings = _Crossings(*map(np.concatenate, zip(*parts, strict=True)))
    return nodes._replace(values=values, errors=errors), crossings
