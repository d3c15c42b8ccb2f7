"""Are the right files written, whatever the names in a table are?"""

import os

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxnn import MLP, Encoder, Fitter, Recipe, from_arrays
from jaxnn.bootstrap import bootstrap
from jaxnn.cli import explanation, main
from jaxnn.cli.bands import Networks, effects_with_bands
from jaxnn.fitted_models.model import fitted_model
from jaxnn.refits import out_of_bag, refitted_network

FILES = [
    *("report.html", "arrays.npz", "summary.json", "model.json", "arrays-DIGEST.npz"),
    *(
        "importance.csv",
        "curves.csv",
        "changes.csv",
        "interactions.csv",
        "errors.csv",
        "calibration.csv",
        "predictions.csv",
    ),
]
FIXED = ["--hidden", "3", "--penalty", "1", "--epochs", "3"]
QUICK = [*FIXED, "--replicates", "4", "--no-calibrate", "--no-compare"]


def test_figures_of_an_earlier_run_do_not_stay_beside_new_ones(table, tmp_path, run):
    out = tmp_path / "out"
    words = ["explain", table, "--response", "ill", *QUICK, "--out", out, "--features"]
    assert run(*words, "group", "--figures") == 0
    (out / "predictor_99_average.png").write_text("mine")
    profile = out / "predictor_02_profile.png"
    assert profile.read_bytes().startswith(b"\x89PNG")
    assert run(*words, "dose") == 0
    assert not profile.exists() and not (out / "predictor_01_profile.png").exists()
    assert (out / "predictor_99_average.png").read_text() == "mine"


def test_a_place_that_cannot_be_written(table, tmp_path, refused):
    words = ["explain", table, "--response", "ill", *QUICK, "--out"]
    file = tmp_path / "file"
    file.write_text("kept")
    assert "which is a file; pass a directory" in refused(*words, file)
    assert "cannot be written" in refused(*words, file / "below")
    assert file.read_text() == "kept"
    if os.geteuid() != 0:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        assert "cannot be written" in refused(*words, closed)


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
def computed():
    """What is computed of one number and a binary response, the same whatever their names are."""
    table = from_arrays(np.arange(18.0)[:, None] % 7, np.arange(18) % 2)
    fitter = Fitter(MLP((1, 2, 1), response="binary"), Recipe(epochs=1), Encoder(table.columns))
    refits = bootstrap(jax.random.key(0), fitter, table.X, table.y, 2)
    network = refitted_network(fitter, refits)
    return {
        "bootstrap": refits,
        "refitted_network": network,
        "out_of_bag": out_of_bag(network, table.X, table.y),
        "effects_with_bands": effects_with_bands(
            Networks(network), table, [0], np.arange(18), np.arange(18), "mean", 0.95
        ),
        "importance": ("Importance was not computed.", 18),
        "fitted_model": fitted_model(fitter, refits, table),
    }


@settings(max_examples=8)
@given(
    names=st.lists(NASTY, min_size=2, max_size=2, unique=True),
    levels=st.lists(NASTY, min_size=2, max_size=2, unique=True),
)
def test_no_name_or_value_escapes_its_place_or_breaks_the_command(
    tmp_path_factory, made_in, computed, write, names, levels
):
    folder = tmp_path_factory.mktemp("nasty")
    path = write(folder / "t.csv", [names, *([i % 7, levels[i % 2]] for i in range(18))])
    words = ["explain", str(path), f"--response={names[1].strip()}", *QUICK]
    words += ["--out", str(folder / "out")]
    with pytest.MonkeyPatch.context() as patch:
        for function, result in computed.items():
            patch.setattr(explanation, function, lambda *given, _it=result, **options: _it)
        status = main(words, prepare=lambda: None)
    assert status in (0, 2)
    assert {file.name for file in folder.iterdir()} == (
        {"t.csv", "out"} if status == 0 else {"t.csv"}
    )
    if status == 0:
        made = made_in(folder / "out")
        assert made == set(FILES) - {"importance.csv", "interactions.csv"}


def test_nasty_names_are_drawn_and_printed_as_text(tmp_path, capsys, run, write, results, made_in):
    names = ["../../escaped", "$x_{", "\x1b[31mred", "x" * 5000, "日本語", "<script>"]
    rows = [[*(i % (7 + k) for k in range(5)), names[i % 6], f"$_{i % 2}"] for i in range(24)]
    path = write(tmp_path / "t.csv", [[*names, "y"], *rows])
    out = tmp_path / "out"
    assert run("explain", path, "--response", "y", *QUICK, "--out", out) == 0
    assert "\x1b" not in "".join(capsys.readouterr())
    assert [entry["name"] for entry in results(out)[0]["predictors"]] == names
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "out"}
    made = made_in(out)
    assert made == set(FILES)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "日本語" in page
    assert "$x_{" in page and "x" * 5000 not in page
