"""Do models whose curves are known have these curves?"""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mstats
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence as sklearn_partial_dependence

from jaxnn import InputError, InputTypeError
from jaxnn.inspection import (
    black_box,
    center_of,
    centered,
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.tables import Column

BETA = np.array([2.0, -1.0, 0.5])


def rows(count=17, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 3))


def linear(X):
    return X @ BETA + 4


def interacting(X):
    return X[:, 0] * X[:, 1] + np.sin(X[:, 2])


def forms(base, refits):
    """Functions with predictions of every shape, each with the factor of the plain prediction."""
    scales = np.arange(1.0, refits + 1)
    outputs = np.array([1.0, -2.0])
    return {
        "rows": (base, np.float64(1)),
        "rows, outputs": (lambda X: base(X)[:, None] * outputs, outputs),
        "replicates, rows": (lambda X: scales[:, None] * base(X), scales),
        "replicates, rows, outputs": (
            lambda X: scales[:, None, None] * base(X)[:, None] * outputs,
            scales[:, None] * outputs,
        ),
    }


FORMS = ["rows", "rows, outputs", "replicates, rows", "replicates, rows, outputs"]


def test_curves_of_a_linear_model_have_its_slopes():
    X, grid = rows(), np.linspace(-2, 3, 7)
    for feature in range(3):
        curve = partial_dependence(linear, X, feature, grid)
        others = np.delete(np.arange(3), feature)
        level = X[:, others].mean(axis=0) @ BETA[others] + 4
        np.testing.assert_allclose(curve, BETA[feature] * grid + level)
        # Without interactions the curve at the means is the same one.
        np.testing.assert_allclose(profile_at(linear, X, feature, grid), curve)
        ice = individual_conditional_expectation(linear, X, feature, grid)
        np.testing.assert_allclose(
            centered(ice), np.broadcast_to(BETA[feature] * (grid - grid[0]), (17, 7)), atol=1e-12
        )


def test_individual_curves_of_an_interaction():
    X, grid = rows(), np.array([-1.0, 0.0, 2.0])
    ice = individual_conditional_expectation(interacting, X, 0, grid)
    np.testing.assert_allclose(ice, grid * X[:, 1:2] + np.sin(X[:, 2:]))
    curve = partial_dependence(interacting, X, 0, grid)
    np.testing.assert_allclose(curve, grid * X[:, 1].mean() + np.sin(X[:, 2]).mean())
    at_median = profile_at(interacting, X, 0, grid, "median")
    np.testing.assert_allclose(at_median, grid * np.median(X[:, 1]) + np.sin(np.median(X[:, 2])))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("refits", [2, 3, 17])
def test_predictions_of_every_shape_keep_their_axes(form, refits):
    """Even with as many refits as rows or grid values, or two or three: the rows of the probes."""
    X, grid = rows(17), np.linspace(-1, 1, 17)
    predict, factor = forms(interacting, refits)[form]
    stacked = "replicates" in form

    def expected(plain):
        """The plain result times the factor: replicates first, outputs last."""
        if not stacked:
            return plain[..., None] * factor if factor.ndim else plain * factor
        scales = factor if factor.ndim == 1 else factor[:, 0]
        result = scales.reshape((refits,) + (1,) * plain.ndim) * plain
        return result[..., None] * (factor[0] / factor[0, 0]) if factor.ndim == 2 else result

    assert black_box(predict, X).rows_axis == int(stacked)
    for function in (partial_dependence, individual_conditional_expectation, profile_at):
        np.testing.assert_allclose(
            function(predict, X, 1, grid),
            expected(function(interacting, X, 1, grid)),
            rtol=1e-12,
            atol=1e-12,
        )


@pytest.mark.parametrize("form", FORMS)
def test_the_average_of_the_individual_curves_is_the_partial_dependence(form):
    X, grid = rows(), np.linspace(-1, 1, 5)
    predict = forms(interacting, 3)[form][0]
    ice = individual_conditional_expectation(predict, X, 2, grid)
    axis = 1 if "replicates" in form else 0
    np.testing.assert_allclose(ice.mean(axis=axis), partial_dependence(predict, X, 2, grid))


