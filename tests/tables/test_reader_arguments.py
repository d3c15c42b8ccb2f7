"""Is a column with two roles, or an unknown one, refused?"""

import numpy as np
import pandas
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import from_arrays, from_dataframe, read_csv

CASES = """\
age,patient,share,visits,sick
40,b,1,0,No
41,a,0.5,3,Yes
52,b,0,1,No
63,a,2.5,2,Yes
"""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "visit"}, "weights is 'visit'; did you mean 'visits'"),
        ({"weights": 3}, "weights is a int; pass the name of a column"),
        ({"weights": "sick"}, "weights is 'sick', which is also the response; pass another"),
        ({"weights": "age", "groups": "age"}, "groups is 'age', which is also the weights"),
        ({"weights": "patient"}, "column 'patient' has the text 'b' at line 2; a numeric column"),
        ({"exclude": ["sick"]}, "exclude holds the response, 'sick'; leave it out of exclude"),
        ({"exclude": ["ages"]}, "exclude is 'ages'; did you mean 'age'"),
        ({"exclude": "age"}, "exclude is 'age'; pass a list of column names"),
        ({"exclude": ["age"], "predictors": ["age"]}, "predictors and exclude both hold 'age'"),
        ({"weights": "share", "predictors": ["share"]}, "holds the column of weights, 'share'"),
        ({"exclude": ["age", "patient", "share", "visits"]}, "predictors is empty; pass at least"),
        ({"response_kind": "count"}, "column 'sick' has the text 'No' at line 2"),
    ],
)
def test_roles_of_columns_that_do_not_fit(write, options, message):
    with pytest.raises(InputError, match=message):
        read_csv(write(CASES), "sick", **options)


@pytest.mark.parametrize("value", [np.arange(3), np.zeros(0), [["dmy"]], object(), {"a": 1}, 1.5])
@pytest.mark.parametrize(
    "argument", ["missing", "response_kind", "dates", "kinds", "weights", "decimal"]
)
def test_a_value_in_place_of_a_name_is_refused_in_one_sentence(argument, value):
    if argument == "kinds":
        value = {"x1": value}
    with pytest.raises(InputError, match=rf"^{argument}.* is .*\.$") as refusal:
        from_arrays(np.ones((4, 2)), np.arange(4.0), **{argument: value})
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("names", [np.ones((9, 9)), range(2), {"a", "b"}, "a\nb", [np.ones(3)]])
@pytest.mark.parametrize("argument", ["predictors", "exclude"])
def test_what_is_no_list_of_names_is_refused_on_one_line(argument, names):
    frame = pandas.DataFrame({"a": [1.0, 2.5, 3.0], "b": [2.0, 1.0, 0.5]})
    with pytest.raises(InputError, match=f"^{argument} is ") as refusal:
        from_dataframe(frame, "b", **{argument: names})
    assert "\n" not in str(refusal.value)


def test_a_matrix_that_no_memory_holds_is_refused():
    X = np.broadcast_to(np.float32(1), (2**38, 2))
    with pytest.raises(InputError, match=r"^X is an array of .* which takes at least [\d,]+ bytes"):
        from_arrays(X, np.ones(3))


@pytest.mark.parametrize("levels", [3, "abc", [[1], [2]], np.ones((2, 2)), [None]])
def test_levels_that_are_no_list_of_values_are_refused(levels):
    with pytest.raises(InputError, match=r"^levels for column 'x1' is .*; pass a list of its val"):
        from_arrays(np.ones((4, 2)), np.arange(4.0), levels={"x1": levels})
