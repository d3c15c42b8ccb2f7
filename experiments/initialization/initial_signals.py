"""How large are signals under each initialisation scheme, before any training?

    one layer     E z^2 = m Var(w) x^2 forward, gain n Var(w) backward   (m inputs, n outputs)
    deep, tanh    q_{l+1} = sw2 E tanh(sqrt(q_l) u)^2,   sw2 = m Var(w)
    saturated     P(|tanh z| > 0.99) = 2 Phi(-2.65 / sqrt(q_l))
    sparse        E z^2 = k x^2 for any number of inputs;   dense N(0, 1) weights: m x^2

with x^2 the mean square of the inputs. The formulas for one layer are exact at every width; those
for deep networks hold at infinite width (`jaxnn.propagation`), up to a relative error of order 1/m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import MLP, init
from jaxnn.initializers import INITIALIZERS, Initializer, initializer, normal, sparse
from jaxnn.mlp import Layer, hidden_states
from jaxnn.propagation import trajectory
from jaxnn.replicate import replicate

SATURATED = 0.99  # |tanh| above which a unit counts as saturated


@dataclass(frozen=True)
class SignalSettings:
    """Which layers and networks are drawn.

    Attributes:
      schemes: names of `jaxnn.initializers`, and "sparse".
      nonzeros: k, the number of non-zero weights per unit in the sparse scheme.
      inputs, outputs: sizes of the single layer.
      layers: number of draws of this layer per scheme.
      fans: numbers of inputs of the sparse and dense layers that are compared by fan-in.
      fan_layers: number of draws of each of these layers.
      scales: sqrt(m) times the standard deviation of the weights of deep networks.
      width, depth: units per layer and number of layers of deep networks.
      seeds: number of networks per scale.
    """

    schemes: tuple[str, ...] = (
        "standard_uniform",
        "lecun_normal",
        "he_normal",
        "he_uniform",
        "glorot_uniform",
        "glorot_normal",
        "orthogonal",
        "sparse",
    )
    nonzeros: int = 15
    inputs: int = 60
    outputs: int = 20
    layers: int = 1000
    fans: tuple[int, ...] = (16, 64, 256, 1024)
    fan_layers: int = 1000
    scales: tuple[float, ...] = (0.03, 0.1, 0.3, 0.6, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0, 30.0)
    width: int = 256
    depth: int = 10
    seeds: int = 600


def weight_variance(scheme: str, inputs: int, outputs: int, nonzeros: int) -> float:
    """Var(w) of a layer as the authors of the scheme state it, independent of the library.

    LeCun 1/m, He 2/m, Glorot 2/(m+n), the lecture's "standard" 1/(3m), orthogonal 1/max(m, n),
    sparse k/m.
    """
    m, n = inputs, outputs
    return {
        "standard_uniform": 1 / (3 * m),
        "lecun_normal": 1 / m,
        "he_normal": 2 / m,
        "he_uniform": 2 / m,
        "glorot_uniform": 2 / (m + n),
        "glorot_normal": 2 / (m + n),
        "orthogonal": 1 / max(m, n),
        "sparse": nonzeros / m,
    }[scheme]


def saturation(variances: Any) -> np.ndarray:
    """P(|tanh z| > 0.99) for z ~ N(0, variance)."""
    edge = math.atanh(SATURATED) / np.sqrt(2 * np.asarray(variances, float))
    return np.vectorize(math.erfc)(edge)


def scheme(name: str, nonzeros: int) -> Initializer:
    """The initialiser with a name in `jaxnn.initializers`, or the name "sparse"."""
    return sparse(nonzeros) if name == "sparse" else initializer(name)


def replicates_together(name: str) -> int | None:
    """How many replicates may be batched, for `chunk` of `replicate`; None means no limit.

    A batch of QR decompositions waits for threads of a pool that it occupies itself; with one batch
    on each device the pool is exhausted and the program hangs.
    """
    return 1 if name == "orthogonal" else None


def _one_layer(key: Array, *, schemes: tuple[Initializer, ...], inputs: int, outputs: int) -> Array:
    """Mean w^2, and gains of a random signal's mean square forward and backward: (schemes, 3)."""
    key_x, key_g, *keys = jax.random.split(key, 2 + len(schemes))
    x = jax.random.normal(key_x, (inputs,))
    g = jax.random.normal(key_g, (outputs,))

    def gains(weights: Array) -> Array:
        forward = jnp.mean((x @ weights) ** 2) / jnp.mean(x**2)
        backward = jnp.mean((weights @ g) ** 2) / jnp.mean(g**2)
        return jnp.stack([jnp.mean(weights**2), forward, backward])

    drawn = [law(k, (inputs, outputs)) for k, law in zip(keys, schemes, strict=True)]
    return jnp.stack([gains(weights) for weights in drawn])


