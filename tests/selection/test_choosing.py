"""Is the network that is chosen the one that predicts best out of bag?"""

import logging

import jax
import numpy as np
import pytest

from jaxnn import MLP, Encoder
from jaxnn.bootstrap import bootstrap
from jaxnn.errors import InputError, InputTypeError
from jaxnn.refits import refitted_network
from jaxnn.selection.candidates import Candidate, default_candidates, default_resamples, fitter_of
from jaxnn.selection.choosing import ends_of_the_path, select
from jaxnn.tables import numeric_columns

FEW = (
    Candidate((), 0.1, 15),
    Candidate((), 3.0, 15),
    Candidate((4,), 3.0, 20),
    Candidate((4,), 0.1, 20),
    Candidate((4,), 0.1, 150),
)
NET = MLP((2, 1))


@pytest.fixture(scope="module")
def curved():
    """X (60, 2) and y (60,) on another scale, which is curved in the first predictor."""
    X = np.random.default_rng(0).uniform(-2, 2, size=(60, 2))
    return X, 1e4 + 100 * (X[:, 0] ** 2 + 0.3 * X[:, 1])


@pytest.fixture(scope="module")
def selection(curved):
    return select(jax.random.key(0), NET, *curved, candidates=FEW, resamples=8)


def test_a_curve_needs_hidden_layers_and_a_weak_penalty(selection):
    assert selection.candidates[selection.chosen] == Candidate((4,), 0.1, 150)
    assert selection.network == selection.chosen
    assert selection.candidates[selection.baseline].hidden == ()
    difference, error = selection.difference(selection.chosen)
    assert difference[selection.chosen] == error[selection.chosen] == 0
    assert difference[selection.baseline] > 3 * error[selection.baseline]
    assert not selection.diverged.any()


def test_a_line_needs_none(curved):
    X = curved[0]
    y = 3 + X[:, 0] - X[:, 1] + 0.5 * np.random.default_rng(1).normal(size=60)
    chosen = select(jax.random.key(1), NET, X, y, candidates=FEW, resamples=8)
    assert chosen.candidates[chosen.chosen].hidden == ()


@pytest.mark.parametrize("place", [0, 4])
def test_refits_are_those_of_a_bootstrap_of_the_candidate(curved, selection, place):
    X, y = curved
    fitter = fitter_of(FEW[place], NET, len(y))
    refits = bootstrap(jax.random.key(0), fitter, X, y, 8)
    np.testing.assert_array_equal(refits.multiplicities, selection.multiplicities)
    predicted = refitted_network(fitter, refits).predict(X)
    unseen = refits.out_of_bag
    mean = (predicted * unseen).sum(axis=0) / np.maximum(unseen.sum(axis=0), 1)
    expected = np.where(unseen.any(axis=0), (mean - y) ** 2, np.nan)
    # Rounding changes the course of training a little.
    np.testing.assert_allclose(selection.row_losses[place], expected, rtol=0.05, atol=2.0)


def test_losses_are_means_over_rows_that_were_left_out(selection):
    judged = (selection.multiplicities == 0).any(axis=0)
    np.testing.assert_allclose(selection.loss.mean, selection.row_losses[:, judged].mean(axis=1))
    assert selection.never_left_out == (~judged).sum()
    assert np.isnan(selection.row_losses[:, ~judged]).all()
    # The mean of several refits predicts better than one of them (Jensen's inequality).
    assert (selection.loss.mean < selection.refit_losses.mean(axis=1)).all()


def test_a_choice_is_a_function_of_its_key(curved, selection):
    again = select(jax.random.key(0), NET, *curved, candidates=FEW, resamples=8)
    np.testing.assert_array_equal(again.row_losses, selection.row_losses)


def test_groups_are_left_out_together_and_weights_count(curved):
    X, y = curved
    groups, weights = np.arange(60) // 3, np.where(np.arange(60) < 30, 2.0, 0.5)
    found = select(
        jax.random.key(2),
        NET,
        X,
        y,
        groups=groups,
        weights=weights,
        candidates=FEW[:2],
        resamples=8,
    )
    counts = found.multiplicities.reshape(8, 20, 3)
    assert (counts == counts[..., :1]).all()
    judged = (found.multiplicities == 0).any(axis=0)
    expected = np.average(found.row_losses[:, judged], axis=1, weights=weights[judged])
    np.testing.assert_allclose(found.loss.mean, expected)


