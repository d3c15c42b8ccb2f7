"""What does the page about the coverage of bootstrap bands say?"""

from __future__ import annotations

import numpy as np

from experiments.band_coverage.claims_whole_curves import contained_curves, over_settings
from experiments.band_coverage.closed_forms import percentile_coverage
from experiments.band_coverage.compute import FULL
from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import (
    DEFAULT,
    REFERENCE,
    Compared,
    compared,
)
from experiments.band_coverage.settings import GRID
from experiments.band_coverage.whole_curves import KINDS
from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL

LECTURE = (
    "A prediction should come with its uncertainty, and this is much larger with 100 rows than "
    "with 10,000. The lecture refits the model to resampled rows and takes the 2.5th and 97.5th "
    "percentiles of the predictions as a 95% confidence interval. It does not say how often such "
    "an interval contains the truth."
)

SURE = (
    "Every data set is drawn from a known truth, so a band either contains it or not. Where theory "
    "gives the coverage, it has to agree within four standard errors. Kinds of band of a network "
    "are compared on many truths with few data sets each "
    f"({min(FULL.compared_sets)} to {max(FULL.compared_sets)} in the full run). A claim about a "
    "single truth is refused if its coverage misses the range set beforehand by more than two "
    "standard errors. Otherwise it holds, so a coverage that is ten percentage points too low can "
    "go unnoticed there, and at a single place even more. Only the means over all truths decide."
)

LINES = """
import jax
import matplotlib.pyplot as plt
from jaxnn import interval
from jaxnn.bootstrap import multiplicities

low, high = [], []
for key in jax.random.split(jax.random.key(0), 50):  # data sets of 20 normal numbers
    key_rows, key_data = jax.random.split(key)
    counts = jax.vmap(lambda k: multiplicities(k, 20))(jax.random.split(key_rows, 500))
    ends = interval(counts @ jax.random.normal(key_data, (20,)) / 20, 0.95)
    low.append(ends[0])
    high.append(ends[1])
colors = ["C0" if a < 0 < b else "C3" for a, b in zip(low, high)]
plt.vlines(range(50), low, high, colors)  # red: misses the true mean, 0
plt.show()
"""

TOPICS = {15: ("band", "resample", "regression", "Refits", "coverage", "curve")}

HIGHLIGHTS = [(4, 0, "truth")]


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    truth, own = (
        found.measured(f"Network, n = 100: coverage of {target}")
        for target in ("the truth", "the network's own mean curve")
    )
    light = found.measured("Network with a tenth of the penalty, n = 100: coverage of the truth")
    settings = compared(results)
    strong, lighter, calibrated = (
        np.mean([_contained(one, name) for one in settings])
        for name in ("percentile, strength 1", REFERENCE, DEFAULT)
    )
    sets = results["mean_20"].shape[1]
    few = found.measured(
        f"Mean of 20 normal numbers, {sets:,} data sets: coverage of the nominal 95% band ("
    )
    theory = percentile_coverage(20)
    ratio = found.measured("Ratio of band widths, n = 100 over n = 10,000: mean")
    new = found.measured("New observations: coverage by nominal 95% prediction intervals and sets")
    return [
        f"On 100 rows, nominal 95% bands of a network contain the truth {truth:.0%} of the time "
        f"and the network's own mean curve {own:.0%}: resampling rows shows how a fit varies, and "
        "not how its penalty bends it.",
        f"With a tenth of the penalty they contain the truth {light:.0%} of the time. On "
        f"{len(settings)} other truths, percentile bands contain it {strong:.0%} of the time with "
        f"the strong penalty, {lighter:.0%} with a lighter one, and calibrated bands, which "
        f"correct the bias that simulated refits show, {calibrated:.0%}.",
        _of_whole_curves(results),
        "Even where nothing bends the fit, the percentile interval is too narrow on few rows: for "
        f"the mean of 20 normal numbers it covers {few:.1%} (theory: {theory:.1%}), not 95%. With "
        f"a hundred times as many rows, bands are a tenth as wide: the ratio is {ratio:.1f}.",
        "A band for the mean is not meant for new observations; prediction intervals are, and "
        f"contain {new:.1%} of them.",
    ]


def _of_whole_curves(results: Results) -> str:
    """How often the default's bands for a whole curve contain all of it."""
    pointwise, whole, _ = contained_curves(results, KINDS.index(DEFAULT))
    _, mean, error = over_settings(whole)
    _, by_points, _ = over_settings(pointwise)
    less = ", less often than they say" if mean + 2 * error < LEVEL else ""
    return (
        f"Calibrated nominal 95% bands for a whole curve, here {len(GRID)} points, contain all of "
        f"it {mean:.0%} of the time{less}; pointwise bands do so {by_points:.0%} of the time."
    )


def _contained(one: Compared, name: str) -> float:
    """Share of a kind of band that contains the truth, over data sets and places."""
    return float(one.contained()[list(METHODS).index(name)][:, one.counted].mean())
