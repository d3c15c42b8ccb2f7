"""Do messages on the command line name its options, and never Python's arguments?"""

import ast
import re
from pathlib import Path

import pytest

from jaxnn.cli.wording import worded

TABLES = Path(__file__).resolve().parents[2] / "jaxnn" / "tables"
# What only a reader of Python understands.
PYTHON = re.compile(r"(?<![\w-])(?!x=|sep=)[a-z_]+=|\b[a-z]+_[a-z_]+\b|\bkinds\b|\bjaxnn\.")

# Of readers that the command line does not call.
NOT_OF_A_FILE = (
    "X is a ",
    "a RawTable,",
    "a Scaling,",
    "a jaxnn.",
    "frame is a ",
    "pass a jaxnn.",
    "raw has names,",
    "scaling is x;",
    "table has ",
    "x; read it with read_table",
)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("pass dates='dmy'", "pass --date-order dmy"),
        ("missing is 'refuse', but t.csv", "--missing is 'refuse', but t.csv"),
        ("pass missing='drop' or missing='impute'.", "pass --missing drop or --missing impute."),
        ("pass delimiter='\\t'", "pass --delimiter tab"),
        ("pass delimiter=';'", "pass --delimiter ';'"),
        ("pass response_kind='numeric'", "pass --kind quantitative"),
        ("pass missing_tokens=['NA', '-']", "pass --missing-values NA -"),
        ("pass exclude=['id', 'zip code']", "pass --exclude id 'zip code'"),
        ("pass kinds={'zip': 'categorical'}", "pass --categorical zip"),
        ("pass levels={'size': ['S', 'M']}", "pass --ordinal size=S,M"),
        ("declare it 'ordinal' in kinds.", "declare it with --ordinal."),
        ("kinds is 'grop'; known: a", "--dates is 'grop'; known: a"),
        ("kinds['age'] is 'big'", "the kind of a column is 'big'"),
        ("path is 't.csv', a directory", "TABLE is 't.csv', a directory"),
        ("the response has one class", "the response has one class"),
        ("column 'missing is' has \"missing='x'\"", "column 'missing is' has \"missing='x'\""),
        ("the table's rows, epochs is 0", "the table's rows, --epochs is 0"),
        ("--missing is 'refuse'", "--missing is 'refuse'"),
        (
            "it is HDF5; read it with pandas.read_hdf and pass the DataFrame to from_dataframe.",
            "it is HDF5; save its table as CSV and pass that file.",
        ),
        (
            "the response 'y' is text; declare its kind.",
            "the response 'y' is text; declare its kind with --kind.",
        ),
        ("alpha=3 is no option", "alpha=3 is no option"),
    ],
)
def test_arguments_are_said_as_options(message, said):
    assert worded(message, {"--numeric": ["b"], "--dates": ["grop"]}) == said


def filled_in(node):
    """The text of a literal with each value in it as 'x', or None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.FormattedValue):
        return "'x'" if node.conversion == ord("r") else "x"
    if isinstance(node, ast.JoinedStr):
        return "".join(filled_in(part) for part in node.values)
    return None


def messages(path):
    """The texts of more than one word in a module, apart from docstrings."""
    waiting = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        text = filled_in(node)
        if text is not None:
            if " " in text:
                yield text
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            waiting += ast.iter_child_nodes(node)


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.py")), ids=lambda path: path.stem)
def test_no_message_of_the_readers_speaks_python(path):
    spoken = [said for said in map(worded, messages(path)) if PYTHON.search(said)]
    assert [said for said in spoken if not said.startswith(NOT_OF_A_FILE)] == []
