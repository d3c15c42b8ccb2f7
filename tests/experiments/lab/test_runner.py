"""Does the runner compute once, tell what failed, and leave whole files?"""

import dataclasses
import functools
import importlib
import json
import os
import re
import subprocess
import sys
import uuid

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import NAMES
from experiments.lab import contract, gallery, runner, store
from experiments.lab.claims import Claim
from jaxnn.errors import InputError, InputTypeError

SUMS = '''
"""Is the mean of n draws near zero?  mean = sum / n"""

import dataclasses

import jax
from matplotlib.figure import Figure

from experiments.lab.claims import Claim

TITLE = "Sums of draws"
CAPTIONS = {"main": "The draws."}


@dataclasses.dataclass(frozen=True)
class Settings:
    n: int = 50
    shape: tuple = (2, 3)


FULL = Settings()
QUICK = Settings(n=5)


def compute(key, settings):
    with open("computed.log", "a") as log:
        log.write("x")
    # here
    return {"draws": jax.random.normal(key, (settings.n,)), "n": settings.n, "word": "sum"}


def claims(results):
    mean = results["draws"].mean()
    return [
        Claim("the mean is near zero", "known truth", 0, mean, (mean - 1, mean + 1), HOLDS),
        Claim("how many", "settings", "any", results["n"], None, None),
    ]


HOLDS = True


def draw(results):
    figures = {}
    for name in ("main", "again"):
        figures[name] = Figure()
        figures[name].subplots().plot(results["draws"], label=str(results["word"]))
    return figures
'''


class Laboratory:
    """A package of small experiments, and the runner working on it in a folder of its own."""

    def __init__(self, folder, capsys):
        self.package = f"laboratory_{uuid.uuid4().hex}"
        self.folder = folder / self.package
        self.folder.mkdir()
        self.capsys = capsys
        self.names = []
        self.log = folder / "computed.log"
        self.out = folder / "figures"

    def write(self, name, source=SUMS, **replacements):
        """(Re)write an experiment; each name of `replacements` is text to replace once."""
        for old, new in replacements.values():
            assert source.count(old) == 1
            source = source.replace(old, new)
        (self.folder / f"{name}.py").write_text(source)
        importlib.invalidate_caches()
        sys.modules.pop(f"{self.package}.{name}", None)
        if name not in self.names:
            self.names.append(name)
        return source

    def run(self, *arguments):
        """The exit status, and what was printed."""
        self.capsys.readouterr()
        status = runner.main(
            arguments,
            names=self.names,
            load=functools.partial(contract.load, package=self.package),
            prepare=lambda: None,
        )
        self.printed, self.errors = self.capsys.readouterr()
        return status

    def computed(self):
        """How often an experiment has computed so far."""
        return len(self.log.read_text()) if self.log.exists() else 0

    def record(self, name, folder=None):
        return json.loads(((folder or self.out) / f"{name}.json").read_text())

    def stored(self, name, suffix, folder=None):
        return sorted(((folder or self.out) / "results" / name).glob(f"*{suffix}"))

    def draws(self, name, folder=None):
        (path,) = self.stored(name, ".npz", folder)
        with np.load(path, allow_pickle=False) as file:
            return file["draws"]


@pytest.fixture
def lab(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    # Sources change within a second here, faster than compiled files notice.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Laboratory(tmp_path, capsys)


def test_a_run_writes_figures_claims_arrays_and_the_gallery(lab):
    lab.write("sums")
    assert lab.run() == 0
    record = lab.record("sums")
    assert record["command"] == "python -m experiments sums"
    assert record["seed"] == 0 and record["seconds"] >= 0
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
        "measured": mean,
        "interval": [pytest.approx(mean - 1), pytest.approx(mean + 1)],
        "holds": True,
    }
    assert record["claims"][1]["holds"] is None
    (path,) = lab.stored("sums", ".json")
    stored = json.loads(path.read_text())
    assert stored["settings"] == {"n": 50, "shape": [2, 3]}
    assert set(stored["versions"]) == {"python", "jax", "jaxlib", "numpy", "optax", "jaxnn"}
    assert stored["versions"]["jax"] == jax.__version__
    assert stored["platform"]["devices"] == jax.device_count()
    page = (lab.out / "README.md").read_text()
    assert "![The draws.](sums.png)" in page
    assert "`python -m experiments sums`" in page
    assert f"| known truth | 0 | {gallery.number(mean)} (".replace("-", "-") in page
    assert "1 of 1 claims hold, 1 reported" in lab.printed


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


