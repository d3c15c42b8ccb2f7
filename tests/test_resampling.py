"""Do case weights and groups give the spread they should, and is a refit never an untrained one?"""

import logging
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fitter, InputError, InputTypeError, Recipe, converged, fit
from jaxnn.bootstrap import bootstrap
from jaxnn.prediction import predictor
from jaxnn.tables import Column, numeric_columns

ROWS = 24
SCHOOLS = np.array(["Ash", "Birch", "Cedar", "Elm", "Fir"])[
    [0] * 8 + [1] * 6 + [2] * 5 + [3, 4, 4, 4, 0]
]


def problem(rows=ROWS, seed=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 2))
    return X, X[:, 0] - X[:, 1] ** 2 + 0.1 * rng.normal(size=rows)


def start():
    return jax.random.key(11)


def weighted_sum(key, X, y, weights):
    del key, X
    return jnp.sum(weights * y)


def standard_deviation_of_a_sum(terms, refits, expected):
    """Within 4.5 standard errors of a standard deviation of nearly normal numbers."""
    return abs(terms.std() / expected - 1) < 4.5 / np.sqrt(2 * refits)


# Case weights -------------------------------------------------------------------------------------


def test_a_row_is_drawn_with_its_weight():
    """With n draws, sum_i w_i y_i has variance n Var(w y), exactly."""
    X, y = problem()
    weights = np.random.default_rng(0).gamma(1.0, size=ROWS)
    refits = bootstrap(start(), weighted_sum, X, y, 4000, weights=weights)
    np.testing.assert_allclose(
        refits.fits, refits.multiplicities @ (weights * y), rtol=1e-5, atol=1e-5
    )
    expected = np.sqrt(ROWS) * (weights * y).std()
    assert standard_deviation_of_a_sum(refits.fits, 4000, expected)
    # The same rows are drawn as without weights: each with the same probability.
    plain = bootstrap(start(), weighted_sum, X, y, 5)
    np.testing.assert_array_equal(plain.multiplicities, refits.multiplicities[:5])


def test_refits_with_weights_are_weighted_least_squares():
    X, y = problem()
    weights = np.random.default_rng(1).gamma(1.0, size=ROWS)
    fitter = Fitter(MLP((2, 1)), Recipe("lbfgs", epochs=25))
    refits = bootstrap(start(), fitter, X, y, 3, weights=weights)
    A = np.c_[X, np.ones(ROWS)]
    for b in range(3):
        root = np.sqrt(refits.multiplicities[b] * weights)
        expected = np.linalg.lstsq(A * root[:, None], y * root, rcond=None)[0]
        layer = refits.fits.params[0]
        found = [*layer.weights[b, :, 0], layer.biases[b, 0]]
        np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_only_ratios_of_weights_matter_to_a_network(batch_size):
    """With mini-batches too, where rows are drawn with repeats and bring their weights."""
    X, y = problem()
    fitter = Fitter(MLP((2, 1)), Recipe("sgd", epochs=3, batch_size=batch_size))
    plain = bootstrap(start(), fitter, X, y, 2)
    same = bootstrap(start(), fitter, X, y, 2, weights=np.full(ROWS, 4.0))
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-6), plain.fits, same.fits)
    other = bootstrap(start(), fitter, X, y, 2, weights=np.arange(1.0, ROWS + 1))
    assert np.abs(other.fits.params[0].weights - plain.fits.params[0].weights).max() > 1e-4


def test_drawn_rows_bring_their_weights():
    def rows_and_weights(key, X, y, weights):
        return {"y": y, "weights": weights}

    X, y = problem()
    weights = np.arange(1.0, ROWS + 1)
    refits = bootstrap(start(), rows_and_weights, X, y, 2, weights=weights, resampling="rows")
    for b in range(2):
        drawn = np.repeat(np.arange(ROWS), refits.multiplicities[b])
        np.testing.assert_array_equal(refits.fits["weights"][b], weights[drawn])
        np.testing.assert_array_equal(refits.fits["y"][b], y[drawn].astype(np.float32))


# Groups -------------------------------------------------------------------------------------------


