"""Do intervals and sets cover new observations as often as they say?

Refits are closed forms here (means, least squares), so that many data sets take little time.
"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.fitted_models import prediction_intervals
from jaxnn.fitted_models.prediction_intervals import LeftOut, prediction_interval, prediction_set


def resampled(rng, rows, refits):
    """(refits, rows) how often each row was drawn."""
    return rng.multinomial(rows, np.full(rows, 1 / rows), size=refits)


def left_out(drawn, observed, predictions, **given):
    """The training rows, from what every refit predicts for all of them."""
    unseen = drawn == 0
    with np.errstate(invalid="ignore"):
        mean = np.where(unseen, predictions, 0).sum(axis=0) / unseen.sum(axis=0)
    return LeftOut(unseen, observed, mean, **given)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def small(rng):
    """Twelve rows, five refits with arbitrary predictions, and three new rows."""
    drawn = resampled(rng, 12, 40)
    rows = left_out(drawn, rng.normal(size=12), rng.normal(size=(40, 12)))
    return rows, rng.normal(size=(40, 3))


def test_the_ends_are_order_statistics_of_what_each_row_makes_plausible(small):
    rows, predictions = small
    lower, upper = prediction_interval(rows, predictions, level=0.6)  # (1 - a/2)(n + 1) = 10.4
    for new in range(3):
        plausible = sorted(
            predictions[rows.out_of_bag[:, i], new].mean() + rows.observed[i] - rows.predicted[i]
            for i in range(12)
        )
        assert upper[new] == pytest.approx(plausible[11 - 1])
        assert lower[new] == pytest.approx(plausible[12 - 11])


def test_few_rows_have_residuals_without_sign_and_fewer_no_interval(small):
    rows, predictions = small
    lower, upper = prediction_interval(rows, predictions, level=0.9)  # 12 is from 9 to 18
    residuals = np.abs(rows.observed - rows.predicted)
    for new in range(3):
        means = np.array([predictions[rows.out_of_bag[:, i], new].mean() for i in range(12)])
        assert upper[new] == pytest.approx(np.sort(means + residuals)[12 - 1])  # 0.9 x 13 = 11.7
        assert lower[new] == pytest.approx(np.sort(means - residuals)[0])
    lower, upper = prediction_interval(rows, predictions, level=0.93)
    assert (lower == -np.inf).all() and (upper == np.inf).all()
    counts = rows._replace(observed=np.ones(12), predicted=rows.predicted**2)
    lower, upper = prediction_interval(counts, predictions**2, "count")
    assert (lower == 0).all() and (upper == np.inf).all()


def test_rows_that_no_refit_left_out_say_nothing(small):
    rows, predictions = small
    rows.out_of_bag[:, 3] = False
    rows.predicted[3] = np.nan
    without = LeftOut(*(np.delete(part, 3, axis=-1) for part in rows[:3]))
    got, wanted = (prediction_interval(part, predictions, level=0.6) for part in (rows, without))
    np.testing.assert_array_equal(got, wanted)
    nothing = rows._replace(predicted=np.full(12, np.nan))
    assert np.isinf(prediction_interval(nothing, predictions)).all()
    assert prediction_set(nothing, np.full((40, 3), 0.4)).all()


def test_one_refit_is_split_conformal(rng):
    y, seen = rng.normal(size=60), np.arange(60) < 20
    rows = LeftOut(~seen[None, :], y, np.where(seen, np.nan, y[seen].mean()))
    lower, upper = prediction_interval(rows, np.full((1, 1), y[seen].mean()), level=0.9)
    ordered = np.sort(y[~seen])
    assert (lower[0], upper[0]) == pytest.approx((ordered[1], ordered[38]))  # 0.95 x 41 = 38.95


@pytest.mark.parametrize("kind", ["quantitative", "count"])
def test_a_weight_of_two_is_a_group_of_two_equal_rows(rng, kind):
    drawn = resampled(rng, 50, 30)
    rows = left_out(drawn, rng.poisson(4, 50) * 1.0, rng.uniform(3, 5, (30, 50)))
    weights = rng.integers(1, 4, 50)
    repeated = np.repeat(np.arange(50), weights)
    grouped = LeftOut(*(part[..., repeated] for part in rows[:3]), groups=repeated)
    predictions = rng.uniform(3, 5, (30, 6))
    by_weight = prediction_interval(rows._replace(weights=weights * 0.1), predictions, kind, 0.8)
    by_group = prediction_interval(grouped, predictions, kind, 0.8)
    np.testing.assert_allclose(by_weight, by_group, rtol=1e-9)
    probabilities = rng.uniform(size=(30, 6, 3))
    np.testing.assert_array_equal(
        prediction_set(
            rows._replace(weights=weights * 0.1, predicted=rows.predicted / 8), probabilities
        ),
        prediction_set(grouped._replace(predicted=grouped.predicted / 8), probabilities),
    )


def test_blocks_do_not_change_the_result(small, monkeypatch):
    rows, predictions = small
    whole = prediction_interval(rows, predictions, level=0.6)
    sets = prediction_set(rows, np.abs(predictions), level=0.6)
    monkeypatch.setattr(prediction_intervals, "ENTRIES_AT_ONCE", 12)  # one new row at a time
    np.testing.assert_allclose(prediction_interval(rows, predictions, level=0.6), whole)
    np.testing.assert_array_equal(prediction_set(rows, np.abs(predictions), level=0.6), sets)


def test_of_many_rows_some_are_used(small, monkeypatch):
    rows, predictions = small
    monkeypatch.setattr(prediction_intervals, "MOST_ROWS", 4)
    few = LeftOut(*(part[..., [0, 4, 7, 11]] for part in rows[:3]))
    got, wanted = (prediction_interval(part, predictions, level=0.4) for part in (rows, few))
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("far", [0.0, 30.0, 1e8, 1e30])
@pytest.mark.parametrize("off", [0.0, 1.0, 1e12])
def test_a_row_far_from_the_others_does_no_harm(rng, far, off):
    predicted, residuals = rng.normal(size=200), rng.normal(size=200)
    predicted[0], residuals[0] = far, off
    rows = LeftOut(np.ones((2, 200), bool), predicted + residuals, predicted)
    lower, upper = prediction_interval(rows, np.zeros((2, 1)), level=0.9)
    assert -2.5 < lower[0] < -1.2 and 1.2 < upper[0] < 2.5  # about 1.64
    exact = rows._replace(observed=predicted)
    np.testing.assert_array_equal(prediction_interval(exact, np.zeros((2, 1))), np.zeros((2, 1)))


NOISE = {
    "normal": lambda rng, size: rng.normal(size=size),
    "skewed": lambda rng, size: rng.exponential(size=size) - 1,
}


@pytest.mark.parametrize("rows", [50, 300])
@pytest.mark.parametrize("noise", NOISE)
def test_each_tail_is_covered_whatever_the_noise(rng, noise, rows):
    data_sets, new = 120 if rows == 50 else 60, 400
    missed = []
    for _ in range(data_sets):
        y, fresh = (5 + NOISE[noise](rng, size) for size in (rows, new))
        drawn = resampled(rng, rows, 40)
        means = (drawn @ y / rows)[:, None]
        training = left_out(drawn, y, means)
        lower, upper = prediction_interval(training, means)
        missed.append([(fresh < lower).mean(), (fresh > upper).mean()])
    # The coverage given 50 rows has standard deviation 0.03, so the error here is 0.003 at most.
    # The chance that an order statistic of n rows is exceeded is a multiple of 1/(n + 1).
    step = 1 / (rows + 1)
    assert (np.mean(missed, axis=0) < 0.025 + 0.008).all()
    assert (np.mean(missed, axis=0) > 0.025 - step - 0.008).all()


def line(X, y, drawn):
    """Coefficients of weighted least squares for every resample."""
    gram = np.einsum("bi,ij,ik->bjk", drawn, X, X) + 1e-6 * np.eye(X.shape[1])
    return np.linalg.solve(gram, ((drawn * y) @ X)[..., None])[..., 0]


def test_noise_that_grows_with_the_mean_has_intervals_that_grow(rng):
    covered, widths = [], []
    for _ in range(40):
        x, fresh = rng.uniform(0, 2, 200), rng.uniform(0, 2, 600)
        y, new = (3 * at + np.exp(at) * rng.normal(size=at.size) for at in (x, fresh))
        X, at = (np.stack([np.ones_like(part), part], axis=1) for part in (x, fresh))
        drawn = resampled(rng, 200, 40)
        coefficients = line(X, y, drawn)
        training = left_out(drawn, y, coefficients @ X.T)
        lower, upper = prediction_interval(training, coefficients @ at.T)
        inside, order = (lower <= new) & (new <= upper), np.argsort(fresh)
        covered.append([part.mean() for part in np.split(inside[order], 3)])
        widths.append([part.mean() for part in np.split((upper - lower)[order], 3)])
    # With intervals of one width the thirds would be covered with 1.00, 0.99 and 0.86.
    low, middle, high = np.mean(covered, axis=0)
    assert min(low, middle, high) > 0.92 and max(low, middle, high) < 0.985
    narrow, _, wide = np.mean(widths, axis=0)
    assert wide > 2.5 * narrow  # the truth is e^(4/3) = 3.8


def test_counts_have_whole_ends_and_are_covered(rng):
    covered, above = [], []
    for _ in range(60):
        means, fresh = rng.choice([0.5, 3.0, 20.0], (2, 150))
        y, new = rng.poisson(means) * 1.0, rng.poisson(fresh)
        drawn = resampled(rng, 150, 30)
        refits = rng.normal(1, 0.05, (30, 1))
        training = left_out(drawn, y, refits * means)
        lower, upper = prediction_interval(training, refits * fresh, "count")
        assert (lower == lower.round()).all() and (upper == upper.round()).all()
        assert (lower >= 0).all() and (lower <= upper).all()
        covered.append([((lower <= new) & (new <= upper))[fresh == m].mean() for m in (0.5, 3, 20)])
        above.append((new > upper).mean())
    # Whole numbers cover more than asked for: P(Poisson(0.5) <= 2) = 0.986.
    assert (np.mean(covered, axis=0) > 0.92).all() and np.mean(covered) < 0.98
    assert np.mean(above) < 0.033


def test_sets_hold_the_classes_that_are_no_less_typical_than_the_rows(small):
    rows, _ = small
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet([1, 1, 1], (40, 4))
    training = rows._replace(predicted=rng.uniform(0, 1, 12))
    got = prediction_set(training, probabilities, level=0.8)
    for new in range(4):
        for k in range(3):
            at_new = [probabilities[rows.out_of_bag[:, i], new, k].mean() for i in range(12)]
            member = (training.predicted > at_new).sum() < 0.8 * 13
            member |= probabilities[:, new].mean(axis=0).argmax() == k
            assert got[new, k] == member


def test_a_binary_set_is_that_of_two_classes(small):
    rows, _ = small
    rng = np.random.default_rng(1)
    of_one, observed = rng.uniform(size=(40, 5)), rng.integers(0, 2, 12) * 1.0
    chance = rng.uniform(size=12)
    binary = rows._replace(observed=observed, predicted=chance)
    two = binary._replace(predicted=np.where(observed == 1, chance, 1 - chance))
    np.testing.assert_array_equal(
        prediction_set(binary, of_one, 0.7),
        prediction_set(two, np.stack([1 - of_one, of_one], axis=2), 0.7),
    )


def test_sets_cover_new_observations(rng):
    covered, sizes = [], []
    for _ in range(60):
        chances, fresh = (rng.dirichlet([0.3, 0.3, 0.3], size) for size in (120, 300))
        y = np.array([rng.choice(3, p=p) for p in chances])
        new = (rng.uniform(size=(300, 1)) > fresh.cumsum(axis=1)[:, :2]).sum(axis=1)
        drawn = resampled(rng, 120, 20)
        training = left_out(drawn, y * 1.0, np.tile(chances[np.arange(120), y], (20, 1)))
        members = prediction_set(training, np.tile(fresh, (20, 1, 1)), level=0.9)
        covered.append(members[np.arange(300), new].mean())
        sizes.append(members.sum(axis=1).mean())
    # The coverage given 120 rows has standard deviation 0.03; this mean has 0.004.
    assert 0.888 < np.mean(covered) < 0.925
    assert 1 < np.mean(sizes) < 2  # all three classes would always cover


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, float("nan"), "0.9", None, True])
def test_a_level_outside_0_and_1_is_refused(small, level):
    rows, predictions = small
    with pytest.raises(InputError, match=r"level is .*; pass a number between 0 and 1"):
        prediction_interval(rows, predictions, level=level)
    with pytest.raises(InputError, match=r"level is .*; pass a number between 0 and 1"):
        prediction_set(rows, predictions, level=level)


def test_what_does_not_belong_together_is_refused(small):
    rows, predictions = small
    with pytest.raises(InputError, match="one row for each of the 40 refits"):
        prediction_interval(rows, predictions[:7])
    with pytest.raises(InputError, match=r"observed has shape \(11,\); out_of_bag has 12 rows"):
        prediction_interval(rows._replace(observed=rows.observed[:11]), predictions)
    with pytest.raises(InputError, match="kind is 'binary'; pass 'quantitative' or 'count'"):
        prediction_interval(rows, predictions, "binary")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": None}, r"^rows is None; pass a jaxnn\.fitted_models\.LeftOut"),
        ({"kind": np.ones(2)}, r"^kind is an array of float64 with shape \(2,\); pass 'quant"),
        ({"predictions": "a"}, "^predictions holds <U1 values"),
        ({"predictions": np.full((1, 2), np.nan)}, "^predictions holds NaN"),
        ({"level": np.ones(2)}, r"^level is an array of float64 with shape \(2,\)"),
    ],
)
def test_what_has_no_interval_is_refused_in_one_sentence(wrong, message):
    rows = LeftOut(np.ones((1, 30), bool), np.arange(30.0), np.linspace(0, 1, 30))
    good = {"rows": rows, "predictions": np.zeros((1, 2))}
    with pytest.raises(InputError, match=message):
        prediction_interval(**good | wrong)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("out_of_bag", np.ones(3), "^out_of_bag is an array of float64"),
        ("observed", None, "^observed holds object values"),
        ("observed", np.full(30, np.nan), "^observed holds nan at row 0"),
        ("weights", "a", "^weights holds <U1 values"),
    ],
)
def test_rows_that_refits_did_not_leave_out_are_refused(field, value, message):
    rows = LeftOut(np.ones((1, 30), bool), np.ones(30), np.linspace(0.5, 0.9, 30))
    with pytest.raises(InputError, match=message):
        prediction_set(rows._replace(**{field: value}), np.array([[0.1, 0.5]]))
