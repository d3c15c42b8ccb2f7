"""What does the network compute in training, where regularisers act on its layers?

    z = W^T h + b    or    gamma (W^T h - mu) / sqrt(v + epsilon) + beta    with batch normalisation
    a = phi(z),      h = a with the noise of dropout

Examples are along the last axis, and long runs of equal layers are one loop, as in `forward_pass`.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array, lax

from jaxnn.mlp import MLP, Parameters, activation_function
from jaxnn.regularizers import Regularizers, acting
from jaxnn.regularizers.batch_normalization import (
    BatchNormalization,
    NormalizedLayer,
    folded,
    moments,
    normalized,
    shares_of,
)
from jaxnn.training.forward_pass import dense


def batch_normalization(regularizers: Regularizers) -> BatchNormalization | None:
    """The batch normalisation among regularisers, if there is one."""
    found = [entry for entry in regularizers if isinstance(entry, BatchNormalization)]
    return found[0] if found else None


def noisy_forward(
    keys: Array,
    net: MLP,
    groups: Parameters,
    features: Array,
    weights: Array,
    regularizers: Regularizers,
) -> tuple[Array, Array, list[Any]]:
    """The outputs of all rows in one step of training, and what happens in the hidden units.

    Args:
      keys: (regularisers, layers), of the step and the block; the first of each is for its rows.
      net: the network.
      groups: its parameters as `forward_pass.grouped` returns them, with scales if normalised.
      features: (inputs, rows).
      weights: (rows,) of the rows, at least 0, with which the moments of a batch are taken.
      regularizers: what acts on hidden units.

    Returns:
      (outputs, rows), the price of the hidden units (rows,), and the moments of their batch by
      group, if there is batch normalisation. Not compiled.
    """
    phi = activation_function(net.activation)
    normalization = batch_normalization(regularizers)
    shares = shares_of(weights)
    on_hidden, on_activity = acting(regularizers, "hidden"), acting(regularizers, "activity")

    def layer(state: tuple[Array, Array], params_and_number: Any) -> tuple[Any, Any]:
        (h, price), (params, number) = state, params_and_number
        z: Any
        found = None
        if normalization is None:
            z = dense(params.weights, params.biases, h)
        else:
            z = dense(params.weights, jnp.zeros_like(params.biases), h)
            if normalization.momentum is not None:
                found = moments(z, shares)
            z = normalized(z, params.scales, params.biases, shares, normalization.epsilon)
        h = phi(z)
        for _, entry in on_activity:
            price = price + entry.activity(h)
        for place, entry in on_hidden:
            h = entry.hidden(keys[place, number], h)
        return (h, price), found

    state, number, of_groups = (features, jnp.zeros(features.shape[1], features.dtype)), 1, []
    for group in groups[:-1]:
        if group.weights.ndim == 3:
            numbers = number + jnp.arange(len(group.weights))
            state, found = lax.scan(layer, state, (group, numbers))
            number += len(group.weights)
        else:
            state, found = layer(state, (group, number))
            number += 1
        of_groups.append(found)
    h, price = state
    return dense(*groups[-1], h), price, of_groups


def plain_groups(
    net: MLP, groups: Any, features: Array, weights: Array, normalization: BatchNormalization
) -> Any:
    """Groups of a plain network: batch normalisation is folded in.

    The moments are those of these rows, or running averages if the normalisation has them.

    Args:
      net: the network.
      groups: its parameters as `forward_pass.grouped` returns them, with scales.
      features: (inputs, rows), all training rows.
      weights: (rows,), at least 0.
      normalization: its epsilon, and whether there are running averages.

    Returns:
      The groups without scales. Not compiled.
    """
    epsilon = normalization.epsilon
    if normalization.momentum is not None:
        plain = (folded(group, group.running, epsilon) for group in groups[:-1])
        return (*plain, groups[-1])
    phi, shares = activation_function(net.activation), shares_of(weights)

    def layer(h: Array, params: NormalizedLayer) -> tuple[Array, Any]:
        z = dense(params.weights, jnp.zeros_like(params.biases), h)
        plain = folded(params, moments(z, shares), epsilon)
        # What `plain` computes, without a second product.
        return phi(normalized(z, params.scales, params.biases, shares, epsilon)), plain

    h, plain = features, []
    for group in groups[:-1]:
        h, fitted = lax.scan(layer, h, group) if group.weights.ndim == 3 else layer(h, group)
        plain.append(fitted)
    return (*plain, groups[-1])
