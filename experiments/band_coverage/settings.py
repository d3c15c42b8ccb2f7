"""Which known truths are bands compared on?

    link(mean of y) = offset + scale eta(x)      eta linear, curved, an interaction, a category, ...

A numeric predictor is normal, cut at 2.5 deviations. A category has four levels, of which the last
has a twentieth of the rows; it enters as one column per level. Noise is normal, or its size depends
on x and it is skewed; counts are Poisson, or vary one and a half times as much and more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn import responses

CUT = 2.5  # largest |x|
CENTRAL = 1.9  # 96% of the rows have |x| below this
GRID = (-1.5, -0.75, 0.0, 0.75, 1.5)  # of the curve of the first predictor
EDGE = (-2.2, 2.2)  # beyond the central 96%
POINTS = 8
SHARES = (0.5, 0.3, 0.15, 0.05)  # of the levels
LEVEL_EFFECTS = (0.0, 0.6, -0.6, 1.0)
OFFSETS = {"quantitative": 0.0, "binary": -0.3, "count": 0.5}
SCALES = {"quantitative": 1.0, "binary": 1.0, "count": 0.6}
RARE_OFFSET = -3.0  # log odds of a rare event: about 6% of the rows

COMPARED_ROWS = (100, 300, 2000)

Predict = Callable[[Array], Array]


@dataclass(frozen=True)
class Setting:
    """A known truth, and how many rows of it a data set has.

    Attributes:
      truth: "linear", "curved", "interaction", "rare event" or "rare level".
      kind: of the response.
      rows: n.
      predictors: their number; the last is the category if the truth is "rare level".
      uneven: whether the noise is uneven and skewed, or the count overdispersed.
    """

    truth: str
    kind: str
    rows: int
    predictors: int
    uneven: bool = False

    @property
    def name(self) -> str:
        """A short name for stored arrays."""
        words = (self.truth, self.kind, str(self.predictors), str(self.rows))
        return "_".join(words).replace(" ", "_")

    @property
    def words(self) -> str:
        """The setting in words."""
        many = "predictor" if self.predictors == 1 else "predictors"
        noise = " (uneven noise)" if self.uneven else ""
        return f"{self.truth}, {self.kind}{noise}, {self.predictors} {many}, n = {self.rows:,}"

    @property
    def numeric(self) -> int:
        """Number of numeric predictors."""
        return self.predictors - (self.truth == "rare level")

    @property
    def columns(self) -> int:
        """Number of inputs of the network."""
        return self.numeric + (len(SHARES) if self.truth == "rare level" else 0)


SETTINGS = (
    Setting("rare level", "quantitative", 100, 3),
    Setting("linear", "quantitative", 100, 1),
    Setting("linear", "binary", 100, 8),
    Setting("curved", "binary", 100, 1),
    Setting("curved", "quantitative", 100, 8),
    Setting("interaction", "quantitative", 100, 3),
    Setting("linear", "binary", 300, 3),
    Setting("linear", "count", 300, 8),
    Setting("curved", "count", 300, 1),
    Setting("curved", "quantitative", 300, 3, uneven=True),
    Setting("interaction", "binary", 300, 3),
    Setting("interaction", "count", 300, 8, uneven=True),
    Setting("rare event", "binary", 300, 1),
    Setting("rare event", "binary", 300, 8),
    Setting("rare level", "binary", 300, 3),
    Setting("linear", "binary", 2000, 8),
    Setting("curved", "count", 2000, 3),
    Setting("interaction", "quantitative", 2000, 8),
    Setting("rare event", "binary", 2000, 3),
    Setting("rare level", "count", 2000, 1),
)


def places(setting: Setting) -> dict[str, slice]:
    """Where each kind of mean response is in the vector that `mean_responses` returns."""
    counts = {}
    if setting.numeric:
        counts = {"point": POINTS, "curve": len(GRID), "edge": len(EDGE)}
    if setting.truth == "rare level":
        counts["level"] = len(SHARES)
    found, start = {}, 0
    for name, count in counts.items():
        found[name] = slice(start, start + count)
        start += count
    return found


def mean_responses(predict: Predict, X: Array, points: Array, setting: Setting) -> Array:
    """The mean responses for which bands are made.

    Args:
      predict: X (rows, columns) -> (rows,) means.
      X: (rows, columns) of the data set, over which curves and levels are averaged.
      points: (points, columns).
      setting: the setting.

    Returns:
      (places,): at single points; the curve of the first predictor averaged over the rows, on
      `GRID` and on `EDGE`; each level of the category averaged over the rows.
    """
    numeric, copies = setting.numeric, []
    if numeric:
        copies += [X.at[:, 0].set(x) for x in (*GRID, *EDGE)]
    if setting.truth == "rare level":
        copies += [X.at[:, numeric:].set(level) for level in jnp.eye(len(SHARES), dtype=X.dtype)]
    averages = predict(jnp.concatenate(copies)).reshape(len(copies), -1).mean(axis=1)
    return jnp.concatenate([predict(points), averages]) if numeric else averages


def draw_predictors(key: Array, setting: Setting, rows: int, cut: float = CUT) -> Array:
    """Rows of predictors: (rows, columns)."""
    key_numeric, key_level = jax.random.split(key)
    X = jax.random.truncated_normal(key_numeric, -cut, cut, (rows, setting.numeric))
    if setting.truth != "rare level":
        return X
    level = jax.random.choice(key_level, len(SHARES), (rows,), p=jnp.array(SHARES))
    return jnp.concatenate([X, jax.nn.one_hot(level, len(SHARES), dtype=X.dtype)], axis=1)


def true_output(setting: Setting, X: Array) -> Array:
    """The true mean of the response on the link scale, (rows,)."""
    if setting.truth == "rare event":
        return RARE_OFFSET + _weighted(X[:, :2], (0.9, -0.5))
    return OFFSETS[setting.kind] + SCALES[setting.kind] * _shape(setting, X)


def true_mean(setting: Setting, X: Array) -> Array:
    """The true mean of the response, (rows,)."""
    return responses.mean(setting.kind, true_output(setting, X)[:, None])[:, 0]


def _shape(setting: Setting, X: Array) -> Array:
    if setting.truth == "linear":
        return _weighted(X[:, :3], (0.8, -0.5, 0.3))
    if setting.truth == "curved":
        found = 1.2 * jnp.sin(1.5 * X[:, 0])
        if setting.predictors > 1:
            found += 0.4 * (X[:, 1] ** 2 - 1)
        return found + 0.4 * X[:, 2] if setting.predictors > 3 else found
    if setting.truth == "interaction":
        return 0.7 * X[:, 0] + 0.8 * X[:, 1] * X[:, 2]
    found = X[:, setting.numeric :] @ jnp.array(LEVEL_EFFECTS)
    if setting.numeric:
        found += 0.6 * X[:, 0] - 0.3 * X[:, 1] ** 2
    return found


def _weighted(X: Array, slopes: tuple[float, ...]) -> Array:
    return X @ jnp.array(slopes[: X.shape[1]])


def draw_data(key: Array, setting: Setting) -> tuple[Array, Array]:
    """One data set: X (rows, columns) and y (rows,)."""
    key_rows, key_noise, key_rate = jax.random.split(key, 3)
    X = draw_predictors(key_rows, setting, setting.rows)
    mean = true_mean(setting, X)
    if setting.kind == "binary":
        return X, jax.random.bernoulli(key_noise, mean).astype(X.dtype)
    if setting.kind == "count":
        if setting.uneven:
            mean *= jax.random.gamma(key_rate, 2.0, mean.shape) / 2
        return X, jax.random.poisson(key_noise, mean).astype(X.dtype)
    if setting.uneven:
        size = 0.5 + 0.5 * jnp.abs(X[:, 0])
        return X, mean + size * (jax.random.exponential(key_noise, mean.shape) - 1)
    return X, mean + jax.random.normal(key_noise, mean.shape)
