"""Does one command give figures with bands, and one sentence for whatever cannot be used?"""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxnn import (
    MLP,
    Encoder,
    Fitter,
    InputError,
    Recipe,
    from_arrays,
    interval,
    plotting,
)
from jaxnn.bootstrap import bootstrap
from jaxnn.cli import exploration, main
from jaxnn.datasets import heart

ROOT = Path(__file__).resolve().parents[2]
FILES = {"predicted_versus_observed.png", "arrays.npz", "summary.json"}
QUICK = ["--replicates", "4", "--epochs", "3", "--hidden", "3"]


def run(*words: object) -> int:
    """The command line in this process, whose devices tests/conftest.py has chosen."""
    return main([str(word) for word in words], prepare=lambda: None)


def write(path: Path, rows: list[list[object]]) -> Path:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def small(path: Path, rows: int = 24) -> Path:
    """A number, a category of three levels, and responses of every kind."""
    body = [
        [0.5 * i, "abc"[i % 3], ("No", "Yes")[i % 2], 1e5 + 1e4 * (i % 5), "xyz"[i % 3]]
        for i in range(rows)
    ]
    return write(path, [["dose", "group", "ill", "cost", "sort"], *body])


@pytest.fixture
def table(tmp_path):
    return small(tmp_path / "table.csv")


