"""How does a cliff in the loss affect gradient descent, and how does clipping help?

    if |g| > u:   g <- g u / |g|

Two losses with cliffs, and many starting points on each:

    chain      L(w) = (w^20 - 1)^2 / 2, a product of twenty equal layers
    recurrent  L(w, b) = (sigma(x_50) - 0.7)^2,  x_t = w sigma(x_{t-1}) + b,  x_0 = 1/2

The second is the unit of Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent
neural networks", figure 6. Everything is computed from formulas in float64, and starting points lie
on grids: nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

LAYERS = 20  # of the chain
TIME_STEPS = 50  # of the recurrent unit
TARGET = 0.7
RECURRENT_RANGES = ((4.0, 8.0), (-4.0, -1.0))  # of w and b, for starting points
SHOWN_RANGES = ((3.4, 8.0), (-4.0, -1.0))  # contains the solutions reached from these points
SHOWN_START, SHOWN_STEPS = (4.5, -2.875), 300  # near the wall
SOLVED = 1e-3  # a smaller loss counts as solved

# Value and gradient at places (..., parameters): (...) and (..., parameters).
Loss = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Descents:
    """Starting points, learning rates and numbers of steps of gradient descent.

    Attributes:
      thresholds: values of u; inf means no clipping.
      chain_starts: number of starts w, evenly spaced from 0.5 to 1.5.
      chain_rate, chain_steps: learning rate and number of steps.
      recurrent_starts: number of starts along each side of a square grid.
      recurrent_rate, recurrent_steps: learning rate and number of steps.
      grid: numbers of values of w and of b at which the gradient is shown.
    """

    thresholds: tuple[float, ...] = (float("inf"), 1.0, 0.1)
    chain_starts: int = 201
    chain_rate: float = 0.001
    chain_steps: int = 3000
    recurrent_starts: int = 9
    recurrent_rate: float = 1.0
    recurrent_steps: int = 2000
    grid: tuple[int, int] = (401, 301)


def clip(gradient: np.ndarray, threshold: np.ndarray | float) -> np.ndarray:
    """Clip gradients (..., parameters) to a norm of at most `threshold`: a scalar or (...)."""
    norm = np.linalg.norm(gradient, axis=-1, keepdims=True)
    bound = np.reshape(threshold, (*np.shape(threshold), 1))
    return gradient * np.where(norm > bound, bound, 1) / np.where(norm > bound, norm, 1)


def chain(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(w^20 - 1)^2 / 2 and its derivative at places (..., 1)."""
    power = w**LAYERS
    return np.sum((power - 1) ** 2, axis=-1) / 2, LAYERS * w ** (LAYERS - 1) * (power - 1)


def recurrent(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(sigma(x_50) - 0.7)^2 and its gradient at places (..., 2), by forward mode."""
    w, b = places[..., 0], places[..., 1]
    x = np.full(w.shape, 0.5)
    along = np.zeros(places.shape)
    for _ in range(TIME_STEPS):
        s = _sigmoid(x)
        along = np.stack([s, np.ones_like(s)], axis=-1) + (w * s * (1 - s))[..., None] * along
        x = w * s + b
    s = _sigmoid(x)
    rest = s - TARGET
    return rest**2, (2 * rest * s * (1 - s))[..., None] * along


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2


def descend(
    loss: Loss, starts: np.ndarray, rate: float, thresholds: tuple[float, ...], steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradient descent from every start, with every threshold.

    Args:
      loss: `chain` or `recurrent`.
      starts: (starts, parameters).
      rate: learning rate.
      thresholds: values of u.
      steps: number of steps.

    Returns:
      Places (steps + 1, thresholds, starts, parameters), final losses (thresholds, starts), and the
      length of the longest step on each path (thresholds, starts).
    """
    shape = (len(thresholds), *starts.shape)
    bounds = np.broadcast_to(np.array(thresholds)[:, None], shape[:-1])
    places = np.empty((steps + 1, *shape))
    places[0] = starts
    longest = np.zeros(shape[:-1])
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            move = rate * clip(loss(places[step])[1], bounds)
            longest = np.fmax(longest, np.linalg.norm(move, axis=-1))
            places[step + 1] = places[step] - move
        return places, loss(places[-1])[0], longest


def compute(settings: Descents) -> dict[str, Any]:
    """Descend from every start with every threshold.

    Returns:
      thresholds: (thresholds,).
      chain_starts: (starts,); chain_ends, chain_losses, chain_longest: (thresholds, starts).
      recurrent_starts: (starts, 2); recurrent_losses, recurrent_longest: (thresholds, starts).
      recurrent_paths: (2, steps + 1, 2) paths from one start, without clipping and clipped at 1.
      recurrent_w, recurrent_b: (grid,); recurrent_gradient: (grid b, grid w) gradient norms.
    """
    starts = np.linspace(0.5, 1.5, settings.chain_starts)[:, None]
    chains, chain_losses, chain_longest = descend(
        chain, starts, settings.chain_rate, settings.thresholds, settings.chain_steps
    )
    ends, side = RECURRENT_RANGES, settings.recurrent_starts
    corners = np.meshgrid(*(np.linspace(*between, side) for between in ends))
    squares = np.stack(corners, axis=-1).reshape(-1, 2)
    rate, steps = settings.recurrent_rate, settings.recurrent_steps
    _, losses, longest = descend(recurrent, squares, rate, settings.thresholds, steps)
    shown = descend(recurrent, np.array([SHOWN_START]), rate, (np.inf, 1.0), SHOWN_STEPS)[0]
    w, b = (
        np.linspace(*between, count)
        for between, count in zip(SHOWN_RANGES, settings.grid, strict=True)
    )
    return {
        "thresholds": np.array(settings.thresholds),
        "chain_rate": settings.chain_rate,
        "chain_starts": starts[:, 0],
        "chain_ends": chains[-1, ..., 0],
        "chain_losses": chain_losses,
        "chain_longest": chain_longest,
        "recurrent_rate": rate,
        "recurrent_starts": squares,
        "recurrent_losses": losses,
        "recurrent_longest": longest,
        "recurrent_paths": np.swapaxes(shown[:, :, 0], 0, 1),
        "recurrent_w": w,
        "recurrent_b": b,
        "recurrent_gradient": np.linalg.norm(
            recurrent(np.stack(np.meshgrid(w, b), axis=-1))[1], axis=-1
        ),
    }
