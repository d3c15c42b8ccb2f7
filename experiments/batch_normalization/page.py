"""What does the page about batch normalisation say?"""

from __future__ import annotations

import numpy as np

from experiments.batch_normalization.compute import WATCHED
from experiments.batch_normalization.reading import compared_steps, largest_usable_rate, shifts
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
    "on digits is repeated from several first weights and batches, and what is said of it has to "
    "hold for each of them. Better first weights without normalisation are the control."
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
    moved = {name: float(np.median(shifts(results, name))) for name in WATCHED}
    share = found.measured("Share of the logarithm of the gain")
    relu, normalized = (largest_usable_rate(results, name) for name in ("ReLU", "ReLU, normalised"))
    rates = found["learn at all learning rates"]
    count = found.measured("at which every start of a sigmoid network learns")
    return [
        "From small first weights, three layers of sigmoid units reach a loss of 0.3 on digits "
        f"in {steps['normalised']:,.0f} steps with batch normalisation and in "
        f"{steps['plain']:,.0f} without. The median input of a unit of the last hidden layer moves "
        f"by {moved['normalised']:.2g} times its range at the start, and by {moved['plain']:.2g} "
        "times without.",
        "Better first weights do much of the same. Four times as large, and without "
        f"normalisation, they need {steps['wide start']:,.0f} steps: {share:.0%} of the gain, on a "
        "logarithmic scale.",
        f"The largest learning rate at which all ReLU networks learn is {normalized:g} with "
        f"normalisation and {relu:g} without. Of {len(results['swept_rates'])} rates, all sigmoid "
        f"networks learn at this many: {count}. The worst accuracy with normalisation, over all "
        f"rates, is {rates.measured:.2f}.",
        "The formula alone explains part of this: the loss does not depend on the length of a "
        "unit's weights, so they only ever grow, and weights four times as long need a learning "
        "rate 16 times as large for the same training.",
        "The price: in very deep networks, normalisation makes gradients explode at the start, as "
        "`vanishing_exploding` shows.",
    ]