def refused(capsys, *words: object) -> str:
    """The one sentence on stderr of a command that cannot be used."""
    assert run(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert len(lines) == 1, printed.err
    assert lines[0].startswith("jaxnn: ")
    return lines[0]


def summary(out: Path) -> dict:
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def loaded(out: Path) -> dict:
    with np.load(out / "arrays.npz", allow_pickle=False) as file:
        return dict(file)


@pytest.fixture(autouse=True, scope="module")
def small_pictures():
    """Most of a quick run would go into drawing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(plotting.STYLE, "savefig.dpi", 30)
        yield


# What is made.


def test_heart_needs_no_options_but_where_to(tmp_path, capsys):
    out = tmp_path / "out"
    words = [*QUICK, "--features", "Ca", "Thal", "--level", "0.5", "--out", out]
    assert run("explore", "heart", *words) == 0
    printed = capsys.readouterr()
    assert "left out 6 of 303 rows" in printed.out
    assert "rows: 297, predictors: 13" in printed.out
    assert "4 refits of a 18-3-1 network (61 parameters) on 297 rows" in printed.out
    assert "refits: 100%" in printed.err
    record = summary(out)
    files = {entry["name"]: entry["file"] for entry in record["predictors"] if entry["file"]}
    assert files == {"Ca": "predictor_12.png", "Thal": "predictor_13.png"}
    made = {path.name for path in out.iterdir()}
    assert made == FILES | set(files.values())
    for name in made:
        if name.endswith(".png"):
            assert (out / name).read_bytes().startswith(b"\x89PNG")
    assert record["response"] == {"name": "AHD", "kind": "binary", "levels": ["No", "Yes"]}
    assert record["refits"] == {"asked": 4, "diverged": 0, "diverged_refits": []}
    assert record["settings"]["seed"] == 0 and record["versions"]["jax"] == jax.__version__

    arrays = loaded(out)
    np.testing.assert_array_equal(arrays["X"], heart().X)
    np.testing.assert_array_equal(arrays["predictor_12_grid"], [0, 1, 2, 3])
    assert arrays["predictor_12_average"].shape == (4, 4)
    assert arrays["predictor_12_individual"].shape == (60, 4)
    np.testing.assert_array_equal(arrays["average_rows"], np.arange(297))
    told, losses = record["out_of_bag"], arrays["out_of_bag_loss"]
    assert told["network"]["mean"] == pytest.approx(losses.mean())
    np.testing.assert_allclose(told["network"]["interval"], interval(losses, 0.5))
    # The constant loss by hand: the entropy of the share of Yes, on the rows left out.
    y, share = arrays["observed"], arrays["observed"].mean()
    row_loss = -np.where(y == 1, np.log(share), np.log(1 - share))
    left_out = arrays["multiplicities"] == 0
    expected = [row_loss[mask].mean() for mask in left_out]
    np.testing.assert_allclose(arrays["out_of_bag_constant_loss"], expected, rtol=1e-5)
    np.testing.assert_array_equal(np.isnan(arrays["out_of_bag_mean"]), ~left_out.any(axis=0))


def test_a_quantitative_response_keeps_its_unit(table, tmp_path, capsys):
    words = ["explore", table, "--response", "cost", "--predictors", "dose", "group", *QUICK]
    out = tmp_path / "out"
    assert run(*words, "--epochs", "200", "--out", out) == 0
    assert "mean squared error (squared unit of the response)" in capsys.readouterr().out
    arrays = loaded(out)
    y = arrays["observed"]
    assert y.min() == 1e5 and y.std() > 1e4
    # Far from the zero at which an unstandardised network would start.
    assert 0.9e5 < arrays["predictor_01_average"].min() < arrays["predictor_01_average"].max() < 2e5
    np.testing.assert_allclose(
        arrays["out_of_bag_constant_loss"],
        [((y - y.mean()) ** 2)[drawn == 0].mean() for drawn in arrays["multiplicities"]],
        rtol=1e-4,
    )


def test_more_than_two_classes_have_a_probability_each(table, tmp_path):
    out = tmp_path / "out"
    words = ["--features", "dose", "group", "--out", out]
    assert run("explore", table, "--response", "sort", *QUICK, *words) == 0
    arrays = loaded(out)
    for name in ("average", "profile", "individual"):
        curves = arrays[f"predictor_01_{name}"]
        assert curves.shape[-1] == 3
        np.testing.assert_allclose(curves.sum(axis=-1), 1, rtol=1e-5)
    assert arrays["predictor_02_average"].shape == (4, 3, 3)
    assert summary(out)["network"]["sizes"][-1] == 3


def test_the_outputs_are_those_of_the_reported_options(table, tmp_path):
    out = tmp_path / "out"
    words = ["--hidden", "--activation", "relu", "--optimizer", "sgd", "--batch-size", "5"]
    words += ["--l2", "0", "--learning-rate", "0.1", "--center", "median", "--rows", "7"]
    words += ["--missing", "drop", "--positive", "No", "--categorical", "cost"]
    words += ["--features", "cost"]
    assert run("explore", table, "--response", "ill", *QUICK, *words, "--out", out) == 0
    record = summary(out)
    assert record["network"]["sizes"] == [1 + 2 + 4 + 2, 1]  # dose, group, cost, sort
    assert record["response"]["levels"] == ["Yes", "No"]
    assert len(loaded(out)["average_rows"]) == 7


def test_describe_tells_kinds_ranges_and_missing_values(tmp_path, capsys):
    path = write(tmp_path / "t.csv", [["a", "b", "c"], [1, "x", 2], ["", "y", 3], [5, "z", 4]])
    assert run("describe", path) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = [line.split() for line in printed.out.splitlines()]
    assert ["a", "numeric", "1", "to", "5,", "mean", "3", "1"] in lines
    assert any(line[:2] == ["b", "categorical"] for line in lines)
    assert run("describe", "heart") == 0
    assert "reversable" in capsys.readouterr().out


def test_a_table_of_few_rows_with_nothing_to_tell_out_of_bag(tmp_path, capsys):
    path = write(tmp_path / "t.csv", [["x", "y"], [1, 2]])
    out = tmp_path / "out"
    words = ["--response", "y", "--kind", "quantitative", "--out", out]
    assert run("explore", path, *QUICK, *words) == 0
    assert "out-of-bag loss: none" in capsys.readouterr().out
    assert summary(out)["out_of_bag"]["network"] is None


def test_figures_of_an_earlier_run_do_not_stay_beside_new_ones(table, tmp_path):
    out = tmp_path / "out"
    words = ["explore", table, "--response", "ill", *QUICK, "--out", out, "--features"]
    assert run(*words, "group") == 0
    (out / "predictor_99.png").write_text("mine")
    assert (out / "predictor_02.png").exists()
    assert run(*words, "dose") == 0
    assert (out / "predictor_01.png").exists()
    assert not (out / "predictor_02.png").exists()
    assert (out / "predictor_99.png").read_text() == "mine"


def test_tabs_and_other_encodings(tmp_path, capsys):
    path = tmp_path / "t.tsv"
    path.write_bytes("größe\ty\n1\t2\n2\t3\n".encode("latin-1"))
    assert run("describe", path, "--delimiter", "tab", "--encoding", "latin-1") == 0
    assert "größe" in capsys.readouterr().out
    assert "not utf-8-sig text" in refused(capsys, "describe", path)


# What is refused.


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--activation", "tahn"], "activation is 'tahn'; did you mean 'tanh'"),
        (["--optimizer", "adm"], "optimizer is 'adm'; did you mean 'adam'"),
        (["--replicates", "0"], "--replicates: '0' is not a whole number from 1"),
        (["--replicates", "two"], "--replicates: 'two' is not a whole number from 1"),
        (["--epochs", "0"], "--epochs: '0' is not a whole number from 1"),
        (["--hidden", "8", "0"], "--hidden: '0' is not a whole number from 1"),
        (["--hidden", "-4"], "--hidden"),
        (["--batch-size", "0"], "--batch-size: '0' is not a whole number"),
        (["--level", "1"], "--level: '1' is not a number between 0 and 1"),
        (["--level", "nan"], "--level: 'nan' is not a number between 0 and 1"),
        (["--learning-rate", "inf"], "--learning-rate: 'inf' is not a positive number"),
        (["--l2=-1"], "--l2: '-1' is not a number of at least 0"),
        (["--seed=-1"], "--seed: '-1' is not a whole number from 0"),
        (["--seed", "1.5"], "--seed: '1.5' is not a whole number from 0"),
        (["--seed", "99999999999"], "--seed: '99999999999' is not a whole number from 0"),
        (["--center", "middle"], "--center: invalid choice: 'middle'"),
        (["--response", "il"], "response is 'il'; did you mean 'ill'"),
        (["--predictors", "dosis"], "predictors is 'dosis'; did you mean 'dose'"),
        (["--features", "grup"], "features is 'grup'; did you mean 'group'"),
        (["--categorical", "grop"], "kinds is 'grop'; did you mean 'group'"),
        (["--categorical", "dose", "--numeric", "dose"], "both name 'dose'"),
        (["--numeric", "group"], "column 'group' has the text 'a' at line 2"),
        (["--positive", "Yess"], "positive is 'Yess'; did you mean 'Yes'"),
        (["--response", "sort", "--kind", "binary"], "has 3 distinct values"),
        (["--delimiter", ";;"], "delimiter is ';;'"),
        (["--encoding", "utf-9"], "encoding is 'utf-9'"),
        (["--hiden", "3"], "unrecognized arguments: --hiden"),
    ],
)
def test_an_option_that_cannot_be_used(table, tmp_path, capsys, words, sentence):
    out = tmp_path / "out"
    assert sentence in refused(capsys, "explore", table, "--response", "ill", "--out", out, *words)
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "an empty file"),
        ("a,ill\n", "has no rows of data"),
        ("a,ill\n1,Yes\n2\n", "line 3 of"),
        ("a,ill\n1,Yes\n2,Yes\n", "has the single class 'Yes'"),
        ("a,ill\n1,Yes\ntwo,No\n", "has the text 'two' at line 3"),
        ("a,ill\n1,Yes\ninf,No\n", "has the value inf at line 3"),
        ("a,ill\n1,Yes\nnan,No\n", "missing is 'refuse'"),
        ("a,a,ill\n1,1,Yes\n", "names both column 1 and column 2 'a'"),
        ('a,ill\n1,"Yes\n', "not proper CSV"),
        ("a,b\n1,2\n", "response is 'ill'"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path, capsys, text, sentence):
    path = tmp_path / "t.csv"
    path.write_text(text)
    words = ["--response", "ill", "--out", tmp_path / "out"]
    assert sentence in refused(capsys, "explore", path, *words)
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_read(tmp_path, capsys):
    for command in (["explore", "--response", "y"], ["describe"]):
        assert "does not exist" in refused(capsys, *command, tmp_path / "no.csv")
        assert "a directory" in refused(capsys, *command, tmp_path)
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00")
    assert "not utf-8-sig text" in refused(capsys, "describe", tmp_path / "t.csv")


def test_a_place_that_cannot_be_written(table, tmp_path, capsys):
    words = ["explore", table, "--response", "ill", *QUICK, "--out"]
    file = tmp_path / "file"
    file.write_text("kept")
    assert "which is a file; pass a directory" in refused(capsys, *words, file)
    assert "cannot be written" in refused(capsys, *words, file / "below")
    assert file.read_text() == "kept"
    if os.geteuid() != 0:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        assert "cannot be written" in refused(capsys, *words, closed)


def test_what_is_missing_is_asked_for(table, capsys):
    assert "arguments are required: COMMAND" in refused(capsys)
    assert "arguments are required: TABLE" in refused(capsys, "explore")
    assert "response is missing; pass --response" in refused(capsys, "explore", table)
    assert "invalid choice: 'explode'" in refused(capsys, "explode", table)


@pytest.mark.parametrize("words", [["--help"], ["explore", "--help"], ["describe", "--help"]])
def test_help_is_a_page(words, capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        run(*words)
    assert "usage: jaxnn" in capsys.readouterr().out


# What goes wrong on the way.


def test_refits_that_all_diverge_are_one_sentence(table, tmp_path, capsys, caplog):
    words = ["--response", "cost", "--activation", "identity", "--optimizer", "sgd"]
    words += ["--learning-rate", "1e30", "--out", tmp_path / "out"]
    assert run("explore", table, *QUICK, *words) == 1
    assert "jaxnn: all 4 refits diverged; pass a lower --learning-rate" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []
    assert "4 of 4 refits diverged" in caplog.text


def test_refits_that_diverge_are_named_and_left_out(table, tmp_path, monkeypatch, capsys):
    whole = exploration.bootstrap

    def one_bad(*arguments, **options):
        refits = whole(*arguments, **options)
        return refits._replace(diverged=np.array([False, True, False, False]))

    monkeypatch.setattr(exploration, "bootstrap", one_bad)
    out = tmp_path / "out"
    words = [*QUICK, "--features", "dose", "--out", out]
    assert run("explore", table, "--response", "ill", *words) == 0
    assert "3 refits of a" in (printed := capsys.readouterr().out)
    assert "1 more diverged and are left out" in printed
    assert [bad["refit"] for bad in summary(out)["refits"]["diverged_refits"]] == [1]
    arrays = loaded(out)
    assert len(arrays["predictor_01_average"]) == len(arrays["out_of_bag_loss"]) == 3


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (KeyboardInterrupt(), 130, "jaxnn: interrupted"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (MemoryError(), 1, "out of memory"),
        (InputError("x is 1; pass 2."), 2, "jaxnn: x is 1; pass 2."),
    ],
)
def test_faults_on_the_way_are_one_sentence(
    table, tmp_path, monkeypatch, capsys, error, status, sentence
):
    def fails(*arguments, **options):
        raise error

    monkeypatch.setattr("jaxnn.cli.figures.effect_figure", fails)
    out = tmp_path / "out"
    assert run("explore", table, "--response", "ill", *QUICK, "--out", out) == status
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    # The refits are not lost, and what was not finished is not there.
    (folder,) = (out / "refits").iterdir()
    assert len(list(folder.glob("replicates-*.npz"))) >= 1
    assert not (out / "summary.json").exists()


def test_a_run_goes_on_from_saved_refits_and_leaves_those_of_others(table, tmp_path, monkeypatch):
    words = ["explore", table, "--response", "ill", *QUICK, "--replicates", "40"]
    words += ["--features", "dose", "--out"]
    assert run(*words, tmp_path / "straight") == 0
    assert run(*words, tmp_path / "other", "--seed", "1") == 0
    with monkeypatch.context() as patch:
        patch.setattr(exploration, "_forget", lambda folder: None)
        assert run(*words, tmp_path / "broken") == 0
    refits = tmp_path / "broken" / "refits"
    chunks = sorted(refits.glob("*/replicates-*.npz"))
    assert len(chunks) >= 2
    chunks[0].unlink()
    other = refits / "of-another"
    other.mkdir()
    again = []
    monkeypatch.setattr("jaxnn.saving.Store.save", lambda self, indices, _: again.append(indices))
    assert run(*words, tmp_path / "broken") == 0
    assert len(again) == 1 and again[0][0] == 0  # the chunk that was lost, and no other
    assert list(refits.iterdir()) == [other]
    straight, broken, other_seed = (
        loaded(tmp_path / out) for out in ("straight", "broken", "other")
    )
    for name in straight:
        np.testing.assert_array_equal(straight[name], broken[name])
    curves = [arrays["predictor_01_average"] for arrays in (straight, other_seed)]
    assert np.abs(curves[0] - curves[1]).max() > 1e-3


def test_ctrl_c_ends_the_process_without_a_traceback(tmp_path):
    # Far more than can be done before it is stopped.
    words = ["explore", "heart", "--replicates", "3000", "--epochs", "10000", "--hidden", "2"]
    words += ["--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-m", "jaxnn", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        refits = tmp_path / "out" / "refits"
        for _ in range(600):
            if list(refits.glob("*/replicates-*.npz")) or process.poll() is not None:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "jaxnn: interrupted" in stderr
    assert list(refits.glob("*/replicates-*.npz"))


def test_the_version_and_bad_input_from_a_process(tmp_path):
    def process(*words):
        return subprocess.run(
            [sys.executable, "-m", "jaxnn", *words], cwd=ROOT, capture_output=True, text=True
        )

    shown = process("--version")
    assert shown.returncode == 0 and shown.stdout.startswith("jaxnn ")
    wrong = process("describe", str(tmp_path / "no\x1b[31m\nsuch.csv"))
    assert wrong.returncode == 2 and wrong.stdout == ""
    (line,) = wrong.stderr.splitlines()
    assert "does not exist" in line and "\x1b" not in line


# Names and contents that mean harm.

NASTY = st.one_of(
    st.sampled_from(
        [
            "../../escaped",
            "/etc/passwd",
            "..",
            "C:\\x",
            "<script>alert(1)</script>",
            "$x_{",
            "$\\frac",
            "_legend",
            "%s{0}",
            "\x1b[31mred",
            "a\nb",
            "\u202etxt",
            "日本語",
            "=1+1",
            "-o",
            "x" * 5000,
            "null byte\x00",
        ]
    ),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)


@pytest.fixture(scope="module")
def plain_refits():
    """Refits of one number and a binary response, the same whatever their names are."""
    table = from_arrays(np.arange(18.0)[:, None] % 7, np.arange(18) % 2)
    fitter = Fitter(MLP((1, 2, 1), response="binary"), Recipe(epochs=1), Encoder(table.columns))
    return bootstrap(jax.random.key(0), fitter, table.X, table.y, 2)


@settings(max_examples=6)
@given(
    names=st.lists(NASTY, min_size=2, max_size=2, unique=True),
    levels=st.lists(NASTY, min_size=2, max_size=2, unique=True),
)
def test_no_name_or_value_breaks_out_or_through(tmp_path_factory, plain_refits, names, levels):
    folder = tmp_path_factory.mktemp("nasty")
    path = write(folder / "t.csv", [names, *([i % 7, levels[i % 2]] for i in range(18))])
    words = ["explore", str(path), f"--response={names[1].strip()}", "--out", str(folder / "out")]
    words += ["--replicates", "2", "--epochs", "1", "--hidden", "2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exploration, "bootstrap", lambda *given, **options: plain_refits)
        status = main(words, prepare=lambda: None)
    assert status in (0, 2)
    assert {file.name for file in folder.iterdir()} == (
        {"t.csv", "out"} if status == 0 else {"t.csv"}
    )
    if status == 0:
        made = {file.name for file in (folder / "out").iterdir()}
        assert made == {*FILES, "predictor_01.png"}


def test_nasty_names_are_drawn_and_told_as_text(tmp_path, capsys):
    names = ["../../escaped", "$x_{", "\x1b[31mred", "x" * 5000, "日本語", "<script>"]
    rows = [[*(i % (7 + k) for k in range(5)), names[i % 6], f"$_{i % 2}"] for i in range(24)]
    path = write(tmp_path / "t.csv", [[*names, "y"], *rows])
    out = tmp_path / "out"
    assert run("explore", path, "--response", "y", *QUICK, "--out", out) == 0
    assert "\x1b" not in "".join(capsys.readouterr())
    assert [entry["name"] for entry in summary(out)["predictors"]] == names
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "out"}
    made = {file.name for file in out.iterdir()}
    assert made == {*FILES, *(f"predictor_{number:02d}.png" for number in range(1, 7))}


@given(st.binary(max_size=200))
def test_describing_any_bytes_never_raises(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "t.csv"
    path.write_bytes(content)
    assert main(["describe", str(path)]) in (0, 2)