@pytest.mark.parametrize(
    ("old", "new", "computes"),
    [
        ("# here", "assert settings.n", True),
        ("import jax\n", "import jax\nimport math\n", True),
        ("n: int = 50", "n: int = 51", True),
        ("# here", "# a longer comment", False),
        ("Is the mean", "Is, in the end, the mean", False),
        ('TITLE = "Sums', 'TITLE = "Some sums', False),
        ("figures = {}", "figures = dict()", False),
        ("0, mean, (mean - 1", "0, mean, (mean - 2", False),
        ("QUICK = Settings(n=5)", "QUICK = Settings(n=6)", False),
    ],
)
def test_only_what_a_number_depends_on_computes_again(lab, old, new, computes):
    lab.write("sums")
    lab.run()
    lab.write("sums", change=(old, new))
    lab.run()
    assert lab.computed() == (2 if computes else 1)


def test_a_sibling_that_an_experiment_imports_counts_as_its_source(lab):
    (lab.folder / "helper.py").write_text("SCALE = 1\n")
    (lab.folder / "other.py").write_text("SCALE = 1\n")
    for line in (f"from {lab.package} import helper", f"from {lab.package}.helper import SCALE"):
        lab.write("sums", change=("import dataclasses\n", f"import dataclasses\n{line}\n"))
        lab.run()
        computed = lab.computed()
        (lab.folder / "other.py").write_text(f"SCALE = {computed}\n")
        lab.run()
        assert lab.computed() == computed
        (lab.folder / "helper.py").write_text(f"SCALE = {computed + 1}\n")
        lab.run()
        assert lab.computed() == computed + 1


@pytest.mark.parametrize("suffix", ["figures", "claims", "verdict"])
def test_siblings_that_draw_or_claim_compute_nothing_again(lab, suffix):
    sibling = lab.folder / f"sums_{suffix}.py"
    sibling.write_text("SCALE = 1\n")
    line = f"from {lab.package}.sums_{suffix} import SCALE"
    lab.write("sums", change=("import dataclasses\n", f"import dataclasses\n{line}\n"))
    lab.run()
    drawn = lab.record("sums")["drawing"]
    sibling.write_text("SCALE = 2\n")
    assert lab.run() == 0
    assert lab.computed() == 1
    assert lab.record("sums")["drawing"] != drawn


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
    lab.write("wrong", change=("HOLDS = True", "HOLDS = False"))
    lab.write("right")
    assert lab.run() == 1
    assert lab.record("right")["claims"][0]["holds"] is True
    assert "1 claims do not hold:\n    wrong: the mean is near zero (expected 0" in lab.errors
    assert "right" not in lab.errors
    assert "**does not hold**" in (lab.out / "README.md").read_text()
    # And again, when nothing is computed.
    assert lab.run() == 1


VERDICT = """

def verdict(results):
    return SAID
"""


def test_a_verdict_is_shown_as_text_and_computes_nothing_again(lab):
    lab.write("sums")
    lab.run()
    said = "SAID = {'What *holds*': ['The mean is <near> 0.', 'So it is.'], 'What does not': []}"
    lab.write("sums", SUMS + VERDICT.replace("SAID", said.removeprefix("SAID = ")))
    assert lab.run() == 0
    assert lab.computed() == 1
    assert lab.record("sums")["verdict"] == {
        "What *holds*": ["The mean is <near> 0.", "So it is."],
        "What does not": [],
    }
    page = (lab.out / "README.md").read_text()
    assert "\n**What \\*holds\\***\n\n- The mean is &lt;near&gt; 0.\n- So it is.\n" in page
    assert page.index("So it is") < page.index("`python -m experiments sums`")


@pytest.mark.parametrize("said", ["'it holds'", "{'held': 'all'}", "{'held': [1]}", "['all']"])
def test_a_verdict_that_cannot_be_shown_is_refused(lab, said):
    lab.write("sums", SUMS + VERDICT.replace("SAID", said))
    assert lab.run() == 1
    assert "verdict of 'sums' is" in lab.errors
    assert "return lists of sentences by heading" in lab.errors


