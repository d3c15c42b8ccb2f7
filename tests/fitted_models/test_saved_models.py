"""Does a model come back from its folder as it went, and is everything else there refused?"""

import dataclasses
import json
import os
import shutil
import zipfile

import jax
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import MLP, Encoder, load_model, save_model
from jaxnn.array_files import digest_of
from jaxnn.errors import InputError, InputTypeError
from jaxnn.fitted_models import saved_models
from jaxnn.fitted_models.model import FittedModel
from jaxnn.tables import Column

REFITS, ROWS = 4, 12
COLUMNS = (
    Column("visit", "numeric", origin="2020-01-31", unit="days", date_order="dmy"),
    Column("=1+1", "binary", ("\u202eno", "日"), values=("0", "1")),
)


@pytest.fixture(scope="module")
def made(arbitrary_refits):
    """made(seed, dtype) -> a model of arbitrary numbers, whose third refit has diverged."""

    def made(seed=0, dtype=np.float32):
        rng, net = np.random.default_rng(seed), MLP((2, 3, 1))
        refits = arbitrary_refits(net, 2, ROWS, REFITS, seed=seed, dtype=dtype)
        return FittedModel(
            net,
            Encoder(COLUMNS),
            Column("price", "numeric"),
            refits._replace(diverged=np.arange(REFITS) == 2),
            observed=rng.normal(size=ROWS),
            out_of_bag=np.where(refits.out_of_bag.any(axis=0), 0.5, np.nan),
            ranges=np.array([[0.0, 9.0], [0.0, 1.0]]),
            fillings=np.array([3.0, 1.0]),
            weights=rng.uniform(1, 2, ROWS),
            training={"epochs": 300, "penalty": None},
            full=arbitrary_refits(net, 2, ROWS, 2, seed=seed + 50, dtype=dtype),
            simulated=arbitrary_refits(net, 2, ROWS, 3, seed=seed + 51, dtype=dtype),
            factors=np.linspace(1, 3, 5),
        )

    return made


@pytest.fixture
def folder(tmp_path, made):
    """A folder that holds a model."""
    save_model(tmp_path / "model", made())
    return tmp_path / "model"


def parts(model):
    return [
        np.asarray(leaf)
        for leaf in jax.tree.leaves(model._replace(training=None))
        if not isinstance(leaf, MLP | Encoder | Column | str)
    ]


def assert_same(one, other):
    for name in ("net", "encoder", "response", "level", "missing", "training"):
        assert getattr(one, name) == getattr(other, name)
    # Columns are equal whatever their unit, values and date order.
    assert repr(dataclasses.asdict(one.encoder)) == repr(dataclasses.asdict(other.encoder))
    for name in ("refits", "full", "simulated"):
        assert jax.tree.structure(getattr(one, name)) == jax.tree.structure(getattr(other, name))
    for mine, yours in zip(parts(one), parts(other), strict=True):
        assert mine.dtype == yours.dtype
        np.testing.assert_array_equal(mine, yours)


def arrays_file(folder):
    (path,) = folder.glob("arrays-*.npz")
    return path


@pytest.mark.parametrize("dtype", [np.float32, np.float64, ml_dtypes.bfloat16])
def test_a_model_comes_back_as_it_went(tmp_path, dtype, made):
    model = made(dtype=dtype)._replace(groups=np.arange(ROWS) // 2)
    save_model(str(tmp_path), model)
    assert_same(load_model(tmp_path), model)
    assert {path.name for path in tmp_path.iterdir()} == {
        "model.json",
        arrays_file(tmp_path).name,
    }


def test_arrays_are_named_by_what_they_are(folder):
    names = set(json.loads((folder / "model.json").read_text())["arrays"])
    assert {"refits.params.0.weights", "refits.params.1.biases", "refits.scaling.mean"} <= names
    assert {"refits.multiplicities", "simulated.diverged_at", "observed", "factors"} <= names


def test_predictions_are_the_same_bit_for_bit(folder, made):
    X = np.random.default_rng(1).uniform(0, 1, (70, 2)).round(2)
    before, after = made().predict(X, 0.5), load_model(folder).predict(X, 0.5)
    for mine, yours in zip(before, after, strict=True):
        np.testing.assert_array_equal(mine, yours)
    assert before.classes is None


def test_a_model_without_calibration_or_weights_comes_back(tmp_path, made):
    model = made()._replace(weights=None, full=None, simulated=None, factors=None)
    save_model(tmp_path, model)
    assert_same(load_model(tmp_path), model)


def test_saving_again_replaces_the_model_and_nothing_else(folder, made):
    (folder / "mine.npz").write_text("kept")
    save_model(folder, made(1))
    assert_same(load_model(folder), made(1))
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("written_before", [0, 1])
def test_a_save_that_fails_leaves_the_earlier_model(folder, monkeypatch, written_before, made):
    writes = []
    whole = saved_models.write_whole

    def fail_later(path, write):
        if len(writes) == written_before:
            raise OSError("disk full")
        writes.append(path)
        whole(path, write)

    monkeypatch.setattr(saved_models, "write_whole", fail_later)
    with pytest.raises(InputError, match=r"cannot be used \(disk full\); pass one that can be"):
        save_model(folder, made(1))
    assert_same(load_model(folder), made())


def test_what_cannot_be_saved_is_refused(tmp_path, made):
    model = made()
    with pytest.raises(InputError, match="activation of the network is a function, which cannot"):
        save_model(tmp_path, model._replace(net=MLP((2, 3, 1), activation=jax.nn.relu)))
    with pytest.raises(InputTypeError, match=r"model is a tuple; pass what jaxnn\.fitted_model"):
        save_model(tmp_path, (1, 2))
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InputError, match="which cannot be used"):
        save_model(tmp_path / "file", model)
    assert (tmp_path / "file").read_text() == "kept"


