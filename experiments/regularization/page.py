"""What does the page about regularisation say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.lab.reading import span
from experiments.regularization.digit_dropout import DRAWS
from experiments.regularization.reading import paired_interval, paired_ratio

LECTURE = (
    "A large network can fit its training rows very well and new rows badly. Regularising is meant "
    "to lower the error on new rows: penalties on the weights, early stopping, data augmentation, "
    "sparse hidden layers, noise on weights and labels, and dropout. Dropout leaves out units at "
    "random in every step of training; afterwards the whole network stands for the average of many "
    "such thinned networks."
)

SURE = (
    "Formulas are compared with fits and simulations, to rounding or within four standard errors. "
    "Whether a method helps is decided on the same random splits and initial weights with it and "
    "without it: it helps if the whole 95% interval of the difference says so, and the same rule "
    "is used for every network."
)

LINES = """
import jax, jaxnn, numpy as np
import matplotlib.pyplot as plt

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (40, 1))
y = np.sin(2 * np.pi * x[:, 0]) + 0.3 * rng.normal(size=40)
net, grid = jaxnn.MLP((1, 100, 100, 1), "relu"), np.linspace(-1, 1, 300)[:, None]
for decay in (0.0, 0.01):
    penalty = jaxnn.ElasticNet(l2=decay)
    recipe = jaxnn.Recipe("adam", learning_rate=0.01, epochs=1000, regularizers=(penalty,))
    fitted = jaxnn.fit(jax.random.key(0), net, x, y, recipe)
    plt.plot(grid, jaxnn.predict(net, fitted, grid), label=f"weight decay {decay:g}")
plt.plot(x, y, "k.", label="training rows")
plt.legend()
plt.show()
"""

TOPICS = {
    33: ("Norm Penalties", "MAP estimation", "erratum 24", "“Overfitting”"),
    34: (
        "“Early Stopping”",
        "Goodfellow et al. 2016",
        "Ali, Kolter",
        "gap over",
        "gap is",
        "agree to first order",
        "Simulated fits",
    ),
    35: ("“Data Augmentation”",),
    36: ("“Sparse Representation”", "invariance to scale"),
    37: (
        "Noise on",
        "“Noise Robustness”",
        "Bishop 1995",
        "Szegedy",
        "Hard labels",
        "label noise",
        "labels that are wrong",
        "trained with noise",
    ),
    38: (
        "Dropout",
        "dropout",
        "thinned network",
        "weight scaling",
        "Weight Scaling",
        "included with",
        "monte_carlo",
    ),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    gains = [paired_interval(np.diff(pair, axis=0)[0]) for pair in results["errors"]]
    helped = sum(high < 0 for _, (_, high) in gains)
    harmed = sum(low > 0 for _, (low, _) in gains)
    differences = 100 * np.array([mean for mean, _ in gains])
    surer = [paired_interval(np.diff(pair, axis=0)[0]) for pair in results["log_losses"]]
    improved = sum(high < 0 for _, (_, high) in surer)
    averaged, _ = paired_interval(results["drawn_errors"][-1] - results["errors"][0, 1])
    (plain, shifted), (plain_moved, shifted_moved) = results["shift_errors"].mean(axis=2).T
    stopped, _ = paired_ratio(np.log(results["last_test"] / results["early_test"])[0])
    decayed, _ = paired_ratio(np.log(results["last_test"][0] / results["last_test"][-1]))
    gap = np.abs(results["descent_filter"] - results["ridge_filter"]).max()
    costs = results["sparse_errors"].mean(axis=1)
    place = int(np.argmin(np.abs(results["activity_prices"] - 0.01)))
    active = results["active"].mean(axis=1)
    return [
        f"Of {len(gains)} networks that learn digits from few images, dropout lowers the test "
        f"error of {helped or 'none'} and raises that of {harmed or 'none'}; for the others the "
        f"difference is not clear. The error changes by {span(differences, '+.1f')} percentage "
        f"points. The log loss is clearly lower for {improved} of {len(surer)}.",
        "Predicting with the whole network, as the lecture advises, is not only cheaper than the "
        f"mean of {DRAWS[-1]} thinned networks, each with units left out at random: that mean has "
        f"{100 * averaged:.1f} percentage points more error.",
        "A network of five layers of 100 units fits the noise of its training rows. Stopping early "
        f"divides its error on new rows by {stopped:.2f}, weight decay by {decayed:.2f}. The two "
        "are alike but not the same: the shares of a weight that they keep differ by up to "
        f"{gap:.2f} where the loss is quadratic.",
        f"A network that trains on shifted images errs on {shifted_moved:.0%} of shifted digits "
        f"instead of {plain_moved:.0%}, but on {shifted:.1%} of centred ones instead of "
        f"{plain:.1%}. An L1 penalty on the hidden activations leaves {active[place]:.0%} of them "
        f"active instead of {active[0]:.0%}; the test error is {costs[place]:.1%} instead of "
        f"{costs[0]:.1%}.",
        "Two statements need a condition. Noise on inputs is a penalty on the gradient only where "
        "the residuals average to zero, and noise on the weights of a linear model does not shrink "
        "them.",
    ]
