"""Are errors of prediction those of the formulas, and of scikit-learn?"""

from typing import NamedTuple

import numpy as np
import pytest
from sklearn import metrics

from jaxnn.errors import InputError
from jaxnn.inspection.scores import cross_entropy, poisson_deviance
from jaxnn.refits import (
    error_632_plus,
    error_table,
    out_of_bag,
    prediction_errors,
    unseen_rows,
)

ROWS, REFITS = 40, 12
RNG = np.random.default_rng(5)
X = RNG.normal(size=(ROWS, 3))
DRAWS = np.array(
    [np.bincount(RNG.integers(ROWS, size=ROWS), minlength=ROWS) for _ in range(REFITS)]
)


class Refits(NamedTuple):
    """Refits that predict link(scores), with scores (refits, rows, outputs) from X times slopes."""

    response: str
    width: int
    slopes: np.ndarray
    multiplicities: np.ndarray
    columns: None = None

    @property
    def out_of_bag(self):
        return self.multiplicities == 0

    def predictions_and_losses(self, X, y):
        scores = np.einsum("np,bpk->bnk", X, self.slopes)
        y = np.asarray(y, float)
        if self.response == "quantitative":
            return scores, np.square(scores[..., 0] - y)
        if self.response == "count":
            return np.exp(scores), poisson_deviance(y, np.exp(scores[..., 0]))
        if self.response == "binary":
            p = 1 / (1 + np.exp(-scores[..., 0]))
            return p[..., None], -np.log(np.where(y == 1, p, 1 - p))
        p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
        return p, -np.log(p[:, np.arange(len(y)), y.astype(int)])

    def predict(self, X):
        means = self.predictions_and_losses(X, np.zeros(len(X)))[0]
        return means[..., 0] if self.width == 1 else means

    def predict_mean(self, X):
        return self.predict(X).mean(axis=0)


def refits(kind, draws=DRAWS):
    width = 3 if kind == "categorical" else 1
    slopes = np.random.default_rng(2).normal(size=(len(draws), 3, width)) * 0.3
    slopes[:, 0] += np.arange(width) + 0.5
    return Refits(kind, width, slopes, draws)


RESPONSES = {
    "quantitative": X[:, 0] + RNG.normal(size=ROWS),
    "binary": (X[:, 0] + RNG.normal(size=ROWS) > 0).astype(float),
    "categorical": np.digitize(X[:, 0] + RNG.normal(size=ROWS), [-0.5, 0.5]).astype(float),
    "count": RNG.poisson(np.exp(X[:, 0] / 2)).astype(float),
}
WEIGHTS = RNG.uniform(0.2, 3, ROWS)


def by_hand(kind):
    """The mean prediction of the refits without each row, one row after the other."""
    model = refits(kind)
    predicted = model.predict(X)
    return np.array([predicted[DRAWS[:, i] == 0, i].mean(axis=0) for i in range(ROWS)])


def losses_by_hand(kind, y, prediction):
    if kind == "quantitative":
        return np.square(y - prediction)
    return (poisson_deviance if kind == "count" else cross_entropy)(y, prediction)


@pytest.mark.parametrize("kind", RESPONSES)
def test_losses_of_each_row_are_those_of_the_refits_that_left_it_out(kind, monkeypatch):
    monkeypatch.setattr("jaxnn.refits.black_boxes.BLOCK_BYTES", 1)
    monkeypatch.setattr("jaxnn.refits.black_boxes.ROW_MULTIPLE", 16)  # blocks of 16 rows
    y, model = RESPONSES[kind], refits(kind)
    found = unseen_rows(model, X, y)
    np.testing.assert_allclose(found.prediction, by_hand(kind))
    np.testing.assert_allclose(found.mean_loss, losses_by_hand(kind, y, by_hand(kind)))
    alone = model.predictions_and_losses(X, y)[1]
    expected = [alone[DRAWS[:, i] == 0, i].mean() for i in range(ROWS)]
    np.testing.assert_allclose(found.single_loss, expected)
    assert (found.mean_loss <= found.single_loss + 1e-12).all()
    drawn = [losses[draws > 0].mean() for losses, draws in zip(alone, DRAWS, strict=True)]
    assert found.apparent == pytest.approx(np.mean(drawn))
    pairs = [model.predictions_and_losses(X, np.full(ROWS, one))[1] for one in y]
    assert found.no_information == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
def test_scores_of_the_mean_agree_with_scikit_learn(weights):
    def of(kind):
        result = prediction_errors(refits(kind), X, RESPONSES[kind], weights=weights)
        return RESPONSES[kind], by_hand(kind), lambda score: result.find(score).estimate

    w = {"sample_weight": weights}
    y, p, found = of("quantitative")
    assert found("mean squared error") == pytest.approx(metrics.mean_squared_error(y, p, **w))
    assert found("R squared") == pytest.approx(metrics.r2_score(y, p, **w))
    y, p, found = of("count")
    expected = metrics.mean_poisson_deviance(y, p, **w)
    assert found("Poisson deviance") == pytest.approx(expected)
    expected = metrics.d2_tweedie_score(y, p, power=1, **w)
    assert found("deviance explained") == pytest.approx(expected)
    y, p, found = of("binary")
    assert found("AUC") == pytest.approx(metrics.roc_auc_score(y, p, **w))
    assert found("Brier score") == pytest.approx(metrics.brier_score_loss(y, p, **w))
    assert found("accuracy") == pytest.approx(metrics.accuracy_score(y, p > 0.5, **w))
    assert found("log loss") == pytest.approx(metrics.log_loss(y, p, **w))
    y, p, found = of("categorical")
    assert found("log loss") == pytest.approx(metrics.log_loss(y, p, **w))
    assert found("Brier score") == pytest.approx(metrics.brier_score_loss(y, p, **w))
    assert found("accuracy") == pytest.approx(metrics.accuracy_score(y, p.argmax(axis=1), **w))
    assert found("deviance explained") == pytest.approx(metrics.d2_log_loss_score(y, p, **w))