def test_a_number_that_is_only_reported_never_fails(lab):
    lab.write("sums", change=("HOLDS = True", "HOLDS = None"))
    assert lab.run() == 0
    assert "2 reported" in lab.printed


@pytest.mark.parametrize(
    ("line", "told", "traced"),
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
def test_an_experiment_that_breaks_does_not_stop_the_others(lab, line, told, traced):
    lab.write("broken", change=("# here", line))
    lab.write("sound")
    assert lab.run() == 1
    assert told in lab.errors
    assert ("Traceback" in lab.errors) == traced
    assert "experiments that failed: broken\n" in lab.errors
    assert lab.record("sound")["claims"][0]["holds"] is True
    assert not (lab.out / "broken.json").exists()
    assert lab.stored("broken", ".npz") == []


def test_an_experiment_that_lacks_a_part_is_named(lab):
    lab.write("bare", "TITLE = 'Bare'\n")
    assert lab.run() == 1
    assert "experiment 'bare' lacks FULL, QUICK, compute, claims, draw" in lab.errors


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
        seed = runner._seed(text)
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
    lab.write("sums", change=("# here", "raise RuntimeError"))
    assert lab.run("--redraw") == 0
    assert "drawn from arrays of an earlier state of the sources" in lab.printed
    assert (lab.out / "sums.png").exists()
    assert lab.computed() == 1
    assert lab.run("--redraw", "--seed", "5") == 1


def test_redrawing_takes_the_newest(lab):
    lab.write("sums")
    lab.run()
    lab.write("sums", change=('"n": settings.n', '"n": 1000'))
    lab.run()
    for path in lab.stored("sums", ".json"):
        record = json.loads(path.read_text())
        newer = np.load(path.with_suffix(".npz"))["n"] == 1000
        record["computed"] = "2002-01-01" if newer else "2001-01-01"
        path.write_text(json.dumps(record))
    lab.write("sums", change=("# here", "raise RuntimeError"))
    assert lab.run("--redraw") == 0
    assert lab.record("sums")["claims"][1]["measured"] == 1000


def test_figures_that_are_drawn_no_more_are_removed(lab):
    lab.write("sums")
    lab.run()
    (lab.out / "sums_mine.png").write_bytes(b"")
    lab.write("sums", change=('("main", "again")', '("main", "other")'))
    lab.run()
    drawn = {path.name for path in lab.out.glob("*.png")}
    assert drawn == {"sums.png", "sums_other.png", "sums_mine.png"}


@pytest.mark.parametrize("suffix", [".npz", ".json"])
@pytest.mark.parametrize("damage", ["gone", "empty", "half", "almost", "flipped"])
def test_a_damaged_result_is_computed_again(lab, suffix, damage):
    lab.write("sums")
    lab.run()
    before = lab.draws("sums")
    (path,) = lab.stored("sums", suffix)
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(whole) // 3
        flipped = whole[:middle] + bytes(255 - byte for byte in whole[middle:])
        cut = {"empty": 0, "half": len(whole) // 2, "almost": len(whole) - 3}
        path.write_bytes(flipped if damage == "flipped" else whole[: cut[damage]])
    assert lab.run() == 0
    assert "a stored result is of no use" in lab.printed
    assert lab.computed() == 2
    np.testing.assert_array_equal(lab.draws("sums"), before)
    lab.run()
    assert lab.computed() == 2


def test_a_single_wrong_byte_of_an_array_is_noticed(lab):
    lab.write("sums")
    lab.run()
    (path,) = lab.stored("sums", ".npz")
    whole = bytearray(path.read_bytes())
    data = lab.draws("sums").tobytes()
    whole[whole.index(data) + 17] ^= 1
    path.write_bytes(whole)
    lab.run()
    assert "its arrays cannot be read (BadZipFile)" in lab.printed


@given(data=st.data())
def test_damage_anywhere_is_noticed_or_harmless(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("results")
    run = store.Run("sums", "full", {}, 0, "", {}, "cpu")
    arrays = {"draws": np.arange(6.0), "word": np.array("sum")}
    store.save(folder, run, arrays, {})
    path = run.path(folder).with_suffix(".npz")
    whole = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.binary(max_size=40))
    whole[start : start + len(junk)] = junk
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    stored, fault = store.read(run.path(folder))
    if stored is None:
        assert fault.startswith("its arrays cannot be read")
    else:
        assert stored.arrays.keys() == arrays.keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored.arrays[name], array)


@pytest.mark.parametrize("moment", range(4))
def test_a_run_killed_while_writing_leaves_no_half_written_file(lab, monkeypatch, moment):
    """Killed at each of its writes: arrays, their record, two figures, ... half-way through."""

    class Killed(BaseException):
        pass

    lab.write("sums")
    lab.run("--seed", "1")
    whole = contents(lab.out)
    writes = iter(range(100))
    replace = os.replace

    def killed_at_the_moment(source, target):
        if next(writes) == moment:
            raise Killed
        replace(source, target)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(os, "replace", killed_at_the_moment)
        lab.run()
    left = contents(lab.out)
    assert len(left.keys() - whole.keys()) == min(moment, 2)
    for path in left:
        if path.suffix == ".png":
            assert left[path].endswith(b"IEND\xaeB`\x82")
        elif path.suffix == ".json":
            assert json.loads(left[path])
        elif path.suffix == ".npz":
            assert np.load(path)["draws"].size == 50
    assert lab.run() == 0
    assert lab.record("sums")["seed"] == 0
    assert lab.computed() == (2 if moment >= 2 else 3)


def process(folder, *arguments, line="", **environment):
    """`python -m experiments` in a process, where one small experiment is there: sums."""
    (folder / "sums.py").write_text(SUMS.replace("# here", line))
    script = (
        f"import runpy, sys, experiments\n"
        f"experiments.__path__.append({str(folder)!r})\n"
        f"experiments.NAMES = ('sums',)\n"
        f"sys.argv = {['experiments', *arguments]!r}\n"
        f"runpy.run_module('experiments', run_name='__main__', alter_sys=True)\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "MPLCONFIGDIR": str(folder), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_the_command_works_in_a_process_and_its_results_are_found_by_the_next(tmp_path):
    # Python's own hash differs between the two processes.
    first = process(tmp_path, PYTHONHASHSEED="1", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert (first.returncode, first.stderr) == (0, "")
    assert (tmp_path / "cache" / "jaxnn" / "xla").is_dir()
    # A folder for compiled programs that cannot be written (it is below a file) costs only time.
    blocked = {"XDG_CACHE_HOME": str(tmp_path / "sums.py"), "PYTHONIOENCODING": "ascii"}
    second = process(tmp_path, PYTHONHASHSEED="2", **blocked)
    assert (second.returncode, second.stderr) == (0, "")
    assert "nothing changed since it was computed" in second.stdout
    assert (tmp_path / "computed.log").read_text() == "x"


def test_an_interrupt_ends_the_run_without_a_traceback(tmp_path):
    line = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    ended = process(tmp_path, line=line)
    assert ended.returncode == 130
    assert ended.stderr == "experiments: interrupted; what was finished is kept.\n"
    assert not (tmp_path / "figures" / "sums.json").exists()


def test_the_list_says_what_there_is(lab):
    lab.write("sums")
    lab.write("bare", "TITLE = 'Bare'\n")
    assert lab.run("--list") == 0
    first, second = lab.printed.splitlines()
    assert first == "sums  Sums of draws"
    assert second.startswith("bare  (cannot be loaded: experiment 'bare' lacks")
    assert not lab.out.exists()


def test_the_gallery_keeps_the_experiments_that_did_not_run(lab):
    for name in ("first", "second"):
        lab.write(name)
    lab.run("second")
    lab.run("first")
    (lab.out / "notes.json").write_text('{"name": "notes"}')
    (lab.out / "broken.json").write_text('{"name": ')
    (lab.out / "list.json").write_text("[1]")
    lab.run("second")
    page = (lab.out / "README.md").read_text()
    assert re.findall(r'<a id="(\w+)">', page) == ["first", "second"]


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30))
def test_text_in_the_gallery_is_shown_as_text(text):
    claim = dataclasses.asdict(Claim(text, text, text, text, None, False))
    record = {
        "name": "odd",
        "title": text,
        "command": f"python -m experiments odd --out {text}",
        "seconds": 1.0,
        "figures": [{"name": "main", "file": "odd.png", "caption": text}],
        "claims": [claim],
        "settings": {"word": text},
    }
    page = gallery.page([record])
    # Outside of code and our own anchor no tag, and in the table of claims five cells a row.
    rest = re.sub(r"`[^`]*`", "", page).replace('<a id="odd"></a>', "")
    assert "<" not in rest and ">" not in rest
    row = next(line for line in page.splitlines() if line.endswith("| **does not hold** |"))
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 6
    assert len(page.splitlines()) == len(gallery.page([record | {"title": "x"}]).splitlines())


def test_markdown_and_html_are_escaped():
    assert gallery.escape("a|b <b>*x*</b>\n`c` _d_ $e$ [f](g)") == (
        r"a\|b &lt;b&gt;\*x\*&lt;/b&gt; \`c\` \_d\_ \$e\$ \[f\](g)"
    )
    assert gallery.code("a `b`\nc") == "`a b c`"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456, "0.1235"),
        (12, "12"),
        (10000, "10,000"),
        (123456.7, "123,457"),
        (1e12, "1e+12"),
        (-2.5e-7, "-2.5e-07"),
        (True, "True"),
        ("nan", "nan"),
    ],
)
def test_numbers_are_short(value, shown):
    assert gallery.number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")],
)
def test_durations_are_for_people(seconds, shown):
    assert gallery.duration(seconds) == shown