def test_linear_candidates_are_at_the_exact_minimum(curved):
    X, y = curved
    candidate = default_candidates(60)[6]
    assert candidate == Candidate((), 0.003, 60)
    encoder = Encoder(numeric_columns(2))
    fitted = fitter_of(candidate, NET, 60, encoder)(jax.random.key(0), X, y)
    Z, t = (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()
    # The gradient of mean (Z b - t)^2 + 0.003 * 2 / (2 * 60) b^2 is zero.
    slopes = np.linalg.solve(Z.T @ Z / 60 + 0.003 / 60 * np.eye(2), Z.T @ t / 60) * y.std()
    np.testing.assert_allclose(fitted.params[0].weights[:, 0], slopes, rtol=1e-3)


def test_a_logistic_baseline_is_at_its_minimum():
    sklearn = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(5)
    X = rng.normal(size=(80, 3)) @ np.array([[1.0, 0.9, 0], [0, 0.3, 0], [0, 0, 1]])
    y = (X[:, 0] + rng.normal(size=80) > 0).astype(float)
    fitter = fitter_of(Candidate((), 0.03, 60), MLP((3, 1), response="binary"), 80)
    ours = fitter(jax.random.key(0), X, y).params[0].weights[:, 0]
    exact = sklearn.LogisticRegression(C=1 / (0.03 * 3), tol=1e-8, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(ours, exact.coef_[0], rtol=2e-3)


def test_the_ends_of_the_path_are_reported(curved, selection):
    weakest, more = ends_of_the_path(selection)
    assert weakest.startswith("The least loss is at the weakest penalty that was tried, of strengt")
    assert more == "The least loss is at the most epochs that were tried, 150; more may do better."
    inner = selection._replace(chosen=2, row_losses=selection.row_losses[[4, 3, 2, 1, 0]])
    assert ends_of_the_path(inner) == (
        "The least loss is at the strongest penalty that was tried, of strength 3; a stronger one "
        "may do better.",
    )


def test_candidates_that_diverge_are_not_chosen(monkeypatch, curved, caplog):
    from jaxnn import Recipe
    from jaxnn.training import Fitter

    def explosive(candidate, net, rows, encoder=None):
        net = MLP((2, *candidate.hidden, 1))
        return Fitter(net, Recipe("sgd", learning_rate=1e3 if candidate.hidden else 0.01))

    monkeypatch.setattr("jaxnn.selection.candidates.fitter_of", explosive)
    found = select(jax.random.key(0), NET, *curved, candidates=FEW[1:3], resamples=3)
    assert "1 of 2 candidates are left out of the choice, since a refit of each" in caplog.text
    assert found.diverged.tolist() == [False, True]
    assert (found.chosen, found.network) == (0, -1)
    assert np.isnan(found.loss.mean[1])
    with pytest.raises(InputError, match="candidates holds 1 candidates, of each of which a refit"):
        select(jax.random.key(0), NET, *curved, candidates=FEW[2:3], resamples=3)


def test_resamples_of_a_single_class_are_counted(curved, caplog):
    X, y = curved[0], np.arange(60) == 7
    with caplog.at_level(logging.WARNING, "jaxnn"):
        net = MLP((2, 1), response="binary")
        select(jax.random.key(0), net, X, y, candidates=FEW[3:4], resamples=6)
    assert "of 6 resamples hold a single class of the response" in caplog.text


def test_defaults_hold_twelve_candidates_and_leave_every_row_out():
    for rows in (50, 1_000, 1_001, 20_000, 1_000_000):
        candidates = default_candidates(rows)
        assert len(set(candidates)) == len(candidates) >= 12
        assert {candidate.hidden for candidate in candidates} > {()}
        resamples = default_resamples(rows)
        assert 0.632**resamples < 0.03
    assert default_resamples(100) == 25
    assert fitter_of(default_candidates(20_000)[-1], NET, 20_000).recipe.batch_size == 250


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"net": "linear"}, InputTypeError, "net is a str; pass a jaxnn.MLP"),
        ({"candidates": []}, InputError, "candidates is empty; pass at least one"),
        ({"candidates": [3]}, InputTypeError, "candidates holds a int; pass a list of"),
        ({"candidates": [FEW[0]] * 2}, InputError, "candidates holds a candidate twice"),
        ({"candidates": [FEW[0]._replace(strength=0)]}, InputError, "strength is 0; pass a posit"),
        ({"candidates": [FEW[0]._replace(hidden=(0,))]}, InputError, "sizes is"),
        ({"resamples": 1}, InputError, "resamples is 1; pass a whole number of at least 2"),
        ({"weights": np.full(60, -1.0)}, InputError, "weights has the value -1"),
        ({"groups": np.zeros(60)}, InputError, "groups has a single group"),
        ({"key": 0}, InputTypeError, "key is the integer 0"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused(curved, change, error, message):
    X, y = curved
    given = {"key": jax.random.key(0), "net": NET, "X": X, "y": y, "candidates": FEW} | change
    with pytest.raises(error, match=message):
        select(**given)


def test_a_table_of_one_row_is_refused():
    with pytest.raises(InputError, match="X has 1 row, which cannot be left out; pass more rows"):
        select(jax.random.key(0), NET, [[0.0, 1.0]], [1.0], candidates=FEW[:1], resamples=2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"candidate": (4,)}, "^candidate is a tuple; pass a jaxnn.selection.Candidate"),
        (
            {"candidate": FEW[0]._replace(hidden=[4])},
            r"^hidden of candidate is \[4\]",
        ),
        ({"candidate": FEW[0]._replace(epochs=2.5)}, "^epochs is 2.5; pass a whole number"),
        ({"net": "net"}, "^net is a str; pass a jaxnn.MLP"),
        ({"rows": np.ones(3)}, r"^rows is an array of float64 with shape \(3,\)"),
    ],
)
def test_candidates_that_no_fit_is_are_refused(wrong, message):
    good = {"candidate": FEW[0], "net": MLP((2, 1)), "rows": 20}
    with pytest.raises(InputError, match=message):
        fitter_of(**good | wrong)