@given(st.integers(0, 1000))
def test_weights_of_rows_are_repetitions(seed):
    counts = np.random.default_rng(seed).integers(0, 4, size=8)
    counts[seed % 8] += 1
    X, grid = rows(8, seed), np.array([0.0, 1.0])
    weighted = partial_dependence(interacting, X, 0, grid, weights=counts)
    repeated = partial_dependence(interacting, X.repeat(counts, axis=0), 0, grid)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-10)


def test_a_row_of_weight_zero_does_not_count_whatever_its_prediction():
    X = np.array([[0.0, 1.0, 2.0], [0.0, np.float64(1e6), 0.0]])
    curve = partial_dependence(lambda X: np.exp(X[:, 1]), X, 0, [0.0], weights=[2.0, 0.0])
    np.testing.assert_allclose(curve, np.e)


@pytest.mark.parametrize("form", FORMS)
def test_an_average_over_many_rows_is_computed_in_blocks(form, monkeypatch):
    X, grid, weights = rows(), [0.0, 1.0], np.arange(1.0, 18.0)
    predict = forms(interacting, 3)[form][0]
    whole = partial_dependence(predict, X, 0, grid, weights=weights)
    seen = []

    def counting(X):
        seen.append(len(X))
        return predict(X)

    module = sys.modules[black_box.__module__]  # its name is the function's in the package
    monkeypatch.setattr(module, "BLOCK_BYTES", 100)
    blocks = partial_dependence(counting, X, 0, grid, weights=weights)
    assert max(seen) < 17
    np.testing.assert_allclose(blocks, whole, rtol=1e-12, atol=1e-12)


def test_partial_dependence_is_that_of_scikit_learn():
    X = rows(60)
    forest = RandomForestRegressor(n_estimators=5, random_state=0).fit(X, interacting(X))
    peer = sklearn_partial_dependence(
        forest, X, [1], kind="both", grid_resolution=20, method="brute"
    )
    grid = grid_for(X, 1, 20)
    np.testing.assert_allclose(grid, peer["grid_values"][0], rtol=1e-10)
    np.testing.assert_allclose(
        partial_dependence(forest.predict, X, 1, grid), peer["average"][0], rtol=1e-10
    )
    np.testing.assert_allclose(
        individual_conditional_expectation(forest.predict, X, 1, grid),
        peer["individual"][0],
        rtol=1e-10,
    )


@pytest.mark.parametrize("form", FORMS)
def test_centered_curves_start_at_zero_in_every_output(form):
    """(17, 5), (17, 5, 2), (3, 17, 5) and (3, 17, 5, 2): each curve loses its own first value."""
    X, grid = rows(), np.linspace(-1, 1, 5)
    predict = forms(interacting, 3)[form][0]
    ice = individual_conditional_expectation(predict, X, 0, grid)
    before = int("replicates" in form)
    result = centered(ice) if ice.ndim != 3 else centered(ice, rows_axis=before)
    curves = np.moveaxis(result, before + 1, 0)
    np.testing.assert_array_equal(curves[0], 0)
    np.testing.assert_allclose(
        np.diff(curves, axis=0), np.diff(np.moveaxis(ice, before + 1, 0), axis=0), atol=1e-12
    )


def test_centered_curves_of_classes_add_up_to_zero():
    """Probabilities add up to one, so their changes add up to zero; no class is a reference."""

    def softmax(X):
        powers = np.exp(X @ np.array([[1.0, 0, -1], [0, 2, 1], [1, 1, 1]]))
        return powers / powers.sum(axis=1, keepdims=True)

    ice = individual_conditional_expectation(softmax, rows(), 0, [0.0, 1.0, 2.0])
    result = centered(ice)
    np.testing.assert_array_equal(result[:, 0], 0)
    np.testing.assert_allclose(result.sum(axis=-1), 0, atol=1e-12)
    assert result[:, 2, 0].min() > 0.01  # the first class becomes more probable


def test_X_is_not_changed():
    X = rows()
    before = X.copy()
    for function in (partial_dependence, individual_conditional_expectation, profile_at):
        function(linear, X, 0, [7.0])
    np.testing.assert_array_equal(X, before)


@given(
    st.integers(2, 60),
    st.floats(0, 0.45),
    st.floats(0.55, 1),
    st.integers(0, 1000),
)
def test_a_grid_lies_between_the_quantiles_of_scipy(count, lower, upper, seed):
    X = np.random.default_rng(seed).normal(size=(count, 2))
    resolution = min(count, 5)
    grid = grid_for(X, 1, resolution, (lower, upper))
    ends = mstats.mquantiles(X[:, 1], prob=(lower, upper), axis=0)
    np.testing.assert_allclose(grid, np.linspace(*ends, resolution), rtol=1e-12, atol=1e-12)


