"""How do refits of a scikit-learn estimator predict, and what do their errors cost?

As refits of a network do (`jaxnn.refits.RefittedModel`), with one difference. A forest can give a
class the probability 0, of which the logarithm is infinite. So in losses a predicted probability
or count p is moved towards the overall mean m of the response in the n training rows,

    p' = (n p + m) / (n + 1)

as if one more row had the response m; `predict` gives p itself.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import (
    InputError,
    as_numbers,
    check_count,
    check_finite,
    shown,
)
from jaxnn.estimators.single_fits import SingleFit
from jaxnn.refits.black_boxes import (
    check_references,
    double_precision,
    mean_prediction_of,
    predictions_of,
)
from jaxnn.replicate import available_cores
from jaxnn.tables import Column, Encoder, Scaling, encode

ROWS_WORTH_THREADS = 1024  # with fewer rows, starting threads takes longer than they save


class RefittedEstimator(NamedTuple):
    """Refits of a scikit-learn estimator as one black box, made by `refitted_estimator`.

    It is a `jaxnn.refits.RefittedModel`: `jaxnn.refits.effect`, `jaxnn.refits.out_of_bag` and the
    others take it in place of a refitted network.

    Attributes:
      response: "quantitative", "binary", "categorical" or "count".
      width: the number of classes if the response is categorical, otherwise 1.
      columns: descriptions of the predictors, or None.
      encoder: how the predictors become the estimator's features, or None if they are these.
      fits: one `SingleFit` per refit; `fits[b].estimator` is a fitted scikit-learn estimator.
      multiplicities: (refits, rows) how often each row was drawn.
      predictors: the number of columns of X.
      overall_mean: (width,) mean of the response, or share of each class, in the training rows.
    """

    response: str
    width: int
    columns: tuple[Column, ...] | None
    encoder: Encoder | None
    fits: tuple[SingleFit, ...]
    multiplicities: np.ndarray
    predictors: int
    overall_mean: np.ndarray

    @property
    def out_of_bag(self) -> np.ndarray:
        """(refits, rows) bool, True where a row was not drawn: an honest test row."""
        return self.multiplicities == 0

    def single(self, refit: int) -> RefittedEstimator:
        """One of the refits, as a black box of its own.

        Raises:
          InputError, InputTypeError: no number of a refit, 0 to refits - 1.
        """
        check_count(refit, "refit", least=0)
        if refit >= len(self.fits):
            raise InputError(
                f"refit is {shown(refit)}; pass one below {len(self.fits)}, the number of refits."
            )
        return self._replace(
            fits=self.fits[refit : refit + 1],
            multiplicities=self.multiplicities[refit : refit + 1],
        )

    def predict(self, X: Any) -> np.ndarray:
        """Predictions of every refit, in the response's own unit.

        Args:
          X: (rows, predictors) raw predictors.

        Returns:
          (refits, rows) float64: a number, or the probability of y = 1; (refits, rows, classes) for
          a categorical response.

        Raises:
          InputError, InputTypeError: rows that do not fit the refits.
        """
        return predictions_of(self, self._means, self._matrix(X))

    def predict_mean(self, X: Any) -> np.ndarray:
        """The mean of `predict` over the refits: (rows,) or (rows, classes)."""
        return mean_prediction_of(self, self._means, self._matrix(X))

    def predictions_and_losses(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Predictions (refits, rows, width) and losses (refits, rows), by the formula above.

        Args:
          X: (rows, predictors), few enough for their predictions to be held at once.
          y: (rows,) responses in their own unit, or class codes.

        Returns:
          Both float64. The losses are those of `jaxnn.responses`: a squared error, a cross-entropy
          in nats, or a Poisson deviance.

        Raises:
          InputError, InputTypeError: rows that do not fit the refits.
        """
        X, y = self._matrix(X), self._responses(y, len(X))
        means = self._means(X)
        return means, self._losses(means, y)

    def predictions_and_losses_at(self, X: Any, references: int) -> tuple[np.ndarray, np.ndarray]:
        """Predictions, and losses if all rows had the response 0, if 1, and so on.

        Args:
          X: (rows, predictors), few enough for what is returned to be held at once.
          references: how many responses there are, such as the number of classes.

        Returns:
          (refits, rows, width) and (references, refits, rows), as `predictions_and_losses`.

        Raises:
          InputError, InputTypeError: rows that do not fit the refits, or no count, or more classes
            than there are.
        """
        X = self._matrix(X)
        check_references(references, self, len(X))
        means = self._means(X)
        of_each = [self._losses(means, np.full(len(X), float(r))) for r in range(references)]
        return means, np.stack(of_each)

    def _losses(self, means: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(refits, rows) the losses of predictions (refits, rows, width)."""
        if self.response == "quantitative":
            return np.square(means[..., 0] - y)
        rows = self.multiplicities.shape[1]
        if self.response == "categorical":
            observed = y.astype(int)
            shares = rows * means[:, np.arange(len(y)), observed] + self.overall_mean[observed]
            return -np.log(shares / (rows + 1))
        moved = (rows * means + self.overall_mean) / (rows + 1)
        moved = moved[..., 0]
        if self.response == "binary":
            return -np.log(np.where(y == 1, moved, 1 - moved))
        saturated = np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / moved), 0)
        return 2 * (saturated - y + moved)

    def features(self, X: Any) -> np.ndarray:
        """(rows, features) of the estimator: numeric predictors in their own unit, and indicators.

        Raises:
          InputError, InputTypeError: rows that do not fit the refits.
        """
        return encoded(self.encoder, self._matrix(X))

    def _means(self, X: np.ndarray) -> np.ndarray:
        features = encoded(self.encoder, X)
        one = partial(SingleFit.means, features=features, width=self.width)
        if len(X) < ROWS_WORTH_THREADS or not all(fit.is_forest for fit in self.fits):
            return np.stack([one(fit) for fit in self.fits])
        # Trees predict without holding Python's lock, and forests do nothing else.
        with ThreadPoolExecutor(available_cores()) as threads:
            return np.stack(list(threads.map(one, self.fits)))

    def _responses(self, y: Any, rows: int) -> np.ndarray:
        y = as_numbers(y, "y").astype(float)
        if y.shape != (rows,):
            raise InputError(f"y has shape {y.shape}; X has {rows} rows, so pass shape ({rows},).")
        check_finite(y, "y")
        check_response(y, self.response, self.width)
        return y

    def _matrix(self, X: Any) -> np.ndarray:
        X = as_numbers(X, "X")
        if X.ndim != 2 or not len(X) or X.shape[1] != self.predictors:
            raise InputError(
                f"X has shape {X.shape}; pass a matrix (rows, {self.predictors}) with at least one "
                "row."
            )
        check_finite(X, "X")
        return X.astype(float)


def encoded(encoder: Encoder | None, X: np.ndarray) -> np.ndarray:
    """The features of raw predictors in double precision, without standardising them."""
    if encoder is None:
        return X
    unit = Scaling(np.zeros(X.shape[1]), np.ones(X.shape[1]))  # type: ignore[arg-type]  # NumPy arrays serve as JAX arrays
    with double_precision(float):
        return np.asarray(encode(encoder, unit, X))


def check_response(y: np.ndarray, kind: str, width: int) -> None:
    """Refuse values that no response of a kind has.

    Args:
      y: (rows,) finite numbers.
      kind: the kind of response.
      width: the number of classes of a categorical response.

    Raises:
      InputError: such a value.
    """
    if kind == "quantitative":
        return
    least_excluded = {"binary": 2, "categorical": width, "count": np.inf}[kind]
    wrong = y[(y < 0) | (y >= least_excluded) | (y != np.round(y))]
    if len(wrong):
        accepted = "the whole numbers 0, 1, 2, ..."
        if kind != "count":
            accepted = f"the class codes 0 to {least_excluded - 1}"
        raise InputError(f"y has the value {wrong[0]:g}; a {kind} response takes {accepted}.")
