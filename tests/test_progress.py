"""Is a bar shown where someone watches, and is a log left in peace?"""

import sys

import pytest

from jaxnn import progress
from jaxnn.cli.progress import Stages
from jaxnn.progress import Progress


@pytest.fixture
def watched(monkeypatch):
    """Someone watches stderr."""
    monkeypatch.setattr(progress, "is_watched", lambda: True)


def test_a_bar_counts_on_a_terminal(watched, capsys):
    with Progress("counting", 5) as bar:
        bar.update(2)
        bar.update(3)
    shown = capsys.readouterr().err
    assert "counting" in shown and "5/5" in shown


def test_nothing_is_shown_unless_asked_for(watched, capsys):
    with Progress(False, 5) as bar:
        bar.update(5)
    assert capsys.readouterr().err == ""


def test_a_log_holds_no_bar(capsys):
    with Progress(True, 5) as bar:
        bar.update(5)
    assert capsys.readouterr().err == ""


def test_a_notebook_is_watched(monkeypatch):
    assert not progress.is_watched()
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert progress.is_watched()


def test_a_function_is_told_the_share():
    shares = []
    with Progress(shares.append, 4) as bar:
        for _ in range(4):
            bar.update()
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_a_bar_inside_another_leaves_no_line(watched, capsys):
    with Progress("outer", 1) as outer:
        with Progress("inner", 1) as inner:
            inner.update()
        outer.update()
    assert "outer: 100%" in capsys.readouterr().err.rstrip("\n").split("\r")[-1]


def test_a_log_has_a_line_for_each_stage(capsys):
    with Stages(["refits", "report"]) as stages:
        stages.start("refits")(0.5)
        stages.start("refits")(1.0)
        stages.start("report")
    assert capsys.readouterr().err == "refits: 0% finished\nreport: 38% finished\n"
