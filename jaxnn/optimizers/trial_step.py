"""Can an update rule make a step on these parameters?

    (W, state) -> (W + update, state'),    with arrays of the same shapes as before

Rules of one's own are tried out before a network is trained with them. Two steps are traced, so
nothing is compiled, and what is wrong is said in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jax import lax

from jaxnn.errors import InputError, InputTypeError, as_array, shown
from jaxnn.optimizers.names import Optimizer, transformation


def check_step(optimizer: Optimizer, params: Any, learning_rate: Any = None) -> None:
    """Refuse an update rule that cannot make steps on such parameters.

    Args:
      optimizer: one that `check_optimizer` accepts.
      params: the parameters, or their shapes, as a pytree.
      learning_rate: as for `transformation`.

    Raises:
      InputError, InputTypeError: a rule that fails, or whose updates are not real numbers of the
        shapes of the parameters.
    """
    if isinstance(params, Iterator):
        raise InputTypeError(f"params is {shown(params)}; pass a pytree of arrays.")
    params = jax.tree.map(_described, params)
    try:
        jax.eval_shape(lambda start: _two_steps(optimizer, start, learning_rate), params)
    except InputError:
        raise
    except Exception as error:
        raise InputTypeError(
            f"optimizer is {shown(optimizer)}, which fails in a step on parameters of shapes "
            f"{shown(_shapes(params))} with {shown(error)}; pass a name, an optax factory such as "
            "optax.adam, or a transformation such as optax.adam(0.01)."
        ) from error


def _two_steps(optimizer: Optimizer, start: Any, learning_rate: Any) -> Any:
    rule = optax.with_extra_args_support(transformation(optimizer, learning_rate))

    def loss(params: Any) -> Any:
        return sum(jnp.sum(leaf) for leaf in jax.tree.leaves(params))

    def step(_: Any, carry: tuple[Any, Any]) -> tuple[Any, Any]:
        params, state = carry
        updates, state = rule.update(
            params, state, params, value=loss(params), grad=params, value_fn=loss
        )
        _check_updates(updates, params)
        return optax.apply_updates(params, updates), state

    return lax.fori_loop(0, 2, step, (start, rule.init(start)))


def _check_updates(updates: Any, params: Any) -> None:
    found, wanted = jax.tree.structure(updates), jax.tree.structure(params)
    if found != wanted or _shapes(updates) != _shapes(params):
        raise InputError(
            f"optimizer makes updates of shapes {shown(_shapes(updates))} for parameters of "
            f"shapes {shown(_shapes(params))}; pass a transformation that makes one update for "
            "each parameter."
        )
    for update in jax.tree.leaves(updates):
        if not jnp.issubdtype(jnp.result_type(update), jnp.floating):
            raise InputError(
                f"optimizer makes updates of {jnp.result_type(update)}; pass a transformation "
                "that makes updates of floating-point numbers."
            )


def _described(leaf: Any) -> jax.ShapeDtypeStruct:
    """The shape and dtype of an array of parameters, or of what stands for it."""
    if not isinstance(leaf, jax.ShapeDtypeStruct):
        leaf = as_array(leaf, "params")
    elif not jnp.issubdtype(leaf.dtype, jnp.floating):
        raise InputTypeError(f"params holds {leaf.dtype} values; pass real numbers.")
    return jax.ShapeDtypeStruct(leaf.shape, jax.dtypes.canonicalize_dtype(leaf.dtype))


def _shapes(params: Any) -> list[tuple[int, ...]]:
    return [tuple(jnp.shape(leaf)) for leaf in jax.tree.leaves(params)]