def test_few_distinct_values_are_the_grid():
    X = np.array([[3, 0], [1, 1], [3, 0], [2, 1]])
    np.testing.assert_array_equal(grid_for(X, 0), [1, 2, 3])
    np.testing.assert_array_equal(grid_for(X, 1), [0, 1])
    np.testing.assert_array_equal(grid_for(X, -1), [0, 1])
    assert len(grid_for(X, 0, 3)) == 3  # as many as wanted: equally spaced
    np.testing.assert_array_equal(grid_for(X, 0, 3, (0, 1)), [1, 2, 3])


CODES = (Column("size", "numeric"), Column("city", "categorical", tuple(map(str, range(150)))))


def test_the_grid_of_a_column_with_levels_is_all_their_codes():
    """However many there are, observed or not; without descriptions a column is numeric."""
    X = np.column_stack([np.arange(200.0), np.arange(200) % 140])
    np.testing.assert_array_equal(grid_for(X, 1, columns=CODES), np.arange(150))
    np.testing.assert_array_equal(grid_for(X, -1, 5, columns=CODES), np.arange(150))
    np.testing.assert_array_equal(grid_for(X, 0, 5, columns=CODES), grid_for(X, 0, 5))
    assert len(grid_for(X, 1, 5)) == 5
    np.testing.assert_array_equal(grid_for(MIXED, 1, columns=COLUMNS), [0, 1])
    with pytest.raises(InputError, match="columns has 3 entries; pass one for each of the 2"):
        grid_for(X, 1, columns=COLUMNS)


def test_a_grid_value_is_not_rounded_to_the_integers_of_X():
    X = np.array([[0, 1, 2], [4, 5, 6]])
    grid = [0.5, 1.5]
    np.testing.assert_allclose(
        partial_dependence(linear, X, 0, grid), linear(np.c_[grid, [3, 3], [4, 4]])
    )


COLUMNS = (
    Column("a", "numeric"),
    Column("b", "binary", ("no", "yes")),
    Column("c", "categorical", ("x", "y", "z")),
)
MIXED = np.array([[1.0, 0, 2], [2, 1, 2], [6, 1, 0], [7, 1, 1], [7, 0, 2], [7, 1, 0]])


@pytest.mark.parametrize(
    ("center", "plain", "by_kind"),
    [
        ("mean", [5, 4 / 6, 7 / 6], [5, 1, 2]),
        ("median", [6.5, 1, 1.5], [6.5, 1, 2]),
        ("mode", [7, 1, 2], [7, 1, 2]),
    ],
)
def test_the_centre_is_mean_median_or_mode(center, plain, by_kind):
    np.testing.assert_allclose(center_of(MIXED, center), plain)
    np.testing.assert_allclose(center_of(MIXED, center, COLUMNS), by_kind)
    grid = [0.0, 9.0]
    np.testing.assert_allclose(
        profile_at(linear, MIXED, 0, grid, center, columns=COLUMNS),
        linear(np.array([[0.0, *by_kind[1:]], [9.0, *by_kind[1:]]])),
    )


@pytest.mark.parametrize("center", ["mean", "median", "mode"])
@pytest.mark.parametrize("columns", [None, COLUMNS])
def test_weights_of_a_centre_are_repetitions(center, columns):
    counts = [3, 0, 1, 2, 1, 1]
    repeated = center_of(MIXED.repeat(counts, axis=0), center, columns)
    np.testing.assert_allclose(center_of(MIXED, center, columns, weights=counts), repeated)
    np.testing.assert_allclose(
        profile_at(linear, MIXED, 0, [2.0], center, columns=columns, weights=counts),
        profile_at(linear, MIXED.repeat(counts, axis=0), 0, [2.0], center, columns=columns),
    )
    assert (center_of(MIXED, center, columns) != repeated).any()


