"""How are the results of `regularization` drawn?"""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.regularization import draw_exact

CAPTIONS = {**draw_exact.CAPTIONS}


def draw(results: Results) -> dict[str, Figure]:
    """Penalties, stopping, noise and thinned networks."""
    return draw_exact.draw(results)
