"""Working calls of `jaxnn.cli`."""

import tempfile
from functools import cache
from pathlib import Path

from jaxnn.cli import main
from tests.hostile.calls import Call


@cache
def table():
    path = Path(tempfile.mkdtemp()) / "table.csv"
    path.write_text("a,b,y\n" + "".join(f"{i},{i % 3},{i % 5}\n" for i in range(30)))
    return str(path)


def nothing():
    pass


CALLS = {
    "main": lambda: Call(main, {"argv": ["describe", table()], "prepare": nothing}),
}