def test_the_centre_of_an_ordinal_column_is_its_level_in_the_middle():
    """Of the codes 0, 0, 0, 2, 2, 3, 3 the fourth; of an even number the lower of two."""
    columns = (Column("size", "ordinal", ("S", "M", "L", "XL")),)
    codes = np.array([[3.0], [0], [2], [0], [3], [0], [2]])
    for center, expected in (("mean", 2), ("median", 2), ("mode", 0)):
        np.testing.assert_array_equal(center_of(codes, center, columns), [expected])
    np.testing.assert_array_equal(center_of([[0.0], [1], [2], [3]], "median", columns), [1])
    np.testing.assert_array_equal(
        center_of(codes, "mean", columns, weights=[0, 1, 0, 1, 5, 1, 0]), [3]
    )
    np.testing.assert_array_equal(grid_for(codes, 0, columns=columns), [0, 1, 2, 3])


def test_of_equally_common_values_the_least_is_the_mode():
    np.testing.assert_array_equal(center_of([[5.0], [2], [2], [5], [9]], "mode"), [2])


def test_a_centre_may_be_given_as_values():
    np.testing.assert_allclose(
        profile_at(linear, rows(), 1, [3.0], center=[1.0, 99, 2]),
        linear(np.array([[1.0, 3, 2]])),
    )


GOOD = {"predict": linear, "X": rows(), "feature": 0, "grid": [0.0, 1.0]}


