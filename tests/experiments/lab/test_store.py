"""Are stored results found again, and damaged results noticed?"""

import dataclasses
import json
import os

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


def test_numbers_that_json_lacks_become_strings(tmp_path):
    store.write_json(tmp_path / "record.json", {"a": [float("nan"), {"b": float("-inf")}], "c": 1})
    assert store.read_json(tmp_path / "record.json") == {"a": ["nan", {"b": "-inf"}], "c": 1}


def test_settings_must_be_plain_values():
    @dataclasses.dataclass(frozen=True)
    class Settings:
        value: object

    assert store.plain_settings(Settings((1, "a", None))) == {"value": [1, "a", None]}
    with pytest.raises(InputError, match=r"settings are .*; use numbers, strings"):
        store.plain_settings(Settings(np.zeros(2)))
