"""Are grids weighted, columns found by name, and values outside the data marked?"""

import numpy as np
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.inspection import grid_for, is_extrapolated
from jaxnn.inspection.arguments import check_grid
from jaxnn.tables import Column

COLUMNS = (Column("age", "numeric"), Column("thal", "categorical", ("normal", "fixed", "rev")))


def table(rows=30):
    random = np.random.default_rng(0)
    return np.column_stack([random.normal(50, 9, rows), np.arange(rows) % 2])


def test_a_grid_of_weighted_rows_is_that_of_repeated_ones():
    X, counts = table(), np.arange(30) % 4
    weighted = grid_for(X, 0, 5, (0.1, 0.8), weights=counts)
    np.testing.assert_allclose(
        weighted, grid_for(X.repeat(counts, axis=0), 0, 5, (0.1, 0.8)), rtol=1e-12
    )
    assert np.abs(weighted - grid_for(X, 0, 5, (0.1, 0.8))).max() > 0.1


def test_a_row_of_weight_zero_does_not_stretch_the_grid():
    X = np.array([[1.0], [2.0], [900.0]])
    np.testing.assert_array_equal(grid_for(X, 0, weights=[1, 1, 0]), [1, 2])


def test_a_column_is_found_by_its_name():
    X = table()
    np.testing.assert_array_equal(grid_for(X, "thal", columns=COLUMNS), [0, 1, 2])
    np.testing.assert_array_equal(grid_for(X, "age", 5, columns=COLUMNS), grid_for(X, 0, 5))
    with pytest.raises(InputError, match="feature is 'agee'; did you mean 'age'"):
        grid_for(X, "agee", columns=COLUMNS)
    with pytest.raises(InputTypeError, match="feature is 'age'; pass the number of a column of X"):
        grid_for(X, "age")


def test_values_outside_the_data_are_marked():
    X = np.array([[1, 0], [3, 2]])
    np.testing.assert_array_equal(
        is_extrapolated(X, 0, [3.5, 3, 1, 0.5]), [True, False, False, True]
    )
    found = is_extrapolated(X, "thal", ["fixed", "normal", "rev"], COLUMNS)
    np.testing.assert_array_equal(found, [True, False, False])


def test_a_grid_of_levels_keeps_its_order_and_refuses_unseen_levels():
    column = COLUMNS[1]
    np.testing.assert_array_equal(check_grid(["rev", "normal"], column), [2, 0])
    np.testing.assert_array_equal(check_grid([2, 0], column), [2, 0])
    with pytest.raises(InputError, match="a level in grid is 'fixd'; did you mean 'fixed'"):
        check_grid(["fixd"], column)
    with pytest.raises(InputError, match="grid holds 3, which is no level of the column"):
        check_grid([0, 3], column)
