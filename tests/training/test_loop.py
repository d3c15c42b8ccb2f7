"""Are the right rows set aside, does training stop in time, and is divergence always reported?"""

import os
import subprocess
import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import MLP, Recipe, fit
from jaxnn.training.divergence import REASONS
from jaxnn.training.loop import run
from jaxnn.training.recipe import validation_rows
from jaxnn.training.steps import State
from jaxnn.training.validation_split import with_weight_on_both_sides

NET = MLP((3, 4, 1))


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


# Validation rows ----------------------------------------------------------------------------------


def test_rows_set_aside_are_as_many_as_stated_and_never_trained_on():
    """With the identity for X, a row that is not trained on keeps its first-layer weights."""
    rows = 20
    net = MLP((rows, 2, 1), initializer=lambda key, shape, dtype: jnp.full(shape, 0.5, dtype))
    recipe = Recipe("sgd", learning_rate=0.1, epochs=3, validation_fraction=0.3)
    assert validation_rows(recipe, rows) == 6
    X, y = np.eye(rows), np.full(rows, 9.0)

    def run(seed, y):
        return fit(jax.random.key(seed), net, X, y, recipe)

    fitted = run(0, y)
    aside = np.flatnonzero((fitted.params[0].weights == 0.5).all(axis=1))
    assert len(aside) == 6
    planted = y.copy()
    planted[aside] = 1e6
    other = run(0, planted)
    assert_trees_close(fitted.params, other.params, rtol=0)
    assert other.history.validation_loss[0] > 1e9
    np.testing.assert_array_equal(fitted.history.train_loss, other.history.train_loss)
    first, last = jax.tree.map(np.asarray, fitted.params)
    outputs = np.tanh(X[aside] @ first.weights + first.biases) @ last.weights + last.biases
    np.testing.assert_allclose(
        fitted.history.validation_loss[-1], np.mean((outputs - 9) ** 2), rtol=1e-5
    )
    kept = np.setdiff1d(np.arange(rows), aside)
    planted = y.copy()
    planted[kept[0]] = 0
    assert np.abs(run(0, planted).params[0].weights - fitted.params[0].weights).max() > 1e-3
    elsewhere = np.flatnonzero((run(1, y).params[0].weights == 0.5).all(axis=1))
    assert set(elsewhere) != set(aside)


def test_a_watched_row_of_weight_zero_does_not_decide_when_to_stop(problem):
    X, y = problem(rows=40)
    weights = np.r_[np.zeros(10), np.ones(30)]
    absurd = np.where(weights > 0, y, 1e30)
    recipe = Recipe(epochs=20, validation_fraction=0.3, patience=5, history_every=1)
    plain, other = (
        fit(jax.random.key(0), MLP((3, 1)), X, response, recipe, weights=weights)
        for response in (y, absurd)
    )
    assert np.isfinite(plain.history.validation_loss).any() and plain.diverged_at == -1
    jax.tree.map(np.testing.assert_array_equal, plain, other)


@pytest.mark.parametrize(
    ("rows", "fraction", "present"),
    [(10, 0.1, 1), (10, 0.1, 2), (20, 0.05, 7), (50, 0.02, 12), (10, 0.9, 2), (3, 0.4, 2)],
)
def test_rows_that_count_are_on_both_sides_whatever_the_weights(rows, fraction, present):
    """Of few rows of positive weight, one is always watched and one always trained on."""
    order = jax.jit(partial(with_weight_on_both_sides, count=max(1, round(fraction * rows))))
    for seed in range(8):
        rng = np.random.default_rng(seed)
        plain = rng.permutation(rows)
        weights = np.zeros(rows, np.float32)
        weights[rng.permutation(rows)[:present]] = 1.5
        mended = np.asarray(order(plain, weights))
        assert sorted(mended) == list(range(rows))
        watched, trained = np.split(weights[mended] > 0, [round(fraction * rows)])
        assert trained.any()
        assert watched.any() == (present > 1)
        np.testing.assert_array_equal(order(plain, np.ones_like(weights)), plain)
        if present > 1:  # no more than two rows change places
            assert (mended != plain).sum() in (0, 2)


def test_without_rows_to_watch_the_validation_loss_is_nan(problem):
    fitted = fit(jax.random.key(0), MLP((3, 1)), *problem(), Recipe("sgd", epochs=4))
    assert np.isnan(fitted.history.validation_loss).all()
    assert np.isfinite(fitted.history.train_loss).all()


# Early stopping -----------------------------------------------------------------------------------


