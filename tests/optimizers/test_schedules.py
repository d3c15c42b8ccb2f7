"""Is a function that is no schedule refused before anything is compiled?"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import MLP, Fitter, InputError, InputTypeError, Recipe
from jaxnn.optimizers import momentum
from jaxnn.optimizers.schedules import check_rates

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


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (optax.linear_schedule(0.1, -0.1, 10), "returns -0.02 for step 6 of 12; pass a schedule"),
        (lambda step: jnp.where(step == 7, jnp.nan, 0.1), "returns nan for step 7 of 12"),
        (lambda step: 1 / (11.0 - step), "returns inf for step 11 of 12"),
        (lambda step: 0.0 * step, "returns 0 for each of 12 steps; .* positive at some step"),
    ],
)
def test_a_schedule_that_is_wrong_at_some_step_of_a_fit_is_refused(schedule, message):
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    fitter = Fitter(MLP((2, 1)), Recipe(learning_rate=schedule, epochs=4, batch_size=2))
    with pytest.raises(InputError, match=f"^learning_rate is a schedule that {message}"):
        fitter.checked(X, y)


def test_what_a_schedule_does_after_the_last_step_does_not_matter():
    check_rates(optax.linear_schedule(0.1, -0.1, 10), 6)


def test_a_schedule_of_a_traced_number_passes():
    def steps(rate):
        check_rates(lambda step: rate / (1 + step), 3)
        return rate

    assert jax.jit(steps)(0.1) == np.float32(0.1)
    with pytest.raises(InputError, match="returns nan for step 0 of 3"):
        jax.jit(lambda rate: check_rates(lambda step: jnp.nan * step, 3))(0.1)
