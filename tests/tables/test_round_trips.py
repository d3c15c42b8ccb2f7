"""Do random tables come out of files, DataFrames and arrays as they went in?"""

import csv

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.tables import from_arrays, from_dataframe, read_csv
from jaxnn.tables.levels import spelling_key
from jaxnn.tables.raw_columns import MISSING_TOKENS, level_text


def text_cells():
    """Texts that are neither numbers nor missing, and that blanks do not surround."""
    letters = st.characters(
        codec="utf-8",
        exclude_categories=["Cs", "Cc", "Nd", "Z"],
        exclude_characters="\ufeff",  # the byte order mark, which is no text
    )
    return st.text(letters, min_size=1, max_size=8).filter(
        lambda text: (
            text.casefold() not in {token.casefold() for token in MISSING_TOKENS}
            and text == text.strip()
            and not text.casefold().startswith("inf")
        )
    )


@st.composite
def tables(draw):
    """Names, columns of values, and what their table should be."""
    rows = draw(st.integers(2, 8))
    names = draw(st.lists(text_cells().filter(str.isalpha), min_size=2, max_size=5, unique=True))
    numbers = st.floats(-1e30, 1e30, allow_subnormal=False)
    texts = st.one_of(
        text_cells(), st.sampled_from(["a,b", 'say "hi"', "two\nlines", "x'y", "=1+1"])
    )
    columns = []
    for _ in names[1:]:
        cells = draw(st.sampled_from([numbers, texts]))
        columns.append(draw(st.lists(cells, min_size=rows, max_size=rows)))
    response = draw(st.lists(numbers, min_size=rows, max_size=rows, unique=True))
    return names, [*columns, response]


def check_round_trip(table, names, columns):
    assert [column.name for column in table.columns] == names[:-1]
    for place, values in enumerate(columns[:-1]):
        column, found = table.columns[place], table.X[:, place]
        if column.kind == "numeric":
            np.testing.assert_array_equal(found, values)
        else:
            back = [column.levels[int(code)] for code in found]
            # Spellings that differ only by case or blanks are one level.
            keys = [spelling_key(level_text(value)) for value in values]
            assert [spelling_key(level) for level in back] == keys
            assert set(column.levels) == set(back)


@given(tables(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_random_tables_round_trip_through_csv(tmp_path_factory, made, delimiter, end):
    names, columns = made
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerow(names)
        writer.writerows(zip(*columns, strict=True))
    table = read_csv(
        path, names[-1], predictors=names[:-1], delimiter=delimiter, response_kind="numeric"
    )
    check_round_trip(table, names, columns)
    np.testing.assert_array_equal(table.y, columns[-1])


@given(tables())
def test_random_tables_round_trip_through_frames_and_arrays(made):
    names, columns = made
    frame = pd.DataFrame(dict(zip(names, columns, strict=True)))
    table = from_dataframe(frame, names[-1], predictors=names[:-1], response_kind="numeric")
    check_round_trip(table, names, columns)
    rows = [list(row) for row in zip(*columns[:-1], strict=True)]
    again = from_arrays(
        rows, columns[-1], names=names[:-1], response=names[-1], response_kind="numeric"
    )
    assert again.columns == table.columns
    np.testing.assert_array_equal(again.X, table.X)
    np.testing.assert_array_equal(again.y, table.y)
