"""Are importances of refits the means over all permutations, on either side of a resample?

The refits are least squares on resamples, for which they are known: with coefficient b and residual
e, 2 b^2 var(x) + 2 b cov(e, x), where the covariance is zero in bag.
"""

from typing import NamedTuple

import jax
import numpy as np
import pytest

from jaxnn import MLP, Fitter, Layer, Recipe
from jaxnn.bootstrap import Bootstrap
from jaxnn.errors import InputError, InputTypeError
from jaxnn.refits import refit_importance, refitted_network
from jaxnn.refits.importance_scores import importances_of_refits
from jaxnn.training import Fit

ROWS, REFITS, COLUMNS = 30, 40, 4


def key():
    return jax.random.key(5)


def least_squares(X, y, counts):
    """A black box of least squares, one for each row of counts; the last column is not used."""
    coefficients = np.zeros((len(counts), X.shape[1] + 1))
    design = np.column_stack([np.ones(len(X)), X[:, :-1]])
    for refit, count in enumerate(counts):
        root = np.sqrt(count)
        coefficients[refit, :-1] = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    layer = Layer(coefficients[:, 1:, None], coefficients[:, :1])
    none = np.zeros(len(counts))
    fits = Fit((layer,), None, none, none, none, none - 1, none)
    fitter = Fitter(MLP((X.shape[1], 1)), Recipe(epochs=1))
    network = refitted_network(fitter, Bootstrap(fits, counts, none > 0))
    return network, coefficients


@pytest.fixture(scope="module")
def regression():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(ROWS, COLUMNS))
    X[:, 1] = np.arange(ROWS) % 2
    y = X[:, 0] + 2 * X[:, 1] + rng.normal(size=ROWS)
    counts = rng.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=REFITS).astype(np.uint8)
    X.flags.writeable = False
    network, coefficients = least_squares(X, y, counts)
    return X, y, network, coefficients


@pytest.fixture(scope="module")
def exact(regression):
    X, y, network, _ = regression
    return refit_importance(key(), network, X, y, values=None)


@pytest.fixture(scope="module")
def drawn(regression):
    X, y, network, _ = regression
    return refit_importance(key(), network, X, y, values=8)


def closed_form(X, y, coefficients, weights):
    """(columns,) importances of one least squares fit on weighted rows."""
    residual = y - coefficients[0] - X @ coefficients[1:]
    means = np.average(np.column_stack([X, residual]), axis=0, weights=weights)
    centered = X - means[:-1]
    variance = np.average(centered**2, axis=0, weights=weights)
    covariance = np.average(centered * (residual - means[-1])[:, None], axis=0, weights=weights)
    return 2 * coefficients[1:] ** 2 * variance + 2 * coefficients[1:] * covariance


