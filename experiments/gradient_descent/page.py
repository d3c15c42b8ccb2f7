"""What does the page about gradient descent say?"""

from __future__ import annotations

from experiments.gradient_descent.local_minima import at_minimum, ends_high
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
    17: ("Local Minima", "Choromanska", "local minimum"),
    18: ("batch", "stochastic descent", "Passes"),
    24: ("saddle", "ridge", "random starts", "upper minimum"),
    25: ("Condition number", "best learning rate", "separable rows", "largest margin", "label"),
    31: ("standardised features", "raw features"),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    place = results["game_paths"][FACTORS.index(1.5), 1]
    raw, standardised = results["steps_needed"]
    away = found.measured("Steps to leave a saddle")
    passes = found.measured("independent batches over passes in random order")
    cosine = found.measured("Cosine with the direction of the largest margin")
    losses, widths = results["final_losses"], results["minima_widths"]
    high = ends_high(losses).sum(axis=2)
    minima = at_minimum(losses, results["followed"]).sum(axis=2)
    return [
        "Steps proportional to the slope can overshoot: on a parabola of curvature h they do if "
        "the learning rate is above 1/h, and diverge above 2/h. At 1.5/h, the first step leads "
        f"from 3 to {place:.2g}.",
        "The mean gradient of a batch is right on average; the sum in the lecture is only b/n of "
        "the full one. With a constant learning rate, independent batches keep the loss above its "
        f"minimum; passes through the rows in random order come closer, by factors of {passes} "
        "with batches of 1, 4 and 16 of 32 rows.",
        f"Of {losses.shape[2]} starts of a tanh network of {widths[0]} units, {high[0, 0]} end "
        f"high with Adam, {minima[0, 0]} of them at a true local minimum; of {widths[-1]} units, "
        f"{high[0, -1]} do. L-BFGS leaves {high[1, 0]} starts of {widths[0]} units high, and "
        f"{minima[1, 0]} of them at a minimum: a loss that no longer falls is no proof of one.",
        f"A saddle delays descent but does not stop it: each factor of ten closer costs {away:.3g} "
        "steps, and only a start exactly on the ridge ends there. Poor conditioning costs more: "
        f"standardising the two features of a regression turned {raw:,} steps into "
        f"{standardised}.",
        "Where a line separates two classes, the logistic loss has no minimum: the weights grow "
        "with the logarithm of the steps, and their direction approaches that of the largest "
        f"margin (cosine {cosine:.3f} after {results['marks'][-1]:,} steps).",
    ]
