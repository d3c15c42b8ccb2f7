"""Which network suits these rows: how wide, how strongly penalised, trained for how long?

Candidates, with and without hidden layers, are refitted to the same resamples of the rows, and
judged by the out-of-bag loss of what is delivered, the mean of the refits
(`jaxnn.selection.bagging`):

    L_c = sum_i w_i l_ci / sum_i w_i        l_ci = loss(y_i, mean of the refits of c without row i)

The rule of choice is in the docstring of `select`.
"""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn.bootstrap import bootstrap
from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_count,
    check_key,
    check_memory,
    shown,
)
from jaxnn.mlp import (
    MLP,
    check_network,
)
from jaxnn.progress import (
    check_progress,
)
from jaxnn.results import (
    check_result,
)
from jaxnn.selection.bagging import (
    Estimate,
    bagged_losses,
    check_left_out,
    mean_over_rows,
)
from jaxnn.selection.candidates import (
    Candidate,
    checked_candidates,
    default_candidates,
    default_resamples,
    path_of,
)
from jaxnn.tables import Encoder
from jaxnn.training import Fitter, Recipe
from jaxnn.training.arguments import (
    CheckedRows,
)

logger = logging.getLogger("jaxnn")


class Selection(NamedTuple):
    """The losses of all candidates, and the choice.

    Attributes:
      candidates: the candidates in order.
      row_losses: (candidates, rows) out-of-bag loss of the mean of the refits; NaN for rows that no
        resample left out, and for candidates that diverged.
      refit_losses: (candidates, resamples) out-of-bag loss of single refits.
      loss: (candidates,) weighted mean of `row_losses` over rows, and its standard error.
      diverged: (candidates,) bool, whether any refit diverged; such a candidate is not chosen.
      chosen: place of the chosen candidate.
      network: place of the best candidate with hidden layers; -1 if there is none.
      baseline: place of the best candidate without; -1 if there is none.
      multiplicities: (resamples, rows) how often each row was drawn.
      weights: (rows,) case weights, or None.
      groups: (rows,) whole numbers, equal for rows that belong together, or None.
    """

    candidates: tuple[Candidate, ...]
    row_losses: np.ndarray
    refit_losses: np.ndarray
    loss: Estimate
    diverged: np.ndarray
    chosen: int
    network: int
    baseline: int
    multiplicities: np.ndarray
    weights: np.ndarray | None
    groups: np.ndarray | None

    @property
    def never_left_out(self) -> int:
        """Number of rows that every resample drew, which judge nothing."""
        return int((self.multiplicities > 0).all(axis=0).sum())

    def difference(self, place: int) -> Estimate:
        """The paired differences in loss of all candidates from one, (candidates,) each.

        Raises:
          InputError, InputTypeError: no place of a candidate.
        """
        check_count(place, "place", least=0)
        if place >= len(self.candidates):
            raise InputError(
                f"place is {shown(place)}; pass one below {len(self.candidates)}, the number of "
                "candidates."
            )
        return _difference(self.row_losses, place, self.weights, self.groups)


