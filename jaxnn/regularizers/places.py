"""At which places of a training step can a regulariser act?

    rows (features, targets) -> weights -> hidden units -> loss + penalties -> update -> weights

A regulariser is a small frozen description. It overrides the places at which it acts, with pure
functions; the others pass on what they get. A function of the list of weight matrices, such as
`jaxnn.ElasticNet`, is a penalty, and needs no class.

Training draws noise anew in every step, from the key of the fit. What `fit` returns, and every loss
in its history, is that of the network without noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import InputError, InputTypeError, shown
from jaxnn.mlp import MLP
from jaxnn.regularizers.penalties import Penalty
from jaxnn.tables import Encoder


class Regularizer:
    """What acts on the steps of training, and leaves a plain network.

    Rows are along the last axis. Keys differ from step to step, place to place and layer to layer.

    Attributes:
      draws_by_row: whether two copies of a row get different noise, so that a row of weight two is
        not the same as that row twice.
    """

    draws_by_row: ClassVar[bool] = False

    def check(self, net: MLP) -> None:
        """Refuse a network that this does not suit."""

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse rows of a table, encoded like this, which this does not suit."""

    def features(self, key: Array, features: Array) -> Array:
        """The features (inputs, rows) that a step sees, standardised if an encoder does so."""
        return features

    def targets(self, key: Array, probabilities: Array) -> Array:
        """The probabilities (classes, rows) that a step is to learn; (1, rows) of y = 1."""
        return probabilities

    def weights(self, key: Array, weights: Array) -> Array:
        """The weights (..., inputs, outputs) of layers with which a step computes."""
        return weights

    def hidden(self, key: Array, h: Array) -> Array:
        """The hidden units (units, rows) that the next layer sees."""
        return h

    def activity(self, h: Array) -> Array:
        """A price (rows,) of hidden units (units, rows), of which the mean is added to the loss."""
        return jnp.zeros(h.shape[1], h.dtype)

    def updated(self, weights: Array) -> Array:
        """The weights (..., inputs, outputs) of layers after an update."""
        return weights


Regularizers = tuple[Regularizer | Penalty, ...]


def acting(regularizers: Regularizers, place: str) -> list[tuple[int, Any]]:
    """The regularisers that act at a place, the name of a method, with their numbers."""
    return [
        (number, entry)
        for number, entry in enumerate(regularizers)
        if isinstance(entry, Regularizer)
        and getattr(type(entry), place) is not getattr(Regularizer, place)
    ]


def as_regularizers(given: Any) -> Regularizers:
    """What a recipe was given, as a tuple.

    Args:
      given: a tuple or list of regularisers and of functions of the list of weight matrices.

    Raises:
      InputError: two regularisers of one kind that cannot act twice.
      InputTypeError: something else.
    """
    example = "such as (jaxnn.ElasticNet(l2=0.01),)"
    if not isinstance(given, tuple | list):
        raise InputTypeError(
            f"regularizers is {shown(given)}; pass a tuple of regularisers, {example}."
        )
    for entry in given:
        if isinstance(entry, type):
            raise InputTypeError(
                f"regularizers holds the class {entry.__name__}; pass one of its kind, such as "
                f"{entry.__name__}(...)."
            )
        if not (isinstance(entry, Regularizer) or callable(entry)):
            raise InputTypeError(
                f"regularizers holds {shown(entry)}; pass regularisers and functions of the list "
                f"of weight matrices, {example}."
            )
    kinds = [type(entry) for entry in given if isinstance(entry, Regularizer)]
    for kind in kinds:
        if kinds.count(kind) > 1 and kind.__name__ != "Augmentation":
            raise InputError(
                f"regularizers holds {kinds.count(kind)} of the kind {kind.__name__}; pass one."
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


def check_places(regularizer: Regularizer, net: MLP) -> None:
    """Refuse a regulariser of one's own that makes something else of what it is given.

    Its functions are traced for the shapes of the network, so nothing is compiled.

    Raises:
      InputError, InputTypeError: a function that fails, or returns another shape or dtype.
    """
    kind, rows = type(regularizer).__name__, 2
    has_classes = net.response in ("binary", "categorical")
    if acting((regularizer,), "targets") and not has_classes:
        raise InputError(
            f"regularizers holds {kind}, which acts on probabilities of classes, but the response "
            f"is {net.response}; pass it with a binary or categorical response."
        )
    layers = sorted(set(pairwise(net.sizes)))
    hidden = sorted({(units, rows) for units in net.sizes[1:-1]})
    shapes = {
        "features": [(net.sizes[0], rows)],
        "targets": [(net.sizes[-1], rows)],
        "weights": layers,
        "hidden": hidden,
        "activity": hidden,
        "updated": layers,
    }
    for place in shapes:
        if acting((regularizer,), place):
            for shape in shapes[place]:
                _check_place(regularizer, place, shape)


def _check_place(regularizer: Regularizer, place: str, shape: tuple[int, ...]) -> None:
    kind, given = type(regularizer).__name__, jax.ShapeDtypeStruct(shape, jnp.result_type(float))
    wanted = jax.ShapeDtypeStruct(shape[1:], given.dtype) if place == "activity" else given
    keys = () if place in ("activity", "updated") else (abstract_key(),)
    try:
        found: Any = jax.eval_shape(getattr(regularizer, place), *keys, given)
    except InputError:
        raise
    except Exception as error:
        raise InputTypeError(
            f"regularizers holds {kind}, whose {place} fails for an array of shape {shape} with "
            f"{shown(error)}; pass a regulariser of JAX functions."
        ) from error
    if not isinstance(found, jax.ShapeDtypeStruct):
        returned = f"a value of type {type(found).__name__}"
    elif (found.shape, found.dtype) != (wanted.shape, wanted.dtype):
        returned = f"{found.dtype} of shape {found.shape}"
    else:
        return
    raise InputError(
        f"regularizers holds {kind}, whose {place} returns {returned} for {given.dtype} of shape "
        f"{shape}; return {wanted.dtype} of shape {wanted.shape}."
    )


def abstract_key() -> Any:
    """A key of which only the type is known, for tracing: making one would compile a program."""
    return jax.eval_shape(lambda: jax.random.key(0))


def check_hidden_units(net: MLP, regularizer: Regularizer) -> None:
    """Refuse a network without the hidden units on which a regulariser acts."""
    if len(net.sizes) == 2:
        raise InputError(
            f"regularizers holds {type(regularizer).__name__}, which acts on hidden units, but "
            f"sizes is {net.sizes}; pass a network with hidden layers."
        )
