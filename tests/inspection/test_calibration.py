"""Are bins, observed shares and the correcting line those of their formulas?"""

import numpy as np
import pytest
from scipy import stats
from sklearn.calibration import calibration_curve as curve_of_sklearn
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor

from jaxnn.errors import InputError
from jaxnn.inspection import calibration
from jaxnn.inspection.calibration import quantile_bins

RNG = np.random.default_rng(8)
ROWS = 300
ETA = RNG.normal(size=ROWS)
P = 1 / (1 + np.exp(-0.3 - 1.5 * ETA))
Y = (RNG.uniform(size=ROWS) < 1 / (1 + np.exp(-ETA))).astype(float)
WEIGHTS = RNG.integers(0, 4, ROWS)


def of(*arguments, **settings):
    return calibration(*arguments, **settings).curves[0]


def test_bins_are_those_of_scikit_learn():
    observed, predicted = curve_of_sklearn(Y, P, n_bins=10, strategy="quantile")
    curve = of(Y, P)
    np.testing.assert_allclose(curve.observed, observed)
    np.testing.assert_allclose(curve.predicted, predicted)
    assert curve.rows.tolist() == [30] * 10
    np.testing.assert_allclose(curve.weight, 0.1)
    expected = np.abs(observed - predicted).mean()
    assert curve.expected_error == pytest.approx(expected)


def test_equal_predictions_share_a_bin():
    p = np.repeat([0.1, 0.3, 0.7], [200, 60, 40])
    curve = of(Y, p)
    assert curve.rows.tolist() == [200, 60, 40]
    np.testing.assert_allclose(curve.predicted, [0.1, 0.3, 0.7])
    many = np.round(P, 1)
    place = quantile_bins(many, np.ones(ROWS), 5)
    assert all(len(np.unique(place[many == value])) == 1 for value in np.unique(many))
    assert place.max() <= 4 and (np.diff(place[np.argsort(many)]) >= 0).all()


def test_intervals_of_bins_are_wilsons():
    curve = of(Y, P, bins=4, level=0.9)
    for k in range(4):
        events = round(curve.observed[k] * 75)
        expected = stats.binomtest(events, 75).proportion_ci(0.9, "wilson")
        assert (curve.lower[k], curve.upper[k]) == pytest.approx(tuple(expected))


def test_the_correcting_line_is_that_of_maximum_likelihood():
    logit = np.log(P / (1 - P))[:, None]
    fit = LogisticRegression(C=np.inf, tol=1e-10).fit(logit, Y, sample_weight=WEIGHTS)
    curve = of(Y, P, weights=WEIGHTS)
    assert curve.slope.estimate == pytest.approx(fit.coef_[0, 0], rel=1e-4)
    shifted = 1 / (1 + np.exp(-logit[:, 0] - curve.intercept.estimate))
    assert WEIGHTS @ shifted == pytest.approx(WEIGHTS @ Y)  # the score equation
    y = RNG.poisson(np.exp(ETA)).astype(float)
    mean = np.exp(0.2 + 0.5 * ETA)
    fit = PoissonRegressor(alpha=0, tol=1e-10).fit(np.log(mean)[:, None], y)
    curve = of(y, mean, response="count")
    assert curve.slope.estimate == pytest.approx(fit.coef_[0], rel=1e-4)
    assert curve.intercept.estimate == pytest.approx(np.log(y.mean() / mean.mean()))


def test_the_line_of_numbers_has_the_sandwich_by_hand():
    y = 3 + ETA + (1 + np.abs(ETA)) * RNG.normal(size=ROWS)
    curve = of(y, 2 * ETA)
    fit = LinearRegression().fit(2 * ETA[:, None], y)
    assert curve.slope.estimate == pytest.approx(fit.coef_[0])
    assert curve.intercept.estimate == pytest.approx((y - 2 * ETA).mean())
    x, left = 2 * (ETA - ETA.mean()), y - fit.predict(2 * ETA[:, None])
    expected = np.sqrt(ROWS / (ROWS - 1) * np.square(x * left).sum()) / np.square(x).sum()
    assert curve.slope.standard_error == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["quantitative", "binary", "count"])
