"""Does one command give figures with bands, and one sentence for whatever goes wrong?"""

import csv
import re

import jax
import numpy as np
import pytest

from jaxnn import InputError, from_arrays, interval
from jaxnn.cli import explanation, kept_refits
from jaxnn.cli.progress import WEIGHTS
from jaxnn.datasets import heart
from jaxnn.fitted_models.saved_models import load_model

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
CA = ("Ca", "average")
QUICK = [*FIXED, "--replicates", "4", "--no-calibrate", "--no-compare"]


def test_heart_needs_no_response_and_says_what_it_does(explained_heart):
    assert explained_heart.status == 0
    printed = explained_heart.stdout
    assert "left out 6 of 303 rows" in printed
    assert "rows: 297, predictors: 13" in printed
    assert "4 refits of a 18-3-1 network (61 parameters) on 297 rows" in printed
    assert "with 50% interval" in printed


def test_the_files_are_those_listed(explained_heart, made_in):
    made = made_in(explained_heart.out)
    assert made == {*FILES, "losses.csv", "conditional.csv"}
    assert explained_heart.record["figures"] == []
    assert f"jaxnn predict {explained_heart.out} NEW.csv" in explained_heart.stdout
    for name in made - {"model.json", "arrays-DIGEST.npz"}:
        assert name in explained_heart.stdout


def test_one_line_shows_the_progress_of_all_stages(explained_heart):
    assert explained_heart.stderr.count("\n") == 1
    shown = explained_heart.stderr.rstrip("\n").split("\r")
    names = list(dict.fromkeys(line.partition(":")[0].strip() for line in shown if line.strip()))
    assert names == [*WEIGHTS, "finished"]
    shares = [int(re.search(r"(\d+)%", line)[1]) for line in shown if line.strip()]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 100
    assert "left" in shown[-1]


def test_the_numbers_are_written_as_csv(explained_heart):
    arrays = explained_heart.arrays
    lines = {
        name: list(csv.DictReader((explained_heart.out / f"{name}.csv").read_text().splitlines()))
        for name in ("importance", "curves", "changes", "losses", "predictions")
    }
    names = [column.name for column in heart().columns]
    order = np.argsort(-arrays["importance_center"], kind="stable")
    assert [line["predictor"] for line in lines["importance"]] == [names[j] for j in order]
    told = [float(line["importance"]) for line in lines["importance"]]
    np.testing.assert_allclose(told, arrays["importance_center"][order], rtol=1e-6, atol=1e-12)
    curve = [line for line in lines["curves"] if (line["predictor"], line["curve"]) == CA]
    assert [line["value"] for line in curve] == ["0", "1", "2", "3"]
    upper = [float(line["upper"]) for line in curve]
    np.testing.assert_allclose(upper, arrays["predictor_12_average_upper"], rtol=1e-6)
    whole = [float(line["upper, whole curve"]) for line in curve]
    np.testing.assert_allclose(whole, arrays["predictor_12_whole_upper"], rtol=1e-6)
    accumulated = [line for line in lines["curves"] if line["curve"] == "accumulated"]
    assert [line["value"] for line in accumulated[:4]] == ["0", "1", "2", "3"]
    fixed, reversable = (line for line in lines["changes"] if line["predictor"] == "Thal")
    assert (fixed["from"], fixed["to"], reversable["to"]) == ("normal", "fixed", "reversable")
    curves = arrays["predictor_13_average"]
    change = curves[:, 2] - curves[:, 0]
    np.testing.assert_allclose(arrays["predictor_13_contrasts"][:, 1], change, rtol=1e-5)
    center = arrays["predictor_13_contrasts_center"][1]  # without the bias of the fit
    assert float(reversable["change"]) == pytest.approx(center, rel=1e-5)
    assert float(reversable["lower"]) < center < float(reversable["upper"])
    assert float(reversable["share of refits that rise"]) == (change > 0).mean()
    assert [line["method"] for line in lines["losses"]][:2] == ["network", "logistic regression"]
    assert len(lines["predictions"]) == 297 and lines["predictions"][0]["observed"] == "No"


