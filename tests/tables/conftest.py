"""Small CSV files."""

import pytest

PATIENTS = """\
age,smokes,scan,stage,dose,sick
40,no,normal,1,0.5,Yes
50,yes,fixed,2,1.5,No

60,no,normal,3,-2e1,No
70,yes,reversable,1,.25,Yes
"""


@pytest.fixture
def write(tmp_path):
    """write(text) -> the path of a file of this text."""

    def write(text, name="data.csv", **how):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(**how))
        return path

    return write


@pytest.fixture
def patients(write):
    """The path of a table with columns of every kind and a blank line."""
    return write(PATIENTS)
