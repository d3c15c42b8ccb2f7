"""Are stored results found again, and damaged results noticed?"""

import dataclasses
import json
import os
import re
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab import store
from jaxnn.errors import InputError


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
    assert "a stored result cannot be used: " in lab.printed
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
    assert "the file of its arrays is damaged; computed again" in lab.printed


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
    stored, fault = store.read(folder, run)
    if stored is None:
        assert fault.startswith("the file of its arrays ")
    else:
        assert stored.arrays.keys() == arrays.keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored.arrays[name], array)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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


@pytest.fixture
def one(tmp_path):
    """A stored result: its folder, its run, and its path."""
    run = store.Run("sums", "full", {"n": 3}, 0, "sources", {"jax": "1"}, "cpu")
    store.save(tmp_path, run, {"draws": np.arange(6.0), "word": np.array("sum")}, {"seconds": 1.5})
    return tmp_path, run, run.path(tmp_path)


OTHERS = {
    "name": "other",
    "size": "quick",
    "settings": {"n": 4},
    "seed": 1,
    "fingerprint": "changed",
    "versions": {"jax": "2"},
    "backend": "gpu",
}


@pytest.mark.parametrize("field", OTHERS)
def test_the_result_of_another_run_in_its_place_is_not_believed(one, field):
    folder, run, _ = one
    other = dataclasses.replace(run, **{field: OTHERS[field]})
    store.save(folder, other, {"draws": np.zeros(6), "word": np.array("sum")}, {"seconds": 1.5})
    for suffix in (".npz", ".json"):
        os.replace(other.path(folder).with_suffix(suffix), run.path(folder).with_suffix(suffix))
    assert store.read(folder, run) == (None, "its record is of another run")
    assert store.latest(folder, run) is None


def test_arrays_of_another_run_beside_a_record_are_not_believed(one):
    folder, run, path = one
    other = dataclasses.replace(run, seed=1)
    store.save(folder, other, {"draws": np.zeros(6), "word": np.array("sum")}, {"seconds": 1.5})
    os.replace(other.path(folder).with_suffix(".npz"), path.with_suffix(".npz"))
    assert store.read(folder, run)[1] == "its arrays and its record do not belong together"


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": 2.5},
        {"arrays": {"draws": {"dtype": "float64", "shape": [6]}}},
        {"arrays": {"draws": {"dtype": "object", "shape": [6]}}},
        {"arrays": {"draws": {"dtype": "float64", "shape": [-6]}}},
        {"arrays": [1]},
        {"arrays": None},
        {"sha256": None},
        {"seed": [0]},
        {"settings": "n"},
    ],
)
def test_a_changed_record_is_not_believed(one, change):
    folder, run, path = one
    record = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps({**record, **change}))
    stored, fault = store.read(folder, run)
    assert stored is None and fault
    assert store.latest(folder, run) is None


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_links_are_not_believed_and_are_replaced(one, suffix):
    folder, run, path = one
    place, elsewhere = path.with_suffix(suffix), folder / "elsewhere"
    os.replace(place, elsewhere)
    place.symlink_to(elsewhere)
    content = elsewhere.read_bytes()
    assert store.read(folder, run)[0] is None
    store.save(folder, run, {"draws": np.zeros(6)}, {"seconds": 1.5})
    assert not place.is_symlink() and elsewhere.read_bytes() == content
    stored, _ = store.read(folder, run)
    assert stored is not None and stored.arrays["draws"].sum() == 0


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_a_directory_in_the_way_is_said_before_anything_is_computed(lab, suffix):
    lab.write("sums")
    lab.run()
    (path,) = lab.stored("sums", suffix)
    path.unlink()
    path.mkdir()
    assert lab.run() == 1
    assert "failed: " in lab.errors and "is a directory, where a result belongs" in lab.errors
    assert "Traceback" not in lab.errors
    assert lab.computed() == 1


def test_dtypes_come_back_as_they_went(tmp_path):
    run = store.Run("sums", "full", {}, 0, "", {}, "cpu")
    arrays = {
        "text": np.array(["a", "long"]),
        "swapped": np.arange(3, dtype=">i2"),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "none": np.zeros((0, 2), np.complex64),
        "number": np.array(True),
    }
    store.save(tmp_path, run, arrays, {})
    stored, _ = store.read(tmp_path, run)
    assert stored is not None and stored.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(stored.arrays[name], array)
        assert stored.arrays[name].dtype == array.dtype and stored.arrays[name].shape == array.shape


