"""Is a recipe data: comparable, hashable, and refused at once if it makes no sense?"""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import ElasticNet, InputError, InputTypeError, Recipe
from jaxnn.training.recipe import (
    EPOCHS_APART,
    HISTORY_POINTS,
    entries_per_training_loss,
    history_epochs,
)


def test_recipes_are_equal_if_they_say_the_same():
    def made(**changed):
        return Recipe(
            **({"optimizer": optax.adam, "regularizers": (ElasticNet(l2=0.1),)} | changed)
        )

    assert made() == made() and hash(made()) == hash(made())
    changes = [
        {"optimizer": "adam"}, {"learning_rate": 0.1}, {"epochs": 7}, {"batch_size": 3},
        {"regularizers": ()}, {"validation_fraction": 0.1}, {"patience": 2}, {"min_delta": 0.1},
        {"history_every": 2},
    ]  # fmt: skip
    assert len({made(), *(made(**change) for change in changes)}) == 1 + len(changes)


@pytest.mark.parametrize(
    ("epochs", "every", "expected"),
    [
        (10, 3, (0, 3, 6, 9, 10)),
        (4, 2, (0, 2, 4)),
        (3, 7, (0, 3)),
        (1, None, (0, 1)),
        (9, None, (0, 9)),
        (19, None, (0, 19)),
        (20, None, (0, 10, 20)),
        (200, None, tuple(range(0, 201, 10))),
        (300, None, tuple(range(0, 301, 15))),
    ],
)
def test_history_epochs_by_hand(epochs, every, expected):
    assert history_epochs(Recipe(epochs=epochs, history_every=every)) == expected


@given(st.integers(1, 2000), st.none() | st.integers(1, 300))
def test_the_history_runs_from_zero_to_the_last_epoch(epochs, every):
    marks = history_epochs(Recipe(epochs=epochs, history_every=every))
    assert marks[0] == 0 and marks[-1] == epochs
    gaps = np.diff(marks)
    assert (gaps > 0).all()
    if every is not None:
        assert (gaps[:-1] == every).all() and gaps[-1] <= every
    else:
        assert len(marks) <= HISTORY_POINTS + 1
        assert len(marks) > min(epochs / EPOCHS_APART, HISTORY_POINTS) / 2


@given(st.integers(1, 2000), st.floats(1, 10))
def test_losses_of_the_default_history_are_few_beside_the_epochs(epochs, evaluated):
    before_the_last = len(history_epochs(Recipe(epochs=epochs), evaluated)) - 1
    assert before_the_last * evaluated * EPOCHS_APART <= epochs or before_the_last == 1
    stopping = Recipe(epochs=epochs, patience=3)  # counts entries, whatever they cost
    entries = history_epochs(stopping, evaluated)
    assert entries == history_epochs(stopping) and len(entries) > min(epochs, HISTORY_POINTS / 2)
    training_losses = range(0, len(entries) - 1, entries_per_training_loss(stopping))
    assert len(training_losses) * EPOCHS_APART <= epochs or len(training_losses) == 1


WRONG = [
    ({"epochs": 0}, InputError, "epochs is 0; pass a whole number of at least 1"),
    ({"epochs": -5}, InputError, "epochs is -5"),
    ({"epochs": 10**15, "history_every": 2}, InputError, "epochs is 1000000000000000, which takes"),
    ({"epochs": 2.0}, InputTypeError, "epochs is 2.0"),
    ({"epochs": None}, InputTypeError, "epochs is None"),
    ({"epochs": "300"}, InputTypeError, "epochs is '300'"),
    ({"epochs": True}, InputTypeError, "epochs is True"),
    ({"batch_size": 0}, InputError, "batch_size is 0"),
    ({"batch_size": 32.0}, InputTypeError, "batch_size is 32.0"),
    ({"patience": 0}, InputError, "patience is 0"),
    ({"history_every": 0}, InputError, "history_every is 0"),
    ({"validation_fraction": 1}, InputError, r"validation_fraction is 1; .* \[0, 1\)"),
    ({"validation_fraction": -0.1}, InputError, "validation_fraction is -0.1"),
    ({"validation_fraction": math.nan}, InputError, "validation_fraction is nan"),
    ({"validation_fraction": "a"}, InputError, "validation_fraction is 'a'"),
    ({"min_delta": -1}, InputError, "min_delta is -1; pass a finite number"),
    ({"min_delta": math.inf}, InputError, "min_delta is inf"),
    ({"min_delta": None}, InputError, "min_delta is None"),
    ({"regularizers": ElasticNet()}, InputTypeError, "regularizers is ElasticNet.*; pass a tuple"),
    ({"regularizers": (0.1,)}, InputTypeError, "regularizers holds 0.1; pass regularisers and"),
    ({"regularizers": [ElasticNet]}, InputTypeError, "regularizers holds the class ElasticNet; pa"),
    ({"optimizer": "adm"}, InputError, "optimizer is 'adm'; did you mean 'adam"),
    ({"optimizer": "gradient"}, InputError, "optimizer is 'gradient'.*known: adadelta, .*, sgd"),
    ({"optimizer": None}, InputTypeError, "optimizer is None; pass a name"),
    ({"optimizer": 0.1}, InputTypeError, "optimizer is 0.1"),
    ({"learning_rate": 0}, InputError, "learning_rate is 0; pass a positive number"),
    ({"learning_rate": -0.1}, InputError, "learning_rate is -0.1"),
    ({"learning_rate": math.nan}, InputError, "learning_rate is nan"),
    ({"learning_rate": math.inf}, InputError, "learning_rate is inf"),
    ({"learning_rate": "fast"}, InputError, "learning_rate is 'fast'"),
    ({"optimizer": optax.adam(0.1), "learning_rate": 0.1}, InputError, "ready transformation"),
]


@pytest.mark.parametrize(("wrong", "error", "sentence"), WRONG)
def test_an_impossible_recipe_is_refused(wrong, error, sentence):
    with pytest.raises(error, match=sentence):
        Recipe(**wrong)


@dataclass
class Lasso:
    """A dataclass that is not frozen cannot be hashed."""

    price: float

    def __call__(self, weights):
        return self.price * jnp.sum(jnp.abs(weights[0]))


@pytest.mark.parametrize(
    "unhashable", [{"learning_rate": jnp.array(0.1)}, {"regularizers": (Lasso(0.1),)}]
)
def test_what_cannot_be_hashed_is_refused(unhashable):
    """A recipe is a static argument, so it must be hashable."""
    with pytest.raises(InputTypeError, match=f"{next(iter(unhashable))} is "):
        Recipe(**unhashable)


def test_numbers_of_any_type_are_accepted():
    recipe = Recipe(
        learning_rate=np.float32(0.5), epochs=np.int64(3), validation_fraction=np.float64(0.5)
    )
    assert hash(recipe) == hash(recipe) and jax.jit(lambda: recipe.epochs)() == 3
