"""How is the random network of mean-field theory described?

    z = h W + b,     W_ij ~ N(0, sw2 / inputs),     b_j ~ N(0, sb2)

As a `jaxnn.MLP` whose initialisers draw such weights and biases. The two variances enter a forward
pass only as factors, so networks that differ only in them can share one compiled program:
`split_scales` takes the factors out of the description.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
from jax import Array

from jaxnn.errors import check_not_negative, check_number, check_positive
from jaxnn.initializers import Scaled, initializer
from jaxnn.mlp import MLP, Activation


class Scales(NamedTuple):
    """The factors of a network's weights and biases.

    Attributes:
      weights: factor of every weight, a scalar.
      biases: factor of every bias, a scalar.
    """

    weights: float | Array
    biases: float | Array


@dataclass(frozen=True)
class NormalBiases:
    """Biases N(0, variance), as `jaxnn.MLP(bias_initializer=...)` takes them.

    Attributes:
      variance: a number of at least 0.

    Raises:
      InputError, InputTypeError: `variance` is negative, not finite or not a number.
    """

    variance: float

    def __post_init__(self) -> None:
        check_not_negative(self.variance, "variance")

    def __call__(self, key: Array, shape: tuple[int, ...], dtype: Any = None) -> Array:
        """Biases of that shape, in the default float dtype if `dtype` is None."""
        return self.variance**0.5 * jax.random.normal(key, shape, dtype or float)


def random_network(
    sizes: tuple[int, ...],
    activation: str | Activation,
    weight_variance: float,
    bias_variance: float = 0.0,
) -> MLP:
    """A network description with weights N(0, sw2 / inputs) and biases N(0, sb2).

    Args:
      sizes: units of every layer, inputs first.
      activation: a name of `jaxnn.mlp.ACTIVATIONS` or an elementwise JAX function.
      weight_variance: sw2, positive: number of inputs times the variance of a weight.
      bias_variance: sb2, at least 0.

    Returns:
      A `jaxnn.MLP`; nothing is drawn yet.

    Raises:
      InputError, InputTypeError: a size below 1, an unknown activation, or a variance outside its
        range.

    Example:
      >>> net = random_network((100, 100, 100), "relu", 2.0)
      >>> net.initializer
      Scaled(scale=2.0, mode='fan_in', distribution='normal')
    """
    check_variances(weight_variance, bias_variance)
    for name, variance in (("weight_variance", weight_variance), ("bias_variance", bias_variance)):
        check_number(variance, name, "a variance up to 1e150", lambda number: number <= 1e150)
    scheme = Scaled(float(weight_variance), "fan_in", "normal")
    biases = NormalBiases(float(bias_variance)) if bias_variance else "zeros"
    return MLP(sizes, activation, initializer=scheme, bias_initializer=biases)


def check_variances(weight_variance: Any, bias_variance: Any) -> None:
    """Refuse a weight variance that is not positive, or a bias variance below 0.

    Raises:
      InputError, InputTypeError: one sentence that says what is accepted.
    """
    check_positive(weight_variance, "weight_variance")
    check_not_negative(bias_variance, "bias_variance")


def check_two_inputs(mean_square: Any, correlation: Any) -> None:
    """Refuse a mean square that is not positive, or a correlation outside [-1, 1], of two inputs.

    Raises:
      InputError, InputTypeError: one sentence that says what is accepted.
    """
    check_positive(mean_square, "mean_square")
    accepted = "a number from -1 to 1"
    check_number(correlation, "correlation", accepted, lambda value: -1 <= value <= 1)


def has_gaussian_weights(net: MLP) -> bool:
    """Whether all weights of a network start as independent Gaussians."""
    scheme = initializer(net.initializer)
    return isinstance(scheme, Scaled) and scheme.distribution == "normal"


def split_scales(net: MLP) -> tuple[MLP, Scales]:
    """The network with weight and bias scales of 1, and the scales that were taken out.

    Only those of `jaxnn.initializers.Scaled` weights and `NormalBiases` are taken out; the scale of
    any other initialiser stays in the network.
    """
    scheme, biases = initializer(net.initializer), net.bias_initializer
    weight_scale = bias_scale = 1.0
    if isinstance(scheme, Scaled):
        weight_scale = scheme.scale**0.5
        scheme = dataclasses.replace(scheme, scale=1.0)
    if isinstance(biases, NormalBiases):
        bias_scale = biases.variance**0.5
        biases = NormalBiases(1.0)
    unscaled = dataclasses.replace(net, initializer=scheme, bias_initializer=biases)
    return unscaled, Scales(weight_scale, bias_scale)
