"""What does the page about the black box of heart disease say?"""

from __future__ import annotations

from experiments.black_box_heart.curves import OLDER, YOUNGER
from experiments.black_box_heart.known_truths import VALUES
from experiments.black_box_heart.reading import refit_importance
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "Importance says which predictors matter, but not how. To see how, the lecture varies one "
    "predictor and plots the predictions, first with the other predictors at typical values, then "
    "for every patient with the other predictors as observed. Bootstrap refits show how certain a "
    "curve is."
)

SURE = (
    "The network is refitted to 1,000 resamples of the patients, and all methods are compared on "
    "the first 100 of them. Bands over refits are nominal: the truth about these patients is not "
    "known, so no claim says that a band contains it. Where a truth is known, importance is "
    "compared with closed forms over many data sets, within four standard errors."
)

LINES = """
import jax, jaxnn
import matplotlib.pyplot as plt
from jaxnn.bootstrap import bootstrap
from jaxnn.plotting import plot_effect
from jaxnn.refits import effect, refitted_network

table = jaxnn.datasets.heart(missing="drop")
encoder = jaxnn.Encoder(table.columns)
net = jaxnn.MLP((jaxnn.encoded_width(encoder), 16, 1), response="binary")
recipe = jaxnn.Recipe(epochs=200, regularizers=(jaxnn.NormalPrior(rows=len(table.y)),))
fitter = jaxnn.Fitter(net, recipe, encoder)
refits = bootstrap(jax.random.key(0), fitter, table.X, table.y, 100)
plot_effect(effect(refitted_network(fitter, refits), table.X, 0), plt.gca())  # of age
plt.show()
"""

TOPICS = {
    7: (
        "'Variable Importance for trees",
        "Predictors that are noise",
        "Noise with",
        "noise predictor",
    ),
    8: ("imitates", "Such trees", "surrogate tree"),
    9: ("'Permutation Variable Importance", "permuting", "Linear truth", "without the predictor"),
    10: ("Age alone", "fitted to Age"),
    11: ("at their mean or most common level (nominal",),
    12: ("averaged over all patients", "partial dependence"),
    13: ("'What if we want the joint",),
    14: ("'Should I use PCA",),
    15: (
        "'Bootstrapping for Predictions'",
        "'But how does this work for random",
        "leaves out",
        "diverged",
    ),
}

HIGHLIGHTS = [(5, 0, "age")]


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    alone, held, averaged = (
        round(100 * float(results[f"rise_{way}"][0])) for way in ("alone", "means", "rows")
    )
    matters, noise = results["noise_impurity"].mean(axis=0)[[0, -1]]
    importance = refit_importance(results)
    place, most = importance.names.index("Age"), int(importance.center.argmax())
    by_impurity, by_permutation = (
        found.measured(f"most important predictor by {measure}").split(", ")
        for measure in ("impurity", "permutation")
    )
    permuted, lost = found.measured("the same two sums").split(", ")
    first = found["share whose first split is on"]
    return [
        f"From age {YOUNGER:g} to {OLDER:g} the probability of heart disease rises by {alone} "
        "percentage points in a regression on age alone. In a network that also sees the twelve "
        f"other predictors it changes by {held} points with these held fixed, and by {averaged} "
        "averaged over all patients.",
        f"Permuting age costs the network {importance.center[place]:.3f} nats (nominal 95% over "
        f"refits: {importance.lower[place]:.3f} to {importance.upper[place]:.3f}); permuting "
        f"{importance.names[most]} costs {importance.center[most]:.3f}. (Nats are the units of "
        "cross-entropy with natural logarithms.)",
        f"Permutation puts {by_permutation[-1]} first in "
        f"{by_permutation.count(by_permutation[-1])} of {len(by_permutation)} methods. Impurity "
        f"puts {by_impurity[0]} first in {by_impurity.count(by_impurity[0])} of "
        f"{len(by_impurity)}, and favours predictors with many values: where the truth is known, "
        f"noise with {VALUES[-1]} values gets {noise:.0%} of the importance, and the only "
        f"predictor that matters {matters:.0%}.",
        "A small tree that imitates the network depends on the sample: its most frequent first "
        f"split occurs in {first.measured:.0%} of the refits.",
        "The lecture's reason to prefer permutation importance, correlated predictors, is its "
        f"weakness: summed over the predictors, permuting costs {permuted} nats, and training "
        f"without the predictor {lost}.",
    ]
