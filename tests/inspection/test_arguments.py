"""Are matrices, rows, lists and answers of functions that cannot be used refused in a sentence?"""

import numpy as np
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.inspection import black_box, centered, partial_dependence
from jaxnn.inspection.arguments import answer_of, as_list, row_numbers

X = np.arange(12.0).reshape(4, 3)


def test_rows_are_chosen_by_number_mask_or_slice():
    np.testing.assert_array_equal(row_numbers([2, -1], X), [2, 3])
    np.testing.assert_array_equal(row_numbers(X[:, 0] > 5, X), [2, 3])
    np.testing.assert_array_equal(row_numbers(slice(2, None), X), [2, 3])


@pytest.mark.parametrize(
    "rows, message",
    [
        (4, r"rows is 4; pass a list of row numbers of X, from 0 to 3"),
        ([4], r"rows is \[4\]; pass a list"),
        ([1.0], r"rows is \[1\.0\]; pass a list"),
        ([[1, 2], [3]], "rows has rows of different lengths"),
        ([True], r"rows is \[True\]; pass a list"),
        ("all", "rows holds <U3 values"),
        (slice("a", None), "rows is slice"),
        (slice(4, None), "which is no row"),
        (10**30, "rows holds object values"),
        (np.array([None]), "rows holds object values"),
    ],
)
def test_rows_that_do_not_exist_are_refused(rows, message):
    with pytest.raises(InputError, match=message):
        row_numbers(rows, X)


@pytest.mark.parametrize("values", ["ab", {"a": 1}, {1, 2}, 3, np.array(3), list, None])
def test_what_has_no_entries_in_order_is_no_list(values):
    with pytest.raises(InputTypeError, match=r"^names is .*; pass two names\.$"):
        as_list(values, "names", "two names")


def test_an_array_of_more_entries_than_memory_holds_is_no_list():
    with pytest.raises(InputError, match=r"^names is an array of float32 .* bytes of memory"):
        as_list(np.broadcast_to(np.float32(0), (2**40,)), "names", "two names")


def raises_an_own_error(rows):
    raise RuntimeError("mine")


def test_a_function_that_cannot_take_the_rows_is_refused_with_its_reason():
    message = r"^predict raises KeyError \('age'\) for arrays float64 \(2, 3\); pass a function"
    with pytest.raises(InputError, match=message) as caught:
        partial_dependence(lambda rows: {}["age"], X, 0, [1.0])
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(InputError, match=r"^predict raises TypeError .*positional argument"):
        black_box(lambda: 1.0, X)
    with pytest.raises(RuntimeError, match=r"^mine$"):
        answer_of(raises_an_own_error, "predict", X)


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda n: None, "holds object values"),
        (lambda n: 1.0, r"gives shape \(\) for 2 rows"),
        (lambda n: np.ones((n, 0)), r"gives shape \(2, 0\) for 2 rows"),
        (lambda n: np.ones((0, n)), r"gives shape \(0, 2\) for 2 rows"),
        (lambda n: np.ones(n) * 1j, "holds complex128 values"),
        (lambda n: [[1.0, 2.0], [3.0]], "rows of different lengths"),
        (lambda n: np.ma.masked_array(np.ones(n), np.arange(n) == 0), "1 masked values"),
        (lambda n: np.full(n, np.nan), "predict gives nan for a row of X"),
        (lambda n: np.full(n, 1e300), r"predict gives 1e\+300 .* at most 1e\+140 in size"),
        (lambda n: np.ones((n, min(n, 4))), "predict gives shape"),
    ],
)
def test_predictions_of_no_use_are_refused(answer, message):
    with pytest.raises(InputError, match=message):
        partial_dependence(lambda rows: answer(len(rows)), X, 0, [1.0, 2.0])


def test_curves_that_hold_nan_are_not_centred():
    with pytest.raises(InputError, match=r"^ice holds nan at row 0, column 1"):
        centered([[1.0, np.nan], [1.0, 2.0]])


def test_curves_of_true_and_false_are_numbers():
    np.testing.assert_array_equal(centered([[True, False]]), [[0.0, -1.0]])


@pytest.mark.parametrize("rows_axis", [np.zeros(3), 0.0, "rows", 2, -1])
def test_an_axis_that_rows_cannot_have_is_refused(rows_axis):
    with pytest.raises(InputError, match=r"^rows_axis is .*; pass 0, or 1 if there is a replicate"):
        centered([[1.0, 2.0]], rows_axis)


@pytest.mark.parametrize("features", [[0, 3], "ab", None, [None], np.array(1.5)])
def test_a_black_box_replaces_columns_that_exist(features):
    with pytest.raises(InputError, match=r"^features is"):
        black_box(lambda rows: rows[:, 0], X).evaluate_with(X, features, np.ones((1, 2)))
