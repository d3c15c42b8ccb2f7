"""Is the time left estimated from what was measured, and is a bar drawn on a terminal only?"""

import pytest

from experiments import NAMES
from experiments.lab import progress
from experiments.lab.progress import SECONDS, USUAL, Overall, readable


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")],
)
def test_durations_are_readable(seconds, shown):
    assert readable(seconds) == shown


def test_every_experiment_has_an_expected_time():
    assert set(SECONDS) == set(NAMES)


@pytest.fixture
def clock(monkeypatch):
    """The time, which passes only where a test says so."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_the_time_left_follows_the_machine(clock):
    names = ["optimizers", "other", "phase_diagram"]
    expected = SECONDS["optimizers"] + USUAL + SECONDS["phase_diagram"]
    with Overall(names) as overall:
        overall.start("optimizers")
        assert overall.left() == expected
        clock[0] = 10.0
        assert overall.left() == expected - 10
        clock[0] = 1e6  # what runs never counts as finished
        assert overall.left() == expected - 0.95 * SECONDS["optimizers"]
        overall.finish("optimizers", "computed", computed=2 * SECONDS["optimizers"])
        assert overall.left() == pytest.approx(2 * (USUAL + SECONDS["phase_diagram"]))
        overall.start("other")
        overall.finish("other", "read")  # nothing computed, so nothing learnt
        assert overall.left() == pytest.approx(2 * SECONDS["phase_diagram"])


def test_two_at_a_time_take_half_of_the_time(clock, capsys):
    names = ["optimizers", "other", "phase_diagram"]
    with Overall(names, jobs=2) as overall:
        overall.start("optimizers")
        overall.start("other")
        assert overall.left() == sum(map(overall.expected.get, names)) / 2
        overall.finish("other", "computed", computed=USUAL)
        left = (SECONDS["optimizers"] + SECONDS["phase_diagram"]) / 2
        assert overall.left() == pytest.approx(left)
    assert capsys.readouterr().out == f"[1/3] other: computed; about {readable(left)} left\n"


def test_a_quick_run_expects_less(clock):
    with Overall(["optimizers", "other"], quick=True) as overall:
        overall.start("optimizers")
        overall.finish("optimizers", "read")
        assert overall.left() == pytest.approx(progress.QUICK * USUAL)


def test_a_bar_is_drawn_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(progress, "is_watched", lambda: True)
    monkeypatch.setattr(progress, "TICK", 0.01)
    with Overall(["optimizers", "other"]) as overall:
        overall.start("optimizers")
        overall.finish("optimizers", "computed", computed=SECONDS["optimizers"])
        overall.start("other")
    shown = capsys.readouterr()
    assert "[1/2] optimizers:   0%" in shown.err
    assert f"about {readable(USUAL + SECONDS['optimizers'])} left" in shown.err
    assert shown.out == f"[1/2] optimizers: computed; about {readable(USUAL)} left\n"


def test_a_log_holds_lines_alone(capsys):
    with Overall(["optimizers"]) as overall:
        overall.start("optimizers")
        overall.finish("optimizers", "computed")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("[1/1] optimizers: computed\n", "")
