"""How large are signals and gradients in every layer of a deep random network?

    each layer multiplies mean squares by   n Var(w) E phi'(u)^2   (ReLU: n Var(w) / 2)

`jaxnn.propagation.measure` measures hundreds of networks. They are compared with the theory for
infinite width (`trajectory`) and its term of order 1/n (`experiments.shared.finite_width`), the
exact law of ReLU networks (`log_gradient_moments`) and the theory of batch normalisation
(`batch_norm_gradient_growth`). The values of each network are stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from experiments.shared import finite_width
from jaxnn import MLP, propagation


class Profile(NamedTuple):
    """A network of which every layer is shown."""

    name: str
    activation: str
    weight_variance: float
    bias_variance: float


class Gain(NamedTuple):
    """An activation, an initialiser, and their factor of mean squares per layer.

    Attributes:
      factor: its theoretical value, the same for every width.
      excess: c in the relative variance c / n of a layer's factor: 2 without an activation, 5 with
        ReLU, for Gaussian weights.
    """

    activation: str
    initializer: str
    factor: float
    excess: int


TANH_BIASES = 0.05
PROFILES = (
    Profile("ReLU, N(0, 1/n)", "relu", 1.0, 0.0),
    Profile("ReLU, N(0, 2/n)", "relu", 2.0, 0.0),
    Profile("ReLU, N(0, 3/n)", "relu", 3.0, 0.0),
    Profile("tanh, ordered", "tanh", 1.0, TANH_BIASES),
    Profile(
        "tanh, critical",
        "tanh",
        propagation.critical_weight_variance("tanh", TANH_BIASES),
        TANH_BIASES,
    ),
    Profile("tanh, chaotic", "tanh", 2.5, TANH_BIASES),
    Profile("sigmoid, N(0, 1/n)", "sigmoid", 1.0, 0.0),
    Profile("sigmoid, N(0, 16/n)", "sigmoid", 16.0, 0.0),
)
GAINS = (
    Gain("identity", "lecun_normal", 1.0, 2),
    Gain("identity", "he_normal", 2.0, 2),
    Gain("relu", "lecun_normal", 1 / 2, 5),
    Gain("relu", "he_normal", 1.0, 5),
    Gain("identity", "glorot_uniform", 1.0, 2),
    Gain("identity", "standard_uniform", 1 / 3, 2),
    Gain("relu", "standard_uniform", 1 / 6, 5),
)
UNITS = {"tanh": finite_width.TANH, "sigmoid": finite_width.SIGMOID}
SETTLED = 25  # layers after which the moments of a layer no longer change


@dataclass(frozen=True)
class Signals:
    """Depth, width and number of the random networks in each part.

    Attributes:
      depth, width, seeds: networks of `profiles`.
      activations: those of `PROFILES` that are measured.
      correlation: correlation of their two inputs.
      pairs: number of entries of `GAINS` that are measured.
      gain_depth, gain_width, gain_seeds: networks of `gains`.
      laws: (width, layers) of the networks of `laws`.
      law_seeds: number of networks of each of these sizes.
      drawn_seeds: number of networks of the first size with every matrix drawn.
      span: number of last layers over which gradients are compared with theory.
      batches: (activation, rows per batch) of the networks of `batches`.
      batch_width, batch_depth, batch_seeds: width, depth and number of these networks.
    """

    depth: int = 200
    width: int = 256
    seeds: int = 200
    activations: tuple[str, ...] = ("relu", "tanh", "sigmoid")
    correlation: float = 0.5
    pairs: int = len(GAINS)
    gain_depth: int = 10
    gain_width: int = 256
    gain_seeds: int = 100
    laws: tuple[tuple[int, int], ...] = ((32, 16), (32, 32), (64, 32), (64, 64))
    law_seeds: int = 25_000
    drawn_seeds: int = 5000
    span: int = 20
    batches: tuple[tuple[str, int], ...] = (
        ("relu", 128),
        ("tanh", 128),
        ("identity", 64),
        ("identity", 16),
        ("identity", 8),
    )
    batch_width: int = 256
    batch_depth: int = 24
    batch_seeds: int = 16


def profiles(key: Array, settings: Signals) -> dict[str, Any]:
    """Signals and gradients in every layer of deep networks, and theory for infinite width.

    Returns:
      profile_names, profile_activations: (profiles,) words.
      profile_scales: (profiles, 2) variances of weights times n, and of biases.
      profile_width: n.
      profile_log_variance, profile_correlation, profile_log_gradient: (profiles, seeds, layers) as
        in `jaxnn.propagation.Measured`, for the first input; the correlation is of both inputs.
      theory_log_variance, theory_correlation, theory_log_gradient: (profiles, layers).
      profile_span: number of layers between the two gradients of a ratio, up to the last layer.
      finite_variance, finite_log_gradient: (profiles,) mean variance of the last layer, and ln of
        the mean ratio of squared gradients over the last layers, with the terms of order 1/n; NaN
        for ReLU, whose law is exact.
    """
    chosen = [profile for profile in PROFILES if profile.activation in settings.activations]
    keys = jax.random.split(key, (len(chosen), 2))[:, 0]
    measurements, theory = [], []
    for k, profile in zip(keys, chosen, strict=True):
        net = propagation.random_network((settings.width,) * (settings.depth + 1), *profile[1:])
        measured = propagation.measure(
            k, net, seeds=settings.seeds, correlation=settings.correlation, progress=profile.name
        )
        measurements.append(
            (
                measured.log_variance[..., 0],
                measured.correlation[..., 1],
                measured.log_gradient[..., 0],
            )
        )
        infinite_width = propagation.trajectory(
            *profile[1:], settings.depth, correlation=settings.correlation
        )
        # The gradient at layer l has passed the slopes of layers l .. L - 1.
        chi = np.append(np.log(infinite_width.chi[:-1]), 0)
        log_gradient = np.cumsum(chi[::-1])[::-1]
        theory.append((np.log(infinite_width.variance), infinite_width.correlation, log_gradient))
    fields = ("log_variance", "correlation", "log_gradient")
    finite = np.array([_finite_width(profile, settings) for profile in chosen])
    return {
        "profile_names": np.array([profile.name for profile in chosen]),
        "profile_activations": np.array([profile.activation for profile in chosen]),
        "profile_scales": np.array([profile[2:] for profile in chosen]),
        "profile_width": settings.width,
        **{
            f"profile_{field}": np.array(values, np.float32)
            for field, values in zip(fields, zip(*measurements, strict=True), strict=True)
        },
        **{
            f"theory_{field}": np.array(values)
            for field, values in zip(fields, zip(*theory, strict=True), strict=True)
        },
        "profile_span": settings.span,
        "finite_variance": finite[:, 0],
        "finite_log_gradient": finite[:, 1],
    }


def _finite_width(profile: Profile, settings: Signals) -> tuple[float, float]:
    """Mean variance of the last layer, and ln of the mean growth of gradients up to it."""
    if profile.activation not in UNITS:
        return np.nan, np.nan
    unit, scales = UNITS[profile.activation], profile[2:]
    first = profile.weight_variance + profile.bias_variance  # inputs have mean square 1
    layer = finite_width.layers(
        finite_width.with_direction(finite_width.first_layer(first, 0.0)),
        unit,
        scales,
        settings.width,
        min(SETTLED, settings.depth - settings.span),
        direction=True,
    )[-1]
    gradient = finite_width.log_mean_gradient(layer, unit, scales, settings.width, settings.span)
    return layer.limit[0] + layer.shift[0], gradient[1]


def gains(key: Array, settings: Signals) -> dict[str, Any]:
    """Factors of mean squares across moderately deep networks.

    Returns:
      gain_activations, gain_initializers: (gains,) names; gain_factors, gain_excesses: (gains,).
      gain_width, gain_layers: n, and the number of layers that a factor spans.
      gain_forward, gain_backward: (gains, seeds) ratios of the last to the first mean square of
        pre-activations, and of the first to the last of gradients.
    """
    forward, backward, pairs = [], [], GAINS[: settings.pairs]
    sizes = (settings.gain_width,) * (settings.gain_depth + 1)
    for k, gain in zip(jax.random.split(key, len(pairs)), pairs, strict=True):
        net = MLP(sizes, gain.activation, initializer=gain.initializer)
        measured = propagation.measure(
            k, net, seeds=settings.gain_seeds, progress=f"{gain.activation}, {gain.initializer}"
        )
        signal, gradient = measured.log_variance[..., 0], measured.log_gradient[..., 0]
        forward.append(np.exp(signal[:, -1] - signal[:, 0]))
        backward.append(np.exp(gradient[:, 0] - gradient[:, -1]))
    return {
        "gain_activations": np.array([gain.activation for gain in pairs]),
        "gain_initializers": np.array([gain.initializer for gain in pairs]),
        "gain_factors": np.array([gain.factor for gain in pairs]),
        "gain_excesses": np.array([gain.excess for gain in pairs]),
        "gain_width": settings.gain_width,
        "gain_layers": settings.gain_depth - 1,
        "gain_forward": np.array(forward),
        "gain_backward": np.array(backward),
    }


def laws(key: Array, settings: Signals) -> dict[str, Any]:
    """ln |J u|^2 of ReLU networks with He weights, J the Jacobian and u a random unit vector.

    Returns:
      law_sizes: (laws, 2) width and layers; law_moments: (laws, 2) exact mean and variance.
      law_samples: (laws, seeds); laws with the same width share their networks.
      law_drawn: (drawn seeds,) for the first law, with every matrix drawn.
    """
    widths = sorted({width for width, _ in settings.laws})
    key_drawn, *keys = jax.random.split(key, 1 + len(widths))

    def gradients(k: Array, width: int, layers: int, seeds: int, drawn: bool) -> np.ndarray:
        # ln |J u|^2 over 0, 1, ..., `layers` layers: (seeds, layers + 1). A gradient passes the
        # weights above each layer, and then its ReLU.
        net = propagation.random_network((width,) * (layers + 2), "relu", 2.0)
        measured = propagation.measure(
            k, net, seeds=seeds, draw_weights=drawn, progress=f"width {width}, {layers} layers"
        )
        return measured.log_gradient[:, ::-1, 0]

    deepest = {width: max(n for w, n in settings.laws if w == width) for width in widths}
    made = {
        width: gradients(k, width, deepest[width], settings.law_seeds, False)
        for width, k in zip(widths, keys, strict=True)
    }
    first = settings.laws[0]
    return {
        "law_sizes": np.array(settings.laws),
        "law_moments": np.array(
            [propagation.log_gradient_moments(*size) for size in settings.laws]
        ),
        "law_samples": np.array([made[width][:, layers] for width, layers in settings.laws]),
        "law_drawn": gradients(key_drawn, *first, settings.drawn_seeds, True)[:, first[1]],
    }


def sigmoid_slopes() -> dict[str, Any]:
    """Derivatives of the sigmoid on a grid around 0: sigmoid_slopes (points,)."""
    with jax.enable_x64(True):
        slopes = jax.vmap(jax.grad(jax.nn.sigmoid))(np.linspace(-8, 8, 16001))
    return {"sigmoid_slopes": np.asarray(slopes)}


def batches(key: Array, settings: Signals) -> dict[str, Any]:
    """Gradients of random networks whose pre-activations are normalised over the batch.

    Returns:
      batch_activations: names; batch_rows: (batches,) rows per batch B; batch_width: n.
      batch_growth: (batches,) theoretical factor per layer for wide layers and large batches;
        without an activation (B - 2) / (B - 3), for wide layers and any batch.
      batch_log_gradient: (batches, seeds, layers) ln of the mean squared gradient over rows.
    """
    growths, made = [], []
    for k, (activation, rows) in zip(
        jax.random.split(key, len(settings.batches)), settings.batches, strict=True
    ):
        key_rows, key_networks = jax.random.split(k)
        width = settings.batch_width
        net = propagation.random_network((width,) * (settings.batch_depth + 1), activation, 1.0)
        measured = propagation.measure(
            key_networks,
            net,
            seeds=settings.batch_seeds,
            inputs=jax.random.normal(key_rows, (rows, width)),
            batch_normalized=True,
            progress=f"batch of {rows}, {activation}",
        )
        made.append(np.log(np.mean(np.exp(measured.log_gradient), axis=-1)))
        linear = activation == "identity"
        growths.append(
            (rows - 2) / (rows - 3)
            if linear
            else propagation.batch_norm_gradient_growth(activation)
        )
    return {
        "batch_activations": np.array([activation for activation, _ in settings.batches]),
        "batch_rows": np.array([rows for _, rows in settings.batches]),
        "batch_width": settings.batch_width,
        "batch_growth": np.array(growths),
        "batch_log_gradient": np.array(made),
    }
