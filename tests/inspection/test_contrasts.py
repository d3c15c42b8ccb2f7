"""Are contrasts average differences, with labels and intervals that say what they are?"""

import sys

import numpy as np
import pytest

from jaxnn import interval
from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import contrast_table, contrasts, partial_dependence
from jaxnn.tables import Column

COLUMNS = (
    Column("age", "numeric", unit="years"),
    Column("thal", "categorical", ("normal", "fixed", "rare")),
    Column("dose", "numeric"),
)


def rows(count=40):
    X = np.random.default_rng(0).normal(size=(count, 3))
    X[:, 1] = np.arange(count) % 5 == 0  # mostly normal, never rare
    X.flags.writeable = False
    return X


def curved(X):
    return X[:, 0] ** 2 * (1 + X[:, 1]) + np.sin(X[:, 2] * X[:, 0])


@pytest.mark.parametrize("weights", [None, np.arange(40) % 3])
def test_contrasts_are_differences_of_partial_dependence(weights):
    X = rows()
    pairs = {0: [(-1, 2), (0.5, 0.25)], "thal": ("fixed", "rare")}
    found = contrasts(curved, X, pairs, columns=COLUMNS, weights=weights)
    for place, (feature, low, high) in enumerate([(0, -1, 2), (0, 0.5, 0.25), (1, 1, 2)]):
        before, after = partial_dependence(curved, X, feature, [low, high], weights)
        np.testing.assert_allclose(found.effect[place], after - before, rtol=1e-12)
    np.testing.assert_array_equal(found.features, [0, 0, 1])
    np.testing.assert_array_equal(found.low, [-1, 0.5, 1])
    np.testing.assert_array_equal(found.high, [2, 0.25, 2])
    assert found.samples is None
    assert found.labels == (
        "age -1 to 2 years",
        "age 0.5 to 0.25 years",
        "thal fixed to rare",
    )


def test_default_pairs_are_quartiles_and_levels_against_the_most_common_one():
    X = np.array([[1.0, 2, 0], [2, 2, 0], [3, 0, 0], [4, 2, 0], [5, 1, 7], [6, 2, 0], [7, 2, 9]])
    columns = (Column("a", "numeric"), Column("b", "ordinal", tuple("pqrs")), COLUMNS[2])
    found = contrasts(curved, X, columns=columns)
    assert found.labels == ("a 2 to 6", "b r to p", "b r to q", "dose 0 to 7")
    weighted = contrasts(curved, X, columns=columns, weights=[0, 0, 1, 1, 4, 1, 1])
    assert weighted.labels == ("a 4 to 5", "b q to p", "b q to r", "dose 0 to 7")
    constant = np.ones((4, 2))
    with pytest.raises(InputError, match=r"X has one value in every column, so there is nothing"):
        contrasts(lambda X: X[:, 0], constant)
    with pytest.raises(InputError, match=r"pairs has no values for column 'x2', which has one"):
        contrasts(lambda X: X[:, 0], constant, {1: None})


def test_weights_are_repeated_rows():
    X, weights = rows(), np.arange(40) % 4
    found = contrasts(curved, X, columns=COLUMNS, weights=weights)
    repeated = contrasts(curved, X.repeat(weights, axis=0), columns=COLUMNS)
    assert found.labels == repeated.labels
    np.testing.assert_allclose(found.effect, repeated.effect, rtol=1e-12)


def test_replicates_are_kept_beside_their_mean():
    X, slopes = rows(), np.linspace(-1, 3, 9)[:, None, None]

    def predict(X):
        return slopes * X[:, :1] * [1, 10]

    found = contrasts(predict, X, {0: (0, 2), 2: (0, 1)})
    np.testing.assert_allclose(found.samples[:, 0], 2 * slopes[:, 0] * [1, 10])
    np.testing.assert_allclose(found.effect[0], [2, 20])
    np.testing.assert_array_equal(found.samples[:, 1], 0)  # a column without use: exactly


