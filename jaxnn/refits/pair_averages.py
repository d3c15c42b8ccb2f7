"""What does each refit predict on average over rows, with one or two predictors set?

    a_b(v) = sum_i s_i g(f_b(v, x_iC))      v: the values of the predictors that are set
                                            g: the scale, on which effects may add up

Two predictors have many pairs of values. They are taken in blocks of whole lists of settings, so
that the averages that are held do not grow with the number of pairs of predictors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import mlp, responses
from jaxnn.bands.calibration import link
from jaxnn.inspection.black_box import black_box
from jaxnn.inspection.interactions import averages_of
from jaxnn.mlp import MLP
from jaxnn.refits.black_boxes import RefittedModel, single_refit
from jaxnn.refits.network import RefittedNetwork
from jaxnn.replicate import replicate
from jaxnn.tables import Encoder, encode
from jaxnn.training.arguments import checked_predictors

Scale = Literal["link", "response"]
SCALES: tuple[str, ...] = get_args(Scale)
SETTINGS_AT_ONCE = 16  # in which a network predicts the rows
HELD_BYTES = 2**26  # of averages in double precision
Settings = Mapping[tuple[int, ...], np.ndarray]


def averages_of_settings(
    model: RefittedModel,
    refits: int,
    scale: Scale,
    settings: Settings,
    X: np.ndarray,
    shares: np.ndarray,
) -> Iterator[dict[tuple[int, ...], np.ndarray]]:
    """The average predictions of the first refits for lists of settings, block by block.

    Args:
      model: the refits.
      refits: how many of them are used.
      scale: "link" or "response".
      settings: for the columns that are set, their values (k, columns).
      X: (rows, predictors), over which predictions are averaged.
      shares: (rows,) their weights, which add up to one.

    Yields:
      For some of the columns, in the order of `settings`, the averages (refits, outputs, k) in
      float64: up to `HELD_BYTES`, or those of a single list. A network is compiled once.

    Raises:
      InputError, InputTypeError: predictions that cannot be used.
    """
    sizes = {columns: len(values) for columns, values in settings.items()}
    blocks = _blocks(sizes, HELD_BYTES // (8 * refits * model.width))
    length = max(sum(sizes[columns] for columns in block) for block in blocks)
    for block in blocks:
        part = {columns: settings[columns] for columns in block}
        if isinstance(model, RefittedNetwork):
            yield _of_network(model, refits, scale, part, length, X, shares)
        else:
            yield _of_model(model, refits, scale, part, X, shares)


def _blocks(sizes: Mapping[tuple[int, ...], int], most: int) -> list[list[tuple[int, ...]]]:
    """Names in blocks, in their order, whose sizes add up to at most `most` if they can."""
    blocks: list[list[tuple[int, ...]]] = [[]]
    total = 0
    for name, size in sizes.items():
        if blocks[-1] and total + size > most:
            blocks.append([])
            total = 0
        blocks[-1].append(name)
        total += size
    return blocks


def _of_network(
    network: RefittedNetwork,
    refits: int,
    scale: Scale,
    settings: Settings,
    length: int,
    X: np.ndarray,
    shares: np.ndarray,
) -> dict[tuple[int, ...], np.ndarray]:
    """The averages of one block, padded to `length` settings, so that all share one program."""
    dtype = jnp.result_type(float)
    checked_predictors(X, network.net, network.encoder)
    replaced = np.zeros((length, X.shape[1]), bool)
    values = np.zeros((length, X.shape[1]), dtype)
    start, places = 0, {}
    for columns, given in settings.items():
        places[columns] = place = slice(start, start := start + len(given))
        replaced[place, list(columns)] = True
        values[place, list(columns)] = given
    fits = (network.fits.params, network.fits.scaling)
    averages = replicate(
        partial(_averages_of_fit, net=network.net, encoder=network.encoder, scale=scale),
        jax.random.split(jax.random.key(0), refits),  # not used
        mapped=(jax.tree.map(lambda leaf: leaf[:refits], fits),),
        shared=(X.astype(dtype), shares.astype(dtype), replaced, values),
        working_set=4 * SETTINGS_AT_ONCE * len(X) * (X.shape[1] + sum(network.net.sizes)),
    )
    averages = np.moveaxis(averages, 1, -1)
    return {columns: averages[..., place].astype(float) for columns, place in places.items()}


def _averages_of_fit(
    key: Array,
    fit: tuple[mlp.Parameters, Any],
    X: Array,
    shares: Array,
    replaced: Array,
    values: Array,
    *,
    net: MLP,
    encoder: Encoder | None,
    scale: Scale,
) -> Array:
    """(k, outputs) of one fit."""
    params, scaling = fit

    def average(setting: tuple[Array, Array]) -> Array:
        rows = jnp.where(setting[0][None], setting[1][None], X)
        features = rows if encoder is None else encode(encoder, scaling, rows)
        outputs = jax.vmap(partial(mlp.output, net, params))(features)
        return shares @ _on_scale(net.response, outputs, scale)

    return lax.map(average, (replaced, values), batch_size=SETTINGS_AT_ONCE)


def _on_scale(kind: str, outputs: Array, scale: Scale) -> Array:
    """Predictions from outputs (rows, outputs); only log odds of classes differ from the link."""
    if scale == "response":
        return responses.mean(kind, outputs)
    if kind != "categorical":
        return outputs
    # Of a class with probability above 1/2, 1 - p is summed over the others, so that it is exact.
    total = jax.nn.logsumexp(outputs, axis=-1, keepdims=True)
    most = jax.nn.one_hot(outputs.argmax(axis=-1), outputs.shape[-1], dtype=bool)
    beside_most = jax.nn.logsumexp(jnp.where(most, -jnp.inf, outputs), axis=-1, keepdims=True)
    share = jnp.exp(jnp.where(most, -jnp.inf, outputs - total))
    return outputs - jnp.where(most, beside_most, total + jnp.log1p(-share))


def _of_model(
    model: Any,
    refits: int,
    scale: Scale,
    settings: Settings,
    X: np.ndarray,
    shares: np.ndarray,
) -> dict[tuple[int, ...], np.ndarray]:
    """The same for the refits of any other model, one by one."""
    found: dict[tuple[int, ...], list[np.ndarray]] = {features: [] for features in settings}
    for refit in range(refits):
        single = single_refit(model, refit)

        def predict(X: Any, single: Any = single) -> np.ndarray:
            means = single.predict(X)[0]
            return link(model.response, means) if scale == "link" else means

        average = averages_of(black_box(predict, X), X, shares)
        for features, values in settings.items():
            found[features].append(np.atleast_2d(average(features, values)))
    return {features: np.stack(averages) for features, averages in found.items()}