def bias_alone(optimizer=None, patience=None, epochs=60, every=2, **settings):
    """Fit the number 2 by a bias alone, watched by a row whose value is 1.

    The output after t steps is b_t = 2 (1 - (1 - 2 rate)^t), so the loss watched, (b_t - 1)^2,
    falls until t ln(1 - 2 rate) = -ln 2 and then rises.
    """
    net = MLP((1, 1), initializer="zeros")
    recipe = Recipe(
        optimizer or optax.sgd(RATE), None, epochs, patience=patience, history_every=every,
        standardize_response=False, **settings,
    )  # fmt: skip
    return fit(
        jax.random.key(0),
        net,
        np.zeros((6, 1)),
        np.full(6, 2.0),
        recipe,
        validation=(np.zeros((1, 1)), np.ones(1)),
    )


RATE = 0.05


def bias_after(t):
    return 2 * (1 - (1 - 2 * RATE) ** np.asarray(t))


def test_early_stopping_stops_and_returns_the_best(recorder):
    records = {}
    fitted = bias_alone(optax.chain(recorder(records), optax.sgd(RATE)), patience=3)
    jax.effects_barrier()
    marks = np.arange(0, 61, 2)
    watched = (bias_after(marks) - 1) ** 2
    best = watched.argmin()
    assert 0 < best < len(marks) - 5
    assert fitted.epochs == marks[best]
    np.testing.assert_allclose(fitted.params[0].biases, [bias_after(marks[best])], rtol=1e-5)
    # Three entries without a better one, and then not a single step more.
    assert sorted(records) == list(range(marks[best + 3]))
    np.testing.assert_allclose(
        fitted.history.validation_loss[: best + 4], watched[: best + 4], rtol=1e-3, atol=1e-6
    )
    assert np.isnan(fitted.history.validation_loss[best + 4 :]).all()
    assert np.isnan(fitted.history.train_loss[best + 4 :]).all()
    np.testing.assert_array_equal(fitted.history.epoch, marks)
    np.testing.assert_allclose(fitted.train_loss, (bias_after(marks[best]) - 2) ** 2, rtol=1e-4)
    assert fitted.diverged_at == -1


def test_without_patience_the_last_parameters_are_returned():
    fitted = bias_alone()
    assert fitted.epochs == 60
    np.testing.assert_allclose(fitted.params[0].biases, [bias_after(60)], rtol=1e-5)
    assert np.isfinite(fitted.history.validation_loss).all()


def test_an_improvement_below_min_delta_does_not_count():
    """The losses watched are 1, 0.64, 0.384, 0.210, 0.097, 0.033, 0.004: after 0.097 no loss is
    lower by 0.1, and after two of those comes the end."""
    watched = (bias_after(np.arange(8)) - 1) ** 2
    np.testing.assert_allclose(watched[[3, 4, 5, 6]], [0.210, 0.097, 0.033, 0.004], atol=6e-4)
    assert bias_alone(patience=2, min_delta=0.1, every=1).epochs == 4