def test_the_summary_says_how_the_numbers_came_about(explained_heart):
    record = explained_heart.record
    response = {"name": "AHD", "kind": "binary", "levels": ["No", "Yes"]}
    assert response.items() <= record["response"].items()
    assert record["refits"] == {"asked": 4, "diverged": 0, "diverged_refits": []}
    assert record["settings"]["seed"] == 0 and record["versions"]["jax"] == jax.__version__


def test_the_path_of_candidates_and_the_choice_are_told(explained_heart):
    path, network = explained_heart.record["path"], explained_heart.record["network"]
    assert [tuple(c["hidden"]) for c in path["candidates"]] == [(), (), (3,), (3,)]
    losses = [candidate["loss"] for candidate in path["candidates"]]
    assert path["candidates"][path["chosen"]]["difference"] == 0
    assert losses[path["chosen"]] <= min(losses) + 0.02
    # Bands come from a network with hidden layers and a penalty that lets it bend.
    assert path["fitted"] == 3 and network["sizes"] == [18, 3, 1] and network["penalty"] == 0.3
    assert "chosen of 4 candidates by out-of-bag cross-entropy (nats): " in explained_heart.stdout
    assert "fitted for the bands: hidden units 3, penalty 0.3" in explained_heart.stdout


def test_the_network_is_compared_with_other_methods(explained_heart):
    comparison = explained_heart.record["comparison"]
    methods = comparison["methods"]
    assert list(methods)[:3] == ["network", "logistic regression", "constant"]
    for name, numbers in methods.items():
        expected = numbers["loss"] - methods["network"]["loss"]
        assert numbers["difference"] == pytest.approx(expected, abs=1e-6)
        assert numbers["interval"][0] <= numbers["difference"] <= numbers["interval"][1]
        assert name in explained_heart.stdout
    assert methods["constant"]["loss"] == pytest.approx(0.69, abs=0.01)
    assert comparison["verdict"] in explained_heart.stdout


def test_calibrated_bands_are_those_of_the_simulations(explained_heart):
    calibration, arrays = explained_heart.record["calibration"], explained_heart.arrays
    assert calibration["simulations"] == 6 and calibration["level"] == 0.5
    shares = calibration["expected_coverage"]["calibrated"]
    assert 0.5 <= shares["least"] <= shares["mean"] <= 1
    assert set(calibration["factors"]) == {"Ca", "Thal"}
    center, lower, upper = (
        arrays[f"predictor_12_average_{part}"] for part in ("center", "lower", "upper")
    )
    assert (lower > 0).all() and (lower < center).all() and (center < upper).all()
    assert (upper < 1).all()
    log_odds = [np.log(p / (1 - p)) for p in (lower, center, upper)]
    np.testing.assert_allclose(log_odds[1], (log_odds[0] + log_odds[2]) / 2, atol=1e-6)
    refits = arrays["predictor_12_average"]
    spread = np.log(refits / (1 - refits)).std(axis=0, ddof=1)
    half = calibration["factors"]["Ca"]["average"] * spread
    np.testing.assert_allclose(log_odds[2] - log_odds[1], half, rtol=1e-4)
    assert "the 50% bands are calibrated: in 6 simulations" in explained_heart.stdout


def test_the_arrays_are_the_numbers_behind_the_figures(explained_heart):
    arrays = explained_heart.arrays
    np.testing.assert_array_equal(arrays["X"], heart().X)
    np.testing.assert_array_equal(arrays["predictor_12_grid"], [0, 1, 2, 3])
    assert arrays["predictor_12_average"].shape == (4, 4)
    assert arrays["predictor_12_individual"].shape == (60, 4)
    np.testing.assert_array_equal(arrays["average_rows"], np.arange(297))


def test_losses_out_of_bag_are_summarised(explained_heart):
    arrays, reported = explained_heart.arrays, explained_heart.record["out_of_bag"]
    losses = arrays["out_of_bag_loss"]
    assert reported["network"]["mean"] == pytest.approx(losses.mean())
    np.testing.assert_allclose(reported["network"]["interval"], interval(losses, 0.5))
    # The constant loss by hand: the entropy of the share of Yes, on the rows left out.
    y, share = arrays["observed"], arrays["observed"].mean()
    row_loss = -np.where(y == 1, np.log(share), np.log(1 - share))
    left_out = arrays["multiplicities"] == 0
    expected = [row_loss[mask].mean() for mask in left_out]
    np.testing.assert_allclose(arrays["out_of_bag_constant_loss"], expected, rtol=1e-5)
    np.testing.assert_array_equal(np.isnan(arrays["out_of_bag_mean"]), ~left_out.any(axis=0))


