"""Is a fitter the same fit, compiled once, and does it know how it treats its rows?"""

from functools import partial

import jax
import numpy as np
import pytest

from jaxnn import MLP, ElasticNet, Encoder, Fitter, InputError, Recipe, fit
from jaxnn.bootstrap import bootstrap
from jaxnn.tables import numeric_columns
from jaxnn.training.arguments import CheckedRows
from jaxnn.training.fitter import Traits, as_fitter, traits_of

NET = MLP((3, 4, 2, 1))
STOPPING = Recipe(batch_size=8, validation_fraction=0.1, patience=2)


def test_a_fitter_is_a_fit(problem):
    X, y = problem()
    by_hand = fit(jax.random.key(0), NET, X, y, Recipe("sgd", epochs=3))
    fitter = Fitter(NET, Recipe("sgd", epochs=3))
    jax.tree.map(np.testing.assert_array_equal, fitter(jax.random.key(0), X, y), by_hand)


def test_fitters_are_equal_if_they_say_the_same():
    fitter = Fitter(NET, Recipe(epochs=3))
    assert fitter == Fitter(NET, Recipe(epochs=3)) != Fitter(NET, Recipe(epochs=4))
    assert hash(fitter) == hash(Fitter(NET, Recipe(epochs=3)))


def test_equal_fitters_compile_once(compilations, problem):
    X, y = problem(rows=19)

    def run(seed, l2=0.125):
        fitter = Fitter(
            MLP([3, 5, 1], "silu"),
            Recipe("sgd", epochs=3, regularizers=(ElasticNet(l2=l2),)),
            Encoder(list(numeric_columns(3))),
        )
        return fitter(jax.random.key(seed), X, y, np.ones(19))

    run(0)
    assert len(compilations) > 0
    compilations.clear()
    run(1)
    assert compilations == []
    run(1, l2=0.25)  # the count can count
    assert len(compilations) > 0


@pytest.mark.parametrize(
    ("recipe", "traits"),
    [
        (Recipe(), Traits(True, True, False)),
        (Recipe(batch_size=8), Traits(False, False, False)),
        (Recipe(validation_fraction=0.1), Traits(True, False, False)),
        (Recipe(validation_fraction=0.1, patience=2), Traits(True, False, True)),
        (STOPPING, Traits(False, False, True)),
    ],
)
def test_traits_follow_from_the_recipe(recipe, traits):
    assert Fitter(NET, recipe).traits == traits == traits_of(Fitter(NET, recipe))


def test_traits_of_other_functions_claim_only_what_is_known():
    watched = (np.zeros((2, 3)), np.zeros(2))
    assert traits_of(lambda key, X, y: 0) == Traits()
    # Without a fraction set aside, which rows there are decides nothing, watched or not.
    assert traits_of(partial(fit, net=NET, validation=watched)) == Traits(True, True, False)
    early = partial(fit, net=NET, recipe=Recipe(patience=2), validation=watched)
    assert traits_of(early) == Traits(True, True, True)
    assert traits_of(partial(fit, net=NET, recipe=STOPPING)) == Traits(False, False, True)


def test_the_working_set_is_the_activations_of_one_step():
    assert Fitter(NET).working_set(100) == 4 * 100 * (3 + 4 + 2 + 1)
    assert Fitter(NET, STOPPING).working_set(100) == 4 * 8 * (3 + 4 + 2 + 1)
    assert Fitter(NET).working_set(10**6) == Fitter(NET).working_set(10**7)  # cut into blocks


def test_a_partial_of_fit_is_a_fitter_if_it_fixes_no_more():
    recipe, penalised = Recipe(epochs=2), Recipe(regularizers=(ElasticNet(l2=1.0),))
    watched = (np.zeros((2, 3)), np.zeros(2))
    for given, expected in (
        ({"recipe": recipe}, Fitter(NET, recipe)),
        ({"recipe": None, "encoder": None}, Fitter(NET)),
        ({"learning_rate": 0.1, "weights": None, "groups": None}, Fitter(NET, learning_rate=0.1)),
        ({"recipe": penalised, "penalty_factor": 2}, Fitter(NET, penalised, penalty_factor=2)),
    ):
        assert as_fitter(partial(fit, net=NET, **given)) == (expected, None)
    assert as_fitter(partial(fit, net=NET, validation=watched)) == (Fitter(NET), watched)
    for other in (
        max,
        Fitter(NET),
        partial(fit, recipe=recipe),
        partial(fit, jax.random.key(0), net=NET),
    ):
        assert as_fitter(other)[0] is other
    for name in ("weights", "groups"):
        with pytest.raises(InputError, match=f"fit is a partial that fixes {name}; pass one"):
            as_fitter(partial(fit, net=NET, **{name: np.ones(3)}))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (None, "^rows is None; pass the rows that Fitter.checked returned"),
        (CheckedRows("a", np.ones(3)), "^rows.X holds <U1 values"),
        (CheckedRows(np.ones((3, 1)), None), "^rows.y holds object values"),
        (CheckedRows(np.ones((3, 1)), np.ones(2)), r"^rows has X of shape \(3, 1\) and y of shape"),
        (CheckedRows(np.ones((3, 1)), np.ones(3), whole="a"), "^rows has whole that is no Scales"),
    ],
)
def test_rows_that_were_not_checked_are_refused(rows, message, key):
    fitter = Fitter(MLP((1, 1)), Recipe(epochs=1))
    for function in (lambda: fitter.train(key, rows), lambda: fitter.with_table_scales(rows)):
        with pytest.raises(InputError, match=message):
            function()


@pytest.mark.parametrize("rows", [None, 0, 2.5, "a", np.ones(3)])
def test_the_working_set_of_no_number_of_rows_is_refused(rows):
    with pytest.raises(InputError, match=r"^rows is .*; pass a whole number of at least 1"):
        Fitter(MLP((1, 1)), Recipe(epochs=1)).working_set(rows)


def test_a_bootstrap_compiles_keys_resamples_and_refits_and_no_more(compilations):
    """Each small helper would take as long to compile as it takes to train many networks."""
    X, labels = np.eye(7), np.arange(7) % 2
    key = jax.random.key(0)
    compilations.clear()
    bootstrap(key, Fitter(MLP((7, 1), response="binary"), Recipe(epochs=2)), X, labels, 3)
    assert len(compilations) <= 3