def test_the_area_of_single_refits_is_the_mean_over_their_unseen_rows():
    y, model = RESPONSES["binary"], refits("binary")
    unseen = DRAWS == 0
    pairs = zip(model.predict(X), unseen, strict=True)
    expected = [metrics.roc_auc_score(y[rows], p[rows]) for p, rows in pairs]
    found = prediction_errors(model, X, y).find("AUC", "one refit")
    assert found.estimate == pytest.approx(np.mean(expected))


def test_rows_that_all_refits_have_seen_are_in_no_score():
    draws = DRAWS.copy()
    draws[:, 0] = 1
    result = prediction_errors(refits("binary", draws), X, RESPONSES["binary"])
    assert (result.judged, result.never_unseen) == (ROWS - 1, 1)
    assert np.isnan(result.by_row.mean_loss[0]) and np.isfinite(result.find("AUC").estimate)
    nothing = np.ones_like(DRAWS)
    with pytest.raises(InputError, match="model left out 0 of the 40 rows"):
        prediction_errors(refits("binary", nothing), X, RESPONSES["binary"])


def test_a_row_of_a_group_is_unseen_only_where_the_whole_group_is():
    groups = np.repeat(np.arange(ROWS // 2), 2)
    found = unseen_rows(refits("quantitative"), X, RESPONSES["quantitative"], groups=groups)
    pair = DRAWS.reshape(REFITS, -1, 2).sum(axis=2) == 0
    np.testing.assert_array_equal(found.unseen, np.repeat(pair, 2, axis=1))


@pytest.mark.parametrize("kind", ["quantitative", "binary"])
def test_weights_are_repeated_rows_of_one_group(kind):
    times = np.arange(ROWS) % 3
    weighted = prediction_errors(refits(kind), X, RESPONSES[kind], weights=times)
    model = refits(kind, np.repeat(DRAWS, times, axis=1))
    ids = np.repeat(np.arange(ROWS), times)
    repeated = prediction_errors(model, X[ids], RESPONSES[kind][ids], groups=ids)
    for one, other in zip(weighted.rows, repeated.rows, strict=True):
        assert one.estimate == pytest.approx(other.estimate)
        if one.score != "AUC":  # which takes each class as a sample where there are no groups
            np.testing.assert_allclose(one[3:6], other[3:6])


def test_responses_that_cannot_be_scored_are_refused():
    y = RESPONSES["quantitative"].copy()
    y[3] = np.nan
    with pytest.raises(InputError, match="y holds nan at row 3"):
        prediction_errors(refits("quantitative"), X, y)
    with pytest.raises(InputError, match="y has the same value only, 2, in the 40 rows"):
        prediction_errors(refits("quantitative"), X, np.full(ROWS, 2))
    with pytest.raises(InputError, match="y has one class only, 1, in the 40 rows"):
        prediction_errors(refits("binary"), X, np.ones(ROWS))
    with pytest.raises(InputError, match="y has the value 2; a binary response takes"):
        prediction_errors(refits("binary"), X, np.full(ROWS, 2))
    with pytest.raises(InputError, match=r"y has shape \(1,\); pass the 40 training rows"):
        prediction_errors(refits("quantitative"), X[:1], y[:1])
    with pytest.raises(InputError, match="score is 'AUC' of 'mean of refits'; the result has"):
        prediction_errors(refits("quantitative"), X, RESPONSES["quantitative"]).find("AUC")


def test_the_632_plus_error_stands_between_training_and_unseen_rows():
    result = prediction_errors(refits("count"), X, RESPONSES["count"])
    alone = result.find("Poisson deviance", "one refit")
    row = result.find(".632+ Poisson deviance", "one fit to all rows")
    ends = result.by_row.apparent, result.by_row.no_information
    assert row.estimate == pytest.approx(error_632_plus(ends[0], alone.estimate, ends[1]))
    assert row.standard_error == alone.standard_error and row.lower < row.estimate < row.upper


def test_the_table_has_one_line_per_score_and_explains_its_intervals():
    draws = DRAWS.copy()
    draws[:, 0] = 1
    result = prediction_errors(refits("binary", draws), X, RESPONSES["binary"], level=0.9)
    lines = error_table(result).splitlines()
    assert lines[0].split() == ["score", "of", "estimate", "90%", "interval"]
    area = next(line for line in lines if line.startswith("AUC") and "mean of refits" in line)
    row = result.find("AUC")
    ends = [f"{row.lower:.3f}", "to", f"{row.upper:.3f}"]
    assert area.split()[-5:] == [f"{row.estimate:.3f}", *ends, "[5]"]
    assert f"[5] {row.interval}" in lines
    assert lines[-1].startswith("Each of 39 rows") and "1 that all refits have seen" in lines[-1]
    with pytest.raises(InputError, match=r"result is \[\]; pass what prediction_errors returns"):
        error_table([])


def test_predictions_out_of_bag_refuse_the_same_responses():
    y = RESPONSES["categorical"].copy()
    y[2] = np.nan
    with pytest.raises(InputError, match="y holds nan at row 2"):
        out_of_bag(refits("categorical"), X, y)
    y[2] = 3
    with pytest.raises(InputError, match="y has the value 3; a categorical response takes"):
        out_of_bag(refits("categorical"), X, y)