def select(
    key: Array,
    net: MLP,
    X: Any,
    y: Any,
    *,
    encoder: Encoder | None = None,
    weights: Any = None,
    groups: Any = None,
    candidates: Sequence[Candidate] | None = None,
    resamples: int | None = None,
    progress: bool | str | Callable[[float], object] = False,
    directory: str | os.PathLike[str] | None = None,
) -> Selection:
    """Judge candidates by their out-of-bag losses, and choose one.

    The rule: the candidate with the least out-of-bag loss is chosen. The least of many losses is
    optimistic; `jaxnn.selection.comparison` judges the choice without that optimism.

    Args:
      key: a typed JAX key.
      net: a network with the inputs and outputs, such as `MLP((inputs, outputs))`; its hidden
        layers do not matter.
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      y: (rows,) or (rows, outputs), as for `jaxnn.fit`.
      encoder: description of the raw predictors, or None.
      weights: (rows,) case weights, or None.
      groups: (rows,) labels of rows that are drawn and left out together, or None.
      candidates: what to choose from; None is `default_candidates(rows, inputs)`.
      resamples: number of resamples, at least 2; None is `default_resamples(rows, inputs)`.
      progress, directory: as for `jaxnn.bootstrap.bootstrap`.

    Returns:
      A `Selection`. Refit b of a candidate is that of `bootstrap(key, fitter_of(candidate, ...),
      ...)`. Compiled, once for each hidden layout: all its penalties and epochs are one program.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation; too few
        rows to leave any out; or no candidate whose refits all converged.

    Example:
      >>> X = np.linspace(-2, 2, 40)[:, None]
      >>> few = [Candidate((4,), 10.0, 200), Candidate((4,), 0.1, 200)]
      >>> found = select(
      ...     jax.random.key(0), MLP((1, 1)), X, X[:, 0] ** 2, candidates=few, resamples=6
      ... )
      >>> found.candidates[found.chosen].strength  # ten times the prior flattens the curve
      0.1
    """
    check_key(key)
    check_progress(progress)
    if directory is not None and not isinstance(directory, str | os.PathLike):
        raise InputTypeError(f"directory is {shown(directory)}; pass the path of a directory.")
    given = checked_rows_of(net, X, y, encoder, weights, groups)
    X, y, rows = np.asarray(given.X), np.asarray(given.y), given.X.shape[0]
    if rows < 2:
        raise InputError("X has 1 row, which cannot be left out; pass more rows.")
    weights = None if weights is None else np.asarray(given.weights, float)
    groups = None if groups is None else np.asarray(given.groups)
    if candidates is None:
        candidates = default_candidates(rows, net.sizes[0])
    chosen_from = checked_candidates(candidates)
    resamples = default_resamples(rows, net.sizes[0]) if resamples is None else resamples
    check_count(resamples, "resamples", least=2)
    check_memory(resamples * (rows + 8 * len(chosen_from)), "resamples", resamples)
    row_losses = np.full((len(chosen_from), rows), np.nan)
    refit_losses = np.full((len(chosen_from), resamples), np.nan)
    diverged = np.zeros(len(chosen_from), bool)
    multiplicities = np.zeros((resamples, rows), np.uint8)
    for hidden in dict.fromkeys(candidate.hidden for candidate in chosen_from):
        places = [i for i, candidate in enumerate(chosen_from) if candidate.hidden == hidden]
        path = path_of([chosen_from[i] for i in places], net, rows, encoder)
        refits = bootstrap(
            jax.random.clone(key),
            path,
            X,
            y,
            resamples,
            weights=weights,
            groups=groups,
            progress=progress,
            directory=None if directory is None else Path(directory, path.name),
        )
        multiplicities = refits.multiplicities
        check_left_out(refits.out_of_bag)
        at = tuple(np.array([path.place(chosen_from[i]) for i in places]).T)
        params, bad = jax.tree.map(
            lambda leaf, at=at: leaf[:, *at], (refits.fits.params, refits.fits.diverged)
        )
        scaling = jax.tree.map(lambda leaf: leaf[:, 0], refits.fits.scaling)
        losses = bagged_losses(
            path.fitter.net,
            params,
            scaling,
            X,
            y,
            refits.out_of_bag,
            encoder=encoder,
            weights=weights,
        )
        row_losses[places], refit_losses[places] = losses
        diverged[places] = bad.any(axis=0)
    _warn_of_single_classes(net.response, y, multiplicities)
    judged = (multiplicities == 0).any(axis=0)
    diverged |= ~np.isfinite(row_losses[:, judged]).all(axis=1)
    return _choose(chosen_from, row_losses, refit_losses, diverged, multiplicities, weights, groups)


def checked_rows_of(
    net: MLP, X: Any, y: Any, encoder: Encoder | None, weights: Any = None, groups: Any = None
) -> CheckedRows:
    """The rows as arrays, if a network with these inputs and outputs can be fitted to them."""
    check_network(net)
    bare = dataclasses.replace(net, sizes=(net.sizes[0], net.sizes[-1]))
    return Fitter(bare, Recipe(), encoder).checked(X, y, weights, groups)


