"""Which models of a binary response are refitted on resamples, and how are they trained?

    logistic   no hidden layer, no penalty
    network    tanh layers, with the penalty of a normal prior on the weights

The penalty is minus the logarithm of that prior, divided by n as the mean loss is:

    Omega(W) = strength / (2n) sum_layers inputs sum w^2,      w ~ N(0, 1 / (strength inputs))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import jax.numpy as jnp
import optax
from jax import Array

from jaxnn import MLP, Encoder, Fitter, Recipe

LEVEL = 0.95  # the nominal level of every band over refits

# With x ~ N(0, 1) the largest curvature of the mean logistic loss is about 1/4, and the learning
# rate is about its inverse. The curvature can be 10 times smaller in another direction; with
# momentum 1/2 the error still shrinks by sqrt(1/2) per step. The experiments check the fits
# against the exact minima.
LOGISTIC = Fitter(
    MLP((1, 1), response="binary"),
    Recipe(partial(optax.sgd, momentum=0.5), learning_rate=4.0, epochs=50, history_every=50),
)


@dataclass(frozen=True)
class NormalPrior:
    """The penalty that makes the weights of a layer N(0, 1 / inputs) a priori.

    This is the variance of LeCun's initial weights, with which a layer keeps the scale of its
    inputs. So the penalty is not tuned to any result: weights as large as the initial ones are
    typical of the prior, and the more rows there are, the less the prior counts.

    Attributes:
      rows: n.
      strength: 1 for that prior; 0.1 for one with ten times its variance.
    """

    rows: int
    strength: float = 1.0

    def __call__(self, weights: Sequence[Array]) -> Array:
        penalty = jnp.zeros((), weights[0].dtype)
        for w in weights:
            penalty += 0.5 * self.strength * len(w) / self.rows * jnp.sum(jnp.square(w))
        return penalty


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
        Recipe(penalty=NormalPrior(rows, strength), history_every=300),
        encoder,
    )