def test_a_claim_turns_numpy_scalars_into_plain_values():
    claim = Claim("s", "t", np.int64(3), np.array(2.5), np.array([2.0, 3.0]), np.bool_(False))
    assert (claim.expected, claim.measured, claim.interval) == (3, 2.5, (2.0, 3.0))
    assert claim.holds is False
    assert json.loads(json.dumps(dataclasses.asdict(claim)))["holds"] is False
    assert [Claim("", "", 0, 0, None, holds).verdict for holds in (True, False, None)] == [
        "holds",
        "does not hold",
        "reported",
    ]


@pytest.mark.parametrize(
    ("change", "error", "complaint"),
    [
        ({"holds": 1}, InputTypeError, "holds of a claim is 1; pass True, False or None"),
        ({"holds": "yes"}, InputTypeError, "holds of a claim is 'yes'"),
        ({"measured": np.zeros(3)}, InputTypeError, "measured of a claim is array"),
        ({"interval": (2.0, 1.0)}, InputError, "pass .low, high. with low <= high"),
        ({"interval": (1.0,)}, InputError, "interval of a claim is .1.0,."),
        ({"measured": float("nan")}, InputError, "measured is nan in a claim that holds"),
    ],
)
def test_a_claim_that_cannot_be_shown_is_refused(change, error, complaint):
    sound = {"statement": "s", "source": "t", "expected": 0, "measured": 1.0, "interval": None}
    with pytest.raises(error, match=complaint):
        Claim(**{**sound, "holds": True, **change})


