"""What is kept of the refits to a table, and what do they say about new rows?

    mean        the mean of f_b(x) over the refits b
    band        of that mean: how certain it is
    interval    for a new observation, which has noise too; for classes, a set of them

`fitted_model` gathers what these need, without the training rows themselves: the refits, how often
each drew each row, the responses, and the predictions out of bag. `jaxnn.saved_models` saves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxnn.bootstrap import Bootstrap, interval
from jaxnn.errors import InputError, InputTypeError, check_number
from jaxnn.mlp import MLP
from jaxnn.prediction_intervals import LeftOut, prediction_interval, prediction_set
from jaxnn.refits import RefittedNetwork, out_of_bag, refitted_network
from jaxnn.tables import Column, Encoder, Table
from jaxnn.training import Fitter
from jaxnn.training.arguments import checked_predictors
from jaxnn.training.recipe import Recipe

NUMBERS_AT_ONCE = 2**24  # predictions of all refits that are held at the same time


class Predictions(NamedTuple):
    """What the refits predict for rows; float64.

    Attributes:
      mean: (rows,) numbers or probabilities of y = 1; (rows, classes) probabilities.
      lower, upper: the ends of the band of the mean, of the shape of `mean`.
      new_lower, new_upper: (rows,) the ends of the prediction interval of a quantitative response
        or a count, which covers a new observation; None for classes.
      classes: (rows, classes) bool, the prediction set of a binary or categorical response, which
        covers a new observation; None for numbers.
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    new_lower: np.ndarray | None = None
    new_upper: np.ndarray | None = None
    classes: np.ndarray | None = None