def test_importances_are_those_of_the_closed_form(regression, exact):
    X, y, network, coefficients = regression
    for refit, counts in enumerate(network.multiplicities):
        inside = closed_form(X, y, coefficients[refit], counts)
        outside = closed_form(X, y, coefficients[refit], counts == 0)
        np.testing.assert_allclose(exact.in_bag[refit], inside, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(exact.out_of_bag[refit], outside, rtol=1e-4, atol=1e-5)


def test_in_bag_importances_of_least_squares_are_twice_the_explained_variance(regression, exact):
    X, _, network, coefficients = regression
    counts = network.multiplicities[0]
    variance = np.average((X - np.average(X, 0, counts)) ** 2, 0, counts)
    np.testing.assert_allclose(
        exact.in_bag[0], 2 * coefficients[0, 1:] ** 2 * variance, rtol=1e-4, atol=1e-5
    )


def test_a_column_that_is_not_used_has_importance_exactly_zero(exact, drawn):
    for result in (exact, drawn):
        assert not result.in_bag[:, -1].any() and not result.out_of_bag[:, -1].any()
        assert result.lower[-1] == result.center[-1] == result.upper[-1] == 0


def test_columns_with_few_values_are_exact_and_the_others_right_in_expectation(exact, drawn):
    assert drawn.exact.tolist() == [False, True, False, False] and exact.exact.all()
    np.testing.assert_allclose(drawn.in_bag[:, 1], exact.in_bag[:, 1], rtol=1e-5)
    np.testing.assert_allclose(drawn.out_of_bag[:, 1], exact.out_of_bag[:, 1], rtol=1e-5, atol=1e-6)
    assert drawn.permutation_error[1] == 0 and not exact.permutation_error.any()
    for column in (0, 2):
        error = drawn.permutation_error[column]
        off = drawn.center[column] - exact.center[column]
        assert 0 < abs(off) < 4 * error < 0.2
        # In bag too: the mean over refits is right, each by itself only nearly.
        difference = drawn.in_bag[:, column] - exact.in_bag[:, column]
        assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(REFITS)


def test_the_error_of_drawn_importances_is_what_it_says(regression, exact):
    """Over twenty keys the drawn importances scatter about the exact ones by their error."""
    X, y, network, _ = regression
    off, errors = [], []
    for each in jax.random.split(key(), 20):
        result = refit_importance(each, network, X, y, values=8)
        off.append(result.center - exact.center)
        errors.append(result.permutation_error)
    for column in (0, 2):
        found = np.sqrt(np.mean(np.square(off), axis=0))[column]
        said = np.sqrt(np.mean(np.square(errors), axis=0))[column]
        assert 0.6 < found / said < 1.5  # twenty keys know it to a sixth


def test_six_rows_agree_with_all_pairs_of_rows(regression):
    X, y, *_ = regression
    X, y = X[:6], y[:6]
    counts = np.array([[1, 1, 1, 1, 1, 1], [2, 0, 1, 0, 3, 0]], np.uint8)
    network, _ = least_squares(X, y, counts)
    weights = np.array([1.0, 2.0, 0.5, 1.0, 1.0, 0.0])
    with pytest.raises(InputError, match="out_of_bag is NaN for all refits but one at most"):
        refit_importance(key(), network, X, y)
    network, _ = least_squares(X, y, counts := np.array([counts[1], counts[1][::-1]]))
    result = refit_importance(key(), network, X, y, weights=weights)
    for column in range(COLUMNS):
        losses = np.empty((2, 6, 6))  # refit, row, donor
        for donor in range(6):
            changed = X.copy()
            changed[:, column] = X[donor, column]
            losses[:, :, donor] = (network.predict(changed) - y) ** 2
        for refit, side in ((0, "in_bag"), (1, "in_bag"), (0, "out_of_bag"), (1, "out_of_bag")):
            count = counts[refit] if side == "in_bag" else counts[refit] == 0
            w = count * weights / (count * weights).sum()
            rise = w @ losses[refit] @ w - w @ np.diag(losses[refit])
            found = getattr(result, side)[refit, column]
            np.testing.assert_allclose(found, rise, rtol=2e-4, atol=2e-5)


def test_columns_of_a_group_are_exchanged_together(regression, exact):
    X, y, network, coefficients = regression
    groups = {"both": ["x1", 2], "rest": "x2"}
    result = refit_importance(key(), network, X, y, values=None, groups=groups)
    assert result.names == ("both", "rest")
    np.testing.assert_allclose(result.in_bag[:, 1], exact.in_bag[:, 1], rtol=1e-5)
    together = X[:, [0, 2]] @ coefficients[0, [1, 3]]
    counts = network.multiplicities[0]
    variance = np.average((together - np.average(together, weights=counts)) ** 2, weights=counts)
    np.testing.assert_allclose(result.in_bag[0, 0], 2 * variance, rtol=1e-4)


@pytest.mark.parametrize("measure", ["loss", "wrong class"])
def test_the_losses_are_those_of_the_kind_of_response(regression, measure):
    """Cross-entropies of logits, or wrong classes, by brute force."""
    X, y, network, _ = regression
    labels = (y > 1).astype(int)
    net = MLP((COLUMNS, 1), response="binary")
    binary = network._replace(net=net)
    result = refit_importance(key(), binary, X, labels, groups=[["x2"]], measure=measure)

    def losses_of(rows):
        predicted, losses = binary.predictions_and_losses(rows, labels)
        return losses if measure == "loss" else (predicted[..., 0] > 0.5) != labels

    losses = []
    for value in (0.0, 1.0):
        changed = X.copy()
        changed[:, 1] = value
        losses.append(losses_of(changed))
    base = losses_of(X)
    for refit in range(REFITS):
        w = network.out_of_bag[refit] / network.out_of_bag[refit].sum()
        share = w @ X[:, 1]
        rise = w @ (share * losses[1][refit] + (1 - share) * losses[0][refit] - 1.0 * base[refit])
        np.testing.assert_allclose(result.out_of_bag[refit, 0], rise, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": 3}, "model is 3; pass what jaxnn.refits.refitted_network or"),
        ({"key": 3}, "key is"),
        (
            {"X": np.zeros((4, COLUMNS))},
            r"X has shape \(4, 4\) and y has shape \(30,\); pass the 30",
        ),
        ({"y": np.full(ROWS, np.nan)}, "y holds nan at row 0"),
        ({"values": 1}, "values is 1; pass a whole number of at least 2"),
        ({"measure": "accuracy"}, "measure is 'accuracy'; known: loss, wrong class"),
        ({"measure": "wrong class"}, "measure is 'wrong class', but the response is quantitative"),
        ({"rule": "shift"}, "rule is 'shift'; did you mean 'shifted'"),
        ({"level": 95}, "level is 95"),
        ({"names": ["a"]}, "names has 1 entries; pass one for each of 4 columns"),
        ({"groups": "x1"}, "groups is"),
        ({"groups": {"a": ["x1", "x2"], "b": [1]}}, "groups has column 'x2' more than once"),
        ({"groups": {"a": ["x9"]}}, "groups is 'x9'; did you mean"),
        ({"groups": {"a": [4]}}, "groups has column 4, but X has columns 0 to 3"),
        ({"groups": {"a": []}}, "groups has a group without columns"),
        ({"weights": -np.ones(ROWS)}, "weights"),
    ],
)
def test_what_cannot_be_used_is_refused(regression, change, message):
    X, y, network, _ = regression
    given = {"key": key(), "network": network, "X": X, "y": y} | change
    positional = [given.pop(name) for name in ("key", "network", "X", "y")]
    with pytest.raises((InputError, InputTypeError), match=message):
        refit_importance(*positional, **given)


