"""Is a column with two roles, or an unknown one, refused?"""

import pytest

from jaxnn.errors import InputError
from jaxnn.tables import read_csv

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
