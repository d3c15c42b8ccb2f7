"""How fast does batch normalisation make the gradients of a random network explode?

    growth = E phi'(z)^2 / Var phi(z),  z ~ N(0, 1)        factor of squared gradients per layer

Forward, normalisation divides the pre-activations of a layer by their standard deviation over the
batch, sw sqrt(Var phi(z)); backward, squared gradients are multiplied by sw^2 E phi'(z)^2 and
divided by the square of that standard deviation. The scale of the weights cancels. Since the growth
is never below 1 (Poincare's inequality), gradients explode for every activation that is not affine.
"""

from __future__ import annotations

from jaxnn.errors import InputError, shown
from jaxnn.mlp import Activation
from jaxnn.propagation.gaussian_means import checked_activation, gaussian_rule


def batch_norm_gradient_growth(activation: str | Activation) -> float:
    """Factor by which batch normalisation multiplies squared gradients per layer, backward.

        E phi'(z)^2 / Var phi(z),  z ~ N(0, 1)

    for wide layers and large batches, whatever the scale of the weights: pi / (pi - 1) = 1.467 for
    ReLU, and 1 only for affine activations.

    Yang et al. 2019, "A mean field theory of batch normalization".

    Args:
      activation: a name of `jaxnn.mlp.ACTIVATIONS` or an elementwise JAX function, continuous and
        smooth except at a few kinks.

    Returns:
      A float of at least 1, accurate to about 1e-12. Not compiled, except for the activation.

    Raises:
      InputError: the activation is unknown, constant, or cannot be integrated.

    Example:
      >>> print(f"{batch_norm_gradient_growth('relu'):.4f}")
      1.4669
    """
    rule = gaussian_rule(checked_activation(activation), 1.0)
    mean = rule.weights @ rule.values
    variance = rule.weights @ (rule.values - mean) ** 2
    if not variance > 0:
        raise InputError(
            f"activation is {shown(activation)}, which is constant where inputs are of order 1; "
            "pass one whose values vary."
        )
    return float(rule.weights @ rule.slopes**2 / variance)
