"""Which models of a binary response are refitted on resamples, and how are they trained?

    logistic   no hidden layer, no penalty
    network    tanh layers, with the penalty of a normal prior on the weights

The penalty is `jaxnn.NormalPrior`. With strength 1 the weights have the variance of LeCun's initial
weights a priori, so the penalty is not tuned to any result.
"""

from __future__ import annotations

from functools import partial

import optax

from jaxnn import MLP, Encoder, Fitter, NormalPrior, Recipe

LEVEL = 0.95  # the nominal level of every band over refits

# With x ~ N(0, 1) the largest curvature of the mean logistic loss is about 1/4, and the learning
# rate is about its inverse. The curvature can be 10 times smaller in another direction; with
# momentum 1/2 the error still shrinks by sqrt(1/2) per step. The experiments check the fits
# against the exact minima.
LOGISTIC = Fitter(
    MLP((1, 1), response="binary"),
    Recipe(partial(optax.sgd, momentum=0.5), learning_rate=4.0, epochs=50, history_every=50),
)


def network(
    inputs: int,
    hidden: tuple[int, ...],
    rows: int,
    encoder: Encoder | None = None,
    strength: float = 1.0,
) -> Fitter:
    """A tanh network for a binary response and `rows` rows: 300 steps of Adam, `NormalPrior`."""
    return Fitter(
        MLP((inputs, *hidden, 1), response="binary"),
        Recipe(regularizers=(NormalPrior(rows, strength),), history_every=300),
        encoder,
    )
