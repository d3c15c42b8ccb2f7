"""What does the page about the coverage of bootstrap bands say?"""

from __future__ import annotations

import numpy as np

from experiments.band_coverage.closed_forms import percentile_coverage
from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import DEFAULT, REFERENCE, Compared, compared
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "A prediction should come with its uncertainty, and this is much larger with 100 rows than "
    "with 10,000. The lecture refits the model to resampled rows and takes the 2.5th and 97.5th "
    "percentiles of the predictions as a 95% confidence interval. It does not say how often such "
    "an interval contains the truth."
)

SURE = (
    "Every data set is drawn from a known truth, so a band either contains it or not. Where theory "
    "gives the coverage, it has to agree within four standard errors. Kinds of band of a network "
    "are compared on twenty truths with few data sets each; a setting that misses the range set "
    "beforehand by more than two standard errors is shown as refused."
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

TOPICS = {15: ("bands", "resample", "prediction intervals", "band of the mean")}

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
    new = found.measured("New observations: coverage by prediction intervals and sets")
    return [
        f"On 100 rows, bands of a network, nominal 95%, contain the truth {truth:.0%} of the time "
        f"and the network's own mean curve {own:.0%}: resampling rows shows how a fit varies, and "
        "not how its penalty bends it.",
        f"With a tenth of the penalty they contain the truth {light:.0%} of the time. On "
        f"{len(settings)} other truths, percentile bands contain it {strong:.0%} of the time with "
        f"the strong penalty, {lighter:.0%} with a lighter one, and calibrated bands, which "
        f"correct the bias that simulated refits show, {calibrated:.0%}.",
        "Even where nothing bends the fit, the percentile interval is too narrow on few rows: for "
        f"the mean of 20 normal numbers it covers {few:.1%} (theory: {theory:.1%}), not 95%.",
        f"With a hundred times as many rows bands are a tenth as wide: the ratio is {ratio:.1f}.",
        "A band of the mean is not made for new observations. Prediction intervals are, and "
        f"contain {new:.1%} of them.",
    ]


def _contained(one: Compared, name: str) -> float:
    """Share of a kind of band that contains the truth, over data sets and places."""
    return float(one.contained()[list(METHODS).index(name)][:, one.counted].mean())
