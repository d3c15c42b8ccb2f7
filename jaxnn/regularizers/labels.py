"""What if the labels are not to be trusted to the last?

    label noise       with probability `share`, a label is replaced by one of the K classes, each
                      as likely as the others, anew in every step
    label smoothing   its mean: p' = (1 - share) p + share / K

With label smoothing the loss is least at p_correct = 1 - share + share / K, at a finite difference
of logits, log((1 - share + share / K) / (share / K)), where hard labels ask for an infinite one
(Szegedy et al. 2016, section 7). Losses in the history are those of the labels as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
from jax import Array, lax

from jaxnn.errors import InputError, check_number
from jaxnn.mlp import MLP
from jaxnn.regularizers.places import Regularizer
from jaxnn.regularizers.random_bits import LEVELS, sixteen_bits, threshold


def _check_classes(regularizer: Regularizer, net: MLP) -> None:
    if net.response not in ("binary", "categorical"):
        raise InputError(
            f"regularizers holds {type(regularizer).__name__}, but the response is {net.response}; "
            "labels are those of a binary or categorical response."
        )


def _check_share(share: float) -> None:
    check_number(share, "share", "a share of the labels in [0, 1)", lambda x: 0 <= x < 1)


@dataclass(frozen=True)
class LabelSmoothing(Regularizer):
    """Targets (1 - share) p + share / K in place of the probabilities p of the K classes.

    Attributes:
      share: in [0, 1).

    Raises:
      InputError, InputTypeError: a share that is not in [0, 1).

    Example:
      >>> import jax
      >>> one_hot = jnp.array([[1.0], [0.0]])  # of one row, two classes
      >>> LabelSmoothing(0.1).targets(jax.random.key(0), one_hot)[:, 0].tolist()
      [0.949999988079071, 0.05000000074505806]
    """

    share: float

    def __post_init__(self) -> None:
        _check_share(self.share)

    def check(self, net: MLP) -> None:
        """Refuse a response without classes."""
        _check_classes(self, net)

    def targets(self, key: Array, probabilities: Array) -> Array:
        """The probabilities, drawn towards equal ones."""
        classes = max(len(probabilities), 2)
        return (1 - self.share) * probabilities + self.share / classes


@dataclass(frozen=True)
class LabelNoise(Regularizer):
    """Labels that are replaced by random ones (which may be the same), anew in every step.

    Attributes:
      share: probability that a label is drawn anew, in [0, 1).

    Raises:
      InputError, InputTypeError: a share that is not in [0, 1).

    Example:
      >>> import jax
      >>> labels = jnp.ones((1, 1000))
      >>> noisy = LabelNoise(0.5).targets(jax.random.key(0), labels)
      >>> bool(200 < (noisy == 0).sum() < 300)
      True
    """

    share: float
    draws_by_row: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_share(self.share)

    def check(self, net: MLP) -> None:
        """Refuse a response without classes."""
        _check_classes(self, net)

    def targets(self, key: Array, probabilities: Array) -> Array:
        """The probabilities, or those of a random class."""
        if self.share == 0:
            return probabilities
        units, rows = probabilities.shape
        bits = sixteen_bits(key, (2, rows)).astype(jnp.uint32)
        anew = bits[0] < threshold(self.share)
        label = bits[1] * max(units, 2) // LEVELS
        drawn = label[None] if units == 1 else lax.iota(jnp.uint32, units)[:, None] == label[None]
        return jnp.where(anew[None], drawn.astype(probabilities.dtype), probabilities)
