"""Are intervals of scores those of their formulas, with weights and groups?"""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from jaxnn.errors import InputError
from jaxnn.inspection import auc_interval, explained_interval, mean_interval, share_interval
from jaxnn.inspection.scores import brier_score, poisson_deviance

RNG = np.random.default_rng(4)
Y = (RNG.uniform(size=50) < 0.4).astype(float)
P = np.round(RNG.uniform(size=50) / 2 + Y / 3, 1)  # with ties


def test_the_interval_of_a_mean_is_students_on_the_log_scale():
    values = np.array([1.0, 2.0, 3.0, 6.0])
    result = mean_interval(values)
    error = values.std(ddof=1) / 2
    assert result.estimate == 3 and result.standard_error == pytest.approx(error)
    half = stats.t.ppf(0.975, 3) * error / 3
    assert (result.lower, result.upper) == pytest.approx((3 * np.exp(-half), 3 * np.exp(half)))


def test_wilsons_interval_is_that_of_scipy():
    result = share_interval(np.arange(30) < 21, level=0.9)
    expected = stats.binomtest(21, 30).proportion_ci(0.9, "wilson")
    assert (result.lower, result.upper) == pytest.approx(tuple(expected))
    for answer, ends in ((1.0, (0.838875, 1)), (0.0, (0, 0.161125))):
        result = share_interval(np.full(20, answer))
        assert (result.lower, result.upper) == pytest.approx(ends, abs=1e-6)


def test_r_squared_and_its_delta_method_by_hand():
    y, p = RNG.normal(size=20), RNG.normal(size=20)
    losses, constant = np.square(y - p), np.square(y - y.mean())
    result = explained_interval(losses, constant)
    assert result.estimate == pytest.approx(metrics.r2_score(y, p))
    moved = (losses - (1 - result.estimate) * constant) / constant.mean()
    assert result.standard_error == pytest.approx(moved.std(ddof=1) / np.sqrt(20))
    assert result.lower < result.estimate < result.upper <= 1
    with pytest.raises(InputError, match="constant has no loss, as y has the same value"):
        explained_interval(losses, np.zeros(20))


def test_delongs_standard_error_by_pairs():
    wins = (P[Y == 1][:, None] > P[Y == 0]) + 0.5 * (P[Y == 1][:, None] == P[Y == 0])
    variances = wins.mean(axis=1).var(ddof=1), wins.mean(axis=0).var(ddof=1)
    expected = np.sqrt(variances[0] / (Y == 1).sum() + variances[1] / (Y == 0).sum())
    result = auc_interval(Y, P)
    assert result.estimate == pytest.approx(metrics.roc_auc_score(Y, P))
    assert result.standard_error == pytest.approx(expected)


def test_perfect_wrong_and_constant_rankings():
    perfect = auc_interval(Y, Y)
    assert (perfect.estimate, perfect.upper) == (1, 1) and 0.9 < perfect.lower < 1
    wrong = auc_interval(Y, -Y)
    assert (wrong.estimate, wrong.lower) == (0, 0)
    assert wrong.upper == pytest.approx(1 - perfect.lower)
    constant = auc_interval(Y, np.ones(50))
    assert constant[:3] == (0.5, 0.5, 0.5)
    with pytest.raises(InputError, match="y has one class only"):
        auc_interval(np.ones(50), P)


def test_losses_of_probabilities_and_counts_are_those_of_scikit_learn():
    shares = RNG.dirichlet(np.ones(3), 30)
    classes = np.arange(30) % 3
    expected = metrics.brier_score_loss(classes, shares)
    assert brier_score(classes, shares).mean() == pytest.approx(expected)
    assert brier_score(Y, P).mean() == pytest.approx(metrics.brier_score_loss(Y, P))
    np.testing.assert_allclose(brier_score(Y, np.stack([1 - P, P], axis=1)), 2 * brier_score(Y, P))
    expected = metrics.mean_poisson_deviance(classes, shares[:, 0])
    assert poisson_deviance(classes, shares[:, 0]).mean() == pytest.approx(expected)
    assert np.isfinite(poisson_deviance(np.ones(1), np.zeros(1))).all()


LOSSES = RNG.exponential(size=50)
OF_ROWS = {
    "mean": lambda rows, **by: mean_interval(LOSSES[rows], **by),
    "share": lambda rows, **by: share_interval(Y[rows], **by),
    "explained": lambda rows, **by: explained_interval(LOSSES[rows], LOSSES[rows[::-1]], **by),
    "auc": lambda rows, **by: auc_interval(Y[rows], P[rows], **by),
}


@pytest.mark.parametrize("score", OF_ROWS)
def test_a_weight_is_as_many_equal_rows_of_a_group(score):
    rows = np.arange(50)
    times = np.tile([0, 1, 2, 3, 1], 10)
    if score == "explained":  # of which the constant losses are other rows'
        times = times + times[::-1]
    ids = np.repeat(rows, times)
    one = OF_ROWS[score](rows, weights=times, groups=rows)
    other = OF_ROWS[score](ids, groups=ids)
    np.testing.assert_allclose(one[:4], other[:4], atol=1e-12)
    shorter = OF_ROWS[score](ids)  # which takes the copies for independent rows
    assert shorter.standard_error < one.standard_error


@pytest.mark.parametrize("score", OF_ROWS)
def test_the_unit_of_weights_does_not_matter(score):
    rows, weights = np.arange(50), RNG.uniform(1, 2, 50)
    one, other = (OF_ROWS[score](rows, weights=c * weights) for c in (1, 1e6))
    np.testing.assert_allclose(one[:4], other[:4])


def test_one_row_has_an_estimate_but_no_interval():
    result = mean_interval([2.0])
    assert result.estimate == 2 and np.isnan([result.lower, result.upper]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_interval([1.0, -1.0]), "values has the value -1; pass losses of at least 0"),
        (lambda: mean_interval([1.0, np.nan]), "values holds nan at row 1"),
        (lambda: mean_interval([]), r"values has shape \(0,\); pass one number per row"),
        (lambda: share_interval([0.5, 2.0]), "values has numbers outside 0 to 1; pass shares"),
        (lambda: mean_interval([1.0, 2.0], groups=[1]), "groups has 1 labels; X has 2 rows"),
        (lambda: mean_interval([1.0, 2.0], level=95), "level is 95; pass a number between 0 and 1"),
    ],
)
def test_input_that_cannot_be_used_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