def test_a_quantitative_response_keeps_its_unit(table, tmp_path, capsys, run, results):
    words = ["explain", table, "--response", "cost", "--predictors", "dose", "group", *QUICK]
    out = tmp_path / "out"
    assert run(*words, "--epochs", "200", "--out", out) == 0
    assert "mean squared error (squared unit of the response)" in capsys.readouterr().out
    arrays = results(out)[1]
    y = arrays["observed"]
    assert y.min() == 1e5 and y.std() > 1e4
    # Far from the zero at which an unstandardised network would start.
    assert 0.9e5 < arrays["predictor_01_average"].min() < arrays["predictor_01_average"].max() < 2e5
    np.testing.assert_allclose(
        arrays["out_of_bag_constant_loss"],
        [((y - y.mean()) ** 2)[drawn == 0].mean() for drawn in arrays["multiplicities"]],
        rtol=1e-4,
    )


def test_more_than_two_classes_have_a_probability_each(table, tmp_path, run, results):
    out = tmp_path / "out"
    words = ["--features", "dose", "group", "--out", out]
    assert run("explain", table, "--response", "sort", *QUICK, *words) == 0
    arrays = results(out)[1]
    for name in ("average", "profile", "individual"):
        curves = arrays[f"predictor_01_{name}"]
        assert curves.shape[-1] == 3
        np.testing.assert_allclose(curves.sum(axis=-1), 1, rtol=1e-5)
    assert arrays["predictor_02_average"].shape == (4, 3, 3)
    assert results(out)[0]["network"]["sizes"][-1] == 3


def test_the_outputs_are_those_of_the_reported_options(table, tmp_path, run, results):
    out = tmp_path / "out"
    words = ["--hidden", "--activation", "relu", "--optimizer", "sgd", "--batch-size", "5"]
    words += ["--penalty", "0", "--learning-rate", "0.1", "--center", "median", "--rows", "7"]
    words += ["--missing", "drop", "--positive", "No", "--categorical", "cost"]
    words += ["--features", "cost"]
    assert run("explain", table, "--response", "ill", *QUICK, *words, "--out", out) == 0
    record = results(out)[0]
    assert record["network"]["sizes"] == [1 + 2 + 4 + 2, 1]  # dose, group, cost, sort
    assert record["response"]["levels"] == ["Yes", "No"]
    assert len(results(out)[1]["average_rows"]) == 7


def test_a_table_of_two_rows_may_have_nothing_to_tell_out_of_bag(
    tmp_path, capsys, run, write, results
):
    path = write(tmp_path / "t.csv", [["x", "y"], [1, 2.5], [2, 3]])
    out = tmp_path / "out"
    words = ["--response", "y", "--kind", "quantitative", "--out", out]
    assert run("explain", path, *QUICK, "--replicates", "1", "--seed", "1", *words) == 0
    assert "out-of-bag loss: none" in capsys.readouterr().out
    assert results(out)[0]["out_of_bag"]["network"] is None


def test_refits_that_all_diverge_are_one_sentence(table, tmp_path, capsys, caplog, run):
    words = ["--response", "cost", "--activation", "identity", "--optimizer", "sgd"]
    words += ["--learning-rate", "1e30", "--out", tmp_path / "out"]
    assert run("explain", table, *QUICK, *words) == 1
    assert "jaxnn: all 4 refits diverged; pass a lower --learning-rate" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []
    assert "4 of 4 refits diverged" in caplog.text


