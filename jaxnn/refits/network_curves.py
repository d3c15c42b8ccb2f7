"""How are the curves of all refits of a network computed from few operations?

Only one predictor moves, so only its part of the first layer's input changes. With the rows encoded
once for each predictor j, at its first value v_0,

    z_1(v) = W_1^T enc(x_i with x_ij = v_0) + b_1  +  W_1^T (enc(v) - enc(v_0))

in which the first term is shared by all values v, and the second by all rows. The remaining layers
are computed for one value at a time, all rows side by side, so that everything stays in a core's
cache. The values of all predictors are one list, padded to a multiple of `VALUES`, and rows are
padded too, so that few programs are compiled. Networks compute in single precision; their
predictions are summed in single precision over a block of rows and `REFITS` refits, and in double
precision over blocks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import responses
from jaxnn.errors import InputError
from jaxnn.mlp import MLP, activation_function
from jaxnn.progress import Progress
from jaxnn.refits.curve_sums import Curve, CurveSums, Rows, empty_sums, step_weights
from jaxnn.refits.network import RefittedNetwork
from jaxnn.replicate import replicate
from jaxnn.tables import Encoder, encode
from jaxnn.training.arguments import checked_predictors
from jaxnn.training.forward_pass import dense, forward, grouped

REFITS = 16  # that one call of the program computes on a device
GROUPS = 64  # of refits whose results are held at once
VALUES = 64  # the list of values is padded to a multiple of it
MOST_VALUES = 512  # in one list, unless a single predictor has more
ROWS = 64  # rows of a block are padded to a multiple of it
MOST_ROWS = 1024  # in a block
HELD = 2**24  # sums of individual curves that are held at once


class _Plan(NamedTuple):
    """What is computed for a block of rows; all padding has weight 0.

    Attributes:
      X: (n, p) rows, the special ones first.
      shares: (n,) shares in the average.
      features: (predictors,) columns that move.
      first: (predictors,) their first values.
      predictor: (t,) which predictor is set.
      values: (t,) to which value.
      moved: (bins, n) shares of rows in the mean difference of a bin.
      lower, upper: (bins,) the places of its ends among `values`.
    """

    X: np.ndarray
    shares: np.ndarray
    features: np.ndarray
    first: np.ndarray
    predictor: np.ndarray
    values: np.ndarray
    moved: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def network_curve_sums(
    network: RefittedNetwork,
    curves: Sequence[Curve],
    rows: Rows,
    progress: bool | str | Callable[[float], object] = False,
) -> list[CurveSums]:
    """`jaxnn.refits.curve_sums.curve_sums` for the refits of a network.

    Args:
      network, curves, rows, progress: as there.

    Raises:
      InputError, InputTypeError: rows that do not fit the network, or predictions that overflow.
    """
    checked_predictors(rows.X, network.net, network.encoder)
    refits = len(network.multiplicities)
    found = [empty_sums(network, curve, rows) for curve in curves]
    parts = list(_parts(curves))
    length = max(_padded(sum(len(curves[k].values) for k in part), VALUES) for part in parts)
    bins = max(_padded(sum(len(curves[k].places) for k in part), VALUES) for part in parts)
    size = HELD // (length * network.width * GROUPS) // ROWS * ROWS
    blocks = list(_blocks(len(rows.X), min(max(size, ROWS), MOST_ROWS)))
    segments = [
        slice(start, min(start + REFITS * GROUPS, refits))
        for start in range(0, refits, REFITS * GROUPS)
    ]
    with Progress(progress, refits * len(parts) * len(blocks)) as bar:
        for part in parts:
            for block in blocks:
                few = [curves[k] for k in part]
                plan = _plan(few, rows, block, max(map(len, parts)), length, bins)
                single = block.start < rows.individual
                for segment in segments:
                    sums = _run(network, plan, segment, len(rows.special), single)
                    _add(found, curves, part, block, segment, sums, rows)
                    bar.update(segment.stop - segment.start)
    return [_finished(network, sums) for sums in found]


def _parts(curves: Sequence[Curve]) -> Iterator[list[int]]:
    """The predictors whose values make one list."""
    part, length = [], 0
    for number, curve in enumerate(curves):
        if part and length + len(curve.values) > MOST_VALUES:
            yield part
            part, length = [], 0
        part.append(number)
        length += len(curve.values)
    yield part


def _blocks(rows: int, size: int) -> Iterator[slice]:
    """Blocks of rows of nearly equal size."""
    count = -(-rows // size)
    for number in range(count):
        yield slice(number * rows // count, (number + 1) * rows // count)


def _padded(length: int, multiple: int) -> int:
    return max(1, -(-length // multiple)) * multiple


def _plan(
    curves: Sequence[Curve], rows: Rows, block: slice, predictors: int, length: int, bins: int
) -> _Plan:
    """The plan of a block of rows, padded to the given lengths."""
    special = len(rows.special)
    X = np.concatenate([rows.special, rows.X[block]])
    padding = _padded(len(X), ROWS) - len(X)
    after = (special, padding)
    starts = np.cumsum([0] + [len(curve.values) for curve in curves])
    moved = np.concatenate([step_weights(curve.steps, block) for curve in curves])
    ends = [start + curve.places for start, curve in zip(starts, curves, strict=False)]
    lower = np.concatenate([places[:-1] for places in ends])
    upper = np.concatenate([places[1:] for places in ends])
    values = np.concatenate([curve.values for curve in curves])
    counts = [len(curve.values) for curve in curves]
    features = np.array([curve.feature for curve in curves])
    dtype = jnp.result_type(float)
    return _Plan(
        np.concatenate([X, X[-1:].repeat(padding, axis=0)]).astype(dtype),
        np.pad(rows.shares[block], after).astype(dtype),
        _extended(features, predictors),
        _extended(np.array([curve.values[0] for curve in curves]), predictors).astype(dtype),
        _extended(np.repeat(np.arange(len(curves)), counts), length),
        _extended(values, length).astype(dtype),
        np.pad(moved, ((0, bins - len(moved)), after)).astype(dtype),
        np.pad(lower, (0, bins - len(moved))),
        np.pad(upper, (0, bins - len(moved))),
    )


def _extended(values: np.ndarray, length: int) -> np.ndarray:
    """Values with the last one repeated up to a length."""
    return np.concatenate([values, values[-1:].repeat(length - len(values))])


def _run(
    network: RefittedNetwork, plan: _Plan, segment: slice, special: int, single: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The sums of a segment of refits: averages, steps, outputs of special rows, individual."""
    refits = segment.stop - segment.start
    groups = -(-refits // REFITS)
    numbers = _extended(np.arange(segment.start, segment.stop), groups * REFITS)
    counted = np.arange(groups * REFITS) < refits
    fits = (network.fits.params, network.fits.scaling)
    of_groups = jax.tree.map(
        lambda leaf: np.asarray(leaf)[numbers].reshape(groups, REFITS, *np.shape(leaf)[1:]), fits
    )
    of_refits, individual = replicate(
        partial(
            _sums_of_group,
            net=network.net,
            encoder=network.encoder,
            special=special,
            single=single,
            at_once=1 if jax.default_backend() == "cpu" else VALUES,
        ),
        jax.random.split(jax.random.key(0), groups),  # nothing is drawn
        mapped=(of_groups, counted.reshape(groups, REFITS).astype(plan.X.dtype)),
        shared=(plan,),
        chunk=1,
    )
    averages, steps, outputs = (leaf.reshape(-1, *leaf.shape[2:])[:refits] for leaf in of_refits)
    return averages, steps, outputs, individual.sum(axis=0, dtype=float)


def _sums_of_group(
    key: Array,
    refits: Any,
    counted: Array,
    plan: _Plan,
    *,
    net: MLP,
    encoder: Encoder | None,
    special: int,
    single: bool,
    at_once: int,
) -> tuple[tuple[Array, Array, Array], Array]:
    """The sums of a group of refits, one after another: of each, and of all together."""

    def one_refit(sums: Array, entry: Any) -> tuple[Array, tuple[Array, Array, Array]]:
        refit, counts = entry
        outputs = _outputs(refit, plan, net, encoder, at_once)  # (t, outputs, n)
        P = responses.mean(net.response, outputs, axis=1)
        steps = ((P[plan.upper] - P[plan.lower]) * plan.moved[:, None]).sum(axis=-1)
        kept = jnp.moveaxis(outputs[..., :special], -1, 1)  # (t, special, outputs)
        return sums + counts * P if single else sums, (P @ plan.shares, steps, kept)

    shape = (len(plan.values), net.sizes[-1], len(plan.X)) if single else (0,)
    sums, of_refits = lax.scan(one_refit, jnp.zeros(shape, plan.X.dtype), (refits, counted))
    return of_refits, sums


def _outputs(refit: Any, plan: _Plan, net: MLP, encoder: Encoder | None, at_once: int) -> Array:
    """(t, outputs, n) outputs of one refit for all rows, with one predictor set to each value."""
    params, scaling = refit
    first, rest = params[0], params[1:]

    def encoded(rows: Array) -> Array:
        return rows if encoder is None else encode(encoder, scaling, rows)

    def start(entry: tuple[Array, Array]) -> tuple[Array, Array]:
        feature, value = entry
        rows = jnp.where((jnp.arange(plan.X.shape[1]) == feature)[None], value, plan.X)
        features = encoded(rows)
        return dense(*first, features.T), features[0]

    # The first row at the predictor's first value, whose other features cancel.
    starts, at_first = lax.map(start, (plan.features, plan.first))
    moves = jnp.arange(plan.X.shape[1])[None] == plan.features[plan.predictor][:, None]
    rows = jnp.where(moves, plan.values[:, None], plan.X[:1])
    changes = (encoded(rows) - at_first[plan.predictor]) @ first.weights  # (t, units)

    def outputs(entry: tuple[Array, Array]) -> Array:
        predictor, change = entry
        z = starts[predictor] + change[:, None]
        if not rest:
            return z
        tail = dataclasses.replace(net, sizes=net.sizes[1:])
        return forward(tail, grouped(tail, rest), activation_function(net.activation)(z))

    return lax.map(outputs, (plan.predictor, changes), batch_size=at_once)


def _add(
    found: Sequence[CurveSums],
    curves: Sequence[Curve],
    part: Sequence[int],
    block: slice,
    segment: slice,
    sums: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    rows: Rows,
) -> None:
    """Add the sums of a block of rows and a segment of refits to those of each predictor."""
    averages, steps, outputs, individual = sums
    few, special = rows.individual - block.start, len(rows.special)
    value = bin_ = 0
    for number in part:
        total, t = found[number], len(curves[number].values)
        values, bins = slice(value, value + t), slice(bin_, bin_ + total.steps.shape[1])
        value, bin_ = values.stop, bins.stop
        total.average[segment] += averages[:, values]
        total.steps[segment] += steps[:, bins]
        total.special[segment] = outputs[:, values]
        if few > 0:
            of_rows = individual[values, :, special:][..., : min(few, block.stop - block.start)]
            refits = len(total.average)
            end = block.start + of_rows.shape[-1]
            total.individual[block.start : end] += np.moveaxis(of_rows, -1, 0) / refits


def _finished(network: RefittedNetwork, sums: CurveSums) -> CurveSums:
    """Sums with outputs of special rows as predictions, if all are finite."""
    if not (np.isfinite(sums.average).all() and np.isfinite(sums.special).all()):
        raise InputError(
            "model predicts numbers that are not finite for some rows of X; leave out the refits "
            "that do."
        )
    double = network._replace(dtype=np.dtype(float))
    return sums._replace(special=double.means(sums.special))
