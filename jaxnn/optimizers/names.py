"""What does the name of an optimiser mean?

A name stands for an update rule and its default learning rate r. With the gradient g, three of them
are

    sgd         W <- W - r g
    momentum    v <- 0.9 v + g,    W <- W - r v
    nesterov    v <- 0.9 v + g,    W <- W - r (g + 0.9 v)

All rules are those of optax, which describes the others (Adam, RMSProp, ...); the lecture's forms
are functions of `jaxnn.optimizers.update_rules`. Only this module knows names, default learning
rates and what a rule can be used for: recipes, error messages and the help of the command line ask
it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import optax

from jaxnn.errors import InputError, InputTypeError, as_real, check_bool, shown, unknown_name
from jaxnn.optimizers.schedules import check_schedule

OptimizerFactory = Callable[..., optax.GradientTransformation]
Optimizer = str | OptimizerFactory | optax.GradientTransformation
ACCEPTED = (
    "a name, an optax factory such as optax.adam, or a transformation such as optax.adam(0.01)"
)


class Rule(NamedTuple):
    """An update rule with its default learning rate.

    Attributes:
      factory: learning rate -> optax transformation.
      learning_rate: the learning rate if none is given.
    """

    factory: OptimizerFactory
    learning_rate: float = 0.01


OPTIMIZERS: dict[str, Rule] = {
    "adadelta": Rule(optax.adadelta),
    "adagrad": Rule(optax.adagrad),
    "adam": Rule(optax.adam),
    "adamax": Rule(optax.adamax),
    "adamw": Rule(optax.adamw),
    # L-BFGS does a line search along its own direction, for which the natural first step is 1.
    "lbfgs": Rule(optax.lbfgs, learning_rate=1.0),
    "lion": Rule(optax.lion),
    "momentum": Rule(partial(optax.sgd, momentum=0.9)),
    "nadam": Rule(optax.nadam),
    "nesterov": Rule(partial(optax.sgd, momentum=0.9, nesterov=True)),
    "radam": Rule(optax.radam),
    "rmsprop": Rule(optax.rmsprop),
    "sgd": Rule(optax.sgd),
}


def _rule(optimizer: Any) -> Rule:
    """The rule with a given name, or with a given factory, which need not have a name."""
    if isinstance(optimizer, str):
        if optimizer not in OPTIMIZERS:
            raise unknown_name("optimizer", optimizer, OPTIMIZERS)
        return OPTIMIZERS[optimizer]
    if not callable(optimizer) and not isinstance(optimizer, optax.GradientTransformation):
        raise InputTypeError(f"optimizer is {shown(optimizer)}; pass {ACCEPTED}.")
    factory: Any = optimizer
    named = (rule for rule in OPTIMIZERS.values() if rule.factory == factory)
    return next(named, Rule(factory))


def default_learning_rate(optimizer: str | OptimizerFactory) -> float:
    """The learning rate of an optimiser for which none is given: 0.01, or 1 for L-BFGS.

    Raises:
      InputError: the name is not in `OPTIMIZERS`.
    """
    return _rule(optimizer).learning_rate


def transformation(optimizer: Optimizer, learning_rate: Any = None) -> optax.GradientTransformation:
    """The optax transformation of an optimiser.

    Args:
      optimizer: a name of `OPTIMIZERS`, a factory taking a learning rate, or a ready
        transformation, which is returned as it is.
      learning_rate: a positive number, a schedule, or a traced number, so that a grid of learning
        rates can be mapped over; None is the optimiser's default.

    Raises:
      InputError, InputTypeError: an optimizer or a learning rate other than these.

    Example:
      >>> import jax.numpy as jnp
      >>> rule = transformation("momentum", 0.5)  # v <- 0.9 v + g and W <- W - 0.5 v
      >>> state = rule.init(jnp.zeros(1))
      >>> step, state = rule.update(jnp.ones(1), state)
      >>> next_step, state = rule.update(jnp.ones(1), state)
      >>> print(step, next_step)
      [-0.5] [-0.95]
    """
    check_learning_rate(learning_rate, optimizer, schedules=True)
    if isinstance(optimizer, optax.GradientTransformation):
        return optimizer
    rule = _rule(optimizer)
    rate = rule.learning_rate if learning_rate is None else learning_rate
    return _made(rule.factory, rate if callable(rate) else as_real(rate, "learning_rate"))


def treats_parameters_alike(optimizer: Optimizer) -> bool:
    """Whether the rule treats one vector of all parameters as it treats the arrays one by one.

    This is true for every rule in `OPTIMIZERS`, by name or as the factory itself. It is not assumed
    for any other rule, which may look at the shapes or names of the arrays.
    """
    return _rule(optimizer) in OPTIMIZERS.values()


def check_optimizer(optimizer: Any) -> None:
    """Refuse an optimizer that is neither a known name nor a factory nor a transformation.

    A factory that is not known is called with its default learning rate.

    Raises:
      InputError, InputTypeError: one sentence that says what is accepted.
    """
    known = treats_parameters_alike(optimizer)
    if not known and not isinstance(optimizer, optax.GradientTransformation):
        _made(optimizer, default_learning_rate(optimizer))


def _made(factory: Any, rate: Any) -> optax.GradientTransformation:
    """What a factory makes of a learning rate, if that is a transformation."""
    try:
        made: Any = factory(rate)
    except InputError:
        raise
    except Exception as error:
        raise InputTypeError(
            f"optimizer is {shown(factory)}, which fails for the learning rate {shown(rate)} with "
            f"{shown(error)}; pass {ACCEPTED}."
        ) from error
    if not isinstance(made, optax.GradientTransformation):
        raise InputTypeError(
            f"optimizer is {shown(factory)}, which returns a value of type {type(made).__name__} "
            f"for a learning rate; pass {ACCEPTED}."
        )
    return made


def check_learning_rate(learning_rate: Any, optimizer: Optimizer, *, schedules: bool) -> None:
    """Refuse a learning rate that the optimiser does not accept; it always accepts None.

    Args:
      learning_rate: what the caller passed; the value of a traced number is not known yet.
      optimizer: one that `check_optimizer` accepts.
      schedules: whether a function of the step is accepted.

    Raises:
      InputError, InputTypeError: one sentence that says what is accepted.
    """
    check_bool(schedules, "schedules")
    if learning_rate is None:
        return
    if isinstance(optimizer, optax.GradientTransformation):
        raise InputError(
            f"learning_rate is {shown(learning_rate)}, but the optimizer is a ready "
            "transformation with its own; pass the factory, such as optax.adam, or no "
            "learning_rate."
        )
    if schedules and callable(learning_rate):
        check_schedule(learning_rate)
        return
    accepted = "a positive number or a schedule" if schedules else "a positive number"
    as_real(learning_rate, "learning_rate", accepted, lambda rate: rate > 0)
