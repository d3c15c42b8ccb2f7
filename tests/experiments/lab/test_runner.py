"""Does one command run all experiments, report what failed, and compute nothing twice?"""

import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab import computing, options, reading, side_by_side
from jaxnn.array_files import digest_of
from jaxnn.errors import InputError


def test_a_run_writes_figures_claims_arrays_and_the_gallery(lab):
    lab.write("sums")
    assert lab.run() == 0
    record = lab.record("sums")
    assert record["command"] == "python -m experiments sums"
    assert record["seed"] == 0 and lab.making("sums")["seconds"] >= 0
    assert [figure["file"] for figure in record["figures"]] == ["sums.png", "sums_again.png"]
    for figure in record["figures"]:
        assert (lab.out / figure["file"]).read_bytes().startswith(b"\x89PNG")
    draws = lab.draws("sums")
    assert draws.shape == (50,)
    mean = float(draws.mean())
    assert record["claims"][0] == {
        "statement": "the mean is near zero",
        "source": "known truth",
        "expected": 0,
        "measured": float(f"{mean:.6g}"),
        "interval": [float(f"{mean - 1:.6g}"), float(f"{mean + 1:.6g}")],
        "holds": True,
        "refused": False,
    }
    assert record["claims"][1]["holds"] is None
    (path,) = lab.stored("sums", ".json")
    stored = json.loads(path.read_text())
    assert stored["settings"] == {"n": 50, "shape": [2, 3]}
    assert set(stored["versions"]) == {"python", "jax", "jaxlib", "numpy", "optax"}
    assert stored["versions"]["jax"] == jax.__version__
    assert stored["platform"]["devices"] == jax.device_count()
    assert "`python -m experiments sums`" in (lab.out / "README.md").read_text()
    page = (lab.out / "sums.html").read_text()
    assert 'src="sums.svg"' in page and 'alt="The draws."' in page
    assert f'<td data-head="measured">{reading.typeset(reading.number(mean))} (' in page
    assert "1 of 1 claim holds; 1 number is reported" in lab.printed


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_run_computes_and_writes_nothing_new(lab):
    lab.write("sums")
    lab.run()
    before = contents(lab.out)
    drawn = (lab.out / "sums.png").stat().st_mtime_ns
    assert lab.run() == 0
    assert "nothing changed since it was computed" in lab.printed
    assert lab.computed() == 1
    assert contents(lab.out) == before
    assert (lab.out / "sums.png").stat().st_mtime_ns == drawn


def without_results(folder):
    return {path: data for path, data in contents(folder).items() if "results" not in path.parts}


def test_what_is_kept_under_version_control_does_not_change_with_time_or_machine(lab, monkeypatch):
    lab.write("sums")
    lab.run()
    before = without_results(lab.out)
    made = lab.making("sums")
    shutil.rmtree(lab.out / "results")
    monkeypatch.setattr(computing.os, "cpu_count", lambda: 77)
    monkeypatch.setattr(computing, "_peak_memory", lambda: 1)
    assert lab.run() == 0
    assert lab.computed() == 2
    assert without_results(lab.out) == before
    assert lab.making("sums") != made


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_damaged_picture_is_drawn_anew(lab, damage):
    lab.write("sums")
    lab.run()
    before = contents(lab.out)
    damage(lab.out / "sums_again.png")
    assert lab.run() == 0
    assert contents(lab.out) == before
    assert lab.computed() == 1


TIMES = ('TITLE = "Sums of draws"', 'TITLE = "Times"\nMEASURES_MACHINE = True')


def test_times_of_a_machine_are_measured_anew_by_name_only(lab):
    lab.write("times", TIMES)
    lab.write("sums")
    lab.run()
    assert lab.record("times")["machine"]["cores"] == os.cpu_count()
    assert "machine" not in lab.record("sums")
    shutil.rmtree(lab.out / "results")
    before = contents(lab.out)
    assert lab.run("--seed", "0") == 0
    assert "kept as measured before; 'python -m experiments times' measures" in lab.printed
    assert without_results(lab.out) == before
    assert lab.run("--redraw") == 0
    computed = lab.computed()
    assert lab.run("times") == 0
    assert lab.computed() == computed + 1


