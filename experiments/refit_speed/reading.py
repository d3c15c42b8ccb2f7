"""How are speeds compared, by claims and figures?

times as long = (seconds per refit of a peer) / (seconds per refit here), round by round
"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results


def times_as_long(results: Results, job: int, contender: int) -> np.ndarray:
    """(rounds,) time per refit of a contender over time per refit here."""
    seconds = results["seconds"][job] / results["refits"][:, None]
    return seconds[contender] / seconds[0]


def shares_of_peak(results: Results, job: int) -> np.ndarray:
    """(rounds,) nominal operations per second here over those of a matrix product."""
    return results["operations"][job, 0] / results["seconds"][job, 0] / results["peak"][job]
