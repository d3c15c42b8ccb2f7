"""Do most local minima incur a low cost, and more so in wider networks?

Networks with one tanh layer are fitted to the same 60 rows of y = sin(3 x) from many starts, by
steps of Adam and, from the same initial weights, by L-BFGS. A start ends high if it is more than 5%
of the variance of y above the best end of that width. To tell a minimum from a plateau, the ends
that are high are followed further, in double precision, by Levenberg and Marquardt's rule

    p <- p - (J'J + d I)^-1 J'r,    r the residuals, J their derivatives

They are at a minimum if the least eigenvalue l of the Hessian is positive, and the loss could not
fall further if it were a parabola: |g|^2 / (2 l) is rounding. The best of k starts of n, c of which
end high, ends high with probability C(c, k) / C(n, k).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array
from scipy import special

from jaxnn import MLP, Recipe
from jaxnn.replicate import replicate
from jaxnn.training import Fitter

RULES = ("adam", "lbfgs")
NAMES = ("Adam", "L-BFGS")
LOW_COST = 0.05  # of the variance of y
X = np.linspace(-2, 2, 60)
Y = np.sin(3 * X)
FOLLOWED = 400  # steps in double precision
ROUNDING = 1e-12  # of the loss, over the variance of y
POSITIVE = 1e-8  # eigenvalues below are errors of the differences


class Ends(NamedTuple):
    """Where ends lead in double precision: each (starts,).

    Attributes:
      loss: over the variance of y.
      gradient: length of its gradient.
      eigenvalue: the least of its Hessian.
    """

    loss: np.ndarray
    gradient: np.ndarray
    eigenvalue: np.ndarray


def compute(
    key: Array, widths: tuple[int, ...], starts: int, epochs: tuple[int, int]
) -> dict[str, Any]:
    """Final training losses of both rules, and where high ends lead.

    Returns:
      `minima_widths` (widths,); `final_losses` (rules, widths, starts), over the variance of y;
      `followed` (3, rules, widths, starts) the fields of `Ends`, NaN where the end is not high.
    """
    losses = np.zeros((len(RULES), len(widths), starts))
    parameters = []
    for place, width in enumerate(widths):
        keys = jax.random.split(jax.random.fold_in(key, place), starts)
        for rule, name in enumerate(RULES):
            recipe = Recipe(
                name,
                learning_rate=0.02 if name == "adam" else None,
                epochs=epochs[rule],
                history_every=epochs[rule],
            )
            fitter = Fitter(MLP((1, width, 1), activation="tanh"), recipe)
            same = jax.random.clone(keys)  # both rules begin with the same weights
            fitted = replicate(fitter, same, shared=(X[:, None], Y))
            losses[rule, place] = fitted.train_loss
            leaves = jax.tree.leaves(fitted.params)
            flat = [np.asarray(leaf, float).reshape(starts, -1) for leaf in leaves]
            parameters.append((rule, place, np.concatenate(flat, axis=1)))
    losses /= np.var(Y)
    high = ends_high(losses)
    followed = np.full((3, *losses.shape), np.nan)
    for rule, place, flat in parameters:
        rows = high[rule, place]
        if rows.any():
            followed[:, rule, place, rows] = follow(flat[rows])
    return {"minima_widths": np.array(widths), "final_losses": losses, "followed": followed}


def ends_high(losses: np.ndarray) -> np.ndarray:
    """(rules, widths, starts) whether a start ends well above the best end of its width."""
    return losses > losses.min(axis=(0, 2))[:, None] + LOW_COST


def at_minimum(losses: np.ndarray, followed: np.ndarray) -> np.ndarray:
    """(rules, widths, starts) whether a high end leads to a minimum that is still high.

    Args:
      losses: (rules, widths, starts) at the ends.
      followed: (3, rules, widths, starts) as `compute` returns it.
    """
    loss, gradient, eigenvalue = followed
    with np.errstate(invalid="ignore"):
        bowl = (eigenvalue > POSITIVE) & (gradient**2 < 2 * eigenvalue * ROUNDING)
        return bowl & (loss > losses.min(axis=(0, 2))[:, None] + LOW_COST)


def chance_of_low(high: np.ndarray, most: int) -> np.ndarray:
    """(most, widths) chances that the best of 1, 2, ... starts does not end high.

    Args:
      high: (widths, starts).
      most: starts, fewer than there are.
    """
    k = np.arange(1, most + 1)[:, None]
    bad = high.sum(axis=1)
    return 1 - np.asarray(special.comb(bad, k) / special.comb(high.shape[1], k))


def follow(p: np.ndarray) -> Ends:
    """Follow Levenberg and Marquardt's rule.

    Args:
      p: (starts, 3 units + 1) weights, biases, weights of the output, and its bias.
    """
    damping = np.full(len(p), 1e-3)
    residuals, slopes = _residuals(p)
    for _ in range(FOLLOWED):
        hessian = slopes.swapaxes(1, 2) @ slopes
        hessian += damping[:, None, None] * np.eye(p.shape[1])
        gradient = np.einsum("srp,sr->sp", slopes, residuals)
        tried = p - np.linalg.solve(hessian, gradient[..., None])[..., 0]
        new, new_slopes = _residuals(tried)
        better = np.sum(new**2, axis=1) < np.sum(residuals**2, axis=1)
        p = np.where(better[:, None], tried, p)
        residuals = np.where(better[:, None], new, residuals)
        slopes = np.where(better[:, None, None], new_slopes, slopes)
        damping = np.clip(np.where(better, damping / 3, damping * 4), 1e-12, 1e6)
    step = 1e-5 * np.eye(p.shape[1])
    columns = [(_gradient(p + d) - _gradient(p - d)) / 2e-5 for d in step]
    hessian = np.stack(columns, axis=1)
    eigenvalues = np.linalg.eigvalsh((hessian + hessian.swapaxes(1, 2)) / 2)
    loss = np.mean(residuals**2, axis=1) / np.var(Y)
    return Ends(loss, np.linalg.norm(_gradient(p), axis=1), eigenvalues[:, 0])


def _residuals(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Residuals (starts, rows) and their derivatives (starts, rows, parameters)."""
    weights, biases, readout = np.split(p[:, None, :-1], 3, axis=2)
    h = np.tanh(weights * X[:, None] + biases)
    slope = readout * (1 - h**2)
    derivatives = [slope * X[:, None], slope, h, np.ones((*h.shape[:2], 1))]
    outputs = np.sum(h * readout, axis=2) + p[:, -1:]
    return outputs - Y, np.concatenate(derivatives, axis=2)


def _gradient(p: np.ndarray) -> np.ndarray:
    """(starts, parameters), of the loss over the variance of y."""
    residuals, slopes = _residuals(p)
    return 2 * np.einsum("srp,sr->sp", slopes, residuals) / (len(X) * np.var(Y))
