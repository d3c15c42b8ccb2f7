"""Does gradient descent with hand-derived gradients follow the same path as with the tracer?

    L(b0, b1) = mean of -y log p - (1 - y) log(1 - p),    p = 1/(1 + e^-z),    z = b0 + b1 x
    by hand       dL/db0 = mean of (p - y),    dL/db1 = mean of x (p - y)
    step          b <- b - lambda grad L,      lambda = 1/(4h),   h = |X'X| / (4n)

for heart disease (y) and standardised age (x). No curvature of L exceeds h, so every step with
lambda of at most 1/h lowers L.  A third path follows the gradient as the lecture prints it,
-x p (1-p) [y/p + (1-y)/(1-p)] = -x [y (1-p) + (1-y) p], whose sign is wrong where y = 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jax import Array

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation.functions import normals
from jaxnn.tables import Table, column_index
from jaxnn.tracer import grad

PATHS = ("by hand", "tracer", "as printed")


def compute(key: Array, table: Table, steps: int, grid: int) -> dict[str, Any]:
    """Descend along each gradient from the same random start.

    Args:
      key: a typed JAX key, for the start: N(0, 2^2) for both coefficients.
      table: the Heart table.
      steps: number of steps.
      grid: points along each side of the grid on which the loss is evaluated, for contours.

    Returns:
      descent_paths: (3, steps + 1, 2) coefficients, and descent_losses: (3, steps + 1), in the
        order of `PATHS`.
      descent_rate: lambda.
      landscape_b0, landscape_b1: (grid,); landscape: (grid b1, grid b0) the loss.
    """
    age = np.asarray(table.X, float)[:, column_index(table.columns, "Age")]
    x, y = (age - age.mean()) / age.std(), np.asarray(table.y, float)
    design = np.stack([np.ones_like(x), x], axis=1)
    rate = len(y) / np.linalg.eigvalsh(design.T @ design)[-1]

    def loss(b: Any) -> Any:
        z = b[0] + b[1] * x
        return tnp.mean(tnp.softplus(z) - y * z)  # the same, without the cancellation in 1 - p

    def by_hand(b: np.ndarray) -> np.ndarray:
        p = 1 / (1 + np.exp(-design @ b))
        return design.T @ (p - y) / len(y)

    def as_printed(b: np.ndarray) -> np.ndarray:
        p = 1 / (1 + np.exp(-design @ b))
        return -design.T @ (y * (1 - p) + (1 - y) * p) / len(y)

    start = 2 * normals(key, (2,))[0]
    paths = np.stack([
        descend(gradient, start, rate, steps) for gradient in (by_hand, grad(loss), as_printed)
    ])  # fmt: skip
    near = paths[:2].reshape(-1, 2)
    low, high = near.min(axis=0) - 0.5, near.max(axis=0) + 0.5
    b0, b1 = (np.linspace(a, b, grid) for a, b in zip(low, high, strict=True))
    return {
        "descent_paths": paths,
        "descent_losses": _losses(x, y, paths[..., 0], paths[..., 1]),
        "descent_rate": rate,
        "landscape_b0": b0,
        "landscape_b1": b1,
        "landscape": _losses(x, y, b0[None, :], b1[:, None]),
    }


def descend(gradient: Any, start: np.ndarray, rate: float, steps: int) -> np.ndarray:
    """The path of gradient descent, from the start: (steps + 1, parameters)."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - rate * gradient(path[-1]))
    return np.array(path)


def _losses(x: np.ndarray, y: np.ndarray, b0: np.ndarray, b1: np.ndarray) -> np.ndarray:
    """The loss at coefficients of any shape, without overflow."""
    z = b0[..., None] + b1[..., None] * x
    return np.mean(np.logaddexp(0, z) - y * z, axis=-1)
