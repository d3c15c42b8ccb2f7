"""Does training on shifted images lower the error on new images?

Networks learn from few images of handwritten digits, as they are or with each one shifted by up to
one pixel down and across, anew in every step. They are tested on all other images, as they are and
shifted by one pixel in a random direction. Both ways of training see the same splits, initial
weights and order of the rows.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.regularization.digit_fits import scores, splits_of, trained
from jaxnn import MLP
from jaxnn.regularizers import Augmentation, RandomShift, Regularizers

SIDE, RATE = 8, 3e-3
KINDS: dict[str, Regularizers] = {
    "as they are": (),
    "shifted": (Augmentation(RandomShift(SIDE, SIDE, 1)),),
}
DIRECTIONS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # down and right
NET = MLP((SIDE**2, 128, 10), "relu", "categorical", "he_normal")


def compute(key: Array, rows: int, steps: int, splits: int) -> dict[str, Any]:
    """Train on images as they are and on shifted ones.

    Returns:
      `shift_errors` (kinds, 2, splits) error rates on test images as they are, and shifted;
      `shift_example` (5, 64) an image and its four shifts.
    """
    key_splits, key_fits, key_shifts = jax.random.split(key, 3)
    split = splits_of(key_splits, rows, splits)
    directions = np.asarray(jax.random.randint(key_shifts, split.test_y.shape, 0, len(DIRECTIONS)))
    moved = np.stack([shifted(split.test_X, move) for move in DIRECTIONS])
    moved = np.take_along_axis(moved, directions[None, :, :, None], axis=0)[0]
    errors = []
    for name, regularizers in KINDS.items():
        same = jax.random.clone(key_fits)  # both start from the same networks
        fits = trained(
            same, NET, regularizers, split, steps=steps, rate=RATE, progress=f"images {name}"
        )
        errors.append([scores(NET, fits, X, split.test_y).error for X in (split.test_X, moved)])
    image = split.train_X[0, 0]
    return {
        "shift_errors": np.array(errors),
        "shift_example": np.stack([image, *(shifted(image, move) for move in DIRECTIONS)]),
    }


def shifted(X: np.ndarray, move: tuple[int, int]) -> np.ndarray:
    """Images (..., 64), moved by so many pixels down and right; what comes in is 0."""
    images = X.reshape(*X.shape[:-1], SIDE, SIDE)
    padded = np.pad(images, [(0, 0)] * (X.ndim - 1) + [(1, 1), (1, 1)])
    down, right = move
    return padded[..., 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE].reshape(X.shape)
