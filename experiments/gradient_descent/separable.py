"""Where does gradient descent go if the loss has no minimum?

Where a line separates two classes, the logistic loss falls for ever and the weights grow:

    w(t) ~ w_hat ln t,    w_hat the shortest w with y_i x_i . w >= 1 for all i
    t loss(t) -> |w_hat|^2 / η    for the sum of the losses and the learning rate η

so the direction becomes that of the largest margin, but only like 1 / ln t. Soudry et al. 2018.
There is a minimum if no line puts every row on its right side or on the line itself; then Newton's
rule finds it too.
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
FLIPPED = 1  # the row with a wrong label in the comparison; with 0, a line separates weakly


def compute(steps: int) -> dict[str, Any]:
    """Gradient descent from zero on the sum of the losses, in double precision.

    Returns:
      `marks` (k,) numbers of steps, one per factor 10^(1/4); `weights` (k, 2) and `sums` (k,) the
      sum of the losses then; `flipped_weights` (k, 2) if one label is wrong, `flipped_minimum`
      (2,) then by Newton's rule.
    """
    marks = np.unique(np.rint(10 ** np.arange(1, np.log10(steps) + 1e-9, 0.25)).astype(int))
    wrong = LABELS.copy()
    wrong[FLIPPED] *= -1
    with jax.enable_x64(True):
        weights, sums = map(np.asarray, _descent(jnp.asarray(LABELS), jnp.asarray(marks)))
        flipped = np.asarray(_descent(jnp.asarray(wrong), jnp.asarray(marks))[0])
    return {
        "marks": marks,
        "weights": weights,
        "sums": sums,
        "flipped_weights": flipped,
        "flipped_minimum": newton(wrong),
    }


def newton(labels: np.ndarray, steps: int = 50) -> np.ndarray:
    """(2,) weights after as many of Newton's steps from zero on the sum of the losses."""
    rows, w = labels[:, None] * X, np.zeros(2)
    for _ in range(steps):
        p = 1 / (1 + np.exp(rows @ w))  # probability of the other label
        w = w + np.linalg.solve(rows.T @ (rows * (p * (1 - p))[:, None]), rows.T @ p)
    return w


@jax.jit
def _descent(labels: Array, marks: Array) -> tuple[Array, Array]:
    """Weights (k, 2) and sums of the losses (k,) after each number of steps."""
    rows = labels[:, None] * X

    def loss(w: Array) -> Array:
        return jnp.sum(jax.nn.softplus(-rows @ w))

    gradient = jax.grad(loss)

    def advance(carry: tuple[Array, Array], mark: Array) -> tuple[Any, Any]:
        w, made = carry
        w = lax.fori_loop(made, mark, lambda _, w: w - RATE * gradient(w), w)
        return (w, mark), (w, loss(w))

    start = (jnp.zeros(2), jnp.zeros((), marks.dtype))
    return lax.scan(advance, start, marks)[1]
