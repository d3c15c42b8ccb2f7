"""Which functions does this project differentiate, written out a second time?

Every function that a gradient is taken of here is given twice: as the library has it (`jaxnn`,
JAX or Optax), and written by hand with `jaxnn.tracer.numpy`:

    all activations; networks with each of them; the loss of every kind of response;
    initialiser -> network -> loss for every initialiser and every kind of response;
    normalisations, dropout, entropies, penalties and what else networks are made of.

The two must agree in value, and six routes must agree in their gradient (`six_routes`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

import jaxnn.tracer.numpy as tnp
from jaxnn import mlp, responses
from jaxnn.initializers import INITIALIZERS, Initializer, constant, normal, sparse
from jaxnn.regularizers import ElasticNet

ROWS, KEEP, BATCH_EPSILON, STEPS = 5, 0.8, 1e-3, 10
SIZES = {"quantitative": (3, 4, 3), "binary": (3, 4, 1), "categorical": (3, 4, 3)}
SCHEMES: dict[str, str | Initializer] = {
    **{name: name for name in INITIALIZERS},
    "normal(0.5)": normal(0.5),
    "constant(0.3)": constant(0.3),
    "sparse(2)": sparse(2),
}


class Case(NamedTuple):
    """One function, written twice.

    Attributes:
      group: what kind of function it is.
      name: which one.
      written: (*arguments) -> array, with jaxnn.tracer.numpy.
      library: the same function as the project has it, for JAX.
      arguments: float64 arrays.
    """

    group: str
    name: str
    written: Callable[..., Any]
    library: Callable[..., Any]
    arguments: tuple[np.ndarray, ...]


def _selu(z: Any) -> Any:
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return scale * tnp.where(z > 0, z, alpha * tnp.expm1(z))


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "elu": lambda z: tnp.where(z > 0, z, tnp.expm1(z)),
    "gelu": lambda z: 0.5 * z * (1 + tnp.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))),
    "hard_tanh": lambda z: tnp.clip(z, -1, 1),
    "identity": lambda z: 1.0 * z,
    "leaky_relu": lambda z: tnp.where(z > 0, z, 0.01 * z),
    "relu": lambda z: tnp.where(z > 0, z, 0.0),
    "selu": _selu,
    "sigmoid": lambda z: 1 / (1 + tnp.exp(-z)),
    "silu": lambda z: z / (1 + tnp.exp(-z)),
    "sine": tnp.sin,
    "softplus": lambda z: tnp.log(1 + tnp.exp(z)),
    "softsign": lambda z: z / (1 + abs(z)),
    "tanh": lambda z: 1 - 2 / (tnp.exp(2 * z) + 1),
}
KINKS = (-1.0, 0.0, 1.0)  # of all of these together


def log_sum_exp(z: Any) -> Any:
    """log sum_k exp z_k along the last axis, which is kept; for moderate z."""
    return tnp.log(tnp.sum(tnp.exp(z), axis=-1, keepdims=True))


LOSSES: dict[str, Callable[[Any, np.ndarray], Any]] = {
    "quantitative": lambda z, y: tnp.mean((z - y) ** 2, axis=-1),
    "binary": lambda z, y: tnp.mean(tnp.log(1 + tnp.exp(z)) - y * z, axis=-1),
    "categorical": lambda z, y: (log_sum_exp(z) - tnp.take_along_axis(z, y, -1))[:, 0],
}


def network(phi: Callable[[Any], Any], x: Any, *layers: Any) -> Any:
    """f(x) of a network, from weights and biases in turn."""
    h = x
    for weights, biases in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        h = phi(h @ weights + biases)
    return h @ layers[-2] + layers[-1]


def mean_loss(phi: Callable, kind: str, y: np.ndarray, x: Any, *layers: Any) -> Any:
    """The mean loss of a network, written by hand."""
    return tnp.mean(LOSSES[kind](network(phi, x, *layers), y))


def library_loss(net: mlp.MLP, y: np.ndarray, x: Any, *layers: Any) -> Array:
    """The mean loss of a network of `jaxnn.mlp`, by `jaxnn.responses`."""
    params = tuple(map(mlp.Layer, layers[::2], layers[1::2]))
    z = jax.vmap(partial(mlp.apply, net, params))(x)
    return jnp.mean(responses.loss(net.response, z, jnp.asarray(y)))


def cases(
    key: Array,
    networks: Sequence[str] = tuple(ACTIVATIONS),
    schemes: Sequence[str] = tuple(SCHEMES),
) -> list[list[Case]]:
    """All functions, with arguments drawn at random, in lists that JAX compiles as one program.

    Arguments keep clear of kinks, at which differences rightly disagree with conventions.

    Args:
      key: draws the arguments.
      networks: activations, of `ACTIVATIONS`, that are differentiated in a network too.
      schemes: the initialisers, names of `SCHEMES`.
    """
    key_numbers, key_layers = jax.random.split(key)
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key_numbers)))
    return [
        _activations(generator),
        _networks(generator, networks),
        _losses(generator),
        *_pipelines(key_layers, generator, schemes),
        _layers(generator),
        _entropies(generator),
        _others(generator),
    ]


def _clear_of_kinks(generator: np.random.Generator, shape: Sequence[int]) -> np.ndarray:
    """Numbers from -3 to 3, none within 0.1 of an integer."""
    return generator.integers(-3, 3, shape) + generator.uniform(0.1, 0.9, shape)


def _activations(generator: np.random.Generator) -> list[Case]:
    return [
        Case("activation", name, ACTIVATIONS[name], phi, (_clear_of_kinks(generator, (12,)),))
        for name, phi in mlp.ACTIVATIONS.items()
    ]


def _networks(generator: np.random.Generator, activations: Sequence[str]) -> list[Case]:
    sizes, found = SIZES["binary"], []
    y = generator.integers(0, 2, (ROWS, 1)).astype(float)
    for name in activations:
        while True:
            arguments = (generator.normal(size=(ROWS, 3)), *_draw_layers(generator, sizes))
            z = arguments[0] @ arguments[1] + arguments[2]
            if np.min(np.abs(z[..., None] - KINKS)) > 0.01:
                break
        net = mlp.MLP(sizes, activation=name, response="binary")
        written = partial(mean_loss, ACTIVATIONS[name], "binary", y)
        found.append(Case("network of", name, written, partial(library_loss, net, y), arguments))
    return found


def _draw_layers(generator: np.random.Generator, sizes: tuple[int, ...]) -> list[np.ndarray]:
    return [
        array
        for inputs, outputs in pairwise(sizes)
        for array in (generator.normal(size=(inputs, outputs)), generator.normal(size=outputs))
    ]


def _observed(generator: np.random.Generator, kind: str) -> np.ndarray:
    """A response of each kind, in the form that `jaxnn.responses` takes."""
    outputs = SIZES[kind][-1]
    if kind == "quantitative":
        return generator.normal(size=(ROWS, outputs))
    return generator.integers(0, max(outputs, 2), (ROWS, 1))


def _losses(generator: np.random.Generator) -> list[Case]:
    found = []
    for kind in responses.RESPONSES:
        y = _observed(generator, kind)
        arguments = (generator.normal(size=(ROWS, SIZES[kind][-1])),)
        written = partial(_second_first, LOSSES[kind], y)
        library = partial(_second_first, partial(responses.loss, kind), y)
        found.append(Case("loss of a response", kind, written, library, arguments))
    softmax = partial(responses.mean, "categorical")
    z = generator.normal(size=(ROWS, 3))
    found.append(
        Case("mean of a response", "softmax", lambda z: tnp.exp(z - log_sum_exp(z)), softmax, (z,))
    )
    return found


def _second_first(function: Callable, second: Any, first: Any) -> Any:
    return function(first, second)


def _pipelines(
    key: Array, generator: np.random.Generator, schemes: Sequence[str]
) -> list[list[Case]]:
    """Initialiser, network and loss; the programs of one kind of response are the same."""
    observed = {kind: _observed(generator, kind) for kind in responses.RESPONSES}
    nets = {kind: mlp.MLP(SIZES[kind], response=kind) for kind in responses.RESPONSES}
    library = {kind: partial(library_loss, nets[kind], y) for kind, y in observed.items()}
    x = generator.normal(size=(ROWS, 3))
    found, keys = [], iter(jax.random.split(key, len(schemes) * len(observed)))
    for name in schemes:
        batch = []
        for kind, y in observed.items():
            net = mlp.MLP(SIZES[kind], initializer=SCHEMES[name], bias_initializer="uniform")
            layers = [np.asarray(array) for layer in mlp.init(next(keys), net) for array in layer]
            written = partial(mean_loss, tnp.tanh, kind, y)
            batch.append(
                Case("initialiser to loss", f"{name}, {kind}", written, library[kind], (x, *layers))
            )
        found.append(batch)
    return found


def batch_normalised(h: Any, scale: Any, shift: Any) -> Any:
    """Training-time batch normalisation: statistics over the rows of the batch."""
    centred = h - tnp.mean(h, axis=0)
    return centred / tnp.sqrt(tnp.mean(centred**2, axis=0) + BATCH_EPSILON) * scale + shift


def _library_batch_normalised(h: Any, scale: Any, shift: Any) -> Array:
    return jax.nn.standardize(h, axis=0, epsilon=BATCH_EPSILON) * scale[None] + shift[None]


def _layers(generator: np.random.Generator) -> list[Case]:
    h, scale, shift = (generator.normal(size=shape) for shape in ((ROWS, 4), 4, 4))
    kept = generator.random((ROWS, 4)) < KEEP
    layers = _draw_layers(generator, (4, 4, 1))
    y = generator.integers(0, 2, (ROWS, 1)).astype(float)

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


def _entropies(generator: np.random.Generator) -> list[Case]:
    z, labels = generator.normal(size=(ROWS, 3)), generator.integers(0, 3, (ROWS, 1))
    y = generator.random((ROWS, 3))
    smooth = 0.9 * np.eye(3)[labels[:, 0]] + 0.1 / 3
    bent = _clear_of_kinks(generator, (ROWS, 3))

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


def _others(generator: np.random.Generator) -> list[Case]:
    matrix, vector = generator.normal(size=(3, 3)), generator.normal(size=3)
    bent, rows = _clear_of_kinks(generator, (3, 4)), generator.normal(size=(4, 3))
    price, factors = ElasticNet(l2=0.3, l1=0.2), np.array([0.5, 0.9])

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

    slope = np.array(generator.normal() / 3)
    return [
        Case("lecture", "loss of y = 1", partial(lecture_loss, 1.0),
             partial(library_lecture_loss, 1.0), (slope,)),
        Case("lecture", "loss of y = 0", partial(lecture_loss, 0.0),
             partial(library_lecture_loss, 0.0), (slope,)),
        Case("lecture", f"linear chain of {STEPS}", chain, library_chain,
             (np.diag(factors), vector[:2])),
        Case("lecture", "clipped gradient", clipped, library_clipped, (bent,)),
        Case("other", "elastic net", penalty, lambda w: price([w]), (bent,)),
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
