"""How well do refits predict, alone and as their mean, and how sure is that?

Each row is predicted by the refits that have not seen it. Scores of "one refit" average the loss of
single refits: what a fit to a resample costs. Scores of the "mean of refits" judge their mean
prediction, which is what is delivered. The .632+ estimate stands for one fit to all rows, which has
seen more distinct rows than a refit:

    .632+ = (1 - w) err + w Err1',   see jaxnn.refits.error_of_one_fit

An interval is meant to contain the score that exactly these refits, or their mean, would have on
many new rows (for .632+, that of the fit to all these rows). How often 95% intervals did, in 500
simulated tables each (100 refits; least squares or logistic regression with hardly any penalty,
three of the normal predictors matter; Monte Carlo error 0.01):

    rows, predictors              100, 5         300, 5         100, 15        300, 15
    least squares
      mean squared error          0.94           0.93           0.89           0.92 to 0.93
      .632+                       0.93           0.93           0.89           0.93
      R squared                   0.91 to 0.92   0.92           0.89 to 0.91   0.92 to 0.93
    logistic regression
      log loss, Brier, explained  0.92 to 0.93   0.95           -              0.91
      .632+                       0.93           0.96           -              0.92
      accuracy                    0.94 to 0.95   0.95 to 0.96   -              0.92 to 0.93
      AUC                         0.93 to 0.94   0.95           -              0.90 to 0.92

Refits of a network with 8 units on 200 rows: 0.93 to 0.96 for the scores of two classes, 0.93 to
0.95 for squared errors, 0.89 to 0.91 for R squared (150 tables, Monte Carlo error 0.02). With few
rows per predictor intervals are too short: what rows say about each other's predictions ties
their errors together, which no formula of single rows sees. The score that the method would have on
average over other tables is another target; intervals contained it in 85% to 99% of the tables.
With 30 and 80 groups of 4 rows that share an effect, intervals by groups held 0.91 to 0.95, and
those that take the rows for independent 0.82 to 0.91 (400 tables, means of refits).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_weights, check_instance, check_level, shown
from jaxnn.inspection.score_intervals import (
    Rows,
    ScoreInterval,
    auc_interval,
    explained_interval,
    interval_of_area,
    log_interval,
    mean_interval,
    sampled_rows,
    share_interval,
)
from jaxnn.inspection.scores import area_and_influences, brier_score, wrong_class
from jaxnn.refits.black_boxes import RefittedModel
from jaxnn.refits.error_of_one_fit import error_632_plus
from jaxnn.refits.unseen_rows import UnseenRows, unseen_rows
from jaxnn.results import check_result

ONE, MEAN = "one refit", "mean of refits"
LOSSES = {
    "quantitative": "mean squared error",
    "binary": "log loss",
    "categorical": "log loss",
    "count": "Poisson deviance",
}
EXPLAINED = {"quantitative": "R squared"}
COVERAGE = (
    "In simulations with 100 to 300 rows, 95% intervals contained the score on new rows in 89% to "
    "96% of the tables, least often with few rows per predictor."
)
OF_632_PLUS = "sampling of the rows: as that of the loss of one refit"


class PredictionError(NamedTuple):
    """One score of prediction on rows that were not seen.

    Attributes:
      score: its name, such as "R squared", "AUC", "log loss" or ".632+ log loss".
      of: "one refit" or "mean of refits"; "one fit to all rows" for .632+.
      estimate, lower, upper: the score and the ends of its interval.
      standard_error: of the estimate, from the rows as a sample.
      higher_is_better: False for losses and the Brier score.
      interval: what the interval allows for and how it is made, in words.
    """

    score: str
    of: str
    estimate: float
    lower: float
    upper: float
    standard_error: float
    higher_is_better: bool
    interval: str


class PredictionErrors(NamedTuple):
    """Scores of prediction with intervals, from rows that refits have not seen.

    Attributes:
      response: the kind of response.
      rows: one `PredictionError` per score and way to predict.
      level: of the intervals.
      judged, never_unseen: number of rows, of positive weight, that some refit left out, and that
        all refits have seen; these are in no score.
      by_row: predictions and losses of the rows, for plots and other scores.
    """

    response: str
    rows: tuple[PredictionError, ...]
    level: float
    judged: int
    never_unseen: int
    by_row: UnseenRows

    def find(self, score: str, of: str = MEAN) -> PredictionError:
        """The row of a score, of the mean of refits unless `of` says otherwise.

        Raises:
          InputError: there is none; the sentence lists all.
        """
        check_instance(score, "score", str, "text")
        check_instance(of, "of", str, "text")
        for row in self.rows:
            if (row.score, row.of) == (score, of):
                return row
        known = ", ".join(f"{row.score} of {row.of}" for row in self.rows)
        raise InputError(f"score is {shown(score)} of {shown(of)}; the result has: {known}.")


def prediction_errors(
    model: RefittedModel,
    X: Any,
    y: Any,
    *,
    weights: Any = None,
    groups: Any = None,
    level: float = 0.95,
) -> PredictionErrors:
    """Errors of prediction on rows that refits have not seen, each with its interval.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      weights: (rows,) case weights of the fits, at least 0; None gives all rows the same weight.
      groups: (rows,) labels; rows with equal labels are not independent. A row then counts as
        unseen only where its whole group is, and intervals take groups as the sample.
      level: coverage of the intervals, in (0, 1).

    Returns:
      A `PredictionErrors`, computed in double precision in blocks of rows. The AUC of one refit is
      the mean over the refits that left out both classes, and is missing if there are none.

    Raises:
      InputTypeError: `model` is not the refits of a model.
      InputError: other rows than those of the bootstrap, a response with missing values, with one
        class or one value only, weights or groups that cannot be used, or a level outside (0, 1).

    Example:
      >>> import jax
      >>> from sklearn.linear_model import LogisticRegression
      >>> from jaxnn.estimators import refitted_estimator
      >>> X = np.linspace(-3, 3, 60)[:, None]
      >>> y = (X[:, 0] + 2 * np.sin(np.arange(60.0)) > 0).astype(int)
      >>> model = refitted_estimator(jax.random.key(0), LogisticRegression(), X, y, replicates=30)
      >>> result = prediction_errors(model, X, y)
      >>> area = result.find("AUC")
      >>> bool(0.7 < area.lower < area.estimate < area.upper < 1)
      True
      >>> print(error_table(result).splitlines()[0])
      score               of                   estimate  95% interval
    """
    check_level(level)
    found = unseen_rows(model, X, y, weights, groups)
    y = np.asarray(y, float)
    w = np.ones(len(y)) if weights is None else as_weights(weights, len(y)).astype(float)
    judged = (found.left_out_by > 0) & (w > 0)
    sample = (w[judged], None if groups is None else np.asarray(groups)[judged], level)
    kind, y = model.response, y[judged]
    _check_varies(kind, y)
    losses = {ONE: found.single_loss[judged], MEAN: found.mean_loss[judged]}
    rows = []
    for of, values in losses.items():
        rows.append(_row(LOSSES[kind], of, mean_interval(values, *sample), False))
    rows.append(_row_632_plus(kind, found, rows[0], sampled_rows(len(y), *sample[:2]), level))
    constant = found.constant_loss[judged]
    for of, values in losses.items():
        explained = explained_interval(values, constant, *sample)
        rows.append(_row(EXPLAINED.get(kind, "deviance explained"), of, explained, True))
    if kind in ("binary", "categorical"):
        rows += _rows_of_classes(y, found, judged, sample)
    if kind == "binary":
        rows += _rows_of_area(y, found, judged, sample)
    never = int((w > 0).sum() - judged.sum())
    return PredictionErrors(kind, tuple(rows), level, int(judged.sum()), never, found)


def _row(score: str, of: str, interval: ScoreInterval, higher: bool) -> PredictionError:
    return PredictionError(score, of, *interval[:4], higher, interval.kind)


def _row_632_plus(
    kind: str, found: UnseenRows, out_of_bag: PredictionError, rows: Rows, level: float
) -> PredictionError:
    """With the standard error out of bag; smaller ones, in proportion, were measured too small."""
    error = error_632_plus(found.apparent, out_of_bag.estimate, found.no_information)
    spread = out_of_bag.standard_error
    interval = ScoreInterval(
        error, *log_interval(error, spread, rows.size, level), spread, OF_632_PLUS
    )
    return _row(f".632+ {LOSSES[kind]}", "one fit to all rows", interval, False)


def _rows_of_classes(
    y: np.ndarray, found: UnseenRows, judged: np.ndarray, sample: tuple[Any, Any, float]
) -> list[PredictionError]:
    """Accuracy and the Brier score."""
    prediction = found.prediction[judged]
    right = {ONE: 1 - found.single_wrong[judged], MEAN: 1 - wrong_class(y, prediction)}
    squares = {ONE: found.single_brier[judged], MEAN: brier_score(y, prediction)}
    rows = [
        _row("accuracy", of, share_interval(values, *sample), True) for of, values in right.items()
    ]
    return rows + [
        _row("Brier score", of, mean_interval(values, *sample), False)
        for of, values in squares.items()
    ]


def _rows_of_area(
    y: np.ndarray, found: UnseenRows, judged: np.ndarray, sample: tuple[Any, Any, float]
) -> list[PredictionError]:
    """The area under the curve, of single refits the mean over those that left out both classes."""
    weights, groups, level = sample
    areas, influences = [], np.zeros(len(y))
    for predictions, unseen in zip(found.refit_predictions, found.unseen, strict=False):
        known = unseen[judged]
        if len(np.unique(y[known])) < 2:
            continue
        area, of_rows = area_and_influences(y[known], predictions[judged][known], weights[known])
        areas.append(area)
        influences[known] += of_rows
    rows = []
    if areas:
        sampled = sampled_rows(len(y), weights, groups)
        alone = interval_of_area(
            float(np.mean(areas)), influences / len(areas), y, sampled, groups is not None, level
        )
        rows.append(_row("AUC", ONE, alone, True))
    together = auc_interval(y, found.prediction[judged], *sample)
    return [*rows, _row("AUC", MEAN, together, True)]


def _check_varies(kind: str, y: np.ndarray) -> None:
    if np.ptp(y) == 0:
        what = "one class" if kind in ("binary", "categorical") else "the same value"
        raise InputError(
            f"y has {what} only, {y[0]:g}, in the {len(y)} rows that some refit left out; errors "
            "of prediction need a response that varies."
        )


def error_table(result: PredictionErrors) -> str:
    """The scores as a text table, with what each interval allows for below it.

    Args:
      result: as from `prediction_errors`.

    Returns:
      One line per score: its name, whose prediction it judges, the estimate, its interval and a
      number in brackets, which is explained below the table.

    Raises:
      InputTypeError: anything else.
    """
    check_result(result, "result", PredictionErrors, "prediction_errors")
    kinds = list(dict.fromkeys(row.interval for row in result.rows))
    cells = [("score", "of", "estimate", f"{result.level:.0%} interval", "")]
    for row in result.rows:
        ends = f"{_rounded(row.lower)} to {_rounded(row.upper)}"
        number = f"[{kinds.index(row.interval) + 1}]"
        cells.append((row.score, row.of, _rounded(row.estimate), ends, number))
    widths = [max(len(row[k]) for row in cells) for k in range(5)]
    lines = []
    for score, of, estimate, ends, number in cells:
        texts = f"{score:<{widths[0]}}  {of:<{widths[1]}}  {estimate:>{widths[2]}}"
        lines.append(f"{texts}  {ends:<{widths[3]}}  {number}".rstrip())
    lines.append("")
    lines += [f"[{number}] {kind}" for number, kind in enumerate(kinds, start=1)]
    never = ""
    if result.never_unseen:
        never = f"; the scores leave out {result.never_unseen:,} that all refits have seen"
    lines.append(f"Each of {result.judged:,} rows is predicted by refits without it{never}.")
    if result.level == 0.95:
        lines.append(COVERAGE)
    return "\n".join(lines)


def _rounded(value: float) -> str:
    """Four significant digits, without an exponent where that is readable."""
    if not np.isfinite(value):
        return "unknown"
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        digits = 3 if abs(value) < 1 else max(0, 3 - int(np.log10(abs(value))))
        return f"{value:,.{digits}f}"
    return f"{value:.3g}"
