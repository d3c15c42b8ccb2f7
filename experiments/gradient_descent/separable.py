"""Where does gradient descent go if the loss has no minimum?

Where a line separates two classes, the logistic loss falls for ever and the weights grow:

    w(t) ~ w_hat ln t,    w_hat the shortest w with y_i x_i . w >= 1 for all i
    t loss(t) -> |w_hat|^2 / e    for the sum of the losses and the learning rate e

so the direction becomes that of the largest margin, but only like 1 / ln t. Soudry et al. 2018.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

X = np.array([[1.5, 0.5], [1, 2], [3, 1], [-1.5, -0.5], [-1, -2.5], [-2, -3]])
LABELS = np.array([1.0, 1, 1, -1, -1, -1])
RATE = 0.2
MARGIN = np.array([0.6, 0.2])  # w_hat: the first row of each class has y x . w = 1
FLIPPED = 0  # the row with a wrong label in the comparison


def compute(steps: int) -> dict[str, Any]:
    """Gradient descent from zero on the sum of the losses, in double precision.

    Returns:
      `marks` (k,) numbers of steps, one per factor 10^(1/4); `weights` (k, 2) and `sums` (k,) the
      sum of the losses then; `flipped_weights` and `flipped_gradient`, (2,) at the end if one
      label is wrong.
    """
    marks = np.unique(np.rint(10 ** np.arange(1, np.log10(steps) + 1e-9, 0.25)).astype(int))
    wrong = LABELS.copy()
    wrong[FLIPPED] *= -1
    with jax.enable_x64(True):
        weights, sums, _ = map(np.asarray, _descent(jnp.asarray(LABELS), jnp.asarray(marks)))
        ends = map(np.asarray, _descent(jnp.asarray(wrong), jnp.asarray(marks)))
    flipped, _, gradient = ends
    return {
        "marks": marks,
        "weights": weights,
        "sums": sums,
        "flipped_weights": flipped,
        "flipped_gradient": gradient[-1],
    }


@jax.jit
def _descent(labels: Array, marks: Array) -> tuple[Array, Array, Array]:
    """Weights (k, 2), sums of the losses (k,) and gradients (k, 2) after each number of steps."""
    rows = labels[:, None] * X

    def loss(w: Array) -> Array:
        return jnp.sum(jax.nn.softplus(-rows @ w))

    gradient = jax.grad(loss)

    def advance(carry: tuple[Array, Array], mark: Array) -> tuple[Any, Any]:
        w, made = carry
        w = lax.fori_loop(made, mark, lambda _, w: w - RATE * gradient(w), w)
        return (w, mark), (w, loss(w), gradient(w))

    start = (jnp.zeros(2), jnp.zeros((), marks.dtype))
    return lax.scan(advance, start, marks)[1]
