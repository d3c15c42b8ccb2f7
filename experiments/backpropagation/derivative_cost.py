"""How many operations does a gradient cost, relative to the function itself?

    operations of (value and gradient)  <  3 x operations of the value      reverse mode
    operations of n directional derivatives  ~  n x a constant              forward mode

for any number n of parameters or inputs (Baur & Strassen 1983; Griewank & Walther 2008,
chapter 4), counted scalar by scalar by `jaxnn.tracer.count_operations` on the mean loss of
networks. A Hessian-vector product, by forward over reverse mode, also costs a constant multiple,
at most about 3 x 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation.functions import layer_shapes, network
from jaxnn.tracer import count_operations, grad, jvp, value_and_grad

MULTIPLES = ("value and gradient", "Hessian-vector product")
LOSS_OPERATIONS = 4  # per row: softplus, product with y, difference, and its share of the mean


def compute(
    hidden: Sequence[Sequence[int]],
    inputs: Sequence[int],
    forward_hidden: Sequence[int],
    forward_inputs: Sequence[int],
    rows: int,
) -> dict[str, Any]:
    """Count the operations of networks of growing size, and of their derivatives.

    Args:
      hidden: hidden layers of each network.
      inputs: numbers of inputs of each network.
      forward_hidden: hidden layers of the network whose gradient is taken by forward mode, one
        parameter at a time.
      forward_inputs: numbers of inputs of that network.
      rows: number of rows in the batch.

    Returns:
      cost_hidden: (nets,) names; cost_inputs: (inputs,); cost_parameters: (nets, inputs).
      cost_values, cost_by_hand: (nets, inputs) operations of the mean loss, counted by the tracer
        and by formula.
      cost_multiples: (nets, inputs, 2) operations of `MULTIPLES` over those of the loss.
      forward_parameters, forward_multiples: (forward inputs,) number of parameters, and the
        operations of the whole gradient by forward mode over those of the loss.
    """
    shape = (len(hidden), len(inputs))
    parameters, values, by_hand = np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape, int)
    multiples = np.zeros((*shape, len(MULTIPLES)))
    for i, layers in enumerate(hidden):
        for j, count in enumerate(inputs):
            sizes = (count, *layers, 1)
            f, given = _loss(sizes, rows)
            costs = _costs(f, given)
            parameters[i, j] = sum(array.size for array in given)
            values[i, j], by_hand[i, j] = costs[0], operations_by_hand(sizes, rows)
            multiples[i, j] = [cost / costs[0] for cost in costs[1:]]
    forward = [_forward((count, *forward_hidden, 1), rows) for count in forward_inputs]
    return {
        "cost_hidden": np.array(["-".join(map(str, layers)) for layers in hidden]),
        "cost_inputs": np.array(inputs),
        "cost_parameters": parameters,
        "cost_values": values,
        "cost_by_hand": by_hand,
        "cost_multiples": multiples,
        "forward_parameters": np.array([count for count, _ in forward]),
        "forward_multiples": np.array([multiple for _, multiple in forward]),
    }


def operations_by_hand(sizes: Sequence[int], rows: int) -> int:
    """Operations of the mean loss: per row 2mn in a matrix product, n for biases, n for tanh."""
    affine = sum(2 * inputs * outputs + outputs for inputs, outputs in pairwise(sizes))
    return rows * (affine + sum(sizes[1:-1]) + LOSS_OPERATIONS)


def _loss(sizes: tuple[int, ...], rows: int) -> tuple[Any, tuple[np.ndarray, ...]]:
    """The mean cross-entropy of a tanh network as a function of its parameters, and parameters.

    Counts depend only on shapes, so all numbers are constants.
    """
    x, y = np.ones((rows, sizes[0])), np.ones(rows)
    given = tuple(np.full(shape, 0.1) for shape in layer_shapes(sizes))

    def loss(*layers: Any) -> Any:
        z = network(tnp.tanh, x, *layers)[:, 0]
        return tnp.mean(tnp.softplus(z) - y * z)

    return loss, given


def _costs(f: Any, given: tuple[np.ndarray, ...]) -> list[int]:
    """Operations of the function, then of its derivatives in the order of `MULTIPLES`."""
    every = tuple(range(len(given)))

    def product(*arguments: Any) -> Any:
        return jvp(grad(f, every), arguments[: len(given)], arguments[len(given) :])

    functions = [(f, 1), (value_and_grad(f, every), 1), (product, 2)]
    return [count_operations(function, *given * times).total for function, times in functions]


def _forward(sizes: tuple[int, ...], rows: int) -> tuple[int, float]:
    """The number of parameters, and the cost of the gradient by forward mode over the loss's."""
    f, given = _loss(sizes, rows)

    def gradient(*arguments: Any) -> list:
        found = []
        for k, array in enumerate(given):
            for place in range(array.size):
                unit = [np.zeros_like(other) for other in given]
                unit[k].flat[place] = 1.0
                found.append(jvp(f, arguments, tuple(unit))[1])
        return found

    cost = count_operations(gradient, *given).total
    return sum(array.size for array in given), cost / count_operations(f, *given).total
