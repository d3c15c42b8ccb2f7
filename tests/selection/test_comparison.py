"""Are all methods judged alike, and does the verdict say what the differences show?"""

import jax
import numpy as np
import pytest

from jaxnn import MLP
from jaxnn.datasets import linear_truth, skewed_table
from jaxnn.errors import InputError, InputTypeError
from jaxnn.selection.bagging import mean_over_rows
from jaxnn.selection.candidates import Candidate
from jaxnn.selection.choosing import Selection, select
from jaxnn.selection.comparison import Comparison, compare, verdict

RESAMPLES, ROWS = 6, 90
CANDIDATES = (Candidate((), 1.0, 10), Candidate((), 0.1, 10), Candidate((4,), 1.0, 10))


def selection_of(row_losses, **fields):
    """A selection with these (candidates, rows) losses on six resamples of their rows."""
    rng = np.random.default_rng(0)
    rows = row_losses.shape[1]
    counts = np.stack(
        [np.bincount(rng.integers(rows, size=rows), minlength=rows) for _ in "123456"]
    )
    losses = np.where((counts == 0).any(axis=0), row_losses, np.nan)
    given = {
        "candidates": CANDIDATES,
        "row_losses": losses,
        "refit_losses": np.zeros((len(losses), RESAMPLES)),
        "loss": mean_over_rows(losses),
        "diverged": np.zeros(len(losses), bool),
        "chosen": 2,
        "network": 2,
        "baseline": 1,
        "multiplicities": counts.astype(np.uint8),
        "weights": None,
        "groups": None,
    }
    return Selection(**given | fields)


def comparison_of(network, others, names=("linear regression", "constant", "gradient boosting")):
    losses = np.stack([network, *others])
    names = ("network", *names[: len(others)])
    return Comparison(names, losses, mean_over_rows(losses), "quantitative", None, None)


def test_a_path_is_judged_by_the_point_that_other_rows_choose():
    rng = np.random.default_rng(1)
    linear = 1 + 0.1 * rng.random((2, ROWS))
    linear[0] -= 0.5  # clearly the better penalty, chosen in every fold
    many = rng.random((40, ROWS))  # equal in truth, so that the least is optimistic
    candidates = (*CANDIDATES[:2], *(Candidate((4,), 1.0, k) for k in range(1, 41)))
    selection = selection_of(np.concatenate([linear, many]), candidates=candidates)
    X, y = np.zeros((ROWS, 1)), rng.normal(size=ROWS)
    found = compare(jax.random.key(0), selection, MLP((1, 1)), X, y, trees=False)
    assert found.names == ("network", "linear regression", "constant")
    np.testing.assert_array_equal(found.row_losses[1], selection.row_losses[0])
    least = selection.loss.mean[2:].min()
    assert least < 0.45
    assert abs(found.loss.mean[0] - 0.5) < 0.07
    judged = ~np.isnan(selection.row_losses[0])
    taken = found.row_losses[0, judged]
    assert (selection.row_losses[2:, judged] == taken).any(axis=0).all()


def test_the_constant_is_the_mean_of_each_resample():
    rng = np.random.default_rng(2)
    selection, y = selection_of(rng.random((3, ROWS))), rng.normal(size=ROWS)
    X = rng.normal(size=(ROWS, 1))
    found = compare(jax.random.key(0), selection, MLP((1, 1)), X, y, trees=False)
    counts = selection.multiplicities
    means = np.array([np.average(y, weights=drawn) for drawn in counts])
    row = int(np.flatnonzero((counts == 0).sum(axis=0) > 1)[0])
    expected = (means[counts[:, row] == 0].mean() - y[row]) ** 2
    assert found.row_losses[2, row] == pytest.approx(expected)


def test_a_network_is_worth_it_on_curves_and_not_on_lines(key):
    key_curved, key_linear = jax.random.split(key)
    candidates = [Candidate((), 0.1, 15), Candidate((8,), 1.0, 60), Candidate((8,), 0.3, 150)]
    net, said = MLP((6, 1)), []
    curved = skewed_table(key_curved, 400, predictors=6)
    linear = linear_truth(key_linear, 400, coefficients=(1.0, -1, 0.5, 0, 0, 0))
    for X, y in ((curved.X, curved.mean), (linear.X, linear.y)):
        choice = select(jax.random.key(1), net, X, y, candidates=candidates, resamples=6)
        said.append(verdict(compare(jax.random.key(2), choice, net, X, y, trees=False)))
    assert said[0].startswith("A network is worth it here: its loss is ")
    assert not said[1].startswith("A network is worth it here")


@pytest.fixture(scope="module")
def trees():
    """A comparison on rows whose response is a step that trees find at once."""
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(3)
    X = rng.normal(size=(ROWS, 2))
    y = 5.0 * (X[:, 0] > 0) + 0.1 * rng.normal(size=ROWS)
    selection = selection_of(2 + rng.random((3, ROWS)))
    found = compare(jax.random.key(0), selection, MLP((2, 1)), X, y)
    again = compare(jax.random.key(0), selection, MLP((2, 1)), X, y)
    return found, again


def test_trees_see_the_same_resamples_and_a_step(trees):
    found, again = trees
    assert found.names[3:] == ("random forest", "gradient boosting")
    np.testing.assert_array_equal(np.isnan(found.row_losses), np.isnan(found.row_losses[[0] * 5]))
    assert (found.loss.mean[3:] < 1).all()
    assert found.loss.mean[2] > 5
    np.testing.assert_array_equal(found.row_losses, again.row_losses)
    assert verdict(found).endswith(
        "; random forest and gradient boosting predict clearly better than the network."
    )


