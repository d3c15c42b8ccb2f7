"""Which values may a column have, given the other columns of its row?

A column is what the other columns C predict of it and a residual, and residuals can be exchanged
between rows:

    numbers          x_ij -> m_j(x_iC) + r_kj,    r_kj = x_kj - m_j(x_kC)
    few values       x_ij -> F_i^-1(u_kj),        F_i the distribution of its values given x_iC

with k another row and u_kj uniform between F_k just below x_kj and F_k(x_kj). All m_j are ridge
regressions on the standardised other columns (indicators of the values of a column with few), and
F_i comes from those of its indicators. A row is predicted from folds that it is not in, so that a
regression that memorised rows would explain nothing.

With Z the standardised features and A = Z'Z/n + c I, the out-of-fold residuals of the features S
of a column, regressed on all others, are (Z A^-1)_S ((A^-1)_SS)^-1: one inverse for all columns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError

FEW = 10  # distinct values up to which a column is drawn from among them
FOLDS = 5
PENALTIES = (0.001, 0.01, 0.1, 1.0)  # c; the one with the least out-of-fold error is taken


class Residuals(NamedTuple):
    """The residuals of a group of columns after prediction from the other columns.

    Attributes:
      numbers: (n, s) residuals of its columns in their own unit; 0 for columns of few values.
      cumulated: for each column its distinct values (d,), and (n, d) the chance of each row that
        its value is at most that; None for numbers.
      uniform: (n, s) u, the place of a row's value in its own distribution; 0 for numbers.
      explained: the share of the variance of the features that the other columns predict in rows
        out of fold, at least 0.
    """

    numbers: np.ndarray
    cumulated: tuple[tuple[np.ndarray, np.ndarray] | None, ...]
    uniform: np.ndarray
    explained: float

    def exchanged(self, own: np.ndarray, donors: np.ndarray) -> np.ndarray:
        """(k, n, s) the values of each row with the residuals of its donors.

        Args:
          own: (n, s) the columns.
          donors: (k, n) int, the rows whose residuals are taken. From itself a row gets its own
            value, up to rounding.
        """
        values = own + (self.numbers[donors] - self.numbers)
        for place, few in enumerate(self.cumulated):
            if few is not None:
                levels, at_most = few
                drawn = self.uniform[donors, place][..., None] > at_most[:, :-1]
                values[..., place] = levels[drawn.sum(axis=-1)]
        return values


def conditional_residuals(
    random: np.random.Generator, X: np.ndarray, groups: list[list[int]], weights: np.ndarray
) -> list[Residuals]:
    """The residuals of each group of columns, predicted from all columns outside the group.

    Args:
      random: for the folds and for u.
      X: (n, p), at least two rows for each fold.
      groups: the columns of each group.
      weights: (n,) weights of the rows in the regressions, at least 0.

    Raises:
      InputError: fewer rows of positive weight.
    """
    rows = int((weights > 0).sum())
    if rows < 2 * FOLDS:
        raise InputError(
            f"X has {rows} rows of positive weight; to predict columns from the others, pass at "
            f"least {2 * FOLDS}."
        )
    levels = [_few_values(column) for column in X.T]
    Z, scale, of_column = _features(X, levels)
    sets = [np.flatnonzero(np.isin(of_column, group)) for group in groups]
    left, explained = _out_of_fold(random, Z, sets, weights)
    found = []
    for group, chosen, residual, share in zip(groups, sets, left, explained, strict=True):
        numbers, uniform = np.zeros((2, len(X), len(group)))
        cumulated: list[tuple[np.ndarray, np.ndarray] | None] = []
        for place, column in enumerate(group):
            mine = of_column[chosen] == column
            own_unit = residual[:, mine] * scale[chosen[mine]]
            distinct = levels[column]
            if distinct is None:
                numbers[:, place] = own_unit[:, 0]
                cumulated.append(None)
                continue
            at_most = _cumulated(X[:, column], distinct, own_unit)
            cumulated.append((distinct, at_most))
            number = np.searchsorted(distinct, X[:, column])[:, None]
            upper = np.take_along_axis(at_most, number, axis=1)[:, 0]
            below = np.concatenate([np.zeros((len(X), 1)), at_most], axis=1)
            lower = np.take_along_axis(below, number, axis=1)[:, 0]
            uniform[:, place] = lower + (upper - lower) * (1 - random.random(len(X)))
        found.append(Residuals(numbers, tuple(cumulated), uniform, share))
    return found


def _few_values(column: np.ndarray) -> np.ndarray | None:
    """The distinct values of a column if they are few, otherwise None."""
    values = np.unique(column)
    return values if len(values) <= FEW else None


def _features(
    X: np.ndarray, levels: list[np.ndarray | None]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The features (n, q), standardised, their scales (q,), and the column of each (q,)."""
    parts = [
        column[:, None] if values is None else column[:, None] == values
        for column, values in zip(X.T, levels, strict=True)
    ]
    features = np.concatenate(parts, axis=1, dtype=float)
    of_column = np.repeat(np.arange(len(parts)), [part.shape[1] for part in parts])
    features -= features.mean(axis=0)
    deviation = features.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    return features / scale, scale, of_column


def _out_of_fold(
    random: np.random.Generator, Z: np.ndarray, sets: list[np.ndarray], weights: np.ndarray
) -> tuple[list[np.ndarray], list[float]]:
    """The residuals (n, features) of each set, and the share of its variance that is explained."""
    fold = random.permutation(len(Z)) % FOLDS
    total = [float(weights @ np.square(Z[:, one]).sum(axis=1)) for one in sets]
    best = [np.zeros((len(Z), len(one))) for one in sets]
    least = [np.inf] * len(sets)
    for penalty in PENALTIES:
        left = [np.empty_like(one) for one in best]
        for number in range(FOLDS):
            out = fold == number
            w = np.where(out, 0, weights)
            if not w.any():
                w = np.where(out, 0.0, 1.0)
            center = w @ Z / w.sum()
            inside = (Z - center) * np.sqrt(w / w.sum())[:, None]
            inverse = np.linalg.inv(inside.T @ inside + penalty * np.eye(Z.shape[1]))
            outside = (Z[out] - center) @ inverse
            for one, residual in zip(sets, left, strict=True):
                own = inverse[np.ix_(one, one)]
                residual[out] = np.linalg.solve(own, outside[:, one].T).T
        for place, residual in enumerate(left):
            error = float(weights @ np.square(residual).sum(axis=1))
            if error < least[place]:
                best[place], least[place] = residual, error
    explained = [max(0.0, 1 - e / t) if t > 0 else 0.0 for e, t in zip(least, total, strict=True)]
    return best, explained


def _cumulated(column: np.ndarray, distinct: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """(n, d) the chance of each row that its value is at most each of the distinct ones."""
    n, indicators = len(column), column[:, None] == distinct
    chances = np.clip(indicators - residual, 0, 1)
    # As if one more row had the overall shares, so that no value is impossible.
    chances = (n * chances + indicators.mean(axis=0)) / (n * chances.sum(axis=1) + 1)[:, None]
    at_most = np.cumsum(chances, axis=1)
    at_most[:, -1] = 1
    return at_most
