"""Is a function that is no schedule refused before anything is compiled?"""

import jax.numpy as jnp
import optax
import pytest

from jaxnn import InputError, InputTypeError, Recipe
from jaxnn.optimizers import momentum

WRONG = [
    (lambda step: None, InputError, "returns a value of type NoneType for a step; pass a pos"),
    (lambda step: (0.1,), InputError, "returns a value of type tuple"),
    (
        lambda step: jnp.full(3, 0.1),
        InputError,
        r"learning_rate is a schedule that returns shape \(3",
    ),
    (lambda step: 0.1j, InputError, "returns complex64"),
    (lambda step: True, InputError, "returns bool"),
    (lambda step: "fast", InputTypeError, "which fails for the number of a step with TypeError"),
    (lambda step: 0.1 if step < 3 else 0.01, InputTypeError, "fails .* with TracerBoolConversion"),
    (lambda: 0.1, InputTypeError, r"fails for the number of a step with TypeError\('<lambda>\(\)"),
    (lambda step: 1 / 0, InputTypeError, r"with ZeroDivisionError\('division by zero'\); pass"),
    (optax.sgd, InputTypeError, "learning_rate is the function sgd, which fails"),
    (float, InputTypeError, "learning_rate is the class float, which fails"),
    (optax.constant_schedule(-0.1), InputError, "learning_rate is -0.1; pass a positive number"),
    (
        lambda step: jnp.nan,
        InputError,
        "learning_rate is nan; pass a positive number or a schedule",
    ),
]


@pytest.mark.parametrize(("schedule", "error", "message"), WRONG)
@pytest.mark.parametrize("take", [lambda schedule: Recipe(learning_rate=schedule), momentum])
def test_what_is_no_schedule_is_refused(take, schedule, error, message):
    with pytest.raises(error, match=message):
        take(schedule)


@pytest.mark.parametrize(
    "schedule",
    [
        optax.cosine_decay_schedule(0.1, 10),
        optax.warmup_cosine_decay_schedule(0.0, 0.1, 2, 10),  # from zero
        lambda step: jnp.where(step < 3, 0.1, 0.01),
        lambda step: 1,
        optax.constant_schedule(0.3),
    ],
)
def test_a_schedule_is_accepted(schedule):
    assert Recipe(learning_rate=schedule).learning_rate is schedule