def check_selection(selection: Any) -> None:
    """Refuse what is not a result of `select`.

    Raises:
      InputError, InputTypeError: anything else.
    """
    if not isinstance(selection, Selection):
        raise InputTypeError(
            f"selection is a {type(selection).__name__}; pass what jaxnn.selection.select returned."
        )
    shapes = {
        "candidates": "c",
        "row_losses": "c n",
        "refit_losses": "c r",
        "diverged": "c",
        "multiplicities": "r n",
        "weights": "n",
        "groups": "n",
    }
    check_result(selection, "selection", Selection, "jaxnn.selection.select", **shapes)
    if selection.diverged.dtype != bool:
        raise InputTypeError(
            "selection has a diverged that is not bool; pass what select returned."
        )


def ends_of_the_path(selection: Selection) -> tuple[str, ...]:
    """One sentence for each end of the path at which the least loss lies.

    Returns:
      None, one or two sentences: whether the candidate with the least loss has the strongest or the
      weakest penalty, or the most epochs while fewer are clearly worse.
    """
    least = selection.candidates[selection.chosen]
    difference, error = selection.difference(selection.chosen)
    same = [c for c in selection.candidates if c.hidden == least.hidden]
    strengths = sorted({candidate.strength for candidate in same})
    found = []
    for word, opposite, end in (("weakest", "weaker", 0), ("strongest", "stronger", -1)):
        if len(strengths) > 1 and least.strength == strengths[end]:
            found.append(
                f"The least loss is at the {word} penalty that was tried, of strength "
                f"{least.strength:g}; a {opposite} one may do better."
            )
    fewer = [c for c in same if c.strength == least.strength and c.epochs < least.epochs]
    more = any(c.strength == least.strength and c.epochs > least.epochs for c in same)
    if least.hidden and fewer and not more:
        before = selection.candidates.index(max(fewer, key=lambda c: c.epochs))
        if difference[before] > error[before]:
            found.append(
                f"The least loss is at the most epochs that were tried, {least.epochs}; more may "
                "do better."
            )
    return tuple(found)


def _choose(
    candidates: tuple[Candidate, ...],
    row_losses: np.ndarray,
    refit_losses: np.ndarray,
    diverged: np.ndarray,
    multiplicities: np.ndarray,
    weights: np.ndarray | None,
    groups: np.ndarray | None,
) -> Selection:
    """The selection by the rule of `select`."""
    good = np.flatnonzero(~diverged).tolist()
    if not good:
        raise InputError(
            f"candidates holds {len(candidates)} candidates, of each of which a refit diverged; "
            "pass predictors without extreme values, or stronger penalties."
        )
    if diverged.any():
        logger.warning(
            "%d of %d candidates are left out of the choice, since a refit of each diverged",
            diverged.sum(),
            len(candidates),
        )
    row_losses[diverged] = np.nan
    loss = Estimate(*np.full((2, len(candidates)), np.nan))
    loss.mean[good], loss.standard_error[good] = mean_over_rows(row_losses[good], weights, groups)

    def least(places: Iterable[int]) -> int:
        return min(places, key=lambda place: loss.mean[place], default=-1)

    chosen = least(good)
    network = least(place for place in good if candidates[place].hidden)
    baseline = least(place for place in good if not candidates[place].hidden)
    return Selection(
        candidates,
        row_losses,
        refit_losses,
        loss,
        diverged,
        chosen,
        network,
        baseline,
        multiplicities,
        weights,
        groups,
    )


def _difference(
    row_losses: np.ndarray, place: int, weights: np.ndarray | None, groups: np.ndarray | None
) -> Estimate:
    """The paired differences of all candidates from one; NaN for those that diverged."""
    good = ~np.isnan(row_losses).all(axis=1)
    result = Estimate(*np.full((2, len(row_losses)), np.nan))
    paired = mean_over_rows(row_losses[good] - row_losses[place], weights, groups)
    result.mean[good], result.standard_error[good] = paired
    return result


def _warn_of_single_classes(kind: str, y: np.ndarray, multiplicities: np.ndarray) -> None:
    """Log how many resamples hold a single class, from which little can be learned."""
    if kind not in ("binary", "categorical"):
        return
    single = sum(len(np.unique(y[counts > 0])) == 1 for counts in multiplicities)
    if single:
        logger.warning(
            "%d of %d resamples hold a single class of the response; there are too few rows of the "
            "others to judge candidates well",
            single,
            len(multiplicities),
        )