def sentence(folder):
    """The one sentence with which a folder is refused."""
    with pytest.raises(InputError) as caught:
        load_model(folder)
    text = str(caught.value)
    assert text.startswith("folder is ") and text.endswith(".") and "\n" not in text
    assert len(text) < 500
    return text


def test_places_without_a_model(tmp_path):
    assert "which does not exist; pass the folder of" in sentence(tmp_path / "none")
    (tmp_path / "file").write_text("{}")
    assert "not a folder; pass the folder of" in sentence(tmp_path / "file")
    os.symlink(tmp_path / "nowhere", tmp_path / "link")
    assert "not a folder" in sentence(tmp_path / "link")
    (tmp_path / "empty").mkdir()
    assert "which has no model.json" in sentence(tmp_path / "empty")
    assert "null byte" in sentence("a\0b")
    for wrong in (None, 3, b"model"):
        assert "pass the path of a folder" in sentence(wrong)


@pytest.mark.parametrize("name", ["model.json", "arrays"])
def test_things_that_are_no_files_are_not_waited_for(folder, name):
    place = folder / name if name == "model.json" else arrays_file(folder)
    reason = f"whose {place.name} is not a plain file"
    place.unlink()
    os.mkfifo(place)
    assert reason in sentence(folder)
    place.unlink()
    place.mkdir()
    assert reason in sentence(folder)
    place.rmdir()
    os.symlink("/dev/zero", place)
    assert reason in sentence(folder)
    place.unlink()
    os.symlink(place, place)
    assert f"whose {place.name} cannot be read" in sentence(folder)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"format":' * 100_000,
        b"[1, 2]",
        b"1" * 5000,
        b'{"format": "a model of another program"}',
        b'{"format": NaN}',
    ],
)
def test_other_descriptions(folder, text):
    (folder / "model.json").write_bytes(text)
    assert "whose model.json does not describe a fitted model; pass the folder" in sentence(folder)


@pytest.mark.parametrize(
    ("version", "advice"),
    [(2, "update jaxnn"), (0, "save the model again"), ("x" * 99, "save the")],
)
def test_other_versions(folder, version, advice):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": version}))
    text = sentence(folder)
    assert "saved in format" in text and "this version reads 1" in text and advice in text


def test_a_file_of_great_size_is_not_read(folder):
    for path in (folder / "model.json", arrays_file(folder)):
        size = path.stat().st_size
        os.truncate(path, 2**40)  # takes no room on the disk
        assert f"whose {path.name} is too large" in sentence(folder)
        os.truncate(path, size)
    load_model(folder)


DAMAGED = "whose files are damaged or do not belong together; save the model again"


def test_arrays_of_another_model_or_none(folder, tmp_path, made):
    save_model(tmp_path / "other", made(1))
    place = arrays_file(folder)
    shutil.copy(arrays_file(tmp_path / "other"), place)
    assert DAMAGED in sentence(folder)
    place.write_bytes(place.read_bytes()[:-50])
    assert DAMAGED in sentence(folder)
    place.unlink()
    assert f"which has no {place.name}" in sentence(folder)