class FittedModel(NamedTuple):
    """The refits to a table with what predictions for new rows need; made by `fitted_model`.

    Attributes:
      net: the network.
      encoder: the predictors.
      response: the column of the response.
      refits: all refits, including those that diverged.
      observed: (rows,) the responses that the refits were trained on.
      out_of_bag: (rows,) mean predictions by the refits that left the row out, as
        `jaxnn.refits.OutOfBag.mean`.
      ranges: (predictors, 2) the least and the greatest value of each predictor.
      fillings: (predictors,) the median of a numeric predictor, the code of the most common level
        of others: what a missing value is replaced by.
      weights, groups: (rows,) case weights and codes of groups, or None.
      level: coverage of bands and intervals, unless another is asked for.
      missing: how missing values were treated, "refuse", "drop" or "impute".
      training: how the network was trained, as texts and numbers by name.
    """

    net: MLP
    encoder: Encoder
    response: Column
    refits: Bootstrap
    observed: np.ndarray
    out_of_bag: np.ndarray
    ranges: np.ndarray
    fillings: np.ndarray
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None
    level: float = 0.95
    missing: str = "refuse"
    training: Mapping[str, Any] = {}

    @property
    def network(self) -> RefittedNetwork:
        """The refits that converged, as one black box; InputError if there are none."""
        return refitted_network(Fitter(self.net, Recipe(), self.encoder), self.refits)

    def predict(self, X: Any, level: float | None = None) -> Predictions:
        """Means, their bands, and intervals or sets for new observations.

        Args:
          X: (rows, predictors) raw predictors, with codes of levels as in `Table.X`.
          level: coverage of bands and intervals, in (0, 1); None is the model's own.

        Returns:
          `Predictions`, by the formulas at the top of this module and of
          `jaxnn.prediction_intervals`. Compiled, once for each padded number of rows; memory is
          bounded.

        Raises:
          InputError, InputTypeError: rows that do not fit the network, a level outside (0, 1), or
            no refit that converged.
        """
        level = self.level if level is None else level
        check_number(level, "level", "a number between 0 and 1, such as 0.95", lambda p: 0 < p < 1)
        network = self.network
        X = np.asarray(checked_predictors(X, self.net, self.encoder))
        rows = LeftOut(
            network.out_of_bag, self.observed, self.out_of_bag, self.weights, self.groups
        )
        at_once = NUMBERS_AT_ONCE // (len(network.out_of_bag) * self.net.sizes[-1])
        at_once = max(64, at_once // 64 * 64)  # refitted_network pads rows to a multiple of 64
        parts = [
            self._predict(network, rows, X[start : start + at_once], level)
            for start in range(0, len(X), at_once)
        ]
        return jax.tree.map(lambda *blocks: np.concatenate(blocks), *parts)

    def _predict(
        self, network: RefittedNetwork, rows: LeftOut, X: np.ndarray, level: float
    ) -> Predictions:
        """`predict` for few enough rows."""
        predictions = network.predict(X)
        band = interval(predictions, level)
        mean = predictions.mean(axis=0)
        if self.net.response in ("binary", "categorical"):
            classes = prediction_set(rows, predictions, level)
            return Predictions(mean, *band, classes=classes)
        return Predictions(
            mean, *band, *prediction_interval(rows, predictions, self.net.response, level)
        )


def fitted_model(
    fitter: Fitter,
    refits: Bootstrap,
    table: Table,
    *,
    level: float = 0.95,
    missing: str = "refuse",
) -> FittedModel:
    """Gather what predictions for new rows need.

    Args:
      fitter: the fitter that was passed to `jaxnn.bootstrap.bootstrap`, with an encoder.
      refits: what `bootstrap` returned for the rows of the table.
      table: the table.
      level: coverage of bands and intervals, in (0, 1).
      missing: how the reader of the table treated missing values.

    Returns:
      A `FittedModel`.

    Raises:
      InputError, InputTypeError: a fitter, refits and a table that do not belong together, a fitter
        without an encoder, or a response with several numbers per row.

    Example:
      >>> import jax, jaxnn
      >>> from jaxnn.bootstrap import bootstrap
      >>> table = jaxnn.from_arrays(np.linspace(-1, 1, 40)[:, None], np.arange(40.0))
      >>> encoder = jaxnn.Encoder(table.columns)
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3), encoder)
      >>> refits = bootstrap(jax.random.key(0), fitter, table.X, table.y, replicates=9)
      >>> model = fitted_model(fitter, refits, table)
      >>> new = model.predict([[0.1], [0.2]])
      >>> bool((new.new_lower < new.lower).all() and (new.upper < new.new_upper).all())
      True
    """
    if not isinstance(table, Table):
        raise InputTypeError(f"table is a {type(table).__name__}; pass a jaxnn.Table.")
    network = refitted_network(fitter, refits)
    if fitter.encoder is None or fitter.encoder.columns != table.columns:
        raise InputError(
            "fitter has no encoder of this table's columns; pass a Fitter with "
            "jaxnn.Encoder(table.columns)."
        )
    if fitter.net.response not in ("binary", "categorical") and fitter.net.sizes[-1] > 1:
        raise InputError(
            f"sizes ends with {fitter.net.sizes[-1]}; new rows are predicted for a response of one "
            "number, so pass 1."
        )
    X = np.asarray(table.X, float)
    fillings = [
        np.median(values)
        if column.kind == "numeric"
        else np.argmax(np.bincount(values.astype(int)))
        for column, values in zip(table.columns, X.T, strict=True)
    ]
    return FittedModel(
        fitter.net,
        fitter.encoder,
        table.response,
        refits,
        np.asarray(table.y, float),
        out_of_bag(network, X, table.y, level).mean,
        np.stack([X.min(axis=0), X.max(axis=0)], axis=1),
        np.array(fillings, float),
        table.weights,
        table.groups,
        level=float(level),
        missing=missing,
        training=_recipe_as_text(fitter.recipe),
    )


def _recipe_as_text(recipe: Recipe) -> dict[str, Any]:
    """The fields of a recipe: numbers and texts as they are, functions by name."""
    fields = {name: getattr(recipe, name) for name in recipe.__dataclass_fields__}
    return {
        name: value if value is None or isinstance(value, str | int | float) else _name(value)
        for name, value in fields.items()
    }


def _name(value: Callable[..., Any]) -> str:
    return getattr(value, "__qualname__", None) or str(value)
