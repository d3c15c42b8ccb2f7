"""What does the lecture's chain of linear layers, W = diag(a, b), do at depth n?

    h = W^n (1, 1) = (a^n, b^n)                d(h_1 + h_2) / d(a, b) = (n a^(n-1), n b^(n-1))
    with respect to either entry off the diagonal of W: (b^n - a^n) / (b - a)

The gradients are computed in three ways, all in float64: by these formulas, by the hand-built
tracer and by `jax.grad` of the product. The lecture silently uses two different outputs y:
z = h_1 + h_2 (for a = 1, b = 2 both y and its gradient explode), and the sigmoid of that (y -> 1,
and its gradient vanishes instead). Written as s (1 - s), the slope of the sigmoid is rounded to 0
where s is rounded to 1; s(z) s(-z) keeps its true size.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import tracer

CASES = ((1.0, 2.0), (0.5, 0.9))  # (a, b) in the lecture


def gradients(case: tuple[float, float], depths: np.ndarray) -> np.ndarray:
    """d(h_1 + h_2) / d(a, b) with a and b shared by all layers: (depths, 2)."""
    n = depths[:, None].astype(float)
    return n * np.array(case) ** (n - 1)


def off_diagonal(case: tuple[float, float], depths: np.ndarray) -> np.ndarray:
    """d(h_1 + h_2) / d(either entry off the diagonal of W): (depths,)."""
    a, b = case
    n = depths.astype(float)
    return (b**n - a**n) / (b - a)


def _products(weights: Array, depth: int) -> Array:
    """h_1 + h_2 after 1 .. depth layers: (depth,)."""

    def layer(h: Array, _: None) -> tuple[Array, Array]:
        h = weights @ h
        return h, jnp.sum(h)

    return jax.lax.scan(layer, jnp.ones(2, weights.dtype), None, depth)[1]


def _traced(a: float, b: float, depth: int) -> Any:
    h_1 = h_2 = 1.0
    for _ in range(depth):
        h_1, h_2 = a * h_1, b * h_2
    return h_1 + h_2


def compute(depth: int) -> dict[str, Any]:
    """The chain at depths 1 .. depth, for both cases and both outputs.

    Returns:
      chain_cases: (cases, 2); chain_depths: (depths,).
      chain_linear: (cases, depths) y = h_1 + h_2; chain_sigmoid: 1 / (1 + exp(-(h_1 + h_2))).
      chain_gradient: (cases, depths, 2) by formula; chain_off_diagonal: (cases, depths).
      chain_sigmoid_gradient: (cases, depths, 2) by `jax.grad`, with the sigmoid; chain_sigmoid_log:
        log10 of its true size, from the logarithms of s(z) and s(-z).
      chain_jax: (cases, depths, 2, 2) with respect to W, by `jax.grad`, without the sigmoid.
      chain_traced: (cases, depths, 2) by the tracer.
    """
    depths = np.arange(1, depth + 1)
    traced = np.array(
        [[tracer.grad(_traced, (0, 1))(*case, int(n)) for n in depths] for case in CASES]
    )
    with jax.enable_x64(True):
        matrices = [jnp.diag(jnp.array(case, jnp.float64)) for case in CASES]
        by_jax = [jax.jacrev(_products)(weights, depth) for weights in matrices]
        linear = [_products(weights, depth) for weights in matrices]
        through = [
            jax.jacrev(lambda w: jax.nn.sigmoid(_products(w, depth)))(weights)
            for weights in matrices
        ]
        sigmoid = [jax.nn.sigmoid(y) for y in linear]
        slopes = [jax.nn.log_sigmoid(y) + jax.nn.log_sigmoid(-y) for y in linear]
    formula = np.array([gradients(case, depths) for case in CASES])
    return {
        "chain_cases": np.array(CASES),
        "chain_depths": depths,
        "chain_linear": np.array(linear),
        "chain_sigmoid": np.array(sigmoid),
        "chain_gradient": formula,
        "chain_off_diagonal": np.array([off_diagonal(case, depths) for case in CASES]),
        "chain_sigmoid_gradient": np.diagonal(np.array(through), axis1=2, axis2=3),
        "chain_sigmoid_log": np.log10(formula) + np.array(slopes)[..., None] / np.log(10),
        "chain_jax": np.array(by_jax),
        "chain_traced": traced,
    }