def rewritten(folder, compression=zipfile.ZIP_STORED, **changed):
    """Write the archive of arrays again with some members changed, None for those left out."""
    with np.load(arrays_file(folder)) as old:
        arrays = {**old, **changed}
    with zipfile.ZipFile(arrays_file(folder), "w", compression) as archive:
        for name, array in arrays.items():
            if array is not None:
                with archive.open(f"{name}.npy", "w") as file:
                    np.lib.format.write_array(file, array, allow_pickle=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"compression": zipfile.ZIP_DEFLATED},
        {"observed": None},
        {"factors": None},
        {"full.diverged": None},
        {"more": np.ones(3)},
        {"observed": np.zeros(10**6)},
        {"observed": np.zeros(ROWS, np.float32)},
        {"observed": np.array([print] * ROWS)},
        {"observed": np.ones(ROWS)},
    ],
    ids=str,
)
def test_arrays_that_are_not_those_described(folder, changed):
    rewritten(folder, **changed)
    if "observed" in changed and np.size(changed["observed"]) > ROWS:
        assert "is too large" in sentence(folder)
    else:
        assert DAMAGED in sentence(folder)


def forged(folder, change):
    """Change a description, with a digest that fits: what an attacker could write."""
    path = folder / "model.json"
    description = json.loads(path.read_text())
    arrays = saved_models._read_arrays(folder, description["arrays"], description.pop("sha256"))
    change(description)
    digest = digest_of(description, arrays)
    os.replace(arrays_file(folder), folder / f"arrays-{digest[:16]}.npz")
    path.write_text(json.dumps({**description, "sha256": digest}))


def put(*places_and_value):
    *places, last, value = places_and_value

    def change(description):
        for place in places:
            description = description[place]
        description[last] = value

    return change


HUGE = 10**12
FORGERIES = [
    put("network", "sizes", [HUGE, HUGE, 1]),
    put("network", "sizes", [2] * 100_000),
    put("network", "sizes", [2, 4, 1]),
    put("network", "sizes", "23"),
    put("network", "activation", "no such function"),
    put("network", "activation", ["relu"]),
    put("network", "extra", 1),
    put("network", None),
    put("arrays", "observed", {"dtype": "float64", "shape": [HUGE]}),
    put("arrays", "observed", {"dtype": "float64", "shape": [-1]}),
    put("arrays", "observed", {"dtype": "float64", "shape": [3, 4]}),
    put("arrays", "observed", {"dtype": "object", "shape": [12]}),
    put("arrays", "observed", {"dtype": "int64", "shape": [12.0]}),
    put("arrays", "refits.diverged", {"dtype": "uint8", "shape": [4]}),
    put("arrays", "../escaped", {"dtype": "float64", "shape": [0]}),
    put("arrays", []),
    put("encoder", "columns", []),
    put("encoder", "columns", 0, "kind", "unknown"),
    put("encoder", "columns", 1, "levels", ["one"]),
    put("encoder", "columns", [{"name": "alone", "kind": "numeric"}]),
    put("encoder", "columns", 0, "origin", "yesterday"),
    put("encoder", "columns", 0, "origin", 3),
    put("encoder", "columns", 0, "date_order", ["dmy"]),
    put("encoder", "columns", 1, "values", [1, []]),
    put("response", {}),
    put("network", "response", "categorical"),
    put("level", 2),
    put("level", "0.95"),
    put("missing", "guess"),
    put("training", 3),
    put("packages", [[[]]]),
]


@pytest.mark.parametrize("change", FORGERIES[:-1])
def test_forged_descriptions_are_refused_even_with_a_fitting_digest(folder, change):
    forged(folder, change)
    assert DAMAGED in sentence(folder)


def test_a_forgery_that_changes_no_part_of_the_model_is_read(folder, made):
    forged(folder, FORGERIES[-1])  # so the others are refused for what they change
    assert_same(load_model(folder), made())


def test_a_digest_is_no_path(folder):
    path = folder / "model.json"
    text = path.read_text()
    for digest in ("../../../etc/passwd" + "0" * 45, "", None, 3, "g" * 64):
        path.write_text(json.dumps({**json.loads(text), "sha256": digest}))
        assert DAMAGED in sentence(folder)


@given(
    place=st.floats(0, 1, exclude_max=True),
    value=st.integers(1, 255),
    name=st.sampled_from(["model.json", "arrays"]),
)
def test_a_changed_byte_is_noticed_or_changes_nothing(tmp_path_factory, place, value, name, made):
    folder = tmp_path_factory.mktemp("damaged")
    save_model(folder, made())
    path = folder / name if name == "model.json" else arrays_file(folder)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= value
    path.write_bytes(content)
    try:
        model = load_model(folder)
    except InputError:
        return
    assert_same(model, made())  # such as the date of an array in the archive