def test_each_experiment_has_one_line_that_says_how_long_the_rest_will_take(lab):
    for name in ("first", "second"):
        lab.write(name)
    lab.run()
    first, second, outcome = lab.printed.splitlines()
    assert re.fullmatch(
        r"\[1/2\] first: computed in .* s, 2 figures, 1 of 1 claim holds; 1 number is reported; "
        r"about .* left",
        first,
    )
    assert second.startswith("[2/2] second: computed in") and "left" not in second
    assert outcome.startswith("2 of 2 claims hold")
    assert lab.errors == ""


def test_another_seed_or_size_is_another_result(lab):
    lab.write("sums")
    for arguments in ([], ["--seed", "7"], ["--quick", "--out", "figures"]):
        assert lab.run(*arguments) == 0
    assert lab.computed() == len(lab.stored("sums", ".npz")) == 3
    arrays = [np.load(path)["draws"] for path in lab.stored("sums", ".npz")]
    assert sorted(array.size for array in arrays) == [5, 50, 50]
    first, second = (array for array in arrays if array.size == 50)
    assert not np.any(first == second)
    assert lab.record("sums")["command"] == "python -m experiments sums --quick --out figures"
    lab.run("sums", "--out", str(lab.out.resolve()))
    assert lab.record("sums")["command"] == "python -m experiments sums"


def test_small_runs_go_to_a_folder_of_their_own(lab):
    lab.write("sums")
    lab.run("--quick")
    assert lab.record("sums", lab.out / "quick")["command"] == "python -m experiments sums --quick"
    assert not (lab.out / "sums.json").exists()


def test_an_experiment_does_not_depend_on_which_others_run(lab, tmp_path):
    for name in ("first", "second"):
        lab.write(name)
    lab.run("--out", "both")
    lab.run("second", "--out", "alone")
    np.testing.assert_array_equal(
        lab.draws("second", tmp_path / "both"), lab.draws("second", tmp_path / "alone")
    )
    assert lab.draws("first", tmp_path / "both")[0] != lab.draws("second", tmp_path / "both")[0]


def test_a_claim_that_fails_is_listed_after_all_have_run(lab):
    lab.write("wrong", ("HOLDS = True", "HOLDS = False"))
    lab.write("right")
    assert lab.run() == 1
    assert lab.record("right")["claims"][0]["holds"] is True
    assert "1 claims do not hold:\n    wrong: the mean is near zero (expected 0" in lab.errors
    assert "right" not in lab.errors
    assert 'class="fails">does not hold</td>' in (lab.out / "wrong.html").read_text()
    # Once more, with nothing to compute.
    assert lab.run() == 1


def with_verdict(summary):
    """The change that gives an experiment a verdict."""
    return ("HOLDS = True", f"HOLDS = True\n\n\ndef verdict(results):\n    return {summary}")


def test_a_verdict_is_shown_as_text_and_computes_nothing_again(lab):
    lab.write("sums")
    lab.run()
    summary = {"What *holds*": ["The mean is <near> 0.", "So it is."], "What does not": []}
    lab.write("sums", with_verdict(summary))
    assert lab.run() == 0
    assert lab.computed() == 1
    assert lab.record("sums")["verdict"] == {
        "What *holds*": ["The mean is <near> 0.", "So it is."],
        "What does not": [],
    }
    page = (lab.out / "sums.html").read_text()
    assert "<summary>What *holds*</summary>" in page
    assert "<li>The mean is &lt;near&gt; 0.</li>\n<li>So it is.</li>" in page


@pytest.mark.parametrize("summary", ["'it holds'", "{'held': 'all'}", "{'held': [1]}", "['all']"])
def test_a_verdict_that_cannot_be_shown_is_refused(lab, summary):
    lab.write("sums", with_verdict(summary))
    assert lab.run() == 1
    assert "verdict of 'sums' is" in lab.errors
    assert "return lists of sentences by heading" in lab.errors


def test_a_number_that_is_only_reported_never_fails(lab):
    lab.write("sums", ("HOLDS = True", "HOLDS = None"))
    assert lab.run() == 0
    assert "2 figures, 2 numbers are reported\n" in lab.printed