FULL = OSError(28, "No space left on device")


def test_a_result_that_cannot_be_stored_is_still_drawn(lab, monkeypatch):
    lab.write("sums")
    whole = store.write_whole

    def full(path, write):
        if path.suffix == ".npz":
            raise FULL
        whole(path, write)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_whole", full)
        assert lab.run() == 0
    assert "the result cannot be stored (No space left on device)" in lab.printed
    assert (lab.out / "sums.png").read_bytes().startswith(b"\x89PNG")
    assert lab.run() == 0 and lab.computed() == 2  # not a word of it was believed


def test_figures_that_cannot_be_written_are_one_sentence_and_the_result_stays(lab, monkeypatch):
    def full(path, write):
        raise FULL

    lab.write("sums")
    with monkeypatch.context() as patch:
        patch.setattr("experiments.lab.record.write_whole", full)
        assert lab.run() == 1
    assert "failed: a file cannot be read or written (No space left" in lab.errors
    assert "Traceback" not in lab.errors
    assert lab.run() == 0 and lab.computed() == 1


def test_a_record_of_claims_that_was_changed_is_written_anew(lab):
    lab.write("sums")
    lab.run()
    place = lab.out / "sums.json"
    sound = place.read_bytes()
    place.write_bytes(sound.replace(b'"measured": 50', b'"measured": 51'))
    assert place.read_bytes() != sound
    lab.run()
    assert place.read_bytes() == sound and lab.computed() == 1
    assert "| 51 |" not in (lab.out / "README.md").read_text()


def test_a_picture_that_is_a_link_is_drawn_anew(lab, tmp_path):
    lab.write("sums")
    lab.run()
    picture, elsewhere = lab.out / "sums.png", tmp_path / "elsewhere.png"
    os.replace(picture, elsewhere)
    picture.symlink_to(elsewhere)
    lab.run()
    assert not picture.is_symlink() and picture.read_bytes() == elsewhere.read_bytes()


def test_one_process_at_a_time_runs_an_experiment(tmp_path):
    """The second waits for the first, says for whom, and finds what it left."""
    told, ended = [], []

    def second():
        with store.only_run(tmp_path, "sums", told.append):
            ended.append((tmp_path / "sums" / "result").read_text())

    other = threading.Thread(target=second)
    with store.only_run(tmp_path, "sums", told.append):
        other.start()
        while not told:
            assert other.is_alive()
            time.sleep(0.01)
        with store.only_run(tmp_path, "others", told.append):
            assert ended == []
        (tmp_path / "sums" / "result").write_text("stored")
    other.join(timeout=30)
    assert ended == ["stored"]
    assert len(told) == 1 and re.fullmatch(
        r"waiting for process \d+ on '.+', which is running sums", told[0]
    )
    assert [path.name for path in tmp_path.rglob("*")] == ["sums", "result"]


def test_temporary_files_of_killed_runs_are_removed(lab):
    lab.write("sums")
    lab.run()
    before = set(contents(lab.out))
    for place in ("results/sums/.sums.npz.1-abcdefgh.tmp", "results/.sums.json.1-abcdefgh.tmp"):
        (lab.out / place).write_text("half of a resu")
    lab.run()
    assert set(contents(lab.out)) == before


def test_numbers_that_json_lacks_become_strings(tmp_path):
    store.write_json(tmp_path / "record.json", {"a": [float("nan"), {"b": float("-inf")}], "c": 1})
    assert store.read_json(tmp_path / "record.json") == {"a": ["nan", {"b": "-inf"}], "c": 1}


def test_settings_must_be_plain_values():
    @dataclasses.dataclass(frozen=True)
    class Settings:
        value: object

    assert store.plain_settings(Settings((1, "a", None))) == {"value": [1, "a", None]}
    assert store.plain_settings(Settings((np.inf, 0.5))) == {"value": ["inf", 0.5]}
    with pytest.raises(InputError, match=r"settings are .*; use numbers, strings"):
        store.plain_settings(Settings(np.zeros(2)))


def test_a_result_with_an_infinite_setting_is_found_again(lab):
    lab.write("sums", ("shape: tuple = (2, 3)", 'shape: tuple = (2, float("inf"))'))
    assert lab.run() == 0
    assert lab.run() == 0
    assert lab.computed() == 1
