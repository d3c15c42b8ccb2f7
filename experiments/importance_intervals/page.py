"""What does the page about intervals of importance say?"""

from __future__ import annotations

import numpy as np

from experiments.importance_intervals.reading import cells, over_cells
from experiments.importance_intervals.rules import RULES
from experiments.lab.claims import Found
from experiments.lab.contract import Results
from jaxnn.refits.importance_intervals import DEFAULT_RULE as DEFAULT

LECTURE = (
    "The importance of a predictor is what the loss gains when its values are permuted. The "
    "lecture shows it with ± two standard deviations over permutations. That is the noise of "
    "permuting one fit; it does not say how the importance would differ in another sample."
)

SURE = (
    "Each interval is made on data sets from a known truth, of four shapes, two kinds of response "
    "and two sizes, so it either contains the true importance or not. The rules were set from "
    "other runs: the default covers at least 90% on average and lies above zero for at most 2.5% "
    "of the predictors that are noise. For least squares, importances are exact."
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

TOPICS = {9: ("Least squares", "importance", "Networks: intervals")}


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
        "Percentile intervals over refits, nominal 95%, do not hold their level for importances: "
        f"scored on the rows left out they contain the true importance {truth['out_of_bag']:.0%} "
        "of the time, because these rows are rows of the same table.",
        "Scored on the rows that a refit was trained on, they lie above zero for "
        f"{alarms['in_bag']:.0%} of the predictors that are noise.",
        "The default has its centre between the two and the spread in bag. It contains the truth "
        f"{truth[DEFAULT]:.0%} of the time, and lies above zero for {alarms[DEFAULT]:.1%} of the "
        "noise.",
        f"It does worst with “{lowest.setting.words}”: "
        f"{np.mean(lowest.covered()[place]):.0%}. A network that learns an effect only in part "
        "reports less importance than it has.",
        "Permuting a predictor that is correlated with others costs "
        f"{ratio:.1f} times what a refit without it loses, and twice without correlation.",
    ]
