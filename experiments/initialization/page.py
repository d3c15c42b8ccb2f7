"""What does the page about initial weights say?"""

from __future__ import annotations

import numpy as np

from experiments.initialization.reading import place_of_small_noise
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "Initial weights are drawn at random, from a Gaussian or a uniform distribution, so that the "
    "units of a layer differ and each computes a function of its own. They must also have the "
    "right size, or gradients vanish or explode. The lecture gives four recipes for m inputs and n "
    "outputs: variance 1/m, which it calls Xavier's; 2/m for ReLU; normalised, 2/(m + n); and "
    "sparse, with k weights per unit that are not zero."
)

SURE = (
    "That equal units remain equal is a theorem, and the computation agrees to rounding. Signals "
    "before training are compared with theory within four standard errors, over 600 "
    "networks. Training was repeated from 30 starts for each scheme, scale and learning rate; "
    "where no theory says what must happen, numbers are reported and nothing is asserted."
)

LINES = """
import jax, numpy as np
import matplotlib.pyplot as plt
from jaxnn import MLP, Recipe, fit
from jaxnn.initializers import constant, normal

X = np.linspace(-1, 1, 100)[:, None]
y = np.sin(4 * X[:, 0])
recipe = Recipe("sgd", 0.1, epochs=500, batch_size=50, history_every=10)
for name, scheme in (("equal", constant(0.5)), ("random", normal(0.5))):
    net = MLP((1, 8, 1), "tanh", initializer=scheme)
    fitted = fit(jax.random.key(0), net, X, y, recipe)
    epochs = np.arange(0, 501, 10)
    plt.semilogy(epochs, fitted.history.train_loss, label=f"{name} initial weights")
plt.xlabel("epoch")
plt.legend()
plt.show()
"""

TOPICS = {
    30: (
        "weights",
        "m Var(w)",
        "N(0, 1/m)",
        "finite width",
        "parameters 0",
        "noise",
        "scale",
        "learn",
        "loss with",
        "median final loss",
        "saturated",
    )
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    off = abs(found.measured("nearly equal weights diverge") - 1)
    noise = float(results["noises"][place_of_small_noise(results)])
    copied = float(results["copied_loss"][-1])
    random = float(np.median(results["start_loss"][-1, :, -1]))
    steps = int(results["symmetry_steps"][-1])
    starts = results["start_loss"].shape[1]
    medians = np.nanmedian(results["swept_loss"], axis=2).min(axis=1)  # at the best rate
    scales = results["swept_scales"]
    best, worst = float(scales[medians.argmin()]), float(results["train_entropy"])
    of_relu = "median final loss in nats, ReLU,"
    lecun, he = (found.measured(f"{of_relu} {name} normal") for name in ("LeCun", "He"))
    return [
        "Units that start equal stay equal: a layer of copies learns like a single unit, and after "
        f"{steps:,} steps its loss is {copied:.2g}, against {random:.2g} for the median of "
        f"{starts} random starts.",
        f"Noise of one part in {1 / noise:,.0f} on equal weights is enough to make the units "
        "diverge: it grows at the rate of the most negative curvature, and the logarithm of its "
        f"growth is within {off:.1%} of theory. But that takes time, in which little is learned.",
        f"For ten hidden layers of tanh the best scale, √m times the standard deviation, is "
        f"{best:g}, if each scale has its best learning rate of those tried: the median loss is "
        f"{medians.min():.2g} nats (units of cross-entropy with natural logarithms). Scales up to "
        f"0.3 leave {medians[scales <= 0.3].min():.2f}, no better than guessing ({worst:.2f}).",
        f"With ReLU, He's 2/m leaves a median loss of {he:.2f} nats, and 1/m leaves {lecun:.2f}. "
        "With the “standard” uniform weights of older programs, ten layers do not learn at all.",
    ]
