"""What is computed for `backpropagation`; see the package."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.backpropagation import (
    derivative_cost,
    errata,
    heart_gradient,
    lecture_tables,
    logistic_descent,
    planted_rules,
    six_routes,
)
from experiments.backpropagation import functions as differentiated
from jaxnn.datasets import heart


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      networks: activations whose networks are differentiated; all are on their own.
      schemes: initialisers whose way to the loss is differentiated.
      hidden: hidden layers of the network for the Heart data.
      order: of the derivatives of it that `check_derivatives` compares.
      planted: primitives that errors are planted in.
      cost_hidden, cost_inputs: hidden layers and numbers of inputs of the networks whose operations
        are counted.
      forward_hidden, forward_inputs: those whose gradient forward mode takes.
      rows: in the batch of those.
      steps: of gradient descent.
      grid: places a side of the loss drawn as contours.
    """

    networks: tuple[str, ...] = tuple(differentiated.ACTIVATIONS)
    schemes: tuple[str, ...] = tuple(differentiated.SCHEMES)
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
    """Trace, differentiate, plant and count; arrays under the names that `claims` and `draw` read.

    JAX is in double precision while this runs, and only then.
    """
    key_tables, key_cases, key_heart, key_numbers = jax.random.split(key, 4)
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key_numbers)))
    table = heart()
    with jax.enable_x64(True):
        cases = differentiated.cases(key_cases, settings.networks, settings.schemes)
        return {
            **lecture_tables.compute(key_tables),
            **errata.compute(len(table.columns)),
            **six_routes.agreement(cases, generator),
            **heart_gradient.compute(key_heart, table, settings.hidden, settings.order),
            **planted_rules.compute(settings.planted),
            **derivative_cost.compute(
                generator,
                settings.cost_hidden,
                settings.cost_inputs,
                settings.forward_hidden,
                settings.forward_inputs,
                settings.rows,
            ),
            **logistic_descent.compute(generator, table, settings.steps, settings.grid),
        }
