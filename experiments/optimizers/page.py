"""What does the page about momentum and adaptive learning rates say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.optimizers import race_reading as reading
from experiments.optimizers.race import UNTUNED

LECTURE = (
    "Where the loss curves much more in one direction than in another, gradient descent "
    "oscillates. Momentum averages the gradients, so that what changes its sign cancels out; "
    "Nesterov's rule takes the gradient at the place to which momentum leads. AdaGrad, RMSProp and "
    "Adam give every parameter a learning rate of its own."
)

SURE = (
    "Rates, limits and steps on quadratics are those of theory, within 2% or a step of the grid. "
    "In the race every rule has its own best learning rate of nineteen, chosen on other seeds than "
    "those that are shown; all rules have the same rows, initial weights and batches. Three tables "
    "and one small network do not decide which rule is best elsewhere."
)

LINES = """
import jax, numpy as np
import matplotlib.pyplot as plt
from jaxnn.landscape import trajectory
from jaxnn.optimizers import adam, gradient_descent, momentum

def loss(w):  # curvatures 1 and 100
    return (w[0] ** 2 + 100 * w[1] ** 2) / 2

rules = {"gradient descent": gradient_descent(0.018), "momentum": momentum(0.05), "Adam": adam(0.1)}
for name, rule in rules.items():
    path = np.asarray(trajectory(rule, loss, jax.numpy.array([-2.0, 1.0]), 60))
    plt.plot(*path.T, ".-", label=name)
plt.legend()
plt.show()
"""

TOPICS = {
    24: ("saddle",),
    25: ("condition number",),
    28: ("momentum", "Momentum", "Nesterov"),
    29: (
        *("AdaGrad", "RMSProp", "Adam", "Adaptive", "adaptive", "rate 0.01", "earning rates"),
        *("rate with the least", "for each rule by itself"),
    ),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    slow, fast = (
        np.log(10) / found.measured(f"condition number 1000: {method}")
        for method in ("gradient descent, η = 2/(L + μ)", "momentum, best")
    )
    descent, slide = results["limits"][[0, 2], 0]  # without momentum
    plain, damped = (
        found.measured(f"closer to it: {rule}") for rule in ("gradient descent", "momentum")
    )
    training, new, untuned = (
        np.median(reading.ratios(results, choice, rows), axis=-1)
        for choice, rows in ((0, 0), (1, 1), (2, 1))
    )
    tables = reading.tables(results)
    off = np.abs(new - 1).max()
    worst, best = untuned.max(axis=1), untuned.min(axis=1)
    widest = int(np.argmax(worst / best))
    return [
        "On a quadratic with condition number 1,000, to come ten times closer takes gradient "
        f"descent {slow:,.0f} steps and momentum {fast:.0f}, both at their best settings: "
        "proportional to the condition number and to its square root.",
        "With the slide's point W + v, Nesterov's rule diverges at smaller learning rates. Without "
        "momentum it should be gradient descent, but at curvature 1 the limit of its learning rate "
        f"is {slide:.2g}, and that of gradient descent {descent:.2g}.",
        "Close to a saddle, adaptive rules leave at once, and rules that follow the size of the "
        f"gradient do not: a start ten times closer costs gradient descent {plain:.0f} more steps, "
        f"and damped momentum {damped:.0f}.",
        f"Each at its own best rate, the other rules reach {training[:, 1:].min():.2g} to "
        f"{training[:, 1:].max():.2g} times the training loss of gradient descent on "
        f"{', '.join(tables[:-1])} and {tables[-1]}, but on new rows their losses are within "
        f"{off:.0%} of that of gradient descent.",
        f"With the learning rate {UNTUNED:g} for every rule, the worst loss on new rows is "
        f"{worst[widest] / best[widest]:.1f} times the best ({tables[widest]}): this compares "
        "learning rates, not rules.",
    ]