def test_groups_are_drawn_whole_with_the_spread_of_their_sums():
    """With G draws of G groups, the sum has variance G Var(T_g) of the groups' sums, exactly.

    Four rows that are alike count as one: drawn one by one, they would claim half the spread.
    """
    X, noise = problem()
    codes = np.random.default_rng(4).permutation(np.repeat(np.arange(6), 4))
    y = np.array([3.0, -1, 0, 2, -4, 1])[codes] + 0.1 * noise
    refits = bootstrap(start(), weighted_sum, X, y, 4000, groups=[f"patient {c}" for c in codes])
    drawn = np.stack([refits.multiplicities[:, codes == g][:, 0] for g in range(6)], axis=1)
    np.testing.assert_array_equal(drawn.sum(axis=1), 6)
    np.testing.assert_array_equal(refits.multiplicities, drawn[:, codes])
    np.testing.assert_array_equal(refits.out_of_bag, refits.multiplicities == 0)
    expected = np.sqrt(6) * np.bincount(codes, y).std()
    assert standard_deviation_of_a_sum(refits.fits, 4000, expected)
    alone = bootstrap(start(), weighted_sum, X, y, 4000)
    assert abs(alone.fits.std() / expected - 0.5) < 0.03


def test_weights_and_groups_together():
    X, y = problem()
    weights = np.arange(1.0, ROWS + 1)
    refits = bootstrap(start(), weighted_sum, X, y, 3, weights=weights, groups=SCHOOLS)
    expected = refits.multiplicities @ (weights * y)
    np.testing.assert_allclose(refits.fits, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_networks_are_refitted_to_groups_by_weight(batch_size):
    X, y = problem()
    fitter = Fitter(MLP((2, 1)), Recipe("sgd", epochs=3, batch_size=batch_size))

    def written_out(key, X, y, weights):
        return fitter(key, X, y, weights)

    chosen = bootstrap(start(), fitter, X, y, 2, groups=SCHOOLS)
    same = bootstrap(start(), written_out, X, y, 2, groups=SCHOOLS)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-6), chosen, same)
    alone = bootstrap(start(), fitter, X, y, 2)
    assert np.abs(alone.fits.params[0].weights - chosen.fits.params[0].weights).max() > 1e-4


def test_a_fit_that_sets_rows_aside_is_passed_the_groups():
    """With the identity for X, a row that is not trained on keeps its first-layer weights."""
    net = MLP((ROWS, 2, 1), initializer=lambda key, shape, dtype: jnp.full(shape, 0.5, dtype))
    recipe = Recipe("sgd", 0.1, 3, validation_fraction=0.3, standardize_response=False)
    refits = bootstrap(
        start(), Fitter(net, recipe), np.eye(ROWS), np.full(ROWS, 9.0), 20, groups=SCHOOLS
    )
    alone = [len(set(SCHOOLS[counts > 0])) == 1 for counts in refits.multiplicities]
    np.testing.assert_array_equal(refits.diverged, alone)
    for weights, counts in zip(refits.fits.params[0].weights, refits.multiplicities, strict=True):
        if len(set(SCHOOLS[counts > 0])) == 1:
            continue  # one school alone cannot watch itself
        trained = (weights != 0.5).any(axis=1)
        assert not trained[counts == 0].any()
        aside = set(SCHOOLS[~trained & (counts > 0)])
        assert aside and aside.isdisjoint(SCHOOLS[trained])


def test_a_function_with_groups_is_passed_them():
    def own(key, X, y, weights, groups):
        return groups

    X, y = problem()
    for given in (own, lambda key, rows, response, *, weights, groups=None: groups):
        refits = bootstrap(start(), given, X, y, 2, groups=SCHOOLS)
        expected = [list(dict.fromkeys(SCHOOLS)).index(name) for name in SCHOOLS]
        np.testing.assert_array_equal(refits.fits, [expected] * 2)


# Refits that were never trained -------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "fraction"), [(10, 0.1), (20, 0.05), (50, 0.02)])
def test_something_is_watched_in_every_refit(rows, fraction):
    X, y = problem(rows)
    recipe = Recipe(epochs=12, history_every=2, validation_fraction=fraction, patience=3)
    refits = bootstrap(start(), Fitter(MLP((2, 1)), recipe), X, y, 100)
    assert np.isfinite(refits.fits.history.validation_loss[:, :2]).all()
    assert not refits.diverged.any() and refits.fits.epochs.min() > 0


