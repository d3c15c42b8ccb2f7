"""Which laws of random networks hold exactly at every width?

    He ReLU layer       ln |J u|^2 / |u|^2  ~  ln (2/n) chi^2_K,  K ~ Bin(n, 1/2), per layer
    Gaussian products   lambda_i = [ln(2/n) + digamma((n - i + 1) / 2)] / 2

The first explains why gradients spread over orders of magnitude as depth / width grows, nearly
log-normally, even where their mean square is preserved exactly. The second says how fast a product
of random matrices loses all directions but a few.

All are finite sums in float64, computed by NumPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from jaxnn.errors import check_count, check_memory, check_number

EULER = 0.5772156649015329  # -digamma(1)


def log_gradient_moments(width: int, depth: int) -> tuple[float, float]:
    """Mean and variance of ln |J u|^2 of a ReLU network with He weights, for |u| = 1.

    J is the Jacobian of `depth` layers h -> relu(W^T h) with `width` inputs and outputs each and
    weights N(0, 2 / width). A unit is on with probability 1/2, whatever the size of its response to
    u, so every layer multiplies |J u|^2 by an independent (2/n) chi^2_K, K ~ Bin(n, 1/2); K = 0, of
    probability 2^-n, is left out. With digamma and trigamma at K/2,

        mean = depth E[ln(4/n) + digamma(K/2)]
        variance = depth (E trigamma(K/2) + Var digamma(K/2)),

    which tend to -5/2 depth / width and 5 depth / width for large widths.

    Hanin 2018, "Which neural net architectures give rise to exploding and vanishing gradients?";
    Hanin and Nica 2020, "Products of many large random matrices and gradients in deep neural
    networks".

    Args:
      width: n, at least 1.
      depth: number of layers, at least 1.

    Returns:
      (mean, variance) as floats, from exact sums over K. Not compiled.

    Raises:
      InputError, InputTypeError: `width` or `depth` is not a whole number of at least 1.

    Example:
      >>> mean, variance = log_gradient_moments(32, 16)
      >>> print(f"{mean:.3f} {variance:.3f}")
      -1.321 2.840
    """
    _check_width(width)
    _check_length(depth, "depth")
    active = np.arange(1, width + 1)
    log_odds = np.cumsum(np.log((width + 1 - active) / active))  # ln C(n, K)
    probability = np.exp(log_odds - log_odds.max())
    probability /= probability.sum()
    digamma, trigamma = _polygammas(width)
    mean = probability @ digamma
    variance = probability @ (trigamma + (digamma - mean) ** 2)
    return depth * float(mean + math.log(4 / width)), depth * float(variance)


def lyapunov_spectrum(width: int) -> np.ndarray:
    """Lyapunov exponents of a product of n x n matrices of independent N(0, 1/n) entries.

    The i-th largest singular value of a product of L of them grows like exp(L lambda_i) with

        lambda_i = [ln(2/n) + digamma((n - i + 1) / 2)] / 2.

    Newman 1986, "The distribution of Lyapunov exponents: exact results for random matrices".

    Args:
      width: n, at least 1.

    Returns:
      (width,) float64, in descending order. Not compiled.

    Raises:
      InputError, InputTypeError: `width` is not a whole number of at least 1.

    Example:
      >>> print(lyapunov_spectrum(3).round(4))
      [-0.1845 -0.4913 -1.1845]
    """
    _check_width(width)
    return (math.log(2 / width) + _polygammas(width)[0][::-1]) / 2


def lyapunov_standard_errors(width: int, depth: int, products: int) -> np.ndarray:
    """Standard errors of the exponents when measured as means of ln |R_ii| of QR steps.

    In each step ln |R_ii|^2 is the logarithm of an independent chi^2_{n-i+1} / n, so a mean over
    `depth` steps of each of `products` products has variance

        trigamma((n - i + 1) / 2) / (4 depth products).

    Args:
      width: n, at least 1.
      depth: matrices in a product, at least 1.
      products: number of independent products, at least 1.

    Returns:
      (width,) float64, in the order of `lyapunov_spectrum`. Not compiled.

    Raises:
      InputError, InputTypeError: an argument is not a whole number of at least 1.
    """
    _check_width(width)
    _check_length(depth, "depth")
    _check_length(products, "products")
    return np.sqrt(_polygammas(width)[1][::-1] / (4 * depth * products))


def _check_width(width: Any) -> None:
    """Refuse what is no width, or one of which memory does not hold the exponents."""
    check_count(width, "width")
    check_memory(16 * width, "width", width)


def _check_length(count: Any, argument: str) -> None:
    """Refuse what is no whole number of at least 1, or one beyond floating point."""
    check_count(count, argument)
    check_number(count, argument, "a whole number up to 1e100", lambda number: number <= 1e100)


def _polygammas(count: int) -> tuple[np.ndarray, np.ndarray]:
    """digamma(k / 2) and trigamma(k / 2) for k = 1 .. count.

    By the recurrences digamma(x + 1) = digamma(x) + 1 / x and trigamma(x + 1) = trigamma(x) -
    1 / x^2 from x = 1/2 and x = 1.
    """
    digamma, trigamma = np.empty(count), np.empty(count)
    starts = ((-EULER - 2 * math.log(2), math.pi**2 / 2), (-EULER, math.pi**2 / 6))
    for first, (psi, psi_1) in enumerate(starts):
        x = np.arange(first + 1, count - 1, 2) / 2
        digamma[first::2] = psi + np.concatenate([[0], np.cumsum(1 / x)])[: len(digamma[first::2])]
        drop = np.concatenate([[0], np.cumsum(1 / x**2)])[: len(trigamma[first::2])]
        trigamma[first::2] = psi_1 - drop
    return digamma, trigamma