@pytest.mark.parametrize(
    ("line", "message", "traced"),
    [
        ("raise RuntimeError('a wire came loose')", "a wire came loose", True),
        ("from jaxnn.errors import InputError; raise InputError('no such data')", "no such", False),
        ("import no_such_module", "no_such_module", True),
        ("return {'rows': [[1], [2, 3]]}", "'rows' is a list that no file", False),
        ("return {'state': key}", "'state' is a ", False),
        ("return {'state': object()}", "'state' is a object", False),
        ("return {'a/b': 1}", "a result is named 'a/b'", False),
        ("return {'file': 1}", "a result is named 'file'", False),
    ],
)
def test_an_experiment_that_breaks_does_not_stop_the_others(lab, line, message, traced):
    lab.write("broken", ("# here", line))
    lab.write("sound")
    assert lab.run() == 1
    assert message in lab.errors
    assert ("Traceback" in lab.errors) == traced
    assert "experiments that failed: broken\n" in lab.errors
    assert lab.tidied == 2
    assert lab.record("sound")["claims"][0]["holds"] is True
    assert not (lab.out / "broken.json").exists()
    assert lab.stored("broken", ".npz") == []


def test_a_missing_part_of_an_experiment_is_named(lab):
    lab.write("bare", ("TITLE = ", "NAME = "), ("def draw(", "def paint("))
    assert lab.run() == 1
    assert "experiment 'bare' lacks TITLE in __init__.py, draw in draw.py." in lab.errors


def test_settings_that_are_not_a_dataclass_instance_are_named(lab):
    lab.write("odd", ("FULL = Settings()", "FULL = Settings"))
    assert lab.run() == 1
    assert "FULL of experiment 'odd' is <class" in lab.errors
    assert "make it a dataclass instance." in lab.errors


def test_a_refused_claim_is_counted_and_fails_nothing(lab):
    row = 'refused("the mean is 1", "a rule set beforehand", mean, 1)'
    lab.write(
        "sums",
        ("import Claim, reported", "import Claim, refused, reported"),
        ('reported("how many", "settings", results["n"])', row),
    )
    assert lab.run() == 0
    assert "1 of 2 claims hold, 1 is refused, none fails" in lab.printed
    assert "1 of 2 claims hold, 1 is refused, none fails; " in lab.printed.splitlines()[-1]
    assert 'class="refused">refused</td>' in (lab.out / "sums.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sum"], "experiment is 'sum'; did you mean 'sums'? known: sums."),
        (["--seed", "x"], "seed is 'x'; pass an integer from 0 to 4294967295."),
        (["--seed", "-1"], "seed is '-1'; pass an integer"),
        (["--seed", "1.5"], "seed is '1.5'; pass an integer"),
        (["--seed", "4294967296"], "seed is '4294967296'; pass an integer"),
        (["--out", "plain"], "out is 'plain', which is a file; pass a directory."),
        (["--out", "plain/below"], "out is 'plain/below', which cannot be written (Not a dir"),
        (["--colour"], "unrecognized arguments: --colour; --help lists what is accepted."),
        (["--seed"], "argument --seed: expected one argument; --help"),
    ],
)
def test_bad_input_gets_one_sentence(lab, tmp_path, arguments, sentence):
    lab.write("sums")
    (tmp_path / "plain").write_text("")
    assert lab.run(*arguments) == 2
    assert lab.errors.startswith(f"experiments: {sentence}")
    assert lab.errors.count("\n") == 1
    assert lab.printed == ""
    assert not lab.out.exists()


@given(text=st.one_of(st.text(), st.integers().map(str), st.text("0123456789", max_size=5000)))
def test_a_seed_is_a_number_or_gets_a_sentence(text):
    try:
        seed = options._seed(text)
    except InputError as error:
        assert str(error).startswith("seed is ")
    else:
        assert seed == int(text)
        jax.random.key(seed)


