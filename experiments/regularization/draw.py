"""How are the results of `regularization` drawn?"""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.regularization import draw_digits, draw_exact, draw_training

CAPTIONS = {**draw_training.CAPTIONS, **draw_digits.CAPTIONS, **draw_exact.CAPTIONS}


def draw(results: Results) -> dict[str, Figure]:
    """Dropout on digits, the network that overfits, other ways on digits, and the exact parts."""
    return {
        **draw_training.draw(results),
        **draw_digits.draw(results),
        **draw_exact.draw(results),
    }
