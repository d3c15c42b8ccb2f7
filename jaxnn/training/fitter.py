"""How does a fit treat the rows it is given?

    fitter(key, X, y[, weights, groups]) -> Fit

A `Fitter` is `fit` with everything fixed except the key and the rows. Its `Traits` tell a bootstrap
whether a resample may be passed as weights, and whether rows that were not drawn can be dropped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from jax import Array

from jaxnn.errors import InputError, check_key
from jaxnn.mlp import MLP
from jaxnn.tables import Encoder
from jaxnn.training.arguments import CheckedRows, check_descriptions, checked_rows
from jaxnn.training.batching import step_bytes
from jaxnn.training.fitting import Fit, fit, train
from jaxnn.training.recipe import Recipe


class Traits(NamedTuple):
    """How a fit treats its rows; the defaults are assumed of any other function.

    Attributes:
      weights_are_counts: whether a row of weight two is the same as that row twice. True for full
        batches, whose objective is a weighted mean over all rows; false for mini-batches, which
        hold a fixed number of rows, whatever their weights.
      absent_rows_can_be_dropped: whether leaving out a row of weight zero changes nothing. True if
        weights are counts, unless a fraction of the rows is set aside for validation: which rows
        these are depends on the number of rows.
      varying_length: whether fits may stop after different numbers of epochs (early stopping).
    """

    weights_are_counts: bool = True
    absent_rows_can_be_dropped: bool = False
    varying_length: bool = False


@dataclass(frozen=True)
class Fitter:
    """`fit` with everything fixed except key and rows: fitter(key, X, y[, weights, groups]) -> Fit.

    Equal fitters share one compiled program, so a second bootstrap with an equal fitter compiles
    nothing.

    Attributes:
      net, recipe, encoder, learning_rate: as `fit` takes them.

    Raises:
      InputError, InputTypeError: an attribute that `fit` does not accept.

    Example:
      >>> import jax
      >>> from jaxnn import MLP, Fitter, Recipe
      >>> fitter = Fitter(MLP((1, 2, 1)), Recipe(epochs=5))
      >>> fitted = fitter(jax.random.key(0), [[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0])
      >>> fitted.params[0].weights.shape
      (1, 2)
      >>> fitter == Fitter(MLP((1, 2, 1)), Recipe(epochs=5))
      True
    """

    net: MLP
    recipe: Recipe = Recipe()
    encoder: Encoder | None = None
    learning_rate: float | None = None

    def __post_init__(self) -> None:
        check_descriptions(self.net, self.recipe, self.encoder, self.learning_rate)

    def __call__(self, key: Array, X: Any, y: Any, weights: Any = None, groups: Any = None) -> Fit:
        """Train on these rows; arguments, result and errors are those of `fit`."""
        check_key(key)
        return self.train(key, self.checked(X, y, weights, groups))

    def checked(
        self, X: Any, y: Any, weights: Any = None, groups: Any = None, validation: Any = None
    ) -> CheckedRows:
        """The rows as arrays, if they can be fitted; errors are those of `fit`."""
        return checked_rows(X, y, self.net, self.recipe, self.encoder, weights, validation, groups)

    def train(self, key: Array, rows: CheckedRows) -> Fit:
        """Train on rows that have been checked."""
        return train(key, self.net, rows, self.recipe, self.encoder, self.learning_rate)

    @property
    def traits(self) -> Traits:
        """How this fit treats its rows."""
        return _traits(self.recipe)

    def working_set(self, rows: int) -> int:
        """Bytes of activations that one step keeps in use if there are `rows` rows."""
        return step_bytes(self.net, min(rows, self.recipe.batch_size or rows))


def _traits(recipe: Recipe) -> Traits:
    full_batch = recipe.batch_size is None
    return Traits(
        weights_are_counts=full_batch,
        absent_rows_can_be_dropped=full_batch and not recipe.validation_fraction,
        varying_length=recipe.patience is not None,
    )


def traits_of(function: Callable[..., Any]) -> Traits:
    """The traits of a function fit(key, X, y[, weights]); the defaults where they are unknown."""
    traits = getattr(function, "traits", None)
    if isinstance(traits, Traits):
        return traits
    if isinstance(function, partial) and function.func is fit:
        recipe = function.keywords.get("recipe") or Recipe()
        return Traits(weights_are_counts=_traits(recipe).weights_are_counts)
    return Traits()


def as_fitter(function: Callable[..., Any]) -> Callable[..., Any]:
    """A partial of `jaxnn.fit` as the equal `Fitter`, if there is one; anything else unchanged.

    Raises:
      InputError: the partial fixes the weights of the rows.
    """
    if not (isinstance(function, partial) and function.func is fit) or function.args:
        return function
    if "weights" in function.keywords:
        raise InputError(
            "fit is a partial that fixes weights; pass one without them, since a bootstrap sets "
            "the weights itself."
        )
    fields = {field.name for field in dataclasses.fields(Fitter)}
    if "net" not in function.keywords or not set(function.keywords) <= fields:
        return function
    given = {name: value for name, value in function.keywords.items() if value is not None}
    return Fitter(**given)
