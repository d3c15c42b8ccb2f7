"""What is computed for backpropagation?

Traces, gradients by six routes, planted errors, operation counts and gradient descent; each part
has its own module, and all are in float64.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
from jax import Array

from experiments.backpropagation import (
    cases,
    derivative_cost,
    errata,
    functions,
    heart_gradient,
    lecture_tables,
    logistic_descent,
    planted_rules,
    six_routes,
    slide_arithmetic,
)
from jaxnn.datasets import heart


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is differentiated, and where operations are counted.

    Attributes:
      networks: activations that are also differentiated inside a network.
      schemes: initialisers for which initialiser, network and loss are differentiated together.
      hidden: nodes per hidden layer of the network for the Heart data.
      order: highest order of its derivatives that `check_derivatives` compares, 1 or 2.
      planted: primitives in which errors are planted.
      cost_hidden, cost_inputs: hidden layers and numbers of inputs of the networks whose operations
        are counted.
      forward_hidden, forward_inputs: the same for the gradient by forward mode.
      rows: number of rows in the batch of these networks.
      steps: number of steps of gradient descent.
      grid: number of points along each side of the grid on which the loss is drawn.
    """

    networks: tuple[str, ...] = tuple(functions.ACTIVATIONS)
    schemes: tuple[str, ...] = tuple(cases.SCHEMES)
    hidden: tuple[int, ...] = (16, 16)
    order: int = 2
    planted: tuple[str, ...] = tuple(planted_rules.FUNCTIONS)
    cost_hidden: tuple[tuple[int, ...], ...] = ((8,), (16, 16), (32, 32, 32))
    cost_inputs: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    forward_hidden: tuple[int, ...] = (8,)
    forward_inputs: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    rows: int = 32
    steps: int = 25
    grid: int = 80


FULL = Settings()
QUICK = Settings(
    networks=("relu", "tanh"),
    schemes=("glorot_uniform", "he_normal", "zeros"),
    hidden=(4,),
    order=1,
    planted=("matmul", "tanh"),
    cost_inputs=(1, 16, 256),
    forward_inputs=(1, 4, 16),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Trace, differentiate, plant errors, count operations and descend.

    JAX is in double precision while this runs, and only then.

    Returns:
      The arrays that `compute` returns in each of the parts.
    """
    key_tables, key_cases, key_heart, key_numbers = jax.random.split(key, 4)
    key_weights, key_start = jax.random.split(key_numbers)
    table = heart()
    with jax.enable_x64(True):
        batches = cases.cases(key_cases, settings.networks, settings.schemes)
        return {
            **lecture_tables.compute(key_tables),
            **errata.compute(len(table.columns)),
            **slide_arithmetic.compute(jax.random.fold_in(key, 4)),
            **six_routes.compute(key_weights, batches),
            **heart_gradient.compute(key_heart, table, settings.hidden, settings.order),
            **planted_rules.compute(settings.planted),
            **derivative_cost.compute(
                settings.cost_hidden,
                settings.cost_inputs,
                settings.forward_hidden,
                settings.forward_inputs,
                settings.rows,
            ),
            **logistic_descent.compute(key_start, table, settings.steps, settings.grid),
        }
