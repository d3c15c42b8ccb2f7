"""Which critical points of a linear network are minima, and which are saddles?

A network of two linear layers that has learned a set C of the modes of its task, and nothing of the
others, has gradient zero. Each mode a that is not learned contributes to the Hessian's eigenvalues

    +s_a, -s_a        for each of the h - |C| hidden directions that are free
    s_c +- s_a        for each learned mode c in C

so the number of negative eigenvalues is the sum over a not in C of h - |C| + #{c in C: s_c < s_a},
and the most negative eigenvalue is -max s_a. Only the network that has learned all modes is a
minimum. The biases are decoupled and add no negative eigenvalue.

Baldi and Hornik 1989, "Neural networks and principal component analysis: learning from
examples without local minima"; the eigenvalues follow from the modes of `linear_modes`.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from experiments.learning_dynamics.linear_modes import (
    LinearSettings,
    aligned,
    loss,
    orthonormal,
    random_task,
)


def negative_eigenvalues(strengths: np.ndarray, learned: np.ndarray, hidden: int) -> int:
    """The number of negative eigenvalues of the Hessian, by the formula above.

    Args:
      strengths: (modes,) s, distinct and positive.
      learned: (modes,) whether each mode is learned.
      hidden: h, at least the number of modes.
    """
    free = hidden - int(learned.sum())
    return sum(free + int(np.sum(strengths[learned] < s)) for s in strengths[~learned])


def compute(key: Array, settings: LinearSettings) -> dict[str, Any]:
    """Gradient and Hessian at each critical point described above, in float64.

    Args:
      key: a typed JAX key, for the directions of the modes.
      settings: only sizes and strengths are used; all subsets of the modes are visited.

    Returns:
      saddle_strengths: (modes,) s; saddle_hidden: h.
      learned: (subsets, modes) bool, smallest subsets first.
      saddle_gradient: (subsets,) Euclidean norm of the gradient over all parameters.
      eigenvalues: (subsets, parameters) eigenvalues of the Hessian, ascending.
      saddle_loss: (subsets,).
    """
    key_task, key_directions = jax.random.split(key)
    modes = len(settings.strengths)
    learned = np.array(
        [
            [mode in chosen for mode in range(modes)]
            for size in range(modes + 1)
            for chosen in combinations(range(modes), size)
        ]
    )
    with jax.enable_x64(True):
        task = random_task(key_task, settings)
        directions = orthonormal(key_directions, settings.sizes[1], modes)
        X, Y = task.rows()
        unravel = ravel_pytree(aligned(task, directions, jnp.zeros(modes)))[1]

        def flat_loss(flat: Array) -> Array:
            return loss(settings.net, unravel(flat), X, Y)

        @jax.jit
        @jax.vmap
        def around(chosen: Array) -> tuple[Array, Array, Array]:
            flat = ravel_pytree(aligned(task, directions, jnp.where(chosen, task.strengths, 0)))[0]
            value, gradient = jax.value_and_grad(flat_loss)(flat)
            return value, jnp.linalg.norm(gradient), jax.hessian(flat_loss)(flat)

        values, gradients, hessians = map(np.asarray, around(learned))
    return {
        "saddle_strengths": np.array(settings.strengths),
        "saddle_hidden": settings.sizes[1],
        "learned": learned,
        "saddle_gradient": gradients,
        "eigenvalues": np.linalg.eigvalsh(hessians),
        "saddle_loss": values,
    }
