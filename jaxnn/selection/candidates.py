"""Which networks are tried, and how is each of them trained?

    hidden layers   none (linear, logistic or Poisson regression), or two layouts
    penalty         strength / (2 n)  sum over layers of inputs sum w^2     (`jaxnn.NormalPrior`)
    epochs          of Adam; L-BFGS to the minimum without hidden layers

The penalty is that of a prior on the weights, so the same strength means the same for 300 rows and
for 30,000. All penalties and epochs of one layout are one function of the key and the rows, `Path`:
the penalty is traced, and a fit passes through those of fewer epochs
(`jaxnn.training.checkpoints`).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_count,
    check_instance,
    check_positive,
    is_whole,
    shown,
)
from jaxnn.mlp import (
    MLP,
    Parameters,
    check_network,
)
from jaxnn.regularizers import NormalPrior
from jaxnn.replicate import CPU_CACHE
from jaxnn.tables import Encoder, Scaling
from jaxnn.training import Fitter, Recipe
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.checkpoints import checkpoints
from jaxnn.training.fitter import Traits

SMALL_TABLE = 1000  # rows; a larger table is trained in batches, by wider networks
SMALL_HIDDEN, LARGE_HIDDEN = ((8,), (16, 16)), ((16, 16), (32, 32))
SMALL_STEPS, LARGE_STEPS = (100, 300, 1000), (300, 1000, 3000)  # of Adam
BATCH_SIZE = 250
MANY_INPUTS = 500  # above which the longest training is left out
STRENGTHS = (3.0, 1.0, 0.3, 0.1, 0.03)
LINEAR_STRENGTHS = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.003)
LINEAR_EPOCHS = 60  # of L-BFGS, after which a convex objective is at its minimum


class Candidate(NamedTuple):
    """A network and how it is trained.

    Attributes:
      hidden: units of each hidden layer; () is linear, logistic or Poisson regression.
      strength: of the `jaxnn.NormalPrior` on its weights.
      epochs: of Adam; of L-BFGS without hidden layers.
    """

    hidden: tuple[int, ...]
    strength: float
    epochs: int


def default_candidates(rows: int, inputs: int = 1) -> tuple[Candidate, ...]:
    """The candidates for a table, by its numbers of rows and encoded predictors.

    Args:
      rows: number of rows.
      inputs: of the network; above 500 the longest training is left out.

    Returns:
      Linear models with seven penalties, and networks with two layouts of hidden layers, five
      penalties and three (or two) numbers of epochs each. Above 1,000 rows the networks are wider
      and trained in batches of 250 rows.

    Example:
      >>> len(default_candidates(300)), len(default_candidates(300, inputs=1000))
      (37, 27)
    """
    check_count(rows, "rows")
    check_count(inputs, "inputs")
    hidden, epochs = SMALL_HIDDEN, SMALL_STEPS
    if rows > SMALL_TABLE:
        hidden = LARGE_HIDDEN
        epochs = tuple(max(1, round(steps * BATCH_SIZE / rows)) for steps in LARGE_STEPS)
    epochs = dict.fromkeys(epochs[:-1] if inputs > MANY_INPUTS else epochs)
    linear = (Candidate((), strength, LINEAR_EPOCHS) for strength in LINEAR_STRENGTHS)
    return (*linear, *itertools.starmap(Candidate, itertools.product(hidden, STRENGTHS, epochs)))


def default_resamples(rows: int, inputs: int = 1) -> int:
    """The number of resamples for a table, by its numbers of rows and encoded predictors.

    Args:
      rows: number of rows.
      inputs: of the network; up to 50 do not matter.

    Returns:
      25 for 500 rows or fewer, and less for more numbers rows x inputs, but at least 8.

    Example:
      >>> [default_resamples(rows) for rows in (100, 1_000, 10_000, 100_000)]
      [25, 20, 9, 8]
    """
    check_count(rows, "rows")
    check_count(inputs, "inputs")
    numbers = rows * max(inputs, 50) / 50
    return int(np.clip(round(25 * (500 / numbers) ** (1 / 3)), 8, 25))


def fitter_of(candidate: Candidate, net: MLP, rows: int, encoder: Encoder | None = None) -> Fitter:
    """The fit that a candidate stands for.

    Args:
      candidate: the candidate.
      net: a network with the inputs and outputs; its hidden layers do not matter.
      rows: number of rows of the table.
      encoder: description of the raw predictors, or None.

    Raises:
      InputError, InputTypeError: a candidate that cannot be fitted.
    """
    check_candidate(candidate, "candidate")
    check_network(net)
    check_count(rows, "rows")
    sizes = (net.sizes[0], *candidate.hidden, net.sizes[-1])
    recipe = Recipe(
        optimizer="adam" if candidate.hidden else "lbfgs",
        epochs=candidate.epochs,
        batch_size=BATCH_SIZE if candidate.hidden and rows > SMALL_TABLE else None,
        regularizers=(NormalPrior(rows, candidate.strength),),
        history_every=candidate.epochs,
    )
    return Fitter(dataclasses.replace(net, sizes=sizes), recipe, encoder)


def checked_candidates(candidates: Any) -> tuple[Candidate, ...]:
    """What a caller passed as candidates, if it is a list of different ones.

    Raises:
      InputError, InputTypeError: no candidates, one of them twice, or what cannot be one.
    """
    several = isinstance(candidates, Iterable) and not isinstance(candidates, np.ndarray | Array)
    listed: tuple[Any, ...] = tuple(candidates) if several else (candidates,)
    for item in listed:
        if not isinstance(item, Candidate):
            raise InputTypeError(
                f"candidates holds a {type(item).__name__}; pass a list of "
                "jaxnn.selection.Candidate."
            )
        check_candidate(item, "candidates")
    if not listed:
        raise InputError("candidates is empty; pass at least one, or None for the default.")
    if len(set(listed)) < len(listed):
        raise InputError("candidates holds a candidate twice; pass each once.")
    return listed


def check_candidate(candidate: Any, argument: str) -> None:
    """Refuse a candidate that no network is.

    Args:
      candidate: what the caller passed.
      argument: its name, for the sentence.

    Raises:
      InputError, InputTypeError: no `Candidate`, or one whose fields cannot be used.
    """
    check_instance(candidate, argument, Candidate, "a jaxnn.selection.Candidate")
    if not isinstance(candidate.hidden, tuple) or not all(map(is_whole, candidate.hidden)):
        raise InputTypeError(
            f"hidden of {argument} is {shown(candidate.hidden)}; pass a tuple of units per layer."
        )
    check_positive(candidate.strength, "strength")
    check_count(candidate.epochs, "epochs")


class PathFits(NamedTuple):
    """Fits of one resample, every leaf with a leading (strengths,), or (strengths, epochs)."""

    params: Parameters
    scaling: Scaling | None
    diverged: Array
    diverged_at: Array  # as of a `Fit`: -1 unless all of them diverged


@dataclass(frozen=True)
class Path:
    """All candidates with the same layers as one function of the key and the rows of a resample.

    Attributes:
      fitter: the layers and the recipe, with a penalty of strength 1.
      strengths: of the penalties.
      epochs: increasing numbers of epochs.
    """

    fitter: Fitter
    strengths: tuple[float, ...]
    epochs: tuple[int, ...]

    def __call__(self, key: Array, X: Any, y: Any, weights: Any = None) -> PathFits:
        """All fits to these rows."""
        return self.train(key, self.checked(X, y, weights))

    def checked(
        self, X: Any, y: Any, weights: Any = None, groups: Any = None, validation: Any = None
    ) -> CheckedRows:
        """The rows as arrays, if they can be fitted."""
        return self.fitter.checked(X, y, weights, groups, validation)

    def with_table_scales(self, rows: CheckedRows) -> CheckedRows:
        """The rows, with the scales of all of them for columns that a resample lacks."""
        return self.fitter.with_table_scales(rows)

    def train(self, key: Array, rows: CheckedRows) -> PathFits:
        """All fits to rows that have been checked, or to a resample of them."""
        net, recipe, encoder = self.fitter.net, self.fitter.recipe, self.fitter.encoder

        def along(strength: Array) -> Any:
            return checkpoints(key, net, rows, recipe, encoder, self.epochs, strength)

        count = rows.X.shape[0]
        mapped = jax.vmap(along) if self._side_by_side(count) else partial(lax.map, along)
        fits = mapped(jnp.asarray(self.strengths))
        last = jnp.where(fits.diverged.all(), self.epochs[-1], -1)
        return PathFits(fits.params, fits.scaling, fits.diverged, last)

    def working_set(self, rows: int) -> int:
        """Bytes of activations that one step of all fits side by side keeps in use."""
        one = self.fitter.working_set(rows)
        return one * len(self.strengths) if self._side_by_side(rows) else one

    def _side_by_side(self, rows: int) -> bool:
        """Whether all penalties at once stay close to a core; otherwise one follows the other."""
        return self.fitter.working_set(rows) * len(self.strengths) <= 2 * CPU_CACHE

    @property
    def traits(self) -> Traits:
        """How these fits treat their rows."""
        return self.fitter.traits

    @property
    def name(self) -> str:
        """A name for the folder of its refits, such as "hidden_16_16"."""
        return "_".join(["hidden", *map(str, self.fitter.net.sizes[1:-1])])

    def place(self, candidate: Candidate) -> tuple[int, int]:
        """Where a candidate is in the leading axes of `PathFits`."""
        return self.strengths.index(candidate.strength), self.epochs.index(candidate.epochs)


def path_of(candidates: Sequence[Candidate], net: MLP, rows: int, encoder: Encoder | None) -> Path:
    """The path of candidates with the same hidden layers."""
    unit = fitter_of(candidates[0]._replace(strength=1.0), net, rows, encoder)
    strengths = dict.fromkeys(candidate.strength for candidate in candidates)
    epochs = {candidate.epochs for candidate in candidates}
    return Path(unit, tuple(strengths), tuple(sorted(epochs)))
