"""How does a gradient move the weights?

update_rules.py  the lecture's rules, with their formulas: read this first
names.py         what the name of an optimiser means in a recipe
schedules.py     which functions of the step are learning rates
trial_step.py    whether a rule of one's own can make a step
quadratics.py    how large a learning rate may be, and how fast a rule can be, on a quadratic
"""

from jaxnn.optimizers.names import (
    OPTIMIZERS,
    Optimizer,
    OptimizerFactory,
    check_learning_rate,
    check_optimizer,
    default_learning_rate,
    transformation,
    treats_parameters_alike,
)
from jaxnn.optimizers.quadratics import (
    QuadraticSettings,
    best_settings,
    convergence_rate,
    largest_learning_rate,
)
from jaxnn.optimizers.trial_step import check_step
from jaxnn.optimizers.update_rules import (
    adagrad,
    adam,
    clip_by_norm,
    gradient_descent,
    momentum,
    nesterov,
    rmsprop,
)

__all__ = [
    "OPTIMIZERS",
    "Optimizer",
    "OptimizerFactory",
    "QuadraticSettings",
    "adagrad",
    "adam",
    "best_settings",
    "check_learning_rate",
    "check_optimizer",
    "check_step",
    "clip_by_norm",
    "convergence_rate",
    "default_learning_rate",
    "gradient_descent",
    "largest_learning_rate",
    "momentum",
    "nesterov",
    "rmsprop",
    "transformation",
    "treats_parameters_alike",
]