def test_redrawing_computes_nothing_and_needs_something_stored(lab):
    lab.write("sums")
    assert lab.run("--redraw") == 1
    assert lab.errors.count("nothing is stored for 'sums' with these settings and seed 0") == 1
    assert "Traceback" not in lab.errors
    lab.run()
    (lab.out / "sums.png").unlink()
    lab.write("sums", ("# here", "raise RuntimeError"))
    assert lab.run("--redraw") == 0
    assert "drawn from arrays of an earlier state of the sources" in lab.printed
    assert (lab.out / "sums.png").exists()
    assert lab.computed() == 1
    assert lab.run("--redraw", "--seed", "5") == 1


def test_redrawing_takes_the_newest(lab):
    lab.write("sums")
    lab.run()
    lab.write("sums", ('"n": settings.n', '"n": 1000'))
    lab.run()
    for path in lab.stored("sums", ".json"):
        record = json.loads(path.read_text())
        with np.load(path.with_suffix(".npz")) as file:
            arrays = dict(file)
        del record["sha256"]
        record["computed"] = "2002-01-01" if arrays["n"] == 1000 else "2001-01-01"
        path.write_text(json.dumps({**record, "sha256": digest_of(record, arrays)}))
    lab.write("sums", ("# here", "raise RuntimeError"))
    assert lab.run("--redraw") == 0
    assert lab.record("sums")["claims"][1]["measured"] == 1000


def test_figures_that_are_no_longer_drawn_are_removed(lab):
    lab.write("sums")
    lab.run()
    (lab.out / "sums_mine.png").write_bytes(b"")
    lab.write("sums", ('("main", "again")', '("main", "other")'))
    lab.run()
    drawn = {path.name for path in lab.out.glob("*.png")}
    assert drawn == {"sums.png", "sums_other.png", "sums_mine.png"}


ANIMATION = """
    from experiments.lab.animation import Animation
    figures["again"] = Animation(figures["again"], [], lambda frame: None, 2)
    return figures
"""


def test_an_animation_stands_beside_the_figures(lab):
    lab.write("sums", ("\n    return figures\n", ANIMATION))
    assert lab.run() == 0
    assert [figure["file"] for figure in lab.record("sums")["figures"]] == [
        "sums.png",
        "sums_again.gif",
    ]
    assert (lab.out / "sums_again.gif").read_bytes().startswith(b"GIF89a")
    assert "(sums_again.gif)" in (lab.out / "README.md").read_text()
    lab.write("sums")
    lab.run()
    assert not (lab.out / "sums_again.gif").exists()


