"""At which places of a training step can a regulariser act?

    rows (features, targets) -> weights -> hidden units -> loss + penalties -> update

A regulariser is a small frozen description. It overrides the places at which it acts; the others
pass on what they get. A function of the list of weight matrices, such as `jaxnn.ElasticNet`, is a
penalty, and needs no class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jax import Array

from jaxnn.errors import InputTypeError
from jaxnn.regularizers.penalties import Penalty


class Regularizer:
    """What acts on the steps of training, and leaves a plain network."""


Regularizers = tuple[Regularizer | Penalty, ...]


def as_regularizers(given: Any) -> Regularizers:
    """What a recipe was given, as a tuple.

    Args:
      given: a tuple or list of regularisers and of functions of the list of weight matrices.

    Raises:
      InputTypeError: something else.
    """
    example = "such as (jaxnn.ElasticNet(l2=0.01),)"
    if not isinstance(given, tuple | list):
        raise InputTypeError(f"regularizers is {given!r}; pass a tuple of regularisers, {example}.")
    for entry in given:
        if isinstance(entry, type):
            raise InputTypeError(
                f"regularizers holds the class {entry.__name__}; pass one of its kind, such as "
                f"{entry.__name__}(...)."
            )
        if not (isinstance(entry, Regularizer) or callable(entry)):
            raise InputTypeError(
                f"regularizers holds {entry!r}; pass regularisers and functions of the list of "
                f"weight matrices, {example}."
            )
    return tuple(given)


def penalty_of(regularizers: Regularizers) -> Penalty | None:
    """The sum of all penalties on the weights; None if there is none."""
    penalties = [entry for entry in regularizers if not isinstance(entry, Regularizer)]
    return None if not penalties else _sum_of(penalties)


def _sum_of(penalties: list[Penalty]) -> Penalty:
    def total(weights: Sequence[Array]) -> Array:
        first, *others = (penalty(weights) for penalty in penalties)
        return sum(others, start=first)

    return total