def test_refits_that_diverge_are_named_and_left_out(
    table, tmp_path, monkeypatch, capsys, run, results
):
    whole = explanation.bootstrap

    def one_bad(*arguments, **options):
        refits = whole(*arguments, **options)
        return refits._replace(diverged=np.array([False, True, False, False]))

    monkeypatch.setattr(explanation, "bootstrap", one_bad)
    out = tmp_path / "out"
    words = [*QUICK, "--features", "dose", "--out", out]
    assert run("explain", table, "--response", "ill", *words) == 0
    assert "3 refits of a" in (printed := capsys.readouterr().out)
    assert "1 more diverged and are left out" in printed
    assert [bad["refit"] for bad in results(out)[0]["refits"]["diverged_refits"]] == [1]
    arrays = results(out)[1]
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
    table, tmp_path, monkeypatch, capsys, error, status, sentence, run
):
    def fails(*arguments, **options):
        raise error

    monkeypatch.setattr("jaxnn.cli.figures.effect_figures", fails)
    out = tmp_path / "out"
    assert run("explain", table, "--response", "ill", *QUICK, "--out", out) == status
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    # The refits are not lost, and what was not finished is not there.
    (folder,) = (out / "refits").iterdir()
    assert len(list(folder.rglob("replicates-*.npz"))) >= 1
    assert not (out / "summary.json").exists()


def test_a_run_goes_on_from_saved_refits_and_leaves_those_of_others(
    table, tmp_path, monkeypatch, run, results
):
    words = ["explain", table, "--response", "ill", *QUICK, "--replicates", "40"]
    words += ["--features", "dose", "--out"]
    assert run(*words, tmp_path / "straight") == 0
    assert run(*words, tmp_path / "other", "--seed", "1") == 0
    with monkeypatch.context() as patch:
        patch.setattr(kept_refits, "remove", lambda folder: None)
        assert run(*words, tmp_path / "broken") == 0
    refits = tmp_path / "broken" / "refits"
    chunks = sorted(refits.rglob("replicates-*.npz"))
    assert len(chunks) >= 2
    chunks[0].unlink()
    other = refits / "of-another"
    other.mkdir()
    again = []
    save = "jaxnn.chunk_store.Store.save"
    monkeypatch.setattr(save, lambda self, indices, _: again.append(indices))
    assert run(*words, tmp_path / "broken") == 0
    assert len(again) == 1 and again[0][0] == 0  # the chunk that was lost, and no other
    assert list(refits.iterdir()) == [other]
    straight, broken, other_seed = (
        results(tmp_path / out)[1] for out in ("straight", "broken", "other")
    )
    for name in straight:
        np.testing.assert_array_equal(straight[name], broken[name])
    curves = [arrays["predictor_01_average"] for arrays in (straight, other_seed)]
    assert np.abs(curves[0] - curves[1]).max() > 1e-3


def test_the_refits_are_saved_for_new_rows(explained_heart):
    model = load_model(explained_heart.out)
    assert (model.missing, model.level, len(model.refits.diverged)) == ("drop", 0.5, 4)
    arrays = explained_heart.arrays
    predicted = model.predict(arrays["X"])
    assert predicted.classes.shape == (297, 2)
    first = np.repeat(arrays["X"][arrays["individual_rows"][:1]], 4, axis=0)
    first[:, 11] = arrays["predictor_12_grid"]
    curve = arrays["predictor_12_individual"][0]
    np.testing.assert_allclose(model.predict(first).mean, curve, rtol=1e-5)


def test_prediction_intervals_hold_the_observations_out_of_bag(table, tmp_path, run, results):
    out = tmp_path / "out"
    words = ["--response", "cost", "--level", "0.8", "--features", "dose", "--out", out]
    assert run("explain", table, *QUICK, "--replicates", "20", *words) == 0
    arrays = results(out)[1]
    lower, upper = arrays["prediction_interval_lower"], arrays["prediction_interval_upper"]
    inside = (lower <= arrays["observed"]) & (arrays["observed"] <= upper)
    assert 0.7 <= inside.mean() <= 0.95  # of 24 rows
    assert (lower <= arrays["out_of_bag_mean"]).all()


