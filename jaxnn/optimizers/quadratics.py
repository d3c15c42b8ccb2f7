"""How large may the learning rate be, and how fast can a rule be, on a quadratic loss?

Along a direction of curvature h the loss is h w^2 / 2 and the gradient h w. A rule then multiplies
the error by the largest root |z| of

    gradient descent   z - (1 - e h) = 0
    momentum           z^2 - (1 + a - (1 - a) e h) z + a = 0        damped, as in `update_rules`
    Nesterov           z^2 - (1 + a) (1 - e h) z + a (1 - e h) = 0

in each step, after the first few. The rate of a rule is the largest |z| over the curvatures from mu
to L; with k = L / mu the smallest possible rates are

    gradient descent   (k - 1) / (k + 1)                 e = 2 / (L + mu)
    momentum           (sqrt k - 1) / (sqrt k + 1)       e = 1 / sqrt(L mu),  a = rate^2
    Nesterov           1 - 2 / sqrt(3 k + 1)             e = 4 / (3 L + mu),
                                                         a = (sqrt(3k+1) - 2) / (sqrt(3k+1) + 2)

Lessard, Recht & Packard 2016, proposition 1. Their heavy ball adds gradients up; the damped form
has the learning rate e = (its learning rate) / (1 - a), which simplifies to 1 / sqrt(L mu).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_numbers, check_name, check_number, check_positive, shown

RULES = ("gradient_descent", "momentum", "nesterov")


class QuadraticSettings(NamedTuple):
    """The settings of a rule that converge fastest.

    Attributes:
      learning_rate: e.
      decay: a; 0 for gradient descent.
      rate: the factor by which the error shrinks in each step.
    """

    learning_rate: float
    decay: float
    rate: float


def convergence_rate(rule: str, curvatures: Any, learning_rate: float, decay: float = 0.0) -> float:
    """The factor by which the error on a quadratic shrinks in each step, in the long run.

    Args:
      rule: "gradient_descent", "momentum" (damped) or "nesterov".
      curvatures: (directions,) eigenvalues of the Hessian, positive.
      learning_rate: e, a positive number.
      decay: a, at least 0 and below 1; it must be 0 for gradient descent.

    Returns:
      The largest |z| of any direction, in float64; above 1 the rule diverges. At a double root the
      error is |z|^t times a factor that grows like t.

    Raises:
      InputError, InputTypeError: a name or numbers other than these.

    Example:
      >>> print(round(convergence_rate("gradient_descent", [1.0, 10.0], 2 / 11), 6))
      0.818182
    """
    h = as_numbers(curvatures, "curvatures").astype(float)
    if h.ndim != 1 or not h.size or not (np.isfinite(h) & (h > 0)).all():
        raise InputError(f"curvatures is {shown(curvatures)}; pass a list of positive numbers.")
    check_positive(learning_rate, "learning_rate")
    _check_rule(rule, decay)
    left = 1 - learning_rate * h
    if rule == "gradient_descent":
        return float(np.abs(left).max())
    if rule == "momentum":
        middle, last = 1 + decay - (1 - decay) * learning_rate * h, np.full_like(h, decay)
    else:
        middle, last = (1 + decay) * left, decay * left
    # z^2 - middle z + last = 0; complex roots have |z|^2 = last.
    scale = np.maximum(np.abs(middle), 1)  # whose square may be beyond the largest number
    discriminant = (middle / scale) ** 2 - 4 * last / scale / scale
    real = (np.abs(middle) + scale * np.sqrt(np.maximum(discriminant, 0))) / 2
    return float(np.where(discriminant < 0, np.sqrt(np.abs(last)), real).max())


def largest_learning_rate(rule: str, curvature: float, decay: float = 0.0) -> float:
    """The learning rate from which a rule no longer converges on a quadratic.

    With the largest curvature L it is 2 / L for gradient descent, 2 (1 + a) / ((1 - a) L) for
    damped momentum and (2 + 2 a) / ((1 + 2 a) L) for Nesterov momentum. (With the lecture's point
    W + v in place of W + a v the last would be (2 + 2 a) / (3 L).)

    Args:
      rule, decay: as for `convergence_rate`.
      curvature: L, the largest eigenvalue of the Hessian, a positive number.

    Raises:
      InputError, InputTypeError: a name or numbers other than these.

    Example:
      >>> largest_learning_rate("gradient_descent", 4.0)
      0.5
      >>> largest_learning_rate("momentum", 4.0, decay=0.5)
      1.5
    """
    check_positive(curvature, "curvature")
    _check_rule(rule, decay)
    if rule == "momentum":
        return 2 * (1 + decay) / ((1 - decay) * curvature)
    if rule == "nesterov":
        return (2 + 2 * decay) / ((1 + 2 * decay) * curvature)
    return 2 / curvature


def best_settings(rule: str, smallest: float, largest: float) -> QuadraticSettings:
    """The settings with which a rule converges fastest on every quadratic with such curvatures.

    Args:
      rule: as for `convergence_rate`.
      smallest: mu, the smallest eigenvalue of the Hessian, a positive number.
      largest: L, the largest one, at least mu.

    Returns:
      The settings of the module's table.

    Raises:
      InputError, InputTypeError: a name or numbers other than these.

    Example:
      >>> best_settings("momentum", 1.0, 9.0)
      QuadraticSettings(learning_rate=0.3333333333333333, decay=0.25, rate=0.5)
    """
    check_positive(smallest, "smallest")
    check_number(
        largest, "largest", f"a number of at least {smallest}", lambda value: value >= smallest
    )
    _check_rule(rule, 0.0)
    root = math.sqrt(largest / smallest)
    if rule == "momentum":
        rate = (root - 1) / (root + 1)
        return QuadraticSettings(1 / math.sqrt(largest * smallest), rate**2, rate)
    if rule == "nesterov":
        root = math.sqrt(3 * largest / smallest + 1)
        decay = (root - 2) / (root + 2)
        return QuadraticSettings(4 / (3 * largest + smallest), decay, 1 - 2 / root)
    rate = (largest - smallest) / (largest + smallest)
    return QuadraticSettings(2 / (largest + smallest), 0.0, rate)


def _check_rule(rule: str, decay: float) -> None:
    check_name(rule, "rule", RULES)
    accepted = "a number of at least 0 and below 1"
    check_number(decay, "decay", accepted, lambda value: 0 <= value < 1)
    if rule == "gradient_descent" and decay:
        raise InputError(f"decay is {decay}, but gradient descent has none; leave it out.")