def test_numbers_that_json_lacks_become_words(tmp_path):
    store.write_json(tmp_path / "record.json", {"a": [float("nan"), {"b": float("-inf")}], "c": 1})
    assert store.read_json(tmp_path / "record.json") == {"a": ["nan", {"b": "-inf"}], "c": 1}


def test_settings_must_be_plain():
    @dataclasses.dataclass(frozen=True)
    class Settings:
        value: object

    assert store.plain_settings(Settings((1, "a", None))) == {"value": [1, "a", None]}
    with pytest.raises(InputError, match=r"settings are .*; use numbers, strings"):
        store.plain_settings(Settings(np.zeros(2)))


def test_the_named_experiments_are_modules_of_the_package():
    assert len(set(NAMES)) == len(NAMES) > 0
    assert all(name.isidentifier() for name in NAMES)


def test_numbers_depend_on_the_modules_that_are_imported_and_no_others():
    sources = contract._closure(contract.load("refit_speed").source)
    places = {contract._place(path) for path in sources}
    assert {"experiments/refit_speed.py", "experiments/refit_speed/scaling.py"} <= places
    assert {"jaxnn/training/forward_pass.py", "jaxnn/tables/encoding.py"} <= places
    assert not any("/tracer/" in place or "universal" in place for place in places)
    assert "experiments/lab/runner.py" not in places
