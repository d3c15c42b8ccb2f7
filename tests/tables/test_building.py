"""Are doubtful columns noted, and do notes reach the reader?"""

import subprocess
import sys
from pathlib import Path

from jaxnn.tables import read_csv

ROOT = Path(__file__).resolve().parents[2]
HOLES = "age,scan,y\n10,a,1\n,b,2\n30,?,3\n40,b,NA\n51,b,5\n"


def test_notes_reach_standard_error(write):
    script = (
        f"from jaxnn.tables import read_csv; read_csv({str(write(HOLES))!r}, 'y', missing='drop')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "left out 3 of 5 rows" in run.stderr
    assert run.stdout == ""


def test_doubtful_columns_are_noted_and_logged(write, caplog):
    rows = "".join(f"name {n % 40},{1.7e9 + n * n % 89},{n % 7}\n" for n in range(90))
    table = read_csv(write("who,time,y\n" + rows), "y")
    assert table.columns[0].kind == "categorical"
    assert "'who' is read as categorical with 40 levels, each an input" in table.notes[0]
    assert "'time' lies between 1700000000 and 1700000088, which are almost equal" in table.notes[1]
    assert len(caplog.records) == 2
    quiet = read_csv(
        write("who,time,y\n" + rows), "y", predictors=["who"], kinds={"who": "categorical"}
    )
    assert quiet.notes == ()


def test_numbers_that_single_precision_merges_are_noted(write):
    rows = "".join(f"{2**53 + n},{n * n}\n" for n in range(4))
    table = read_csv(write("a,y\n" + rows), "y", predictors=["a"])
    assert "almost equal in single precision" in table.notes[0]
    rows = "".join(f"{n % 2 * 10**9 + n},{n * n}\n" for n in range(4))
    table = read_csv(write("a,y\n" + rows), "y")
    assert table.notes == (
        "'a' has 4 different numbers, of which single precision keeps 3 apart; "
        "kinds={'a': 'categorical'} keeps all of them",
    )
