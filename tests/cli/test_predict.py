"""Does `jaxnn predict` answer every row, and say what it could not use?"""

import csv
import io
import os
from importlib import resources

import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fitter, Recipe, encoded_width, save_model
from jaxnn.fitted_models.model import fitted_model
from jaxnn.tables import Column, Table

ROWS = 60
COLUMNS = (
    Column("dose", "numeric"),
    Column("scan", "categorical", ("clear", "=cmd|x", "dark")),
    Column("visit", "numeric", origin="2020-01-01"),
)
RESPONSES = {
    "quantitative": Column("price", "numeric"),
    "count": Column("visits", "numeric"),
    "binary": Column("ill", "binary", ("No", "Yes")),
    "categorical": Column("sort", "categorical", ("=1+1", "-2", "-c")),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory, arbitrary_refits):
    """saved(kind, missing) -> the folder of a model, whose predictors are `COLUMNS`."""

    def saved(kind="quantitative", missing="drop"):
        rng = np.random.default_rng(3)
        X = np.stack(
            [rng.uniform(1, 9, ROWS), rng.integers(0, 3, ROWS), rng.integers(0, 700, ROWS)]
        )
        X[0, :2], X[2, :2], X[1, :40] = (1, 9), (0, 730), 2
        y = {"quantitative": 8.0, "count": 8, "binary": 2, "categorical": 3}[kind]
        y = np.floor(rng.uniform(0, y, ROWS))
        table = Table(COLUMNS, X.T, y, RESPONSES[kind], response_kind=kind)
        encoder = Encoder(COLUMNS)
        net = MLP((encoded_width(encoder), 1, 3 if kind == "categorical" else 1), response=kind)
        refits = arbitrary_refits(net, 3, ROWS, 5)
        model = fitted_model(Fitter(net, Recipe(), encoder), refits, table, missing=missing)
        save_model(folder := tmp_path_factory.mktemp("model"), model)
        return folder, model

    return saved


@pytest.fixture
def predicted(run, capsys):
    """predicted(*words) -> the rows that are printed as dictionaries, and what is said."""

    def predicted(*words):
        assert run("predict", *words) == 0
        printed = capsys.readouterr()
        return list(csv.DictReader(io.StringIO(printed.out))), printed.err

    return predicted


GOOD = ["5", "clear", "2020-03-01"]


def written(write, path, *rows, header=("dose", "scan", "visit")):
    return write(path / "new.csv", [list(header), *map(list, rows)])


def test_each_row_has_its_prediction_band_and_interval(saved, predicted, write, tmp_path):
    folder, model = saved()
    rows = [GOOD, ["7.5", "dark", "2021-06-30"]]
    got, said = predicted(folder, written(write, tmp_path, *rows), "--level", "0.8")
    wanted = model.predict([[5, 0, 60], [7.5, 2, 546]], 0.8)
    assert [list(row) for row in got] == [
        [
            "line",
            "prediction",
            "band_lower",
            "band_upper",
            "interval_lower",
            "interval_upper",
            "note",
        ]
    ] * 2
    for row, line, *numbers in zip(got, ("2", "3"), *wanted[:5], strict=True):
        assert row.pop("line") == line and row.pop("note") == ""
        np.testing.assert_allclose([float(cell) for cell in row.values()], numbers, rtol=1e-6)
    assert "jaxnn: predicted 2 of 2 rows at level 0.8\n" in said


def test_columns_may_be_in_any_order_and_more(saved, predicted, write, tmp_path):
    folder, _ = saved()
    plain, _ = predicted(folder, written(write, tmp_path, GOOD))
    header = ("price", "visit", "scan", "extra", "dose")
    mixed = ["", "2020-03-01", "clear", "=1+1", "5"]
    got, said = predicted(folder, written(write, tmp_path, mixed, header=header))
    assert got == plain
    assert "columns not used: 'price', 'extra'" in said