def test_a_weight_is_as_many_equal_rows_of_a_group(kind):
    rows = np.arange(ROWS)
    ids = np.repeat(rows, WEIGHTS)
    one = of(Y, P, response=kind, weights=WEIGHTS, groups=rows, bins=5)
    other = of(Y[ids], P[ids], response=kind, groups=ids, bins=5)
    for name in ("predicted", "observed", "lower", "upper", "weight"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), err_msg=name)
    np.testing.assert_allclose(one.slope[:4], other.slope[:4])
    np.testing.assert_allclose(one.intercept[:4], other.intercept[:4])
    assert one.expected_by_chance == pytest.approx(other.expected_by_chance)


def test_each_class_of_many_has_its_curve():
    shares = RNG.dirichlet([1, 1, 1], ROWS)
    y = np.array([RNG.choice(3, p=row) for row in shares]).astype(float)
    result = calibration(y, shares)
    assert result.response == "categorical" and [c.code for c in result.curves] == [0, 1, 2]
    alone = of((y == 1).astype(float), shares[:, 1])
    np.testing.assert_allclose(result.curves[1].observed, alone.observed)
    assert result.curves[1].slope.lower < 1 < result.curves[1].slope.upper


def test_a_calibrated_prediction_has_the_error_of_chance():
    errors, by_chance = [], []
    for _ in range(40):
        p = RNG.uniform(size=200)
        curve = of((RNG.uniform(size=200) < p).astype(float), p)
        errors.append(curve.expected_error)
        by_chance.append(curve.expected_by_chance)
    assert np.mean(errors) == pytest.approx(np.mean(by_chance), rel=0.1)


def test_counts_have_exact_poisson_intervals_also_without_events():
    curve = of(np.zeros(20), np.ones(20), response="count")
    assert (curve.lower[0], curve.upper[0]) == pytest.approx((0, -np.log(0.025) / 20))


def test_lines_without_a_finite_estimate_are_nan():
    separated = of((P > 0.5).astype(float), P)
    assert np.isnan(separated.slope.estimate) and np.isfinite(separated.intercept.estimate)
    constant = of(Y, np.full(ROWS, 0.5))
    assert np.isnan(constant.slope.estimate) and len(constant.rows) == 1
    assert constant.intercept.estimate == pytest.approx(np.log(Y.mean() / (1 - Y.mean())))
    one_class = of(np.ones(ROWS), P)
    assert np.isnan(one_class.intercept.estimate) and (one_class.observed == 1).all()


def test_probabilities_of_zero_and_one_are_accepted():
    p = P.copy()
    p[:3], p[3:6] = 0, 1
    assert np.isfinite(of(Y, p).slope.estimate)


def test_one_row_has_no_interval_but_wilsons():
    number = of([2.0], [1.0])
    assert number.observed == [2] and np.isnan(number.lower[0])
    share = of([1.0], [0.3])
    assert share.upper[0] == 1 and 0 < share.lower[0] < 1


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        (([0, np.nan], [0.5, 0.5]), {}, "y holds nan at row 1"),
        (([0, 1], [0.5, np.inf]), {}, "prediction holds inf at row 1"),
        (([0, 1], [0.5]), {}, r"y has shape \(2,\) and prediction has shape \(1,\)"),
        (([0, 1], [0.5, 1.5]), {"response": "binary"}, "prediction has the value 1.5; pass prob"),
        (([0, 2], [0.5, 0.5]), {"response": "binary"}, "y has the value 2; a binary response"),
        (([0, 3], [[0.5, 0.5]] * 2), {}, "y has the value 3; a categorical response takes"),
        (([0, 1], [0.5, 0.5]), {"response": "categorical"}, r"prediction has shape \(2,\)"),
        (([0, 1], [0.5, 0.5]), {"response": "ordinal"}, "response is 'ordinal'; did you mean"),
        (([0, 1], [0.5, 0.5]), {"bins": 0}, "bins is 0; pass a whole number of at least 1"),
        (([0, -1], [0.5, 0.5]), {"response": "count"}, "counts are at least 0"),
    ],
)
def test_input_that_cannot_be_used_is_refused(arguments, settings, message):
    with pytest.raises(InputError, match=message):
        calibration(*arguments, **settings)
