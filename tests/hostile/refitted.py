"""Refits of a linear model in NumPy, and of a tiny network, for the calls of several packages."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import MLP, Fitter, Recipe
from jaxnn.bootstrap import Bootstrap, bootstrap
from jaxnn.refits import (
    RefitImportance,
    RefittedNetwork,
    effects,
    refit_importance,
    refit_surface,
    refitted_network,
)
from jaxnn.tables import Column, numeric_columns

ROWS, REFITS = 12, 6


class LinearRefits:
    """Refits y = X b + noise, a `jaxnn.refits.RefittedModel` that compiles nothing."""

    def __init__(self, response: str = "quantitative") -> None:
        random = np.random.default_rng(1)
        self.response = response
        self.width = 1
        self.columns: tuple[Column, ...] | None = numeric_columns(["a", "b"])
        shares = np.full(ROWS, 1 / ROWS)
        self.multiplicities = random.multinomial(ROWS, shares, size=REFITS).astype(np.uint8)
        self._slopes = np.array([1.0, -0.5]) + 0.2 * random.normal(size=(REFITS, 2))

    @property
    def out_of_bag(self) -> np.ndarray:
        """Where a refit did not see a training row."""
        return self.multiplicities == 0

    def predict(self, X: Any) -> np.ndarray:
        """(refits, rows)"""
        means = np.clip(self._slopes @ np.asarray(X, float).T, -30, 30)
        return 1 / (1 + np.exp(-means)) if self.response == "binary" else means

    def predict_mean(self, X: Any) -> np.ndarray:
        """(rows,)"""
        return self.predict(X).mean(axis=0)

    def predictions_and_losses(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """(refits, rows, 1) and (refits, rows)"""
        means = self.predict(X)
        losses = np.square(means - y)
        if self.response == "binary":
            losses = -np.log(np.where(np.asarray(y) == 1, means, 1 - means))
        return means[..., None], losses


@cache
def matrix() -> np.ndarray:
    """(12, 2)"""
    return np.random.default_rng(0).normal(size=(ROWS, 2))


def numbers() -> np.ndarray:
    """(12,) numbers that the refits explain."""
    return matrix() @ np.array([1.0, -0.5]) + 0.1 * np.cos(np.arange(ROWS))


def zero_or_one() -> np.ndarray:
    """(12,) 0 or 1."""
    return (numbers() > 0).astype(float)


@cache
def refits(response: str = "quantitative") -> LinearRefits:
    """Refits of a linear model."""
    return LinearRefits(response)


FITTER = Fitter(MLP((2, 2, 1)), Recipe(epochs=1))


@cache
def network_refits() -> Bootstrap:
    """Three refits of the smallest network."""
    return bootstrap(jax.random.key(0), FITTER, matrix(), numbers(), replicates=3)


@cache
def network() -> RefittedNetwork:
    """These refits as one black box."""
    return refitted_network(FITTER, network_refits())


@cache
def importance() -> RefitImportance:
    """The importances of the network's two predictors."""
    return refit_importance(jax.random.key(0), network(), matrix(), numbers(), values=4)


@cache
def curves() -> tuple[Any, ...]:
    """The effects of the predictors of the linear refits."""
    return effects(refits(), matrix(), row=0, resolution=4)


@cache
def surface() -> Any:
    """A surface of the probability that linear refits predict."""
    return refit_surface(refits("binary"), matrix(), ("a", "b"), resolution=4)


def mean_squares(params: Any) -> Any:
    """A loss of parameters."""
    return sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(params))