def test_how_a_file_is_written_is_recognised_or_given(saved, predicted, tmp_path):
    folder, model = saved()
    path = tmp_path / "new.csv"
    path.write_text("dose;scan;visit\n2,5;clear;2020-03-01\n3,5;;2020-03-01\n")
    got, said = predicted(folder, path)
    assert float(got[0]["prediction"]) == pytest.approx(model.predict([[2.5, 0, 60]]).mean[0])
    assert "the delimiter is recognised as ';'" in said
    path.write_text("dose,scan,visit\n2.5,clear,2020-03-01\n-999,clear,2020-03-01\n")
    got, _ = predicted(folder, path, "--missing-values", "-999", "--delimiter", ",")
    assert "'dose' is missing" in got[1]["note"]


def test_what_cannot_be_used_leaves_a_row_empty_and_is_told(saved, predicted, write, tmp_path):
    folder, _ = saved()
    rows = [
        GOOD,
        ["", "clear", "2020-03-01"],
        ["5", "odd\nlevel", "2020-03-01"],
        ["many", "clear", "2020-03-01"],
        ["5", "clear", "yesterday"],
    ]
    got, said = predicted(folder, written(write, tmp_path, *rows))
    assert [row["prediction"] == "" for row in got] == [False, True, True, True, True]
    assert [row["line"] for row in got] == ["2", "3", "4", "6", "7"]
    assert "'dose' is missing" in got[1]["note"]
    assert r"'scan' has the unseen level 'odd\nlevel'" in got[2]["note"]
    assert "'dose' is 'many'" in got[3]["note"]
    assert "'visit' is 'yesterday'" in got[4]["note"]
    assert (
        "predicted 1 of 5 rows at level 0.95; the column 'note' says why the others have no" in said
    )


def test_missing_values_are_imputed_if_asked_or_as_in_training(saved, predicted, write, tmp_path):
    path = written(write, tmp_path, ["", "clear", "2020-03-01"], ["5", "", "2020-03-01"])
    asked, _ = predicted(saved()[0], path, "--missing", "impute")
    folder, model = saved(missing="impute")
    by_model, _ = predicted(folder, path)
    assert asked == by_model
    dose = model.fillings[0]
    wanted = model.predict([[dose, 0, 60], [5, 2, 60]]).mean
    np.testing.assert_allclose([float(row["prediction"]) for row in asked], wanted, rtol=1e-6)
    assert f"'dose' counts as {dose:g}" in asked[0]["note"]
    assert "'scan' counts as 'dark'" in asked[1]["note"]  # the most common level
    empty, _ = predicted(folder, path, "--missing", "empty")
    assert [row["prediction"] for row in empty] == ["", ""]


@pytest.mark.parametrize(
    ("option", "code", "level"), [("reference", 0, "clear"), ("common", 2, "dark")]
)
def test_unseen_levels_count_as_asked(saved, predicted, write, tmp_path, option, code, level):
    folder, model = saved()
    path = written(write, tmp_path, ["5", "odd", "2020-03-01"], ["many", "clear", "2020-03-01"])
    got, _ = predicted(folder, path, "--unseen", option)
    wanted = model.predict([[5, code, 60]]).mean[0]
    assert float(got[0]["prediction"]) == pytest.approx(wanted, rel=1e-6)
    assert f"'scan' counts as {level!r}" in got[0]["note"]
    assert got[1]["prediction"] == ""  # text in place of a number is no level


def test_values_beyond_those_of_training_are_told(saved, predicted, write, tmp_path):
    path = written(write, tmp_path, ["9.5", "clear", "2019-12-31"], ["9", "clear", "2021-12-31"])
    beyond, within = predicted(saved()[0], path)[0]
    assert "'dose' is 9.5, beyond the 1 to 9 of training" in beyond["note"]
    assert (
        "'visit' is 2019-12-31, beyond the 2020-01-01 to 2021-12-31 of training" in beyond["note"]
    )
    assert within["note"] == "" and beyond["prediction"] != ""