def test_a_resample_that_leaves_no_row_out_judges_nothing():
    pytest.importorskip("sklearn")
    selection = selection_of(np.ones((3, ROWS)))
    selection.multiplicities[2] = 1
    X, y = np.arange(2.0 * ROWS).reshape(ROWS, 2), np.arange(ROWS) % 7
    found = compare(jax.random.key(0), selection, MLP((2, 1)), X, y)
    left_out = (np.delete(selection.multiplicities, 2, axis=0) == 0).any(axis=0)
    np.testing.assert_array_equal(np.isnan(found.row_losses[3]), ~left_out)


@pytest.mark.parametrize("kind", ["binary", "categorical", "count"])
def test_predicted_zeros_and_absent_classes_have_a_finite_loss(kind):
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(4)
    X = rng.normal(size=(ROWS, 2))
    y = (X[:, 0] > 0).astype(float)
    if kind == "categorical":
        y[5] = 2  # a class of one row: whoever judges it has never seen it
    if kind == "count":
        y = y * rng.poisson(3, size=ROWS)
    net = MLP((2, 3 if kind == "categorical" else 1), response=kind)
    selection = selection_of(rng.random((3, ROWS)), weights=1 + rng.random(ROWS))
    found = compare(jax.random.key(0), selection, net, X, y)
    judged = ~np.isnan(found.row_losses[0])
    assert np.isfinite(found.row_losses[:, judged]).all()
    assert (found.row_losses[2:, judged] >= 0).all()
    assert found.loss.mean[4] < found.loss.mean[2]


def test_the_interval_is_that_of_paired_differences():
    rng = np.random.default_rng(5)
    shared = 10 * rng.random(200)
    found = comparison_of(shared + 0.1 * rng.random(200), [shared + 0.5, shared + 3])
    lower, upper = found.interval("network", "linear regression")
    d = found.row_losses[0] - found.row_losses[1]
    half = 1.959964 * d.std(ddof=1) / 200**0.5
    np.testing.assert_allclose([lower, upper], [d.mean() - half, d.mean() + half])
    with pytest.raises(InputError, match="method is 'forest'; known: constant, linear regression"):
        found.interval("forest", "network")


@pytest.mark.parametrize(
    ("network", "others", "sentence"),
    [
        (0.8, (1.0, 2.0), "A network is worth it here: its loss is 20% below that of linear"),
        (1.2, (1.0, 2.0), "A network is not worth it here: its loss is 20% above that of linear"),
        (1.0, (1.0, 2.0), "A network is no clear gain here: it predicts about as well as linear"),
        (1.0, (1.0, 1.0), "not worth it here: it does not predict clearly better than a constant."),
        (1.0, (2.0, 1.0), "not worth it here: it does not predict clearly better than a constant."),
        (
            0.8,
            (1.0, 2.0, 0.5),
            "regression; gradient boosting predicts clearly better than the",
        ),
    ],
)
def test_the_verdict_is_one_sentence(network, others, sentence):
    noise = 0.02 * np.random.default_rng(6).normal(size=(len(others) + 1, 100))
    noise -= noise.mean(axis=1, keepdims=True)
    losses = np.array([network, *others])[:, None] + noise
    said = verdict(comparison_of(losses[0], losses[1:]))
    assert sentence in said
    assert said.count(".") == 1 and said.endswith(".")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"selection": 3}, InputTypeError, "selection is a int; pass what jaxnn.selection.select"),
        ({"X": np.zeros((4, 1))}, InputError, "X has 4 rows and y has 90; pass the 90 rows of the"),
        ({"key": 0}, InputTypeError, "key is the integer 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(change, error, message):
    given = {"key": jax.random.key(0), "selection": selection_of(np.ones((3, ROWS)))}
    given |= {"net": MLP((1, 1)), "X": np.zeros((ROWS, 1)), "y": np.arange(ROWS)} | change
    with pytest.raises(error, match=message):
        compare(**given)


def test_a_selection_without_a_baseline_is_refused():
    selection = selection_of(np.ones((3, ROWS)), baseline=-1)
    with pytest.raises(InputError, match="no candidate that converged with hidden layers, or none"):
        compare(jax.random.key(0), selection, MLP((1, 1)), np.zeros((ROWS, 1)), np.ones(ROWS))


def test_trees_without_scikit_learn_are_refused_or_left_out(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    selection = selection_of(np.ones((3, ROWS)))
    given = (selection, MLP((1, 1)), np.zeros((ROWS, 1)), np.arange(ROWS, dtype=float))
    assert len(compare(jax.random.key(0), *given).names) == 3
    with pytest.raises(InputError, match="trees is True, but scikit-learn is not installed"):
        compare(jax.random.key(0), *given, trees=True)


@pytest.mark.parametrize("level", [0, 1, np.nan, "a", None, np.ones(3)])
def test_levels_of_no_interval_are_refused(level):
    comparison = comparison_of(np.ones(ROWS), np.ones((3, ROWS)))
    with pytest.raises(InputError, match=r"^level is .*; pass a number between 0 and 1"):
        comparison.interval("network", "constant", level)
    with pytest.raises(InputError, match=r"^level is .*; pass a number between 0 and 1"):
        verdict(comparison, level)


@pytest.mark.parametrize("wrong", [None, 3, ("network",)])
def test_what_compare_does_not_return_has_no_verdict(wrong):
    comparison = comparison_of(np.ones(ROWS), np.ones((3, ROWS)))
    with pytest.raises(InputError, match=r"^comparison .*; pass what jaxnn.selection.compare ret"):
        verdict(wrong)
    with pytest.raises(InputError, match=r"^comparison has the "):
        verdict(comparison._replace(names=wrong))
