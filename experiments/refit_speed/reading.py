"""How do claims and figures compare speeds?

relative time = (seconds per refit of a contender) / (seconds per refit here), in each round
"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results

# Names of tools, by that of the contender where it is another.
NAMES = {
    "naive vmap": "plain JAX vmap",
    "equinox": "Equinox",
    "torch": "PyTorch",
    "torch, fused Adam": "PyTorch, fused Adam",
    "torch compiled": "PyTorch, compiled",
}


def label(contender: str) -> str:
    """The name of a tool, as figures and sentences have it."""
    return NAMES.get(contender, contender)


def relative_times(results: Results, job: int, contender: int) -> np.ndarray:
    """Time per refit of a contender over the time per refit here: (rounds,)."""
    seconds = results["seconds"][job] / results["refits"][:, None]
    return seconds[contender] / seconds[0]


def shares_of_peak(results: Results, job: int) -> np.ndarray:
    """Nominal operations per second here over those of a matrix product: (rounds,)."""
    return results["operations"][job, 0] / results["seconds"][job, 0] / results["peak"][job]
