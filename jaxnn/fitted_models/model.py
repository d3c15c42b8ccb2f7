"""What is kept of the refits to a table, and what do they say about new rows?

    mean        of f_b(x) over the refits b, which predicts best
    band        of the mean response: how certain it is
    interval    for a new observation, which has noise too; for classes, a set of them

`fitted_model` gathers what these need, without the training rows themselves: the refits, how often
each drew each row, the responses, and the predictions out of bag. With fits to all rows and refits
to responses simulated from them, the band is that of `jaxnn.bands`, corrected for the bias of the
refits, on which it is then not centred; otherwise it is their percentiles.
`jaxnn.fitted_models.saved_models` saves a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxnn.bands.calibration import calibrated_band, inverse_link, link
from jaxnn.bootstrap import Bootstrap, Interval, interval
from jaxnn.errors import (
    InputError,
    check_level,
    check_name,
)
from jaxnn.fitted_models.prediction_intervals import LeftOut, prediction_interval, prediction_set
from jaxnn.mlp import MLP
from jaxnn.refits import out_of_bag, refitted_network
from jaxnn.tables import Column, Encoder, Table
from jaxnn.tables.reader_arguments import MISSING
from jaxnn.tables.table import (
    check_table,
)
from jaxnn.training import Fitter
from jaxnn.training.arguments import checked_predictors
from jaxnn.training.recipe import Recipe

NUMBERS_AT_ONCE = 2**23  # predictions of all refits that are held at the same time
FACTOR_LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
FACTOR_ROWS = 1000  # rows that a factor is computed from, at most


class Predictions(NamedTuple):
    """What the refits predict for rows; float64.

    Attributes:
      mean: (rows,) numbers or probabilities of y = 1; (rows, classes) probabilities.
      lower, upper: the ends of the band of the mean response, of the shape of `mean`.
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
      full: fits to all rows, as from `jaxnn.bands.simulation.fits_of_all_rows`, or None.
      simulated: refits to simulated responses, as from
        `jaxnn.bands.simulation.simulated_refits`, or None.
      factors: (levels,) the factor of `jaxnn.bands.calibration.calibrated_band` over the training
        rows, for each of `FACTOR_LEVELS`, or None.
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
    full: Bootstrap | None = None
    simulated: Bootstrap | None = None
    factors: np.ndarray | None = None

    def predict(self, X: Any, level: float | None = None) -> Predictions:
        """Means, their bands, and intervals or sets for new observations.

        Args:
          X: (rows, predictors) raw predictors, with codes of levels as in `Table.X`.
          level: coverage of bands and intervals, in (0, 1); None is the model's own.

        Returns:
          `Predictions`, by the formulas at the top of this module and of
          `jaxnn.fitted_models.prediction_intervals`. Compiled, once for each padded number of rows;
          memory is bounded.

        Raises:
          InputError, InputTypeError: rows that do not fit the network, a level outside (0, 1), or
            no refit that converged.
        """
        level = self.level if level is None else level
        check_level(level)
        X = np.asarray(checked_predictors(X, self.net, self.encoder))
        fitter = Fitter(self.net, Recipe(), self.encoder)
        networks = [
            refitted_network(fitter, fits)
            for fits in (self.refits, self.full, self.simulated)
            if fits is not None
        ]
        rows = LeftOut(
            networks[0].out_of_bag, self.observed, self.out_of_bag, self.weights, self.groups
        )
        fits = sum(len(network.out_of_bag) for network in networks)
        # refitted_network pads rows to a multiple of 64.
        at_once = max(64, NUMBERS_AT_ONCE // (fits * self.net.sizes[-1]) // 64 * 64)
        parts = [
            self._predict([network.predict(block) for network in networks], rows, level)
            for block in np.split(X, range(at_once, len(X), at_once))
        ]
        return jax.tree.map(lambda *blocks: np.concatenate(blocks), *parts)

    def _predict(self, predicted: Sequence[np.ndarray], rows: LeftOut, level: float) -> Predictions:
        """`predict` from what the refits, the fits to all rows and the simulated refits predict."""
        kind, mean = self.net.response, predicted[0].mean(axis=0)
        if self.factors is None:
            band = interval(predicted[0], level)
        else:
            refits, full, simulated = predicted
            band = self._calibrated_band(refits, full, simulated, level)
        if kind in ("binary", "categorical"):
            classes = prediction_set(rows, predicted[0], level)
            return Predictions(mean, band.lower, band.upper, classes=classes)
        ends = prediction_interval(rows, predicted[0], kind, level)
        return Predictions(mean, band.lower, band.upper, ends.lower, ends.upper)

    def _calibrated_band(
        self, refits: np.ndarray, full: np.ndarray, simulated: np.ndarray, level: float
    ) -> Interval:
        """The formula of `jaxnn.bands.calibration`, with the factor of the training rows.

        So the band of a row does not depend on the other rows that are predicted with it.
        """
        kind = self.net.response
        refits, full, simulated = (link(kind, means) for means in (refits, full, simulated))
        center = 2 * full.mean(axis=0) - simulated.mean(axis=0)
        # Between levels, in units of the factor that a band without bias would have.
        relative = np.asarray(self.factors) / _normal_factors(FACTOR_LEVELS)
        factor = np.interp(level, FACTOR_LEVELS, relative) * _normal_factors([level])
        half = factor * refits.std(axis=0, ddof=1)
        return Interval(inverse_link(kind, center - half), inverse_link(kind, center + half))


def _normal_factors(levels: Sequence[float]) -> np.ndarray:
    return np.array([NormalDist().inv_cdf((1 + level) / 2) for level in levels])


def fitted_model(
    fitter: Fitter,
    refits: Bootstrap,
    table: Table,
    *,
    level: float = 0.95,
    missing: str = "refuse",
    full: Bootstrap | None = None,
    simulated: Bootstrap | None = None,
) -> FittedModel:
    """Gather what predictions for new rows need.

    Args:
      fitter: the fitter that was passed to `jaxnn.bootstrap.bootstrap`, with an encoder.
      refits: what `bootstrap` returned for the rows of the table.
      table: the table.
      level: coverage of bands and intervals, in (0, 1).
      missing: how the reader of the table treated missing values.
      full, simulated: fits to all rows and refits to simulated responses, for bands that are
        corrected and calibrated; None for percentile bands.

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
    check_table(table)
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
    check_name(missing, "missing", MISSING)
    check_level(level)
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
        full=full,
        simulated=simulated,
        factors=_factors(fitter, X, refits, full, simulated),
    )


def _factors(
    fitter: Fitter,
    X: np.ndarray,
    refits: Bootstrap,
    full: Bootstrap | None,
    simulated: Bootstrap | None,
) -> np.ndarray | None:
    """The factor of the calibrated band of the training rows, for each of `FACTOR_LEVELS`."""
    if full is None or simulated is None:
        if full is not simulated:
            raise InputError(
                "full and simulated belong together, but one of them is None; pass both or neither."
            )
        return None
    most = max(2, NUMBERS_AT_ONCE // (len(refits.diverged) * fitter.net.sizes[-1]))
    count = min(len(X), FACTOR_ROWS, most)
    some = X[np.linspace(0, len(X) - 1, count).round().astype(int)]
    means = [refitted_network(fitter, fits).predict(some) for fits in (refits, full, simulated)]
    kind = fitter.net.response
    return np.array(
        [
            calibrated_band(means[0], means[1], means[2], level, kind=kind).factor
            for level in FACTOR_LEVELS
        ]
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
