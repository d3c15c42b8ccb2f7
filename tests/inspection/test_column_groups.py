"""Do groups of columns have one form, whether they are given by lists or by names?"""

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection.column_groups import column_groups

NAMES = ("a", "b", "c")


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (None, (NAMES, [[0], [1], [2]])),
        ([["a", -1], 1], (("a + c", "b"), [[0, 2], [1]])),
        ([np.array([2, 0])], (("c + a",), [[2, 0]])),
        ({"blood": ("c", "a"), "b": "b"}, (("blood", "b"), [[2, 0], [1]])),
    ],
)
def test_columns_are_found_by_place_and_by_name(groups, expected):
    assert column_groups(groups, NAMES) == expected


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ("ab", InputTypeError, "groups is 'ab'; pass lists of columns, or columns by the name"),
        ([], InputError, "pass at least one group, or None"),
        ([[]], InputError, "groups has a group without columns"),
        ({"x": 0, "y": [1, "a"]}, InputError, "groups has column 'a' more than once"),
        ([["a", "a"]], InputError, "groups has column 'a' more than once"),
        ([3], InputError, "groups has column 3, but X has columns 0 to 2"),
        ([["d"]], InputError, "groups is 'd'; known: a, b, c"),
        ([1.0], InputTypeError, r"a group in groups is 1\.0; pass a column, or a list of columns"),
        ([[True]], InputTypeError, "groups has the column True; pass names or numbers"),
    ],
)
def test_groups_that_cannot_be_used_are_refused_in_one_sentence(groups, error, message):
    with pytest.raises(error, match=message):
        column_groups(groups, NAMES)