def test_a_resample_of_a_single_row_has_diverged(caplog):
    """Of two rows, half of the resamples hold one: there is nothing to watch it by."""
    recipe = Recipe(epochs=2, validation_fraction=0.5, patience=1)
    fitter = Fitter(MLP((1, 1)), recipe)
    with caplog.at_level(logging.WARNING, "jaxnn"):
        refits = bootstrap(start(), fitter, [[0.0], [1.0]], [0.0, 1.0], 20)
    alone = (refits.multiplicities == 2).any(axis=1)
    np.testing.assert_array_equal(refits.diverged, alone)
    named = ", ".join(map(str, np.flatnonzero(alone)[:10]))
    sentence = (
        f"{alone.sum()} of 20 refits diverged: {alone.sum()} without a finite validation loss"
    )
    assert f"{sentence} (refits {named}" in caplog.text
    assert len(converged(refits).epochs) == 20 - alone.sum()


class Report(NamedTuple):
    diverged_at: jax.Array
    diverged_by: jax.Array


def test_reasons_for_divergence_are_ranked(caplog):
    """Of nine rows, the third is drawn in 65% of the resamples, and so the first reason leads."""

    def failing(key, X, y, weights):
        reason = jnp.select([weights[2] > 0, weights[0] > 2, weights[0] > 0], [1, 2, 3], 0)
        step = jnp.where(reason > 0, 7, -1)
        return Report(step, reason)

    with caplog.at_level(logging.WARNING, "jaxnn"):
        refits = bootstrap(start(), failing, *problem(9), 60)
    (message,) = [record.getMessage() for record in caplog.records]
    counts = np.bincount(refits.fits.diverged_by, minlength=4)
    assert counts[1] > counts[3] > counts[2] > 0
    first = np.flatnonzero(refits.fits.diverged_by == 1)[0]
    assert f"{60 - counts[0]} of 60 refits diverged: {counts[1]} by a gradient" in message
    assert f"(first: refit {first} at step 7), {counts[3]} without a finite" in message
    assert message.index("without a finite") < message.index("by parameters")


# Columns and responses that a resample lacks ------------------------------------------------------


def rare_column(unit):
    """A numeric column that is zero but in one row of 40, in a given unit."""
    X = np.zeros((40, 2))
    X[7, 0] = unit
    X[:, 1] = np.linspace(-1, 1, 40)
    return X


def test_a_column_that_is_constant_in_a_resample_has_no_unit():
    y = np.sin(np.arange(40.0))
    fitter = Fitter(MLP((2, 3, 1)), Recipe(epochs=20), Encoder(numeric_columns(2)))
    bands = []
    for unit in (1.0, 1e6):
        X = rare_column(unit)
        refits = bootstrap(start(), fitter, X, y, 12)
        assert (refits.multiplicities[:, 7] == 0).any()
        scale = refits.fits.scaling.scale[refits.multiplicities[:, 7] == 0, 0]
        np.testing.assert_allclose(scale, X[:, 0].std(), rtol=1e-5)
        bands.append(np.asarray(predictor(fitter.net, refits.fits, fitter.encoder)(X)))
    np.testing.assert_allclose(bands[0], bands[1], rtol=1e-3, atol=1e-3)
    assert np.abs(bands[0]).max() < 10


def test_levels_and_variation_that_resamples_lack_are_named(caplog):
    """A level of one row is missing from 37% of the resamples, one of eight rows from 0.02%."""
    X = np.stack([np.r_[2, np.zeros(31), np.ones(8)], np.arange(40) == 5, np.arange(40)], axis=1)
    columns = (
        Column("city", "categorical", ("Bern", "Genf", "Chur", "Visp")),
        *numeric_columns(["rare", "usual"]),
    )
    fitter = Fitter(MLP((5, 1)), Recipe(epochs=1), Encoder(columns))
    with caplog.at_level(logging.WARNING, "jaxnn"):
        refits = bootstrap(start(), fitter, X, np.arange(40.0), 200)
    without = (refits.multiplicities == 0).sum(axis=0)
    (message,) = [record.getMessage() for record in caplog.records]
    assert message == (
        f"of 200 resamples, {without[0]} have no 'Chur' in 'city', 200 have no 'Visp' in 'city', "
        f"{without[5]} have no variation of 'rare'; what these refits predict there comes from "
        "their initial weights"
    )


