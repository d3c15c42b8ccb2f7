"""Which layers, losses and other parts of networks are compared, beyond plain networks?

    layers   batch and layer normalisation, dropout with a fixed mask
    losses   entropies and other losses, beside JAX's and Optax's
    others   the lecture's examples, penalties, recurrence, attention, norms, order statistics

Each function is written once by hand and once with JAX or Optax.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation.functions import (
    LOSSES,
    ROWS,
    Case,
    clear_of_kinks,
    layer_shapes,
    log_sum_exp,
    mean_loss,
    normals,
    random_labels,
)
from jaxnn.regularizers import ElasticNet

KEEP, BATCH_EPSILON, STEPS = 0.8, 1e-3, 10


def batch_normalised(h: Any, scale: Any, shift: Any) -> Any:
    """Batch normalisation in training: statistics over the rows of the batch."""
    centred = h - tnp.mean(h, axis=0)
    return centred / tnp.sqrt(tnp.mean(centred**2, axis=0) + BATCH_EPSILON) * scale + shift


def _library_batch_normalised(h: Any, scale: Any, shift: Any) -> Array:
    return jax.nn.standardize(h, axis=0, epsilon=BATCH_EPSILON) * scale[None] + shift[None]


def layers(key: Array) -> list[Case]:
    """Normalisation and dropout, alone and inside a network."""
    key_numbers, key_mask, key_labels = jax.random.split(key, 3)
    shapes = ((ROWS, 4), (4,), (4,), *layer_shapes((4, 4, 1)))
    h, scale, shift, *layers = normals(key_numbers, *shapes)
    kept = np.asarray(jax.random.bernoulli(key_mask, KEEP, (ROWS, 4)))
    y = random_labels(key_labels, (ROWS, 1), 2).astype(float)

    def dropped(h: Any) -> Any:
        return h * kept / KEEP

    def library_dropped(h: Any) -> Array:
        return jnp.where(kept, h / KEEP, 0)

    def layer_normalised(h: Any) -> Any:
        centred = h - tnp.mean(h, axis=-1, keepdims=True)
        return centred / tnp.sqrt(tnp.mean(centred**2, axis=-1, keepdims=True) + BATCH_EPSILON)

    def with_normalisation(h: Any, scale: Any, shift: Any, *layers: Any) -> Any:
        def phi(z: Any) -> Any:
            return tnp.tanh(batch_normalised(z, scale, shift))

        return mean_loss(phi, "binary", y, h, *layers)

    def library_with_normalisation(h: Any, scale: Any, shift: Any, *layers: Any) -> Array:
        normalised = _library_batch_normalised(h @ layers[0] + layers[1][None], scale, shift)
        z = jnp.tanh(normalised) @ layers[2] + layers[3][None]
        return jnp.mean(optax.sigmoid_binary_cross_entropy(z, y))

    def with_dropout(h: Any, *layers: Any) -> Any:
        return mean_loss(lambda z: dropped(tnp.tanh(z)), "binary", y, dropped(h), *layers)

    def library_with_dropout(h: Any, *layers: Any) -> Array:
        hidden = jnp.tanh(library_dropped(h) @ layers[0] + layers[1][None])
        z = library_dropped(hidden) @ layers[2] + layers[3][None]
        return jnp.mean(optax.sigmoid_binary_cross_entropy(z, y))

    return [
        Case("layer", "batch normalisation", batch_normalised, _library_batch_normalised,
             (h, scale, shift)),
        Case("layer", "layer normalisation", layer_normalised,
             partial(jax.nn.standardize, epsilon=BATCH_EPSILON), (h,)),
        Case("layer", "dropout, fixed mask", dropped, library_dropped, (h,)),
        Case("network of", "tanh, batch normalised", with_normalisation,
             library_with_normalisation, (h, scale, shift, *layers)),
        Case("network of", "tanh with dropout", with_dropout, library_with_dropout, (h, *layers)),
    ]  # fmt: skip


def losses(key: Array) -> list[Case]:
    """Losses per row, and the functions that they consist of."""
    key_z, key_labels, key_y, key_bent = jax.random.split(key, 4)
    z, labels = normals(key_z, (ROWS, 3))[0], random_labels(key_labels, (ROWS, 1), 3)
    y = np.asarray(jax.random.uniform(key_y, (ROWS, 3), float))
    smooth = 0.9 * np.eye(3)[labels[:, 0]] + 0.1 / 3
    bent = clear_of_kinks(key_bent, (ROWS, 3))

    def huber(e: Any) -> Any:
        return tnp.where(abs(e) <= 1, e**2 / 2, abs(e) - 0.5)

    def softmax_entropy(z: Any) -> Any:
        return LOSSES["categorical"](z, labels)

    written_and_library: list[tuple[str, Callable, Callable, np.ndarray]] = [
        ("log sum exp", lambda z: log_sum_exp(z)[:, 0], partial(jax.nn.logsumexp, axis=-1), z),
        ("log softmax", lambda z: z - log_sum_exp(z), jax.nn.log_softmax, z),
        ("log sigmoid", lambda z: -tnp.log(1 + tnp.exp(-z)), jax.nn.log_sigmoid, z),
        ("softmax cross-entropy", softmax_entropy,
         partial(optax.softmax_cross_entropy_with_integer_labels, labels=labels[:, 0]), z),
        ("sigmoid cross-entropy", lambda z: tnp.log(1 + tnp.exp(z)) - y * z,
         partial(optax.sigmoid_binary_cross_entropy, labels=y), z),
        ("smoothed labels", lambda z: tnp.sum(smooth * (log_sum_exp(z) - z), axis=-1),
         lambda z: optax.softmax_cross_entropy(
             z, optax.smooth_labels(jax.nn.one_hot(labels[:, 0], 3), 0.1)), z),
        ("Huber", huber, optax.huber_loss, bent),
        ("log cosh", lambda z: tnp.log((tnp.exp(z) + tnp.exp(-z)) / 2), optax.log_cosh, z),
    ]  # fmt: skip
    return [
        Case("loss", name, written, library, (at,))
        for name, written, library, at in written_and_library
    ]


def others(key: Array) -> list[Case]:
    """The lecture's examples, and parts of other networks."""
    key_numbers, key_bent = jax.random.split(key)
    matrix, vector, rows, slope = normals(key_numbers, (3, 3), (3,), (4, 3), ())
    bent = clear_of_kinks(key_bent, (3, 4))
    elastic_net, factors = ElasticNet(l2=0.3, l1=0.2), np.array([0.5, 0.9])

    def chain(weights: Any, x: Any) -> Any:
        for _ in range(STEPS):
            x = weights @ x
        return x

    def library_chain(weights: Any, x: Any) -> Array:
        return jax.lax.scan(lambda h, _: (weights @ h, None), x, length=STEPS)[0]

    def recurrent(weights: Any, h: Any) -> Any:
        for row in rows:
            h = tnp.tanh(weights @ h + row)
        return h

    def library_recurrent(weights: Any, h: Any) -> Array:
        return jax.lax.scan(lambda h, row: (jnp.tanh(weights @ h + row), None), h, rows)[0]

    def attention(queries: Any, keys: Any, values: Any) -> Any:
        z = queries @ keys.T / 3**0.5
        return tnp.exp(z - log_sum_exp(z)) @ values

    def library_attention(queries: Any, keys: Any, values: Any) -> Array:
        return jax.nn.softmax(queries @ keys.T / 3**0.5) @ values

    def penalty(w: Any) -> Any:
        return 0.15 * tnp.sum(w**2) + 0.2 * tnp.sum(abs(w))

    def clipped(g: Any) -> Any:
        norm = tnp.sqrt(tnp.sum(g**2))
        return tnp.where(norm > 0.5, g * 0.5 / norm, g)

    def library_clipped(g: Any) -> Any:
        return optax.clip_by_global_norm(0.5).update(g, optax.EmptyState())[0]

    def lecture_loss(y: float, w: Any) -> Any:
        p = 1 / (1 + tnp.exp(-3 * w))
        return -y * tnp.log(p) - (1 - y) * tnp.log(1 - p)

    def library_lecture_loss(y: float, w: Any) -> Array:
        return optax.sigmoid_binary_cross_entropy(3 * w, y)

    return [
        Case("lecture", "loss of y = 1", partial(lecture_loss, 1.0),
             partial(library_lecture_loss, 1.0), (slope / 3,)),
        Case("lecture", "loss of y = 0", partial(lecture_loss, 0.0),
             partial(library_lecture_loss, 0.0), (slope / 3,)),
        Case("lecture", f"linear chain of {STEPS}", chain, library_chain,
             (np.diag(factors), vector[:2])),
        Case("lecture", "clipped gradient", clipped, library_clipped, (bent,)),
        Case("other", "elastic net", penalty, lambda w: elastic_net([w]), (bent,)),
        Case("other", "recurrent unit", recurrent, library_recurrent, (matrix, vector)),
        Case("other", "attention", attention, library_attention, (rows, rows + 1, rows**2)),
        Case("other", "Euclidean norm", lambda x: tnp.sqrt(tnp.sum(x**2)),
             jnp.linalg.norm, (vector,)),
        Case("other", "cosine similarity",
             lambda x, y: x @ y / tnp.sqrt((x @ x) * (y @ y)), optax.cosine_similarity,
             (vector, rows[0])),
        Case("other", "largest of each column", lambda x: tnp.max(x, axis=0),
             partial(jnp.max, axis=0), (rows,)),
        Case("other", "product", lambda x: x[0] * x[1] * x[2], jnp.prod, (vector,)),
        Case("other", "median", lambda x: tnp.sort(x, axis=0)[1], partial(jnp.median, axis=0),
             (rows[:3],)),
    ]  # fmt: skip