def test_weights_and_groups_reach_the_refits_and_their_losses(tmp_path, run, write, results):
    rows = [[i % 7, i // 2, 1 + 9 * (i % 2), ("No", "Yes")[i % 4 // 2]] for i in range(40)]
    path = write(tmp_path / "t.csv", [["a", "pair", "w", "y"], *rows])
    out = tmp_path / "out"
    words = ["--response", "y", "--weights", "w", "--groups", "pair", "--out", out]
    assert run("explain", path, *QUICK, *words) == 0
    record, arrays = results(out)
    assert record["groups"] == 20 and [c["name"] for c in record["predictors"]] == ["a"]
    drawn = arrays["multiplicities"]
    np.testing.assert_array_equal(drawn[:, ::2], drawn[:, 1::2])  # whole pairs
    y, weights = arrays["observed"], np.tile([1.0, 10.0], 20)
    share = np.average(y, weights=weights)
    row_loss = -np.where(y == 1, np.log(share), np.log(1 - share))
    expected = [np.average(row_loss, weights=weights * (d == 0)) for d in drawn]
    np.testing.assert_allclose(arrays["out_of_bag_constant_loss"], expected, rtol=1e-5)


def test_a_single_refit_has_no_calibrated_band(table, tmp_path, refused):
    words = ["--response", "ill", "--replicates", "1", "--calibrate", "--out", tmp_path / "out"]
    assert "calibrated bands need at least two refits" in refused("explain", table, *words)


def test_calibration_that_takes_long_is_left_to_the_user(
    table, tmp_path, capsys, monkeypatch, run, results
):
    monkeypatch.setattr(explanation, "MOST_SECONDS", -1)
    words = [word for word in QUICK if word != "--no-calibrate"]
    words += ["--response", "ill", "--features", "dose", "--out", tmp_path / "out"]
    assert run("explain", table, *words) == 0
    printed = capsys.readouterr()
    assert "the 95% bands are not calibrated" in printed.out and "--calibrate" in printed.out
    assert not list((tmp_path / "out").rglob("simulated"))
    assert results(tmp_path / "out")[0]["calibration"] is None


def test_very_many_predictors_are_not_all_listed():
    columns = 60
    table = from_arrays(np.random.default_rng(0).normal(size=(5, columns)), np.arange(5) + 0.5)
    lines = explanation.described(table).split("\n")
    assert lines[3].startswith("x1 ") and lines[42].startswith("x40 ")
    assert lines[43] == "... and 20 more predictors, which jaxnn describe lists"
    assert lines[45].startswith("y ")
    few = table._replace(columns=table.columns[:9], X=table.X[:, :9], missing=())
    assert "more predictors" not in explanation.described(few)


def test_interactions_are_ranked_and_have_intervals(explained_heart):
    arrays, record = explained_heart.arrays, explained_heart.record
    pairs = record["interactions"]["pairs"]
    strengths = [pair["strength"] for pair in pairs]
    assert strengths == sorted(strengths, reverse=True)
    assert all(0 <= pair["lower"] <= pair["upper"] for pair in pairs)
    lines = csv.DictReader((explained_heart.out / "interactions.csv").read_text().splitlines())
    assert [[line["first"], line["second"]] for line in lines] == [p["names"] for p in pairs]
    assert arrays["surface_prediction"].shape == tuple(
        len(arrays[f"surface_grid_{place}"]) for place in (1, 2)
    )


def test_importance_of_a_large_table_is_that_of_a_sample(
    table, tmp_path, monkeypatch, run, results
):
    monkeypatch.setattr("jaxnn.cli.importance.FEW_PREDICTIONS", 1)
    monkeypatch.setattr("jaxnn.cli.importance.FEWEST_ROWS", 12)
    words = ["--response", "cost", "--features", "dose", "--out", tmp_path / "out"]
    assert run("explain", table, *QUICK, *words) == 0
    record, arrays = results(tmp_path / "out")
    assert record["importance_rows"] == 12 and len(record["importance"]["predictors"]) == 4
    assert "12 of the 24 rows" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert np.isfinite(arrays["importance_lower"]).all()


def test_of_very_many_predictors_only_the_most_important_ones_are_drawn(
    table, tmp_path, monkeypatch, run
):
    monkeypatch.setattr("jaxnn.cli.results.MOST_DRAWN", 1)
    assert run("explain", table, *QUICK, "--response", "cost", "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    with open(tmp_path / "out" / "importance.csv") as file:
        most = next(csv.DictReader(file))["predictor"]
    assert re.findall("<h3>(.*?)</h3>", page)[0] == most
    assert "The curves of 3 less important predictors are not drawn" in page
    curves = (tmp_path / "out" / "curves.csv").read_text()
    assert all(f"\n{name}," in curves for name in ("dose", "group", "ill", "sort"))
