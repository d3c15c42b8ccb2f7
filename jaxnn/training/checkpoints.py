"""What would a fit have been after fewer epochs?

Training without early stopping passes through the shorter fits on its way,

    W_0 -> ... -> W_{e_1} -> ... -> W_{e_2} -> ... -> W_{e_K}

so the parameters of all of them cost one fit of e_K epochs.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxnn.mlp import MLP, Parameters
from jaxnn.tables import Encoder, Scaling
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.fitting import problem
from jaxnn.training.recipe import Recipe
from jaxnn.training.steps import State


class Checkpoints(NamedTuple):
    """The networks that a fit passes through.

    Attributes:
      params: as `Fit.params`, every leaf with a leading (checkpoints,).
      scaling: as `Fit.scaling`, the same for all.
      diverged: (checkpoints,) bool, whether a gradient or a parameter was not finite by then.
    """

    params: Parameters
    scaling: Scaling | None
    diverged: Array


def checkpoints(
    key: Array,
    net: MLP,
    rows: CheckedRows,
    recipe: Recipe,
    encoder: Encoder | None,
    epochs: tuple[int, ...],
    penalty_factor: Any = None,
) -> Checkpoints:
    """The parameters of one fit after each of several numbers of epochs.

    Args:
      key: a typed JAX key.
      net, rows, recipe, encoder, penalty_factor: as `jaxnn.training.fitting.train` takes them; the
        recipe has neither validation rows nor patience, and its epochs do not matter.
      epochs: increasing numbers of epochs, at least 1.

    Returns:
      `Checkpoints`, equal to fits with these numbers of epochs and the same key. Not compiled.

    Example:
      >>> import jax
      >>> import numpy as np
      >>> from jaxnn import MLP, Recipe, fit
      >>> X, y, net = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 4.0]), MLP((1, 2, 1))
      >>> rows = CheckedRows(X, y)
      >>> passed = checkpoints(jax.random.key(0), net, rows, Recipe(), None, epochs=(2, 5))
      >>> fitted = fit(jax.random.key(0), net, X, y, Recipe(epochs=5))
      >>> bool(np.allclose(passed.params[0].weights[1], fitted.params[0].weights))
      True
    """
    task = problem(key, net, rows, None, penalty_factor, recipe, encoder)

    def advance(state: State, span: Array) -> tuple[State, tuple[Parameters, Array]]:
        state = lax.fori_loop(span[0], span[1], task.epoch, state)
        params = task.layers(state.held)
        finite = jnp.array([jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(params)]).all()
        return state, (params, (state.diverged_at >= 0) | ~finite)

    spans = jnp.array(list(pairwise((0, *epochs))))
    _, (params, diverged) = lax.scan(advance, task.state, spans)
    return Checkpoints(params, task.scaling, diverged)
