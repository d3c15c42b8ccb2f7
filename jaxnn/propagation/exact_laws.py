"""Which laws of random networks are exact at every width?

    He ReLU layer       ln |J u|^2 / |u|^2  ~  ln (2/n) chi^2_K,  K ~ Bin(n, 1/2), a layer
    Gaussian products   lambda_i = [ln(2/n) + digamma((n - i + 1) / 2)] / 2
    batch normalised    E phi'(z)^2 / Var phi(z),  z ~ N(0, 1): squared gradients a layer, back

The first says why gradients of a network whose mean square gradient is exactly kept still spread
over orders of magnitude with depth / width, nearly log-normally; the second, how a product of
matrices loses all directions but few; the third, that batch normalisation makes the gradients of
random networks explode.

All are finite sums or quadratures in float64.
"""

from __future__ import annotations

import math

import numpy as np

from jaxnn.errors import InputError, check_count
from jaxnn.mlp import Activation, activation_function
from jaxnn.propagation.quadrature import panels

EULER = 0.5772156649015329  # -digamma(1)


def log_gradient_moments(width: int, depth: int) -> tuple[float, float]:
    """Mean and variance of ln |J u|^2 of a ReLU network with He weights, |u| = 1.

    J is the Jacobian of `depth` layers h -> relu(W^T h) of `width` inputs and outputs, weights
    N(0, 2 / width).  Seen from u each unit is on with probability 1/2, whatever the size of its
    response, so every layer multiplies |J u|^2 by an independent (2/n) chi^2_K, K ~ Bin(n, 1/2);
    K = 0, of probability 2^-n, is left out.  With digamma and trigamma at K/2,

        mean = depth E[ln(4/n) + digamma(K/2)]
        variance = depth (E trigamma(K/2) + Var digamma(K/2)),

    which tend to -5/2 depth / width and 5 depth / width (Hanin 2018, "Which neural net
    architectures give rise to exploding and vanishing gradients?"; Hanin and Nica 2020).

    Args:
      width: n, at least 1.
      depth: number of layers, at least 1.

    Returns:
      (mean, variance), from exact sums over K.

    Raises:
      InputError, InputTypeError: an argument that is no such number.
    """
    check_count(width, "width")
    check_count(depth, "depth")
    active = np.arange(1, width + 1)
    log_odds = np.cumsum(np.log((width + 1 - active) / active))  # ln C(n, K)
    probability = np.exp(log_odds - log_odds.max())
    probability /= probability.sum()
    digamma, trigamma = _polygammas(width)
    mean = probability @ digamma
    variance = probability @ (trigamma + (digamma - mean) ** 2)
    return depth * float(mean + math.log(4 / width)), depth * float(variance)


def lyapunov_spectrum(width: int) -> np.ndarray:
    """The exponents of a product of ever more n x n matrices of independent N(0, 1/n) entries.

    The i-th largest singular value of a product of L of them grows like exp(L lambda_i) with
    lambda_i = [ln(2/n) + digamma((n - i + 1) / 2)] / 2 (Newman 1986, "The distribution of Lyapunov
    exponents: exact results for random matrices").

    Args:
      width: n, at least 1.

    Returns:
      (width,) floats, the largest first.

    Raises:
      InputError, InputTypeError: `width` is no such number.
    """
    check_count(width, "width")
    return (math.log(2 / width) + _polygammas(width)[0][::-1]) / 2


def lyapunov_standard_errors(width: int, depth: int, products: int) -> np.ndarray:
    """Standard errors of the exponents measured as means of ln |R_ii| of QR steps.

    A step's ln |R_ii|^2 is that of an independent chi^2_{n-i+1} / n, so a mean over `depth` steps
    of each of `products` products has variance trigamma((n - i + 1) / 2) / (4 depth products).

    Args:
      width: n, at least 1.
      depth: matrices in a product, at least 1.
      products: how many, at least 1.

    Returns:
      (width,) floats, in the order of `lyapunov_spectrum`.

    Raises:
      InputError, InputTypeError: an argument that is no such number.
    """
    for value, argument in ((width, "width"), (depth, "depth"), (products, "products")):
        check_count(value, argument)
    return np.sqrt(_polygammas(width)[1][::-1] / (4 * depth * products))


def batch_norm_gradient_growth(activation: str | Activation) -> float:
    """Factor of the squared gradient from layer to layer, back, with batch normalisation.

    Forward, normalisation divides a layer's pre-activations by the deviation that they have over
    the batch, sw sqrt(Var phi(z)); backward, gradients meet sw^2 E phi'(z)^2 and the same divisor.
    For wide layers and large batches the factor is E phi'(z)^2 / Var phi(z), z ~ N(0, 1), whatever
    the weights' scale: pi / (pi - 1) = 1.467 for ReLU, and at least 1 for any activation
    (Poincare's inequality), with equality for straight lines alone.  Yang et al. 2019, "A mean
    field theory of batch normalization".

    Args:
      activation: a name of `jaxnn.mlp.ACTIVATIONS` or an elementwise JAX function, continuous and
        smooth but for a few kinks.

    Raises:
      InputError: the activation is constant, or cannot be integrated.
    """
    rule = panels(activation_function(activation), 1.0)
    mean = rule.weights @ rule.values
    variance = rule.weights @ (rule.values - mean) ** 2
    if not variance > 0:
        raise InputError(
            "activation is constant where inputs are of order 1; pass one whose values vary."
        )
    return float(rule.weights @ rule.slopes**2 / variance)


def _polygammas(count: int) -> tuple[np.ndarray, np.ndarray]:
    """digamma(k / 2) and trigamma(k / 2) for k = 1 .. count, by f(x + 1) = f(x) +- 1 / x^(1, 2)."""
    digamma, trigamma = np.empty(count), np.empty(count)
    starts = ((-EULER - 2 * math.log(2), math.pi**2 / 2), (-EULER, math.pi**2 / 6))
    for first, (psi, psi_1) in enumerate(starts):
        x = np.arange(first + 1, count - 1, 2) / 2
        digamma[first::2] = psi + np.concatenate([[0], np.cumsum(1 / x)])[: len(digamma[first::2])]
        drop = np.concatenate([[0], np.cumsum(1 / x**2)])[: len(trigamma[first::2])]
        trigamma[first::2] = psi_1 - drop
    return digamma, trigamma
