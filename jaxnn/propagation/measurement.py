"""What happens to signals and gradients in a finite random network, layer by layer?

    z_l = h_{l-1} W_l + b_l,  h_l = phi(z_l)        q_l = mean of z_l^2,  c_l = cosine of two z_l
    g_l = phi'(z_l) (W_{l+1} g_{l+1}),  g_L = v      mean of g_l^2, for a random vector v

Each seed is one random network: inputs go forward, gradients come back, and each layer is drawn
from its own key when it is reached (`jaxnn.propagation.random_layers`). So layers of equal width
are one `lax.scan`, whose compile time does not depend on depth, and at most one weight matrix is in
memory. The networks have the distribution of `jaxnn.init`, but not its random numbers.

Over hundreds of layers, signals and gradients leave the range of float32. So results are natural
logarithms of mean squares, and gradients, which are linear in v, are rescaled to size 1 at every
layer. Signals are rescaled too if phi(a z) = a phi(z) for all a > 0 and there are no biases (ReLU,
leaky ReLU, identity). Otherwise signals keep their size: below 1e-38 they become 0, and above 1e38
they are an error (with `jax.enable_x64`: 1e-308 and 1e308).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_bool,
    check_count,
    check_finite,
    check_key,
    check_memory,
)
from jaxnn.mlp import MLP, Activation, activation_function
from jaxnn.progress import check_progress
from jaxnn.propagation.gaussian_means import evaluate
from jaxnn.propagation.random_layers import RandomLayers, drawn_layers, implied_layers
from jaxnn.propagation.random_networks import (
    Scales,
    check_two_inputs,
    has_gaussian_weights,
    split_scales,
)
from jaxnn.replicate import replicate

IMPLIED_ROWS = 8  # for at most this many inputs it is faster not to draw Gaussian matrices


class Measured(NamedTuple):
    """Signals and gradients by layer: entry l - 1 is layer l = 1 .. L, and L is the output layer.

    Attributes:
      log_variance: (seeds, L, rows) float64, ln of the mean square of the pre-activations z_l of
        each input; -inf where they are all 0.
      correlation: (seeds, L, rows) float64, cosine of z_l of each input and z_l of the first input;
        NaN where one of them is zero.
      log_gradient: (seeds, L, rows) float64, ln of the mean square of the derivatives of v . z_L
        with respect to z_l, for a random v, relative to the mean square of v: 0 at l = L.
    """

    log_variance: np.ndarray
    correlation: np.ndarray
    log_gradient: np.ndarray


def measure(
    key: Array,
    net: MLP,
    *,
    seeds: int = 200,
    inputs: Any = None,
    mean_square: float = 1.0,
    correlation: float = 0.5,
    batch_normalized: bool = False,
    draw_weights: bool = False,
    progress: bool | str = False,
) -> Measured:
    """Send inputs forward and gradients back through random networks at initialisation.

    Args:
      key: a typed JAX key.
      net: sizes, activation and initialisers of the networks.
      seeds: number of networks.
      inputs: (rows, inputs) numbers, the same for all networks; None draws two inputs.
      mean_square: mean square of the entries of each of the two drawn inputs, positive.
      correlation: x.y / sqrt(x.x y.y) of the two drawn inputs, from -1 to 1.
      batch_normalized: whether each pre-activation is centred and divided by its standard deviation
        over the rows before the activation, and gradients flow through both. The rows are then one
        batch, of at least 3 rows that differ.
      draw_weights: whether to draw every matrix, even where the products with a Gaussian matrix
        can be drawn without it (for up to 8 rows). The distribution of the results is the same.
      progress: True or a label shows a progress bar, as in `jaxnn.replicate.replicate`.

    Returns:
      A `Measured`. Compiled, in a time that does not depend on depth; one program serves all
      networks that differ only in the scales of weights and biases, for the same number of rows
      and the same options.

    Raises:
      InputError, InputTypeError: an argument outside its range; after the run, signals that
        overflow or a batch whose pre-activations do not vary.

    Example:
      >>> from jaxnn.propagation import random_network
      >>> net = random_network((50,) * 21, "relu", 2.0)
      >>> found = measure(jax.random.key(0), net, seeds=40)
      >>> found.log_gradient.shape
      (40, 20, 2)
      >>> kept = np.exp(found.log_gradient[:, 0]).mean()  # He weights keep the mean square gradient
      >>> bool(0.3 < kept < 3)
      True
    """
    check_key(key)
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    check_count(seeds, "seeds")
    check_bool(batch_normalized, "batch_normalized")
    check_bool(draw_weights, "draw_weights")
    check_progress(progress)
    key_vectors, key_seeds = jax.random.split(key)
    key_inputs, key_output = jax.random.split(key_vectors)
    if inputs is None:
        x = _two_inputs(key_inputs, net.sizes[0], mean_square, correlation)
    else:
        x = _checked_inputs(inputs, net.sizes[0])
    if batch_normalized:
        _check_batch(x)
    check_memory(seeds * 4 * 4 * len(x) * (len(net.sizes) - 1), "seeds", seeds)
    unscaled, scales = split_scales(net)
    _check_scales(scales)
    v = np.asarray(jax.random.normal(key_output, (len(x), net.sizes[-1])), np.float64)
    v /= np.sqrt(np.mean(v**2, axis=1, keepdims=True))
    drawn = draw_weights or not has_gaussian_weights(net) or len(x) > IMPLIED_ROWS
    largest = max(a * b for a, b in pairwise(net.sizes)) if drawn else len(x) * sum(net.sizes)
    rescaled = (
        net.bias_initializer == "zeros"
        and not batch_normalized
        and _is_homogeneous(activation_function(net.activation))
    )
    propagate = partial(
        _propagate, net=unscaled, batch_normalized=batch_normalized, drawn=drawn, rescaled=rescaled
    )
    raw = replicate(
        propagate,
        jax.random.split(key_seeds, seeds),
        shared=(x, v.astype(x.dtype), Scales(*map(jnp.asarray, scales))),
        working_set=largest * x.dtype.itemsize,
        progress=progress,
    )
    _check_result(raw, batch_normalized)
    divided_by = np.cumsum(raw.log_scale[:, ::-1].astype(float), axis=1)[:, ::-1]
    powers = np.cumsum(raw.power.astype(float), axis=1) - raw.power
    return Measured(
        raw.log_variance.astype(float) + 2 * np.log(2) * powers,
        raw.correlation.astype(float),
        raw.log_gradient.astype(float) + 2 * divided_by[:, :, None],
    )


class _Raw(NamedTuple):
    """`Measured` of one network before the rescaling is undone."""

    log_variance: Array  # (L, rows), of signals divided by 2^power of every layer before l
    power: Array  # (L, rows)
    correlation: Array  # (L, rows)
    log_gradient: Array  # (L, rows), of gradients divided by the scales of layers l .. L
    log_scale: Array  # (L,)


def _is_homogeneous(phi: Activation) -> bool:
    """Whether phi(a z) = a phi(z) for all a > 0, tested with powers of 2, which are exact."""
    z = np.array([-9.0, -0.7, 0.4, 5.0])
    return all(
        np.array_equal(evaluate(phi, z * scale)[0] / scale, evaluate(phi, z)[0])
        for scale in (2.0**-30, 2.0**30)
    )


def _propagate(
    key: Array,
    x: Array,
    v: Array,
    scales: Scales,
    *,
    net: MLP,
    batch_normalized: bool,
    drawn: bool,
    rescaled: bool,
) -> _Raw:
    """Send inputs x (rows, inputs) forward and v (rows, outputs) back through one network."""
    phi = activation_function(net.activation)

    def respond(z: Array) -> Array:
        if batch_normalized:
            z = z - jnp.mean(z, axis=0, keepdims=True)
            z = z / jnp.sqrt(jnp.mean(jnp.square(z), axis=0, keepdims=True))
        return phi(z)

    def forward(
        layers: RandomLayers, h: Array, draws: Any
    ) -> tuple[Array, tuple[Array, Any, Array]]:
        z, memory = layers.forward(draws, h)
        h = respond(z)
        power = jnp.frexp(jnp.max(jnp.abs(h), axis=1))[1] if rescaled else jnp.zeros(len(h), int)
        return jnp.ldexp(h, -power[:, None]) if rescaled else h, (z, memory, power)

    def backward(
        layers: RandomLayers, g: Array, layer: tuple[Any, Any, Array]
    ) -> tuple[Array, _Size]:
        draws, memory, z_below = layer
        (g,) = jax.vjp(respond, z_below)[1](layers.backward(draws, memory, g))
        size = jnp.max(jnp.abs(g))
        size = jnp.where(size > 0, size, 1)
        return g / size, (_log_mean_square(g / size), jnp.log(size))

    h, z, powers, runs = x, [], [], []
    for number, (shape, group) in enumerate(groupby(pairwise(net.sizes))):
        count = len(list(group))
        layers = (
            drawn_layers(net, scales, *shape, impl=jax.random.key_impl(key))
            if drawn
            else implied_layers(net, scales, *shape, rows=len(x))
        )
        draws = layers.draw(jax.random.fold_in(key, number), count)
        h, (z_run, memory, power) = _scan(partial(forward, layers), h, draws)
        # Each layer but the first gives the gradient of the pre-activations below it.
        below = [z[-1][-1:]] if number else []
        if count > 1:
            below.append(z_run[:-1])
        if below:
            kept = (draws, memory) if number else jax.tree.map(lambda a: a[1:], (draws, memory))
            runs.append((layers, (*kept, jnp.concatenate(below))))
        z.append(z_run)
        powers.append(power)

    g, sizes = v, [(_log_mean_square(v)[None], jnp.zeros(1, v.dtype))]
    for layers, kept in reversed(runs):
        g, size = _scan(partial(backward, layers), g, kept, reverse=True)
        sizes.append(size)
    log_gradient, log_scale = (jnp.concatenate(parts[::-1]) for parts in zip(*sizes, strict=True))
    return _Raw(
        jnp.concatenate([_log_mean_square(z_run) for z_run in z]),
        jnp.concatenate(powers),
        jnp.concatenate([_cosines(z_run) for z_run in z]),
        log_gradient,
        log_scale,
    )


_Size = tuple[Array, Array]  # ln of the mean square of a gradient, and ln of what it was divided by


def _scan(
    step: Callable[[Array, Any], tuple[Array, Any]],
    start: Array,
    layers: Any,
    reverse: bool = False,
) -> tuple[Array, Any]:
    """`lax.scan`, or the step itself for a single layer, which may change the width."""
    if len(jax.tree.leaves(layers)[0]) != 1:
        return lax.scan(step, start, layers, reverse=reverse)
    end, made = step(start, jax.tree.map(lambda leaf: leaf[0], layers))
    return end, jax.tree.map(lambda leaf: leaf[None], made)


def _log_mean_square(values: Array) -> Array:
    """ln of the mean square along the last axis, also if squares are out of range."""
    largest = jnp.max(jnp.abs(values), axis=-1, keepdims=True)
    scale = jnp.where(largest > 0, largest, 1)
    return jnp.log(jnp.mean(jnp.square(values / scale), axis=-1)) + 2 * jnp.log(scale[..., 0])


def _cosines(z: Array) -> Array:
    """Cosines of each row of z (..., rows, units) with the first row: (..., rows)."""
    largest = jnp.max(jnp.abs(z), axis=-1, keepdims=True)
    scaled = z / largest
    unit = scaled / jnp.linalg.norm(scaled, axis=-1, keepdims=True)
    return jnp.clip(jnp.sum(unit * unit[..., :1, :], axis=-1), -1, 1)


def _two_inputs(key: Array, width: int, mean_square: float, correlation: float) -> np.ndarray:
    check_two_inputs(mean_square, correlation)
    if width == 1 and abs(correlation) < 1:
        raise InputError(
            f"correlation is {correlation}, but the network has one input; pass 1 or -1, or inputs "
            "of your own."
        )
    draws = np.asarray(jax.random.normal(key, (2, width)), np.float64)
    directions = np.linalg.qr(draws.T)[0].T
    mixing = np.array([[1, 0], [correlation, np.sqrt(1 - correlation**2)]])
    x = (width * mean_square) ** 0.5 * (mixing[:, : len(directions)] @ directions)
    x, dtype = _in_default_precision(x)
    if not (np.isfinite(x).all() and x[0].any()):
        raise InputError(
            f"mean_square is {mean_square}; pass one that keeps inputs in the range of {dtype}."
        )
    return x


def _checked_inputs(inputs: Any, width: int) -> np.ndarray:
    values = as_numbers(inputs, "inputs")
    if values.ndim != 2 or values.shape[1] != width or not len(values):
        raise InputError(
            f"inputs has shape {values.shape}; pass shape (rows, {width}) with at least one row."
        )
    check_finite(values, "inputs")
    return _in_default_precision(values)[0]


def _in_default_precision(values: Any) -> tuple[np.ndarray, Any]:
    dtype = jnp.result_type(float)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(values).astype(dtype), dtype


def _check_batch(x: np.ndarray) -> None:
    if len(x) < 3:
        raise InputError(
            f"inputs has {len(x)} rows; batch normalisation needs at least 3, because it maps any "
            "two rows to +1 and -1."
        )
    if (x == x[0]).all():
        raise InputError(
            f"inputs has {len(x)} equal rows; batch normalisation divides by their standard "
            "deviation, so pass rows that differ."
        )


def _check_scales(scales: Scales) -> None:
    for name, scale in zip(("weights", "biases"), scales, strict=True):
        used, dtype = _in_default_precision(scale)
        if not np.isfinite(used) or (used == 0 and scale != 0):
            raise InputError(
                f"net scales its {name} by {scale:.3g}; pass one whose scale is in the range of "
                f"{dtype}."
            )


def _check_result(raw: _Raw, batch_normalized: bool) -> None:
    """Refuse NaN, which is 0 / 0 in a normalised batch and overflow elsewhere."""
    bad = np.isnan(np.asarray(raw.log_variance)) | np.isnan(np.asarray(raw.log_gradient))
    if not bad.any():
        return
    found = f"in {bad.any(axis=(1, 2)).sum()} of {len(bad)} networks"
    if batch_normalized:
        raise InputError(
            f"net has pre-activations that are equal in all rows of the batch, {found}; batch "
            "normalisation divides by their standard deviation, so pass a network that keeps rows "
            "apart."
        )
    raise InputError(
        f"net has signals beyond the range of {raw.log_variance.dtype}, {found}; pass smaller "
        "scales or fewer layers, or set jax_enable_x64."
    )