@pytest.fixture
def process(tmp_path, write_experiment):
    """`python -m experiments` in a process that knows one small experiment, sums."""

    def run(*arguments, line="", **environment):
        write_experiment(tmp_path / "sums", [("# here", line)])
        script = (
            f"import runpy, sys, experiments\n"
            f"experiments.__path__.append({str(tmp_path)!r})\n"
            f"experiments.NAMES = ('sums',)\n"
            f"sys.argv = {['experiments', *arguments]!r}\n"
            f"runpy.run_module('experiments', run_name='__main__', alter_sys=True)\n"
        )
        paths = {"PYTHONPATH": os.getcwd(), "MPLCONFIGDIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=tmp_path,
            env={**os.environ, **paths, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )

    return run


def test_the_command_works_in_a_process_and_its_results_are_found_by_the_next(tmp_path, process):
    # Python's own hash differs between the two processes.
    first = process(PYTHONHASHSEED="1", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert (first.returncode, first.stderr) == (0, "")
    assert (tmp_path / "cache" / "jaxnn" / "xla").is_dir()
    # A folder for compiled programs that cannot be written (its parent is a file) costs only time.
    blocked = {"XDG_CACHE_HOME": str(tmp_path / "computed.log"), "PYTHONIOENCODING": "ascii"}
    second = process(PYTHONHASHSEED="2", **blocked)
    assert (second.returncode, second.stderr) == (0, "")
    assert "nothing changed since it was computed" in second.stdout
    assert (tmp_path / "computed.log").read_text() == "x"


def test_an_interrupt_ends_the_run_without_a_traceback(tmp_path, process):
    line = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    ended = process(line=line)
    assert ended.returncode == 130
    assert ended.stderr == "experiments: interrupted; what was finished is kept.\n"
    assert not (tmp_path / "figures" / "sums.json").exists()


def test_the_list_names_every_experiment(lab):
    lab.write("sums")
    lab.write("bare", ("TITLE = ", "NAME = "), ("FULL = Settings()", "pass"))
    assert lab.run("--list") == 0
    first, second = lab.printed.splitlines()
    assert first == "sums  Sums of draws"
    assert second.startswith("bare  (cannot be loaded: experiment 'bare' lacks")
    assert not lab.out.exists()


def test_experiments_that_run_side_by_side_give_the_same(lab):
    for name in ("sums", "others"):
        lab.write(name)
    lab.write("broken", ("def claims(results):", "def claims(results):\n    return 1 / 0\n"))
    one_by_one = lab.out.with_name("one_by_one")
    assert lab.run("--out", str(one_by_one)) == 1
    assert lab.run("--jobs", "2") == 1
    assert "broken: failed:\nTraceback" in lab.errors and "ZeroDivisionError" in lab.errors
    assert "experiments that failed: broken" in lab.errors
    assert sorted(line[:5] for line in lab.printed.splitlines()[:2]) in (
        ["[1/3]", "[2/3]"],
        ["[1/3]", "[3/3]"],
        ["[2/3]", "[3/3]"],
    )
    for name in ("sums", "others"):
        assert lab.record(name)["claims"] == lab.record(name, one_by_one)["claims"]
        np.testing.assert_array_equal(lab.draws(name), lab.draws(name, one_by_one))
    assert "others" in (lab.out / "README.md").read_text()


def test_what_measures_the_machine_runs_alone_and_last(lab):
    lab.write("timed", ('TITLE = "', 'MEASURES_MACHINE = True\nTITLE = "'))
    lab.write("sums")
    lab.write("others")
    assert lab.run("--jobs", "3", "timed", "sums", "others") == 0
    assert "[3/3] timed: computed" in lab.printed
    assert lab.tidied == 1  # the others ran in processes of their own


def die(name):
    """Work that the system ends for its second name."""
    if name == "b":
        os._exit(9)
    return name


def test_a_process_that_dies_leaves_the_rest_to_others():
    begun = []
    found = side_by_side.side_by_side("abcd", die, 1, os.getpid, begun.append, lost="lost")
    assert list(found) == [("a", "a"), ("b", "lost"), ("c", "c"), ("d", "d")]
    assert begun == list("abcd")


def its_process(name):
    """The process that does the work."""
    return os.getpid()


def test_a_process_that_dies_between_two_calls_costs_at_most_the_next():
    found = side_by_side.side_by_side("acd", its_process, 1, os.getpid, str, lost="lost")
    _, first = next(found)
    os.kill(first, signal.SIGKILL)
    time.sleep(0.5)
    (_, of_next), (_, of_last) = found
    assert of_next == "lost" or of_next != first
    assert of_last not in ("lost", first)


def its_process_then_sleep(folder, name):
    """Write which process works; work that takes an hour for all names but "a"."""
    Path(folder, name).write_text(str(os.getpid()))
    time.sleep(0 if name == "a" else 3600)


def test_an_end_before_the_last_result_ends_its_processes_and_no_others(tmp_path):
    stranger = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(3600,))
    stranger.start()
    work = partial(its_process_then_sleep, str(tmp_path))
    found = side_by_side.side_by_side("abc", work, 2, os.getpid, str, lost=None)
    assert next(found) == ("a", None)
    deadline = time.monotonic() + 60
    while len(pids := [file.read_text() for file in tmp_path.iterdir()]) < 2 or not all(pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    found.close()
    for pid in map(int, pids):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert stranger.is_alive()
    stranger.kill()
    stranger.join()


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_a_number_of_jobs_gets_a_sentence(lab, text):
    lab.write("sums")
    assert lab.run("--jobs", text) == 2
    assert lab.errors == f"experiments: jobs is {text!r}; pass an integer from 1 to 9999.\n"


def test_jobs_are_for_one_machine(lab):
    lab.write("sums")
    assert lab.run("--distributed", "--jobs", "2") == 2
    assert "leave out --jobs or --distributed" in lab.errors