def _by_fan_in(
    key: Array, *, laws: tuple[Initializer, ...], fans: tuple[int, ...], outputs: int
) -> Array:
    """Forward gains of layers with each law and number of inputs: (laws, fans)."""
    key_x, *keys = jax.random.split(key, 1 + len(laws) * len(fans))
    signal = jax.random.normal(key_x, (max(fans),))
    found = []
    for k, (law, fan) in zip(keys, product(laws, fans), strict=True):
        x = signal[:fan]
        found.append(jnp.mean((x @ law(k, (fan, outputs))) ** 2) / jnp.mean(x**2))
    return jnp.stack(found).reshape(len(laws), len(fans))


def _deep(key: Array, scales: Array, *, net: MLP) -> tuple[Array, Array]:
    """One draw at every scale: mean squares of pre-activations, and shares of saturated units.

    Both are (scales, depth).
    """
    key_x, key_weights = jax.random.split(key)
    x = jax.random.rademacher(key_x, (net.sizes[0],), float)  # its mean square is 1
    params = init(key_weights, net)

    def at(scale: Array) -> tuple[Array, Array]:
        scaled = tuple(Layer(scale * weights, biases) for weights, biases in params)
        z = jnp.stack(hidden_states(net, scaled, x).pre_activations[:-1])
        return jnp.mean(z**2, axis=1), jnp.mean(jnp.abs(jnp.tanh(z)) > SATURATED, axis=1)

    return jax.vmap(at)(scales)


def compute(key: Array, settings: SignalSettings) -> dict[str, Any]:
    """Draw single layers of every scheme, layers of every fan-in, and deep networks.

    Returns:
      schemes: names; scheme_measured: (schemes, layers, 3) mean w^2 and gains forward and backward;
        scheme_theory: (schemes, 3); scheme_sizes: (inputs, outputs).
      nonzeros: k; fans: (fans,); fan_measured: (2, fans, layers) forward gains, sparse and dense.
      scales: (scales,); signal_width: units per layer.
      signal_variance, signal_saturated: (scales, seeds, depth) mean squares of pre-activations and
        shares of saturated units; theory_variance, theory_saturated: (scales, depth).
    """
    key_schemes, key_fans, key_deep = jax.random.split(key, 3)
    inputs, outputs, k = settings.inputs, settings.outputs, settings.nonzeros

    measured = replicate(
        partial(
            _one_layer,
            schemes=tuple(scheme(name, k) for name in settings.schemes),
            inputs=inputs,
            outputs=outputs,
        ),
        jax.random.split(key_schemes, settings.layers),
        chunk=replicates_together("orthogonal"),
        progress="layers of every scheme",
    )
    variances = [weight_variance(name, inputs, outputs, k) for name in settings.schemes]
    fan_measured = replicate(
        partial(_by_fan_in, laws=(sparse(k), normal(1.0)), fans=settings.fans, outputs=outputs),
        jax.random.split(key_fans, settings.fan_layers),
        progress="layers of every fan-in",
    )
    sizes = (*[settings.width] * (settings.depth + 1), 1)
    net = MLP(sizes, "tanh", initializer=INITIALIZERS["lecun_normal"])
    variance, saturated = replicate(
        partial(_deep, net=net),
        jax.random.split(key_deep, settings.seeds),
        shared=(np.array(settings.scales, np.float32),),
        working_set=4 * settings.depth * settings.width**2,
        progress="deep networks",
    )
    theory = np.stack(
        [trajectory("tanh", scale**2, 0.0, settings.depth).variance for scale in settings.scales]
    )
    return {
        "schemes": np.array(settings.schemes),
        "scheme_measured": np.swapaxes(measured, 0, 1),
        "scheme_theory": np.array([(v, inputs * v, outputs * v) for v in variances]),
        "scheme_sizes": np.array([inputs, outputs]),
        "nonzeros": k,
        "fans": np.array(settings.fans),
        "fan_measured": np.moveaxis(fan_measured, 0, -1),
        "scales": np.array(settings.scales),
        "signal_variance": np.swapaxes(variance, 0, 1),
        "signal_saturated": np.swapaxes(saturated, 0, 1),
        "signal_width": settings.width,
        "theory_variance": theory,
        "theory_saturated": saturation(theory),
    }
