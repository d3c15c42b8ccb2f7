"""What does the page about learning dynamics say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.learning_dynamics.claims import plateau_lows, predicted_half_times
from experiments.learning_dynamics.reading import negative_counts, positive_shares

LECTURE = (
    "Where the gradient is zero, the loss may have a minimum, a maximum or a saddle, and the "
    "eigenvalues of the Hessian tell which. In many dimensions a saddle is more likely than a "
    "local minimum, and near a saddle the gradient can be very small."
)

SURE = (
    "Trajectories are compared with closed forms, at several learning rates: the error has to "
    "halve with the learning rate. Shares of random matrices are compared with exact "
    "probabilities, within four standard errors."
)

LINES = """
import jax, jaxnn
from jaxnn.landscape import extreme_eigenvalues

def loss(w):  # a network of two layers, one unit each, that learns the number 2
    return 0.5 * (w[0] * w[1] - 2.0) ** 2

key = jax.random.key(0)
for place in ([0.0, 0.0], [2.0**0.5, 2.0**0.5]):
    w = jax.numpy.array(place)
    smallest, largest = extreme_eigenvalues(key, loss, w)
    print(place, "gradient", jax.grad(loss)(w), "eigenvalues", smallest, "to", largest)
"""

TOPICS = {24: ("saddle", "critical points", "Hessian", "random symmetric matrix", "half time")}

HIGHLIGHT = (7, 0, "modes")


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    own = np.median(
        results["random_half_times"]
        / predicted_half_times(results, results["random_starts"], results["random_rate"]),
        axis=0,
    )
    shares = positive_shares(results)
    counted, theory = negative_counts(results)
    low = plateau_lows(results).max()
    return [
        "A linear network of two layers learns one part of its task after another, and each at the "
        "time that a formula of 2014 gives: from random starts, within "
        f"{100 * np.abs(own - 1).max():.1g}%.",
        f"Between two parts it passes a saddle. There the gradient falls to {low:.1g} of its "
        "largest value, although most of the task is still to be learned.",
        f"At {int((counted == theory).sum())} of {len(theory)} critical points the number of "
        "negative eigenvalues is the one that theory gives, and only one point is a minimum.",
        f"A random symmetric matrix has positive eigenvalues only with probability "
        f"{shares.exact[2]:.3f} at size 3 and {shares.exact[3]:.4f} at size 4; "
        f"{shares.draws:,} draws agree. A coin for each sign would give 0.125 and 0.0625; minima "
        "are much rarer, because eigenvalues repel each other.",
    ]
