"""What does the page about batch normalisation say?"""

from __future__ import annotations

import numpy as np

from experiments.batch_normalization.compute import FULL, WATCHED
from experiments.batch_normalization.reading import (
    USABLE,
    compared_steps,
    largest_usable_rate,
    usable_rates,
)
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "Standardised features speed up learning. Inside a network, each hidden layer changes the "
    "distribution of what the next one receives, which slows learning down. Batch normalisation "
    "gives every unit mean 0 and variance 1 over the batch, and lets the network learn a scale and "
    "a shift instead."
)

SURE = (
    "What follows from the formula is checked in double precision, up to rounding. The training "
    "on digits is repeated from several initial weights and batches, and what is said of it has to "
    "hold for each of them. Larger initial weights without normalisation are the control."
)

LINES = """
import jax, jaxnn
import matplotlib.pyplot as plt
from jaxnn.regularizers import BatchNormalization

table = jaxnn.datasets.digits()
net = jaxnn.MLP((64, 50, 50, 10), "sigmoid", response="categorical")
for regularizers in ((), (BatchNormalization(),)):
    recipe = jaxnn.Recipe("sgd", learning_rate=0.5, epochs=15,
                          regularizers=regularizers, history_every=1)
    history = jaxnn.fit(jax.random.key(0), net, table.X, table.y, recipe).history
    plt.plot(history.train_loss, label="normalised" if regularizers else "plain")
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.legend()
plt.show()
"""

TOPICS = {
    30: ("wide start",),
    32: (
        *("normalis", "Normalis", "network", "covariate", "batch", "moments", "scale", "|w|²"),
        *("bias", "loss", "running averages", "differences", "wide start", "plain", "ReLU"),
    ),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    steps = {name: float(np.median(compared_steps(results, name))) for name in WATCHED}
    moved = {name: found.measured(f"median over units: {name}") for name in WATCHED}
    share = found.measured("Share of the logarithm of the gain")
    relu, normalized = (largest_usable_rate(results, name) for name in ("ReLU", "ReLU, normalised"))
    worst = found.measured("learn at all learning rates")
    count = usable_rates(results)
    return [
        "From small initial weights, three layers of sigmoid units reach a loss of 0.3 on digits "
        f"in {steps['normalised']:,.0f} steps with batch normalisation and in "
        f"{steps['plain']:,.0f} without. The median input of a unit of the last hidden layer moves "
        f"during training by {moved['normalised']:.2g} times its initial range (15th to 85th "
        f"percentile) with normalisation, and by {moved['plain']:.2g} times without.",
        "Larger initial weights do much the same: four times as large, and without normalisation, "
        f"they need {steps['wide start']:,.0f} steps, {share:.0%} of the gain on a logarithmic "
        "scale.",
        f"Within {FULL.swept_steps} steps, the largest learning rate at which ReLU networks learn "
        f"from every start is {normalized:g} with normalisation and {relu:g} without (learn: to a "
        f"test accuracy above {USABLE:.0%}). The number of rates, of {len(results['swept_rates'])} "
        f"tried, at which sigmoid networks learn from every start is {count['plain']} without "
        f"normalisation, {count['wide start']} with larger initial weights and "
        f"{count['normalised']} with normalisation; the worst accuracy with normalisation, over "
        f"all rates and starts, is {worst:.0%}.",
        "The formula alone explains part of this: the loss does not depend on the length of a "
        "unit's weights, so they only ever grow, and weights four times as long need a learning "
        "rate 16 times as large for the same training.",
        "The price: in very deep networks, normalisation makes gradients explode at the start, as "
        "`vanishing_exploding` shows.",
    ]