class LeastSquares(NamedTuple):
    """The same refits as a model of another kind, predicted by NumPy."""

    coefficients: np.ndarray
    multiplicities: np.ndarray
    response: str = "quantitative"
    width: int = 1
    columns: None = None

    def single(self, refit):
        return self._replace(coefficients=self.coefficients[refit : refit + 1])

    def predictions_and_losses(self, X, y):
        means = self.coefficients[:, :1] + self.coefficients[:, 1:] @ X.T
        return means[..., None], (means - y) ** 2


def test_refits_of_any_model_have_the_importances_of_a_network(
    regression, exact, drawn, monkeypatch
):
    X, y, network, coefficients = regression
    model = LeastSquares(coefficients, network.multiplicities)
    monkeypatch.setattr("jaxnn.refits.importance_scores.ROWS_AT_ONCE", 3 * ROWS + 1)
    for values, expected in ((None, exact), (8, drawn)):
        found = refit_importance(key(), model, X, y, values=values)
        np.testing.assert_allclose(found.in_bag, expected.in_bag, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found.out_of_bag, expected.out_of_bag, rtol=1e-4, atol=1e-5)
        assert not found.in_bag[:, -1].any()
        # Only a network's importances in bag enter its center unless a rule is asked for.
        assert (expected.rule, found.rule) == ("weighted", "shifted")
        np.testing.assert_allclose(found.center, np.nanmean(found.out_of_bag, axis=0))
        np.testing.assert_allclose(expected.replicates.mean(axis=0), expected.center)


def test_fits_that_left_no_row_out_have_importances_in_bag_alone(regression):
    X, y, _, _ = regression
    network, coefficients = least_squares(X, y, np.ones((2, ROWS), np.uint8))
    found = importances_of_refits(key(), network, X, y, values=None)
    assert np.isnan(found.out_of_bag).all()
    expected = closed_form(X, y, coefficients[0], np.ones(ROWS))
    np.testing.assert_allclose(found.in_bag[0], expected, rtol=1e-4, atol=1e-5)