def test_the_size_of_blocks_does_not_matter(monkeypatch):
    whole = contrasts(curved, rows())
    for module in ("black_box", "row_averages"):
        monkeypatch.setattr(sys.modules[f"jaxnn.inspection.{module}"], "BLOCK_BYTES", 300)
    np.testing.assert_allclose(contrasts(curved, rows()).effect, whole.effect, rtol=1e-12)


def test_a_table_has_signs_intervals_and_the_meaning_of_its_brackets():
    X = rows()
    slopes = np.random.default_rng(1).normal(0.3, 0.2, (200, 1))
    found = contrasts(lambda X: slopes * X[:, 0] - X[:, 1] * 0.5, X, {"age": (0, 1), "thal": None},
                      columns=COLUMNS)  # fmt: skip
    lower, upper = interval(slopes[:, 0], 0.9)
    assert contrast_table(found, level=0.9, decimals=2).splitlines() == [
        f"age 0 to 1 years: +{slopes.mean():.2f} ({lower:.2f} to {upper:.2f})",
        "thal normal to fixed: -0.50 (-0.50 to -0.50)",
        "(in brackets: the middle 90% of 200 replicates)",
    ]
    one = contrasts(lambda X: X[:, 0] * -1e-9 + X[:, 2] * 12.3456, X, {0: (0, 1), 2: (0, 1)})
    assert contrast_table(one) == "x1 0 to 1: 0.0\nx3 0 to 1: +12.3"
    zero = contrasts(lambda X: X[:, 0], X, {2: (0, 1)})
    assert contrast_table(zero) == "x3 0 to 1: 0.00"


def test_outputs_have_names_and_days_are_dates():
    column = (Column("visit", "numeric", origin="2020-01-31"),)
    found = contrasts(lambda X: X * [1, -1], [[0.0], [1.0]], {0: (0, 30)}, columns=column)
    assert contrast_table(found, decimals=0, outputs=["ill", "well"]).splitlines() == [
        "visit 2020-01-31 to 2020-03-01, ill: +30",
        "visit 2020-01-31 to 2020-03-01, well: -30",
    ]
    assert "output 2: -30" in contrast_table(found)
    with pytest.raises(InputError, match=r"outputs is \['ill'\]; pass 2 names"):
        contrast_table(found, outputs=["ill"])


@pytest.mark.parametrize(
    ("pairs", "error", "message"),
    [
        ([(0, 1, 2)], InputTypeError, r"pairs is \[\(0, 1, 2\)\]; pass \{feature: \(low, high\)\}"),
        ({}, InputError, r"pairs is empty; pass"),
        ({0: 3}, InputTypeError, r"pairs\[0\] is 3; pass \(low, high\)"),
        ({0: (1, 1)}, InputError, r"pairs\[0\] is \[1, 1\]; pass two different values"),
        ({0: (1, 2, 3)}, InputError, r"pairs\[0\] is \[1, 2, 3\]; pass two different values"),
        ({0: (1, np.nan)}, InputError, r"pairs\[0\] holds nan; pass finite numbers"),
        ({"thal": ("fixed", "x")}, InputError, r"a level in pairs\['thal'\] is 'x'; known"),
        ({"tall": (0, 1)}, InputError, r"a column in pairs is 'tall'; did you mean 'thal'"),
        ({7: (0, 1)}, InputError, r"a column in pairs is 7; X has the columns 0 to 2"),
    ],
)
def test_pairs_that_cannot_be_used_are_refused(pairs, error, message):
    with pytest.raises(error, match=message):
        contrasts(curved, rows(), pairs, columns=COLUMNS)


def test_codes_that_are_no_level_are_refused():
    with pytest.raises(InputError, match=r"column 'thal' of X holds 3, which is no level"):
        contrasts(curved, rows() + np.array([0, 3, 0]), columns=COLUMNS)