@pytest.mark.parametrize("validation", [False, True])
def test_a_response_that_is_constant_in_a_resample_has_no_unit(validation):
    """All numbers but one are equal; a partial that fixes validation rows is a fitter too."""
    X = np.linspace(-1, 1, 30)[:, None]
    bands = []
    for unit in (1.0, 1e6):
        y = np.zeros(30)
        y[4] = unit
        watched = {"validation": (X[:3], y[:3])} if validation else {}
        fitter = partial(fit, net=MLP((1, 2, 1)), recipe=Recipe(epochs=10), **watched)
        refits = bootstrap(start(), fitter, X, y, 12)
        assert (refits.multiplicities[:, 4] == 0).any()
        bands.append(np.asarray(predictor(MLP((1, 2, 1)), refits.fits)(X)) / unit)
    np.testing.assert_allclose(bands[0], bands[1], rtol=1e-3, atol=1e-4)


def test_a_partial_that_fixes_validation_rows_is_watched_by_them():
    X, y = problem()
    net, recipe = MLP((2, 1)), Recipe("sgd", epochs=4)
    watched = (X[:5] + 1, y[:5], np.arange(5.0))
    chosen = bootstrap(start(), partial(fit, net=net, recipe=recipe, validation=watched), X, y, 2)

    def written_out(key, X, y, weights):
        return fit(key, net, X, y, recipe, weights=weights, validation=watched)

    same = bootstrap(start(), written_out, X, y, 2)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-4, atol=1e-6), chosen, same)
    assert np.isfinite(chosen.fits.history.validation_loss).all()


# Bad input ----------------------------------------------------------------------------------------


def plain(key, X, y):
    return y.mean()


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"weights": np.ones(3)}, InputError, r"weights has shape \(3,\); X has 24 rows"),
        ({"weights": np.r_[-1.0, np.ones(23)]}, InputError, "weights has the value -1; pass"),
        ({"weights": np.r_[np.nan, np.ones(23)]}, InputError, "weights holds nan at row 0"),
        ({"weights": np.zeros(24)}, InputError, "weights is zero for every row"),
        ({"weights": ["a"] * 24}, InputTypeError, "weights holds <U1 values"),
        ({"weights": np.full(24, 1e-300)}, InputError, "weights has the sum 2.4e-299"),
        ({"groups": np.arange(3)}, InputError, "groups has 3 labels; X has 24 rows"),
        ({"groups": ["a"] * 24}, InputError, "groups has a single group, which holds all rows"),
        ({"groups": [None] * 24}, InputError, "groups has no label at row 0"),
        ({"groups": np.r_[np.nan, np.ones(23)]}, InputError, "groups has no label at row 0"),
        ({"groups": SCHOOLS, "resampling": "rows"}, InputError, "with groups the number of drawn"),
        ({"replicates": 10**10}, InputError, "replicates is 10000000000.* 560,000,000,000 b"),
        ({"replicates": 2**62}, InputError, "replicates is .* bytes of memory, but this machine"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["function", "network"])
def test_weights_and_groups_that_cannot_be_used_are_refused(wrong, error, sentence, kind):
    X, y = problem()
    fitter = weighted_sum if kind == "function" else Fitter(MLP((2, 1)), Recipe(epochs=1))
    given = {"key": start(), "fit": fitter, "X": X, "y": y, "replicates": 2} | wrong
    with pytest.raises(error, match=sentence):
        bootstrap(**given)


def test_a_fit_without_weights_takes_neither_weights_nor_groups():
    X, y = problem()
    for name, given in (("weights", np.ones(ROWS)), ("groups", SCHOOLS)):
        with pytest.raises(InputError, match=f"{name} is given, but fit has no argument 'weights'"):
            bootstrap(start(), plain, X, y, 2, **{name: given})
    with pytest.raises(InputError, match="resampling is 'rows', but fit needs weights; pass 'mul"):
        bootstrap(start(), weighted_sum, X, y, 2, resampling="rows")
    with pytest.raises(InputError, match=r"fix groups with functools\.partial"):
        bootstrap(start(), lambda key, X, y, weights, groups: 0, X, y, 2)
