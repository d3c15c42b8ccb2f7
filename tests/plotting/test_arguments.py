"""Are axes, names, labels, outputs and intervals that cannot be drawn refused in a sentence?"""

import numpy as np
import pytest

from jaxnn import InputError, InputTypeError, plotting
from jaxnn.plotting.arguments import (
    check_axes,
    check_output,
    check_texts,
    equally_long,
    interval_ends,
    list_of_names,
)


@pytest.mark.parametrize("ax", [3, "ax", np.zeros(2), [1]])
def test_what_are_no_axes_is_refused(ax):
    with pytest.raises(InputTypeError, match=r"^ax is .*; pass axes of matplotlib, as from panels"):
        plotting.rug(ax, [1.0])
    with pytest.raises(InputTypeError, match=r"or None for a new figure\.$"):
        check_axes(ax, optional=True)


@pytest.mark.parametrize("names", ["ab", {"a": 1}, 3, np.array("a"), ["a", None], b"ab"])
def test_what_is_no_list_of_names_is_refused(names):
    with pytest.raises(InputTypeError, match=r"^names is .*; pass a list of 2 names\.$"):
        list_of_names(names, "names", 2)


def test_names_are_counted():
    with pytest.raises(InputError, match=r"^names has 1 names; pass 2 names\.$"):
        list_of_names(["a"], "names", 2)
    assert list_of_names(np.array(["a", "b"]), "names", 2) == ["a", "b"]


def test_labels_are_text():
    with pytest.raises(InputTypeError, match=r"^unit is an array of float64 with shape \(2,\)"):
        check_texts(label=None, unit=np.zeros(2))


@pytest.mark.parametrize("output", [2, -1, 0.5, None, np.zeros(2)])
def test_an_output_that_is_not_there_is_refused(output):
    with pytest.raises(InputError, match=r"^output is"):
        check_output(output, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, np.nan], "^x holds nan at row 1"),
        (["a", "b"], "^x holds <U1 values"),
        ([[1.0], [1.0, 2.0]], "^x has rows of different lengths"),
        ([1j, 2j], "^x holds complex128 values"),
        (np.ma.masked_array([1.0, 2.0], [0, 1]), "^x is an array with 1 masked values"),
    ],
)
def test_positions_are_finite_numbers(values, message):
    with pytest.raises(InputError, match=message):
        equally_long(x=values)


def test_gaps_are_drawn_where_they_are_accepted():
    (vector,) = equally_long(center=[1.0, np.nan], gaps=True)
    assert np.isnan(vector[1])


@pytest.mark.parametrize(
    ("interval", "message"),
    [
        (3, "^interval is 3; pass"),
        (([1.0], [2.0], [3.0]), "^interval has 3 parts"),
        (np.array(1.0), "^interval has 0 parts"),
        (([1.0], ["a"]), "^interval upper holds <U1 values"),
        (([1.0, 2.0], [1.0]), r"^interval lower has shape \(2,\); pass shape \(1,\)"),
        (([np.nan], [1.0]), "^interval lower holds nan"),
    ],
)
def test_intervals_have_two_ends_of_numbers(interval, message):
    with pytest.raises(InputError, match=message):
        interval_ends(interval, np.ones(1))


@pytest.mark.parametrize("target", [None, 3, np.zeros(2)])
def test_a_figure_is_saved_to_a_path_or_a_file(target, tmp_path):
    figure, _ = plotting.panels(1, width=1, height=1)
    with pytest.raises(InputTypeError, match=r"^target is .*; pass a path or an open file"):
        plotting.save(figure, target)
    with pytest.raises(InputError, match=r"^target is .*, a path without a file"):
        plotting.save(figure, tmp_path / "missing" / "figure.png")
    with pytest.raises(InputTypeError, match=r"^figure is 3; pass a figure of matplotlib"):
        plotting.svg(3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 10**30}, "^n is 1000"),
        ({"n": 2, "columns": np.zeros(2)}, "^columns is an array"),
        ({"n": 2, "height": np.nan}, "^height is nan; pass inches"),
        ({"n": 2, "letters": "yes"}, "^letters is 'yes'; pass True or False"),
    ],
)
def test_panels_of_no_size_are_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        plotting.panels(**wrong)
