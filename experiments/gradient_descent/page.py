"""What does the page about gradient descent say?"""

from __future__ import annotations

from experiments.gradient_descent.one_dimension import FACTORS, TRIED
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "To lower the loss, step against its slope, and make the step proportional to it: then, says "
    "the lecture, you avoid overshooting. The factor is the learning rate. A batch of the rows "
    "gives an approximate slope at a fraction of the cost. Local minima, saddles, poor "
    "conditioning and losses without a minimum can slow descent down or mislead it."
)

SURE = (
    "Paths on a parabola follow exact rules, and all batches of ten rows are enumerated. Noise, "
    "the least squares problem and the saddle are compared with exact means, within four standard "
    "errors of hundreds of runs. For networks there is no theory to compare with: the numbers are "
    "those of one small problem, from many first weights."
)

LINES = """
import jax, numpy as np
import matplotlib.pyplot as plt
from jaxnn.landscape import trajectory
from jaxnn.optimizers import gradient_descent

def loss(w):  # a parabola of curvature 1
    return w**2 / 2

for rate in (0.5, 1.5, 1.9, 2.1):
    path = trajectory(gradient_descent(rate), loss, jax.numpy.array(3.0), 12)
    plt.plot(np.asarray(path), ".-", label=f"learning rate {rate:g}")
plt.xlabel("step")
plt.ylabel("w")
plt.legend()
plt.show()
"""

TOPICS = {
    16: ("Let's play the game", "overshooting"),
    17: ("Local Minima", "Choromanska", "best of"),
    18: ("batch", "stochastic descent", "Passes"),
    24: ("saddle", "ridge", "random starts", "upper minimum"),
    25: ("Condition number", "best learning rate", "separable rows", "largest margin", "label"),
    31: ("standardised features", "raw features"),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    overshoots, diverges = (TRIED[results[name]].min() for name in ("overshoots", "grows"))
    place = results["game_paths"][FACTORS.index(1.5), 1]
    raw, standardised = results["steps_needed"]
    away = found.measured("Steps to leave a saddle")
    passes = found.measured("independent batches over passes in random order")
    cosine = found.measured("Cosine with the direction of the largest margin")
    return [
        "Steps proportional to the slope can overshoot. On a parabola of curvature h they do from "
        f"e h = {overshoots:g} on, and diverge from {diverges:g} on (in steps of 0.01); at 1.5, "
        f"the first step leads from 3 to {place:.2g}.",
        "The mean gradient of a batch is right on average; the sum in the lecture is only b/n of "
        "the full one. With a constant learning rate, independent batches keep the loss above its "
        f"minimum. Passes through the rows in random order come closer: {passes} times, with "
        "batches of 1, 4 and 16 of 32 rows.",
        f"A saddle delays descent but does not stop it: each factor of ten closer costs {away:.3g} "
        "steps, and noise is enough to leave. Only a start exactly on the ridge ends there.",
        f"Standardising the features turned {raw:,} steps into {standardised} for a regression "
        "on two correlated features and an intercept.",
        "Where a line separates two classes, the logistic loss has no minimum. The weights grow "
        "with the logarithm of the steps, and their direction approaches that of the largest "
        f"margin: after {results['marks'][-1]:,} steps the cosine is {cosine:.3f}.",
    ]
