"""How is it drawn: `refit_speed`; see the package."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from experiments.refit_speed import figures as speed_figures
from experiments.refit_speed.compute import JOBS

CAPTIONS = {
    "ratios": (
        "How many times longer each peer takes for 100 refits of the Heart table (303 rows, 18 "
        "encoded inputs) than this library's bootstrap, on the same cores in the same rounds. "
        "Points: single rounds; bar: median. Compile time is left out."
    ),
    "scaling": (
        "Seconds for one refit-step and peak memory of the process against the number of "
        "replicates (303 rows) and of rows (8 replicates); 18-16-16-1, full batch."
    ),
}


def draw(results: Any) -> dict[str, Figure]:
    """Ratios of all jobs; cost and memory against size."""
    return {
        "ratios": speed_figures.ratios(results, list(JOBS)),
        "scaling": speed_figures.scaling(results),
    }