@pytest.mark.parametrize(
    "function", [partial_dependence, individual_conditional_expectation, profile_at]
)
@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"predict": 3}, InputTypeError, "predict is 3; pass a function"),
        ({"predict": lambda X: 0.0}, InputError, r"predict gives shape \(\) for 2 rows"),
        ({"predict": lambda X: X.T @ X}, InputError, r"predict gives shape \(3, 3\) for 2 rows"),
        ({"predict": lambda X: X @ X.T}, InputError, r"predict gives shape \(2, 2\) for 2 rows"),
        ({"predict": lambda X: X[None, None, :, 0]}, InputError, "predict gives shape"),
        ({"X": np.zeros(3)}, InputError, r"X has shape \(3,\)"),
        ({"X": np.zeros((0, 3))}, InputError, r"X has shape \(0, 3\).*at least one row"),
        ({"X": [[1.0, 2, 3], [1.0]]}, InputError, "X has rows of different lengths"),
        ({"X": [["a", "b", "c"]]}, InputTypeError, "X holds <U1 values; pass numbers"),
        ({"X": [[0.0, np.nan, 1]]}, InputError, "X holds nan at row 0, column 1"),
        ({"X": [[0.0, 1, 1], [0, 1, -np.inf]]}, InputError, "X holds -inf at row 1, column 2"),
        ({"feature": 3}, InputError, "feature is 3; X has the columns 0 to 2"),
        ({"feature": -4}, InputError, "feature is -4"),
        ({"feature": "Age"}, InputTypeError, "feature is 'Age'; pass the number of a column"),
        ({"feature": 1.0}, InputTypeError, "feature is 1.0"),
        ({"feature": True}, InputTypeError, "feature is True"),
        ({"grid": []}, InputError, r"grid has shape \(0,\)"),
        ({"grid": 1.0}, InputError, r"grid has shape \(\)"),
        ({"grid": ["a"]}, InputError, "grid holds <U1 values"),
        ({"grid": [1.0, np.nan]}, InputError, "grid holds nan; pass finite numbers"),
        ({"grid": [[1.0], [1.0, 2.0]]}, InputError, "grid"),
        ({"feature": np.array(0.5)}, InputTypeError, r"feature is array\(0.5\)"),
        (
            {"predict": lambda X: ["sick"] * len(X)},
            InputTypeError,
            r"predict\(X\) holds <U4 values",
        ),
    ],
)
def test_bad_arguments_are_refused(function, wrong, error, sentence):
    with pytest.raises(error, match=sentence):
        function(**(GOOD | wrong))


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (np.ones(3), r"weights has shape \(3,\); X has 17 rows, so pass shape \(17,\)"),
        (np.zeros(17), "weights is zero for every row"),
        (-np.ones(17), "weights has the value -1; pass numbers of at least 0"),
        (np.full(17, np.nan), "weights holds nan at row 0"),
        (np.full(17, np.inf), "weights holds inf at row 0"),
        (["a"] * 17, "weights holds <U1 values; pass numbers"),
        (np.full(17, 1e-300), "weights has the sum 1.7e-299, which is beyond the precision"),
    ],
)
def test_bad_weights_are_refused(weights, sentence):
    with pytest.raises(InputError, match=sentence):
        partial_dependence(**GOOD, weights=weights)
    with pytest.raises(InputError, match=sentence):
        profile_at(**GOOD, weights=weights)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"center": "mean "}, "center is 'mean '; did you mean 'mean' or 'median'"),
        ({"center": [1.0]}, r"center has shape \(1,\); pass 3 values"),
        ({"center": [1.0, np.nan, 0]}, "center"),
        ({"center": ["a", "b", "c"]}, "center"),
        ({"columns": COLUMNS[:2]}, "columns has 2 entries; pass one for each of the 3 columns"),
        ({"columns": 3}, "columns is a int; pass the columns of a table"),
        ({"columns": ["a", "b", "c"]}, "columns is a list; pass the columns of a table"),
    ],
)
def test_bad_centres_are_refused(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        profile_at(**(GOOD | wrong))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"resolution": 1}, "resolution is 1; pass a whole number of at least 2"),
        ({"resolution": 5.0}, "resolution is 5.0"),
        ({"percentiles": (0.9, 0.1)}, r"percentiles is \(0.9, 0.1\); pass two increasing"),
        ({"percentiles": (-1, 0.1)}, "percentiles is"),
        ({"percentiles": (5, 95)}, "percentiles is"),
        ({"percentiles": 0.3}, "percentiles is 0.3"),
        ({"percentiles": ("a", "b")}, "percentiles holds <U1 values"),
        ({"feature": "x"}, "feature is 'x'"),
    ],
)
def test_bad_grids_are_refused(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        grid_for(**({"X": rows(), "feature": 0, "resolution": 5} | wrong))


def test_a_grid_of_one_value_is_refused():
    X = np.array([[0.0]] * 30 + [[1.0], [2.0], [3.0]])
    with pytest.raises(InputError, match=r"percentiles is .* the value 0 at both; pass wider ones"):
        grid_for(X, 0, 3, (0.1, 0.5))


def test_curves_without_a_grid_are_refused():
    for ice in (1.0, np.zeros(3), np.zeros((3, 0)), np.zeros((2, 3, 4, 5, 6))):
        with pytest.raises(InputError, match=r"ice has shape .* pass curves \(.*rows, grid"):
            centered(ice)
    with pytest.raises(InputError, match=r"pass curves \(replicates, rows, grid\)"):
        centered(np.zeros((3, 4)), rows_axis=1)
    with pytest.raises(InputError, match="rows_axis is 2; pass 0, or 1"):
        centered(np.zeros((3, 4)), rows_axis=2)


def test_a_grid_value_does_not_overflow_in_half_precision():
    X = np.ones((3, 1), np.float16)
    curve = partial_dependence(lambda X: X[:, 0], X, 0, [70_000.0])
    np.testing.assert_array_equal(curve, [70_000.0])


@pytest.mark.parametrize(
    "curve", [profile_at, partial_dependence, individual_conditional_expectation]
)
def test_columns_and_levels_have_names(curve):
    X = np.array([[0.5, 0], [1.5, 2], [2.5, 2]])
    columns = (Column("a", "numeric"), Column("b", "categorical", ("p", "q", "r")))
    named = curve(interacting_pair, X, "b", ["r", "p"], columns=columns)
    np.testing.assert_array_equal(named, curve(interacting_pair, X, 1, [2, 0]))
    with pytest.raises(InputError, match=r"a level in grid is 'u'; known: p, q, r"):
        curve(interacting_pair, X, "b", ["r", "u"], columns=columns)
    with pytest.raises(InputError, match=r"grid holds 3, which is no level of the column"):
        curve(interacting_pair, X, "b", [3], columns=columns)
    with pytest.raises(InputError, match=r"feature is 'c'; known: a, b"):
        curve(interacting_pair, X, "c", [0.0], columns=columns)


def interacting_pair(X):
    return X[:, 0] * X[:, 1]


def test_curves_may_be_centered_on_their_own_means():
    curves = centered([[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]], origin="mean")
    np.testing.assert_array_equal(curves, [[-2, -1, 3], [-1, -1, 2]])
    outputs = centered(np.arange(6.0).reshape(1, 3, 2), origin="mean")
    np.testing.assert_array_equal(outputs, [[[-2, -2], [0, 0], [2, 2]]])
    with pytest.raises(InputError, match=r"origin is 'last'; known: first, mean"):
        centered([[1.0]], origin="last")
