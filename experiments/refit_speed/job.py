"""What is the job that every tool is timed on?

    refits x (draw a resample, draw initial weights, make `epochs` passes of Adam over the resample)
    nominal arithmetic of one refit = 6 x weights x rows x epochs

Nothing heavy is imported, so that a process that is timed loads only the tool that it uses.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable

import numpy as np

LEARNING_RATE = 0.001
EPSILON = 1e-5  # added to the variance by batch normalisation


@dataclasses.dataclass(frozen=True)
class Job:
    """Refits of a tanh network with a binary response.

    Attributes:
      sizes: number of units in every layer.
      epochs: passes over the rows.
      batch_size: rows per step; None for all rows.
      refits: number of refits.
      hidden_keep: probability of keeping a hidden unit; 1 is no dropout.
      normalized: whether hidden units are batch normalised.
    """

    sizes: tuple[int, ...]
    epochs: int
    batch_size: int | None
    refits: int
    hidden_keep: float = 1.0
    normalized: bool = False

    def steps(self, rows: int) -> int:
        """The number of optimiser steps of one refit on `rows` rows."""
        return self.epochs * (-(-rows // self.batch_size) if self.batch_size else 1)

    def operations(self, rows: int) -> int:
        """Nominal floating-point operations of one refit: 6 per weight, row and epoch."""
        weights = sum(i * o for i, o in zip(self.sizes, self.sizes[1:], strict=False))
        return 6 * weights * rows * self.epochs


# (job, X, y, seed) -> (refits,) final mean training loss of each refit
Peer = Callable[[Job, np.ndarray, np.ndarray, int], np.ndarray]


def cores() -> int:
    """The number of CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
