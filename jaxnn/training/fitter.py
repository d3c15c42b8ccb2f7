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
from typing import Any, NamedTuple, Protocol, runtime_checkable

from jax import Array

from jaxnn.errors import InputError, check_count, check_key
from jaxnn.mlp import MLP
from jaxnn.tables import Encoder
from jaxnn.training.arguments import (
    CheckedRows,
    check_checked,
    check_descriptions,
    checked_rows,
)
from jaxnn.training.batching import step_bytes
from jaxnn.training.fitting import Fit, fit, train
from jaxnn.training.noisy_objective import draws_by_row
from jaxnn.training.recipe import Recipe
from jaxnn.training.regularized_pass import batch_normalization
from jaxnn.training.scales import has_scales, scales_of
from jaxnn.training.validation_split import as_floats


class Traits(NamedTuple):
    """How a fit treats its rows; the defaults are assumed of any other function.

    Attributes:
      weights_are_counts: whether a row of weight two is the same as that row twice. True for full
        batches, whose objective is a weighted mean over all rows; false for mini-batches, which
        hold a fixed number of rows, whatever their weights, where noise makes two copies of a row
        differ, and for running averages of batch normalisation, which depend on the number of
        rows.
      absent_rows_can_be_dropped: whether leaving out a row of weight zero changes nothing. True if
        weights are counts, unless a fraction of the rows is set aside for validation: which rows
        these are depends on the number of rows.
      varying_length: whether fits may stop after different numbers of epochs (early stopping).
    """

    weights_are_counts: bool = True
    absent_rows_can_be_dropped: bool = False
    varying_length: bool = False


@runtime_checkable
class TrainsRows(Protocol):
    """What can be refitted to rows that have been checked once: a `Fitter`, or one like it.

    `checked` gives the rows as arrays, `with_table_scales` remembers the scales of the whole table,
    and `train` fits resamples of them.
    """

    @property
    def traits(self) -> Traits:
        """How the fit treats its rows."""
        ...

    def checked(
        self, X: Any, y: Any, weights: Any = None, groups: Any = None, validation: Any = None
    ) -> CheckedRows:
        """The rows as arrays, if they can be fitted."""
        ...

    def with_table_scales(self, rows: CheckedRows) -> CheckedRows:
        """The rows, with the scales of all of them for columns that a resample lacks."""
        ...

    def train(self, key: Array, rows: CheckedRows) -> Any:
        """Fit rows that have been checked, or a resample of them."""
        ...

    def working_set(self, rows: int) -> int:
        """Bytes of activations that one step keeps in use if there are `rows` rows."""
        ...


@dataclass(frozen=True)
class Fitter:
    """`fit` with everything fixed except key and rows: fitter(key, X, y[, weights, groups]) -> Fit.

    Equal fitters share one compiled program, so a second bootstrap with an equal fitter compiles
    nothing.

    Attributes:
      net, recipe, encoder, learning_rate, penalty_factor: as `fit` takes them.

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
    penalty_factor: float | None = None

    def __post_init__(self) -> None:
        check_descriptions(
            self.net, self.recipe, self.encoder, self.learning_rate, self.penalty_factor
        )

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
        """Train on rows that have been checked; a key and rows of another kind are refused."""
        check_key(key)
        check_checked(rows)
        return train(
            key,
            self.net,
            rows,
            self.recipe,
            self.encoder,
            self.learning_rate,
            self.penalty_factor,
        )

    def with_table_scales(self, rows: CheckedRows) -> CheckedRows:
        """The rows, with the scales of all of them where a resample is constant."""
        check_checked(rows)
        if not has_scales(self.net, self.recipe, self.encoder):
            return rows
        given = as_floats(rows.X, rows.y, rows.weights)
        return rows._replace(whole=scales_of(*given, self.net, self.recipe, self.encoder))

    @property
    def traits(self) -> Traits:
        """How this fit treats its rows."""
        return _traits(self.recipe)

    def working_set(self, rows: int) -> int:
        """Bytes of activations that one step keeps in use if there are `rows` rows."""
        check_count(rows, "rows")
        in_blocks = batch_normalization(self.recipe.regularizers) is None
        rows = min(rows, self.recipe.batch_size or rows)
        return step_bytes(self.net, rows, in_blocks=in_blocks)


def _traits(recipe: Recipe) -> Traits:
    normalization = batch_normalization(recipe.regularizers)
    # Running variances are corrected by the number of rows, which weights do not tell.
    running = normalization is not None and normalization.momentum is not None
    counts = recipe.batch_size is None and not draws_by_row(recipe.regularizers) and not running
    return Traits(
        weights_are_counts=counts,
        absent_rows_can_be_dropped=counts and not recipe.validation_fraction,
        varying_length=recipe.patience is not None,
    )


def traits_of(function: Callable[..., Any]) -> Traits:
    """The traits of a function fit(key, X, y[, weights]); the defaults where they are unknown."""
    traits = getattr(function, "traits", None)
    if isinstance(traits, Traits):
        return traits
    if isinstance(function, partial) and function.func is fit:
        return _traits(function.keywords.get("recipe") or Recipe())
    return Traits()


def as_fitter(function: Callable[..., Any]) -> tuple[Callable[..., Any], Any]:
    """A partial of `jaxnn.fit` as the equal `Fitter` and the validation rows that it fixes.

    Args:
      function: any function.

    Returns:
      The `Fitter` and the validation rows, or None, if there is such a fitter; otherwise the
      function itself and None.

    Raises:
      InputError: the partial fixes the weights or the groups of the rows.
    """
    if not (isinstance(function, partial) and function.func is fit):
        return function, None
    for name in ("weights", "groups"):
        if function.keywords.get(name) is not None:
            raise InputError(
                f"fit is a partial that fixes {name}; pass one without them, and {name} to the "
                "bootstrap."
            )
    given = {name: value for name, value in function.keywords.items() if value is not None}
    validation = given.pop("validation", None)
    fields = {field.name for field in dataclasses.fields(Fitter)}
    if function.args or "net" not in given or not set(given) <= fields:
        return function, None
    return Fitter(**given), validation
