"""What do the signals and gradients of a finite random network do, layer by layer?

    z_l = h_{l-1} W_l + b_l,  h_l = phi(z_l)        q_l = mean of z_l^2,  c_l = cosine of two z_l
    g_l = phi'(z_l) (W_{l+1} g_{l+1}),  g_L = v      mean of g_l^2, back from a random output v

One seed is one random network: two inputs go forward, a gradient comes back, and each layer is
drawn from a key of its own as it is met (`jaxnn.propagation.matrices`), so that layers of equal
widths are one `lax.scan`, whose compile time does not depend on depth, and no more than one weight
matrix is ever there.  The law is that of `jaxnn.mlp.init`, the random numbers are not.

Over hundreds of layers sizes leave the range of float32.  So they are given as natural logarithms
of mean squares, and gradients, which are linear in v, are brought back to size 1 at every layer.
So are signals where phi(a z) = a phi(z) for all a > 0 and there are no biases (ReLU, leaky ReLU, no
activation); others keep their size, and below 1e-38 they are 0 (`jax.enable_x64`: below 1e-308).
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
    check_count,
    check_finite,
    check_key,
    check_number,
)
from jaxnn.initializers import Scaled
from jaxnn.mlp import MLP, Activation, activation_function
from jaxnn.propagation.matrices import (
    MatrixLaw,
    NormalBiases,
    Scales,
    drawn_law,
    implied_law,
    is_gaussian,
    without_scales,
)
from jaxnn.propagation.quadrature import evaluate
from jaxnn.replicate import replicate

IMPLIED_ROWS = 8  # inputs up to which it pays not to draw Gaussian matrices


class Measured(NamedTuple):
    """Signals and gradients by layer: entry l - 1 is of layer l = 1 .. L, the output layer.

    Attributes:
      log_variance: (seeds, L, rows) ln of the mean square of the pre-activations z_l of each input.
      correlation: (seeds, L, rows) cosine of z_l of each input and of the first; NaN where one is
        zero.
      log_gradient: (seeds, L, rows) ln of the mean square of the derivatives with respect to z_l
        of a random combination v of the outputs, relative to that of v: 0 at l = L.
    """

    log_variance: np.ndarray
    correlation: np.ndarray
    log_gradient: np.ndarray


def random_network(
    sizes: tuple[int, ...],
    activation: str | Activation,
    weight_variance: float,
    bias_variance: float = 0.0,
) -> MLP:
    """The network of mean-field theory: weights N(0, sw2 / inputs), biases N(0, sb2).

    Args:
      sizes: units of every layer, inputs first.
      activation: as `jaxnn.MLP` takes it.
      weight_variance: sw2, positive.
      bias_variance: sb2, at least 0.

    Raises:
      InputError, InputTypeError: an argument out of these ranges.
    """
    positive = "a positive number"
    check_number(weight_variance, "weight_variance", positive, lambda value: value > 0)
    least = "a finite number of at least 0"
    check_number(bias_variance, "bias_variance", least, lambda value: value >= 0)
    scheme = Scaled(float(weight_variance), "fan_in", "normal")
    biases = NormalBiases(float(bias_variance)) if bias_variance else "zeros"
    return MLP(sizes, activation, initializer=scheme, bias_initializer=biases)


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
    """Send inputs forward and gradients back through random networks, at initialisation.

    Args:
      key: a typed JAX key.
      net: sizes, activation and initialisers; hidden layers of one width compile as one.
      seeds: number of networks.
      inputs: (rows, inputs) the same for all of them; None makes two.
      mean_square: of the entries of each of these two.
      correlation: of these two, x.y / sqrt(x.x y.y).
      batch_normalized: whether each pre-activation is centred and scaled by its mean and deviation
        over the rows before the activation, and gradients run through that; rows then belong
        together, and there should be many of them.
      draw_weights: draw every matrix, also where the products of a Gaussian one can be had without
        (for up to 8 rows): the law is the same.
      progress: as `jaxnn.replicate.replicate` takes it.

    Returns:
      A `Measured`.  Compiled, in a time that does not depend on depth: one program for all nets
      that differ in scales of weights and biases alone, number of rows and set of options.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.
    """
    check_key(key)
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    check_count(seeds, "seeds")
    key_vectors, key_seeds = jax.random.split(key)
    key_inputs, key_output = jax.random.split(key_vectors)
    if inputs is None:
        x = _two_inputs(key_inputs, net.sizes[0], mean_square, correlation)
    else:
        x = _checked_inputs(inputs, net.sizes[0])
    v = np.asarray(jax.random.normal(key_output, (len(x), net.sizes[-1])), np.float64)
    v /= np.sqrt(np.mean(v**2, axis=1, keepdims=True))
    dtype = jnp.result_type(float)
    if batch_normalized and len(x) < 3:
        raise InputError(
            f"inputs has {len(x)} rows; batch normalisation takes 3 at least, for after it two are "
            "+1 and -1 whatever they were."
        )
    drawn = draw_weights or not is_gaussian(net) or len(x) > IMPLIED_ROWS
    largest = max(a * b for a, b in pairwise(net.sizes)) if drawn else len(x) * sum(net.sizes)
    bare, scales = without_scales(net)
    rescaled = (
        net.bias_initializer == "zeros"
        and not batch_normalized
        and _is_homogeneous(activation_function(net.activation))
    )
    probe = partial(
        _probe, net=bare, batch_normalized=batch_normalized, drawn=drawn, rescaled=rescaled
    )
    raw = replicate(
        probe,
        jax.random.split(key_seeds, seeds),
        shared=(x.astype(dtype), v.astype(dtype), scales),
        working_set=largest * dtype.itemsize,
        progress=progress,
    )
    divided_by = np.cumsum(raw.log_scale[:, ::-1].astype(float), axis=1)[:, ::-1]
    powers = np.cumsum(raw.power.astype(float), axis=1) - raw.power
    return Measured(
        raw.log_variance.astype(float) + 2 * np.log(2) * powers,
        raw.correlation.astype(float),
        raw.log_gradient.astype(float) + 2 * divided_by[:, :, None],
    )


class _Raw(NamedTuple):
    log_variance: Array  # (L, rows), of signals divided by 2^power of all layers before l
    power: Array  # (L, rows)
    correlation: Array  # (L, rows)
    log_gradient: Array  # (L, rows), of gradients divided by the scales of layers l .. L
    log_scale: Array  # (L,)


def _is_homogeneous(phi: Activation) -> bool:
    """Whether phi(a z) = a phi(z) for all a > 0; powers of 2 are exact."""
    z = np.array([-9.0, -0.7, 0.4, 5.0])
    return all(
        np.array_equal(evaluate(phi, z * scale)[0] / scale, evaluate(phi, z)[0])
        for scale in (2.0**-30, 2.0**30)
    )


def _probe(
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
    phi = activation_function(net.activation)

    def respond(z: Array) -> Array:
        if batch_normalized:
            z = z - jnp.mean(z, axis=0, keepdims=True)
            z = z / jnp.sqrt(jnp.mean(jnp.square(z), axis=0, keepdims=True))
        return phi(z)

    def forward(law: MatrixLaw, h: Array, draws: Any) -> tuple[Array, tuple[Array, Any, Array]]:
        z, memory = law.forward(draws, h)
        h = respond(z)
        power = jnp.frexp(jnp.max(jnp.abs(h), axis=1))[1] if rescaled else jnp.zeros(len(h), int)
        return jnp.ldexp(h, -power[:, None]) if rescaled else h, (z, memory, power)

    def back(law: MatrixLaw, g: Array, layer: tuple[Any, Any, Array]) -> tuple[Array, _Size]:
        draws, memory, z_below = layer
        (g,) = jax.vjp(respond, z_below)[1](law.back(draws, memory, g))
        size = jnp.max(jnp.abs(g))
        size = jnp.where(size > 0, size, 1)
        return g / size, (_log_mean_square(g / size), jnp.log(size))

    h, z, powers, runs = x, [], [], []
    for number, (shape, group) in enumerate(groupby(pairwise(net.sizes))):
        count = len(list(group))
        law = (
            drawn_law(net, scales, *shape, impl=jax.random.key_impl(key))
            if drawn
            else implied_law(net, scales, *shape, rows=len(x))
        )
        draws = law.draw(jax.random.fold_in(key, number), count)
        h, (z_run, memory, power) = _along(partial(forward, law), h, draws)
        # Below each layer but the first are the pre-activations whose gradient it makes.
        below = [z[-1][-1:]] if number else []
        if count > 1:
            below.append(z_run[:-1])
        if below:
            way_back = (draws, memory) if number else jax.tree.map(lambda a: a[1:], (draws, memory))
            runs.append((law, (*way_back, jnp.concatenate(below))))
        z.append(z_run)
        powers.append(power)

    g, sizes = v, [(_log_mean_square(v)[None], jnp.zeros(1, v.dtype))]
    for law, layers in reversed(runs):
        g, size = _along(partial(back, law), g, layers, reverse=True)
        sizes.append(size)
    log_gradient, log_scale = (jnp.concatenate(parts[::-1]) for parts in zip(*sizes, strict=True))
    return _Raw(
        jnp.concatenate([_log_mean_square(z_run) for z_run in z]),
        jnp.concatenate(powers),
        jnp.concatenate([_cosines(z_run) for z_run in z]),
        log_gradient,
        log_scale,
    )


_Size = tuple[Array, Array]  # of a gradient at a layer: ln mean square and ln of what divided it


def _along(
    step: Callable[[Array, Any], tuple[Array, Any]],
    start: Array,
    layers: Any,
    reverse: bool = False,
) -> tuple[Array, Any]:
    """`lax.scan`; over one layer, the step itself, which may change the width."""
    if len(jax.tree.leaves(layers)[0]) != 1:
        return lax.scan(step, start, layers, reverse=reverse)
    end, made = step(start, jax.tree.map(lambda leaf: leaf[0], layers))
    return end, jax.tree.map(lambda leaf: leaf[None], made)


def _log_mean_square(values: Array) -> Array:
    """ln of the mean square along the last axis, where squares may be out of range."""
    largest = jnp.max(jnp.abs(values), axis=-1, keepdims=True)
    scale = jnp.where(largest > 0, largest, 1)
    return jnp.log(jnp.mean(jnp.square(values / scale), axis=-1)) + 2 * jnp.log(scale[..., 0])


def _cosines(z: Array) -> Array:
    """Of the rows of z (..., rows, units) with the first: (..., rows)."""
    largest = jnp.max(jnp.abs(z), axis=-1, keepdims=True)
    scaled = z / largest
    unit = scaled / jnp.linalg.norm(scaled, axis=-1, keepdims=True)
    return jnp.clip(jnp.sum(unit * unit[..., :1, :], axis=-1), -1, 1)


def _two_inputs(key: Array, width: int, mean_square: float, correlation: float) -> np.ndarray:
    check_number(mean_square, "mean_square", "a positive number", lambda value: value > 0)
    within = "a number from -1 to 1"
    check_number(correlation, "correlation", within, lambda value: -1 <= value <= 1)
    if width == 1 and abs(correlation) < 1:
        raise InputError(
            f"correlation is {correlation}, but the network has one input; pass 1 or -1, or inputs."
        )
    draws = np.asarray(jax.random.normal(key, (2, width)), np.float64)
    directions = np.linalg.qr(draws.T)[0].T
    mixing = np.array([[1, 0], [correlation, np.sqrt(1 - correlation**2)]])
    return (width * mean_square) ** 0.5 * (mixing[:, : len(directions)] @ directions)


def _checked_inputs(inputs: Any, width: int) -> np.ndarray:
    values = as_numbers(inputs, "inputs")
    if values.ndim != 2 or values.shape[1] != width or not len(values):
        raise InputError(
            f"inputs has shape {values.shape}; pass (rows, {width}), one row at least."
        )
    check_finite(values, "inputs")
    return values
