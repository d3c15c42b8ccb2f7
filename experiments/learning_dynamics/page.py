"""What does the page about learning dynamics say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.learning_dynamics import linear_modes
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
import jax.numpy as jnp
import matplotlib.pyplot as plt
from jaxnn.landscape import trajectory
from jaxnn.optimizers import gradient_descent

strengths = jnp.array([4.0, 2.0, 1.0])  # three parts of a task

def loss(w):  # two linear layers, one weight each for every part
    return jnp.sum((w[0] * w[1] - strengths) ** 2) / 2

path = trajectory(gradient_descent(0.002), loss, jnp.full((2, 3), 0.03), steps=3000)
plt.plot(0.002 * jnp.arange(len(path)), path[:, 0] * path[:, 1])
plt.xlabel("time (steps × learning rate)")
plt.ylabel("what is learned of each part")
plt.show()
"""

TOPICS = {
    24: (
        "saddle",
        "gradient norm",
        "critical point",
        "eigenvalue",
        "random symmetric matrix",
        "P for n",
        "exponent",
        "half time",
        "half the learning rate",
        "mode",
        "aligned start",
        "gradient descent lags",
    )
}

HIGHLIGHTS = [(6, 0, "modes")]


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    found_at = results["random_half_times"]
    own, same = (
        100 * np.abs(np.median(found_at / predicted, axis=0) - 1).max()
        for predicted in (
            predicted_half_times(results, results["random_starts"], results["random_rate"]),
            linear_modes.half_time(results["strengths"], results["start"]),
        )
    )
    shares = positive_shares(results)
    counted, theory = negative_counts(results)
    low = plateau_lows(results)[0].max()
    return [
        "A linear network of two layers learns one part of its task after another. The times "
        "follow a closed form of 2014 if the size of each random start is measured along the part "
        f"that grows: their medians are then within {own:.1g}% of it, and up to {same:.2g}% off if "
        "all starts count as equally large.",
        f"Between two parts it passes a saddle. There the gradient falls to {low:.1g} of its "
        "largest value, although a part of the task is still to be learned.",
        f"At {int((counted == theory).sum())} of {len(theory)} critical points the Hessian has as "
        "many negative eigenvalues as theory says, and only one of them is a minimum.",
        "All eigenvalues of a random symmetric matrix are positive with probability "
        f"{shares.exact[2]:.3f} at size 3 and {shares.exact[3]:.4f} at size 4; "
        f"{shares.draws:,} draws agree. A coin for each sign would give 0.125 and 0.0625: minima "
        "are much rarer, because eigenvalues repel each other.",
    ]