def test_classes_have_probabilities_and_a_set(saved, predicted, write, tmp_path):
    folder, model = saved("binary")
    (got,) = predicted(folder, written(write, tmp_path, GOOD))[0]
    wanted = model.predict([[5, 0, 60]])
    assert float(got["probability of Yes"]) == pytest.approx(wanted.mean[0], rel=1e-6)
    members = [
        level for level, inside in zip(("No", "Yes"), wanted.classes[0], strict=True) if inside
    ]
    assert got["prediction_set"] == "{" + "; ".join(members) + "}"

    folder, model = saved("categorical")
    (got,) = predicted(folder, written(write, tmp_path, GOOD))[0]
    wanted = model.predict([[5, 0, 60]])
    probabilities = [float(got[f"probability of {level}"]) for level in model.response.levels]
    np.testing.assert_allclose(probabilities, wanted.mean[0], rtol=1e-6)
    assert float(got["band_upper -c"]) == pytest.approx(wanted.upper[0, 2], rel=1e-6)
    # A level that a spreadsheet would take for a formula is marked as text, a number is not.
    assert got["prediction"] == ("'=1+1", "-2", "'-c")[wanted.mean[0].argmax()]


def test_counts_have_whole_ends(saved, predicted, write, tmp_path):
    (got,) = predicted(saved("count")[0], written(write, tmp_path, GOOD))[0]
    assert got["interval_lower"].isdigit() and got["interval_upper"].isdigit()


def test_no_cell_begins_as_a_formula(saved, run, write, tmp_path, capsys):
    assert (
        run("predict", saved("categorical")[0], written(write, tmp_path, ["=1", "@x", "+a"])) == 0
    )
    for row in csv.reader(io.StringIO(capsys.readouterr().out)):
        assert not any(cell[:1] in ("=", "+", "@") for cell in row)


def test_a_file_is_written_whole_or_not_at_all(saved, run, write, tmp_path, capsys, refused):
    folder, _ = saved()
    new, out = written(write, tmp_path, GOOD), tmp_path / "predictions.csv"
    assert run("predict", folder, new, "--out", out) == 0
    assert capsys.readouterr().out == ""
    text = out.read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("line,prediction,") and text.endswith("\n")
    assert run("predict", folder, new) == 0
    assert capsys.readouterr().out == text
    assert "--out is" in (told := refused("predict", folder, new, "--out", new))
    assert "which is read by this command; pass another" in told
    assert "which is read" in refused("predict", folder, new, "--out", folder / "model.json")
    assert "which is a folder; pass the path of a file" in refused(
        "predict", folder, new, "--out", tmp_path
    )
    assert "whose folder does not exist" in refused(
        "predict", folder, new, "--out", tmp_path / "none" / "x.csv"
    )
    assert new.read_text().startswith("dose,scan,visit")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv", "predictions.csv"]


def test_what_cannot_be_predicted_is_one_sentence(saved, refused, write, tmp_path):
    folder, _ = saved()
    new = written(write, tmp_path, GOOD)
    told = refused("predict", tmp_path / "none", new)
    assert "DIR is" in told and "which does not exist; pass the folder" in told
    assert "not a folder" in refused("predict", new, new)
    assert "which has no model.json" in refused("predict", tmp_path, new)
    assert "does not exist" in refused("predict", folder, tmp_path / "none.csv")
    lacking = written(write, tmp_path, ["5", "clear"], header=("dose", "scan"))
    assert "has no column 'visit', which the network needs" in refused("predict", folder, lacking)
    empty = written(write, tmp_path)
    assert "has no rows of data; pass at least one" in refused("predict", folder, empty)
    assert "is not a number between 0 and 1" in refused("predict", folder, new, "--level", "95")
    (folder / "model.json").unlink()
    os.mkfifo(folder / "model.json")
    assert "whose model.json is not a plain file" in refused("predict", folder, new)


def test_the_rows_of_training_can_be_predicted(explained_heart, predicted):
    with resources.as_file(resources.files("jaxnn.datasets") / "heart.csv") as path:
        got, said = predicted(explained_heart.out, path)
    assert "predicted 297 of 303 rows at level 0.5; the column 'note' says" in said
    assert {row["note"] for row in got if not row["prediction_set"]} == {
        "'Ca' is missing",
        "'Thal' is missing",
    }
    assert all(0 < float(row["probability of Yes"]) < 1 for row in got if row["prediction_set"])
