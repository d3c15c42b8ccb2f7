"""Do the results of all replicates fit into memory, and how are those of chunks put together?

    bytes = replicates * sum over leaves of (size of a leaf * bytes of a number)

The stack is allocated once and filled chunk by chunk, so that no result is held twice.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxnn.errors import InputError, machine_memory

logger = logging.getLogger("jaxnn")
LARGE = 0.5  # share of the memory from which on the size of a result is said


def check_size(leaves: Sequence[Any], replicates: int) -> None:
    """Say what the results will take where that is much, before anything is computed.

    Args:
      leaves: shapes and dtypes of the results of one replicate.
      replicates: number of replicates.

    Raises:
      InputError: this machine has less memory. Above half of it, a warning is logged.
    """
    size = replicates * sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in leaves)
    memory = machine_memory()
    takes = f"{replicates:,} replicates take {size / 2**30:,.3g} GiB"
    has = f"this machine has {memory / 2**30:,.3g} GiB"
    if size > memory:
        raise InputError(
            f"keys has length {replicates:,}, but the results of {takes} of memory and {has}; pass "
            "fewer keys, or return less from fn."
        )
    if size > LARGE * memory:
        logger.warning("The results of %s of memory; %s.", takes, has)


class Stacked:
    """The results of all replicates, filled chunk by chunk.

    Args:
      replicates: number of replicates.
    """

    def __init__(self, replicates: int):
        self.replicates = replicates
        self.leaves: list[np.ndarray] = []

    def put(self, indices: np.ndarray, leaves: Sequence[np.ndarray]) -> None:
        """Fill in the results of the replicates `indices`: leaves with that leading axis."""
        if not self.leaves:
            shapes = [(self.replicates, *leaf.shape[1:]) for leaf in leaves]
            kinds = [leaf.dtype for leaf in leaves]
            self.leaves = [np.empty(*pair) for pair in zip(shapes, kinds, strict=True)]
        for whole, part in zip(self.leaves, leaves, strict=True):
            whole[indices] = part