def test_a_stopped_fit_is_the_fit_of_that_many_epochs(problem):
    X, y = problem(rows=40)
    stopping = Recipe("adam", 0.05, 300, history_every=5, patience=2)
    watched = problem(rows=20, seed=6)
    stopped = fit(jax.random.key(1), NET, X, y, stopping, validation=watched)
    assert 0 < stopped.epochs < 300
    plain = fit(jax.random.key(1), NET, X, y, Recipe("adam", 0.05, int(stopped.epochs)))
    assert_trees_close(stopped.params, plain.params, rtol=1e-5)
    np.testing.assert_allclose(
        np.nanmin(stopped.history.validation_loss),
        stopped.history.validation_loss[int(stopped.epochs) // 5],
    )


def watched_line(response, **settings):
    """The line y = 2 x, trained from a slope of zero, watched by one row at x = 1."""
    X = np.linspace(-1, 1, 9)[:, None]
    settings = {"epochs": 12, "patience": 2, "history_every": 3} | settings
    recipe = Recipe("sgd", standardize_response=False, **settings)
    net = MLP((1, 1), initializer="zeros")
    watched = (np.ones((1, 1)), [response])
    return fit(jax.random.key(0), net, X, 2 * X[:, 0], recipe, validation=watched)


@pytest.mark.parametrize("settings", [{}, {"epochs": 1}, {"history_every": 50}])
def test_first_weights_are_never_returned_even_if_they_are_best(settings):
    """The row watched is what the initial weights predict, so every step makes it worse."""
    fitted = watched_line(0.0, **settings)
    losses = fitted.history.validation_loss
    assert losses[0] == 0 and np.nanmin(losses[1:]) > 0
    assert fitted.epochs == fitted.history.epoch[1] > 0
    assert fitted.params[0].weights[0, 0] > 0.01
    assert fitted.diverged_at == -1 and fitted.diverged_by == 0


@pytest.mark.parametrize("settings", [{}, {"patience": None}])
def test_a_validation_loss_that_is_never_finite_is_divergence(settings):
    fitted = watched_line(1e30, **settings)
    assert not np.isfinite(fitted.history.validation_loss).any()
    assert fitted.diverged_at == fitted.epochs - 1 >= 0
    assert REASONS[fitted.diverged_by] == "without a finite validation loss"
    assert fitted.params[0].weights[0, 0] > 0.01  # and what is returned was trained


@pytest.mark.parametrize(
    ("losses", "kept"),
    [
        ([1, 5, 6, 4], 3),
        ([1, 5, 6, 7], 1),
        ([np.inf, np.inf, 3, 2, 4, 4], 3),
        ([np.nan, np.nan, np.nan, np.nan], 1),
        ([1, np.nan, 9, 10, 8], 4),
        ([1, np.inf, np.inf, np.inf, 2], 1),  # after two without a better one comes the end
        ([0, -1, 0.5, -2], 3),
    ],
)
def test_the_entry_kept_is_the_best_after_the_first(losses, kept):
    recipe = Recipe(epochs=len(losses) - 1, validation_fraction=0.5, patience=2, history_every=1)
    ended = run(
        State(jnp.array(0), None, jnp.array(-1)),
        lambda number, state: state._replace(held=state.held + 1),
        lambda held: (jnp.array(0.0), jnp.array(losses, float)[held]),
        recipe,
    )
    assert ended.best == ended.best_entry == kept


# History and divergence ---------------------------------------------------------------------------


def test_the_history_changes_no_bit_of_the_parameters():
    """With a loss at every epoch, as few as by default, or two; as users' programs are compiled."""
    script = """
import jax, numpy as np
from jaxnn import MLP, Recipe, fit
X = np.random.default_rng(0).normal(size=(23, 3))
for batch_size in (None, 8):
    fits = [
        fit(jax.random.key(0), MLP((3, 4, 1)), X, np.sin(X[:, 0]), recipe)
        for recipe in (Recipe(epochs=20, batch_size=batch_size, history_every=n) for n in (None, 1))
    ]
    first, second = (np.concatenate([np.ravel(w) for w in jax.tree.leaves(f.params)]) for f in fits)
    print(first.tobytes() == second.tobytes(), [len(fitted.history.epoch) for fitted in fits])
"""
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "XLA_FLAGS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == ["True [3, 21]"] * 2


def test_early_stopping_watches_each_entry_but_records_few_training_losses(problem):
    """Without `history_every`, entries of 20 epochs are those of every epoch."""
    settings = {"epochs": 20, "learning_rate": 0.1, "validation_fraction": 0.3, "patience": 12}
    few, many = (
        fit(jax.random.key(2), NET, *problem(), Recipe(history_every=every, **settings))
        for every in (None, 1)
    )
    assert few.epochs == many.epochs == 3
    assert_trees_close(few.params, many.params, rtol=1e-5)
    np.testing.assert_allclose(few.history.validation_loss, many.history.validation_loss, rtol=1e-5)
    expected = np.where(np.arange(21) % 10 == 0, many.history.train_loss, np.nan)
    np.testing.assert_allclose(few.history.train_loss, expected, rtol=1e-5)
    np.testing.assert_allclose(few.train_loss, many.history.train_loss[int(few.epochs)], rtol=1e-5)


def test_the_history_holds_the_loss_of_its_epochs():
    history = bias_alone(epochs=10, every=3).history
    np.testing.assert_array_equal(history.epoch, [0, 3, 6, 9, 10])
    b = bias_after([0, 3, 6, 9, 10])
    np.testing.assert_allclose(history.train_loss, (b - 2) ** 2, rtol=1e-5)
    np.testing.assert_allclose(history.validation_loss, (b - 1) ** 2, rtol=1e-4)


@pytest.mark.parametrize(
    ("batch_size", "planted", "expected"), [(None, 7, 8), (8, 13, 14), (None, 19, 19), (8, 59, 59)]
)
def test_divergence_is_reported_with_its_step(batch_size, planted, expected, problem):
    """A step of infinite length spoils the next gradient, or after the last the parameters."""
    X, y = problem()

    def optimizer(learning_rate):
        return optax.scale_by_schedule(
            lambda step: -jnp.where(step == planted, jnp.inf, learning_rate)
        )

    recipe = Recipe(optimizer, 0.01, epochs=20, batch_size=batch_size)
    fitted = fit(jax.random.key(1), NET, X, y, recipe)
    assert fitted.diverged_at == expected
    last = planted == 20 * (1 if batch_size is None else 3) - 1
    assert REASONS[fitted.diverged_by].startswith("by parameters" if last else "by a gradient")
    assert not np.isfinite(fitted.params[-1].biases).all()


def test_a_loss_that_is_not_finite_is_reported(problem):
    X, y = problem()
    fitted = fit(jax.random.key(1), NET, X, y * 1e20, Recipe("sgd", epochs=3))
    assert not np.isfinite(fitted.train_loss)
    assert fitted.diverged_at >= 0
