"""What does the page about intervals of importance say?"""

from __future__ import annotations

import numpy as np

from experiments.importance_intervals.compute import FULL
from experiments.importance_intervals.known_truths import CORRELATION
from experiments.importance_intervals.reading import cells, over_cells
from experiments.importance_intervals.rules import RULES
from experiments.lab.claims import Found
from experiments.lab.contract import Results
from jaxnn.refits.importance_intervals import DEFAULT_RULE as DEFAULT

LECTURE = (
    "The importance of a predictor is how much the loss rises when its values are permuted. The "
    "lecture shows it with ± two standard deviations over permutations. That is the noise of "
    "permuting one fit; it does not say how the importance would differ in another sample."
)

SURE = (
    "Each interval is made on data sets from a known truth, of four shapes, two kinds of response "
    "and two sizes, so it either contains the true importance or not. The rules were set from "
    "other runs: the default covers at least 90% on average and lies above zero for at most 2.5% "
    "of the predictors that are noise. A single setting has few data sets "
    f"({min(FULL.network_sets)} to {max(FULL.network_sets)} in the full run), and a claim "
    "about it holds unless its coverage is below 90% by more than two standard errors, so a "
    "coverage that is ten percentage points below the level can go unnoticed. Only the means over "
    "all settings decide. For least squares, importances are exact."
)

LINES = """
import jax, jaxnn
import matplotlib.pyplot as plt
import numpy as np
from jaxnn.bootstrap import bootstrap
from jaxnn.plotting import importance_chart
from jaxnn.refits import refit_importance, refitted_network

random = np.random.default_rng(0)
X = random.normal(size=(100, 4))
y = X @ [0.8, -0.5, 0.3, 0] + random.normal(size=100)  # true importances 1.28, 0.5, 0.18, 0
recipe = jaxnn.Recipe(epochs=200, regularizers=(jaxnn.NormalPrior(rows=100),))
fitter = jaxnn.Fitter(jaxnn.MLP((4, 8, 1)), recipe)
network = refitted_network(fitter, bootstrap(jax.random.key(0), fitter, X, y, 60))
importance_chart(refit_importance(jax.random.key(1), network, X, y), plt.gca())
plt.show()
"""

TOPICS = {9: ("Least squares", "importance", "Networks", "Fits of networks")}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    settings = cells(results)
    truth, alarms = (
        dict(zip(RULES, over_cells(shares)[0], strict=True))
        for shares in (
            [cell.covered() for cell in settings],
            [cell.alarms() for cell in settings],
        )
    )
    place = list(RULES).index(DEFAULT)
    lowest = min(settings, key=lambda cell: cell.covered()[place].mean())
    ratio = found.measured("importance of a correlated predictor")
    return [
        "Nominal 95% percentile intervals over refits are too narrow for importances: scored on "
        "the rows that a refit left out (out of bag), they contain the true importance "
        f"{truth['out_of_bag']:.0%} of the time. All refits are scored on rows of one table, so "
        "their spread misses part of the variation between samples.",
        "Scored on the rows that a refit was trained on (in bag), the intervals lie above zero for "
        f"{alarms['in_bag']:.1%} of the predictors that are noise.",
        "The default interval is centred between the two, and is as wide as the one scored in bag. "
        f"It contains the truth {truth[DEFAULT]:.0%} of the time, and lies above zero for "
        f"{alarms[DEFAULT]:.1%} of the noise predictors.",
        f"It does worst in the setting “{lowest.setting.words}”, where it contains the truth "
        f"{np.mean(lowest.covered()[place]):.0%} of the time. A network that learns an effect only "
        "in part reports less importance than the effect has.",
        f"In least squares with three predictors correlated by {CORRELATION:g}, permuting one of "
        f"them raises the loss {ratio:.1f} times as much as a refit without it does; without "
        "correlation, twice as much.",
    ]
