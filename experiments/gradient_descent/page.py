"""What does the page about gradient descent say?"""

from __future__ import annotations

from experiments.gradient_descent.local_minima import LOW_COST, at_minimum, ends_high
from experiments.gradient_descent.one_dimension import FACTORS
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
    "those of one small problem, from many initial weights."
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
    17: ("Local Minima", "Choromanska", "local minimum"),
    18: ("batch", "stochastic descent", "Passes"),
    24: ("saddle", "ridge", "random starts", "upper minimum"),
    25: (
        *("Condition number", "best learning rate", "separable rows", "largest margin", "label"),
        "Steps times the loss",
    ),
    31: ("standardised features", "raw features"),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    place = results["game_paths"][FACTORS.index(1.5), 1]
    raw, standardised = results["steps_needed"]
    away = found.measured("Steps to leave a saddle")
    factors = found.measured("independent batches over passes in random order").split(", ")
    cosine = found.measured("Cosine with the direction of the largest margin")
    losses, widths = results["final_losses"], results["minima_widths"]
    high = ends_high(losses).sum(axis=2)
    minima = at_minimum(losses, results["followed"]).sum(axis=2)
    proof = ": that the loss no longer falls does not prove a minimum"
    return [
        "Steps proportional to the slope can overshoot: on a parabola of curvature h they do if "
        "the learning rate is above 1/h, and diverge above 2/h. At 1.5/h, the first step leads "
        f"from 3 past the minimum at 0 to {place:.2g}.",
        "The mean gradient of a batch is right on average; the sum over a batch of b of n rows, "
        "which the lecture takes, is on average only b/n of the full sum. With a constant learning "
        "rate, independent batches keep the loss above its minimum; passes through the rows in "
        f"random order come closer, by factors of {', '.join(factors[:-1])} and {factors[-1]} with "
        "batches of 1, 4 and 16 of 32 rows.",
        f"Of {losses.shape[2]} starts of a tanh network with {widths[0]} units, "
        f"{high[0, 0] or 'none'} end with a high loss under Adam (more than {LOW_COST:.0%} of the "
        f"variance above the best), {minima[0, 0] or 'none'} of them at a true local minimum; with "
        f"{widths[-1]} units, {high[0, -1] or 'none'} do. Under L-BFGS, {high[1, 0] or 'none'} of "
        f"the starts with {widths[0]} units end with a high loss, {minima[1, 0] or 'none'} of them "
        f"at a minimum{proof if minima[1, 0] < high[1, 0] else ''}.",
        "A saddle delays descent but does not stop it: a start ten times closer to the ridge needs "
        f"{away:.3g} more steps to leave, and only a start exactly on the ridge ends at the "
        "saddle. Poor conditioning costs more: standardising the two features of a regression "
        f"turned {raw:,} steps into {standardised}.",
        "Where a line separates two classes, the logistic loss has no minimum: the weights grow "
        "with the logarithm of the steps, and their direction approaches that of the largest "
        f"margin (cosine {cosine:.3f} after {results['marks'][-1]:,} steps).",
    ]
