"""Are only chunks believed that this run has saved, and is one run at a time in a directory?"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from jaxnn import InputError
from jaxnn.array_files import described, sealed
from jaxnn.chunk_store import Store, fingerprint_of

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(jaxnn.__file__).parents[1])}


# Chunks that are not believed ---------------------------------------------------------------------

LEAVES = [jax.ShapeDtypeStruct((2,), np.dtype(np.float32)), jax.ShapeDtypeStruct((), jnp.bfloat16)]


def store_in(folder, fingerprint="a run", leaves=LEAVES, **options):
    return Store(folder, 6, fingerprint, leaves, **options)


def results_of(indices):
    """What the run computes for these replicates."""
    values = np.asarray(indices, np.float32)
    return [np.stack([values, -values], axis=1), values.astype(jnp.bfloat16)]


def save(store, *chunks):
    for indices in chunks:
        store.save(np.array(indices), results_of(indices))


@pytest.fixture
def half(tmp_path):
    """A directory with the first half of a run."""
    with store_in(tmp_path) as store:
        save(store, [0, 1], [2])
    return tmp_path


def found_in(folder, caplog, **options):
    """The replicates that are believed, and what is said; what is believed must be right."""
    caplog.clear()
    with store_in(folder, **options) as store:
        chunks, missing = store.finished()
    for indices, leaves in chunks:
        for leaf, right in zip(leaves, results_of(indices), strict=True):
            np.testing.assert_array_equal(leaf, right)
            assert leaf.dtype == right.dtype
    believed = sorted(np.concatenate([indices for indices, _ in chunks])) if chunks else []
    assert sorted([*believed, *missing]) == list(range(6))
    return believed, caplog.messages


def test_what_was_saved_is_found(half, caplog):
    assert found_in(half, caplog) == ([0, 1, 2], [])


PLANTED = {
    "of another run": ([3], results_of([3]), "another run", LEAVES, "is of another run"),
    "one leaf": ([3], results_of([3])[:1], "a run", LEAVES, "other dtypes or shapes"),
    "three leaves": ([3], [*results_of([3]), np.zeros(1)], "a run", LEAVES, "other dtypes or shap"),
    "another shape": (
        [3],
        [np.zeros((1, 3), np.float32), results_of([3])[1]],
        "a run",
        LEAVES,
        "holds results of other dtypes or shapes",
    ),
    "another dtype": (
        [3],
        [results_of([3])[0], np.zeros(1, np.float16)],
        "a run",
        LEAVES,
        "holds results of other dtypes or shapes",
    ),
    "too few results": ([3, 4], results_of([3]), "a run", LEAVES, "other dtypes or shapes"),
    "one replicate twice": ([3, 3], results_of([3, 3]), "a run", LEAVES, "or repeats one"),
    "negative": ([-1], results_of([5]), "a run", LEAVES, "that this run does not have"),
    "negative, later": ([3, -2], results_of([3, 4]), "a run", LEAVES, "this run does not have"),
    "beyond the last": ([6], results_of([6]), "a run", LEAVES, "that this run does not have"),
    "of another chunk": ([1, 3], results_of([1, 3]), "a run", LEAVES, "repeats replicates of ano"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_chunk_is_not_believed_and_is_named(planted, half, caplog):
    """Each is sound in itself, with a digest that fits."""
    indices, leaves, fingerprint, forms, why = PLANTED[planted]
    store_in(half, fingerprint, forms).save(np.array(indices), leaves)
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1, 2]
    assert f"replicates-{indices[0]:08d}.npz" in sentence and why in sentence
    assert sentence.endswith("so it is not used; its replicates are computed again.")


def test_a_chunk_without_replicates_is_not_believed(half, caplog):
    arrays = {"indices": np.zeros(0, np.int64), "leaf0": np.zeros((0, 2), np.float32)}
    arrays["leaf1"] = np.zeros(0, jnp.bfloat16)
    text = json.dumps({"run": "a run", "arrays": described(arrays)}).encode()
    arrays["description"] = np.frombuffer(text, np.uint8)
    (half / "replicates-00000003.npz").write_bytes(sealed(arrays))
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1, 2] and "does not have" in sentence


def test_every_chunk_of_another_run_is_doubted_without_its_manifest(half, tmp_path, caplog):
    (half / "run.json").unlink()
    believed, sentences = found_in(half, caplog, fingerprint="another run")
    assert believed == [] and len(sentences) == 2
    assert all("is of another run, so it is not used" in sentence for sentence in sentences)


def test_a_copied_manifest_makes_no_chunk_believed(half, tmp_path, caplog):
    other = tmp_path / "other"
    with store_in(other, "another run") as store:
        save(store, [3, 4])
    (other / "run.json").write_bytes((half / "run.json").read_bytes())
    believed, (sentence,) = found_in(other, caplog)
    assert believed == [] and "is of another run" in sentence


def test_many_chunks_that_are_not_believed_are_counted(tmp_path, caplog):
    with store_in(tmp_path, "another run") as store:
        save(store, *([i] for i in range(6)))
    (tmp_path / "run.json").unlink()
    _, sentences = found_in(tmp_path, caplog)
    assert len(sentences) == 6 and sentences[-1].startswith("1 more files in ")


def test_a_chunk_that_numpy_wrote_is_not_believed(half, caplog):
    place = half / "replicates-00000002.npz"
    with np.load(place) as file:
        arrays = dict(file)
    assert arrays["leaf0"].tolist() == [[2, -2]]  # so NumPy alone can read it
    np.savez(place, **arrays)
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1] and "is damaged" in sentence


SEALED = {
    "no description": ({"description": None}, "was not saved by this program"),
    "no text": ({"description": np.array([255, 254], np.uint8)}, "is damaged"),
    "no JSON": ({"description": np.zeros(3, np.uint8)}, "was not saved by this program"),
    "another text": ({"description": np.array([91, 93], np.uint8)}, "not saved by this program"),
    "more arrays": ({"more": np.zeros(2)}, "holds other arrays"),
    "fewer arrays": ({"leaf1": None}, "holds other arrays"),
    "other arrays than described": ({"leaf0": np.zeros(999)}, "holds arrays of other shapes"),
}


@pytest.mark.parametrize("change", SEALED)
def test_a_sealed_file_of_something_else_is_not_believed(change, half, caplog):
    place = half / "replicates-00000002.npz"
    with np.load(place) as file:
        arrays = dict(file)
    changes, why = SEALED[change]
    changed = {name: array for name, array in {**arrays, **changes}.items() if array is not None}
    place.write_bytes(sealed(changed))
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1] and why in sentence


@pytest.mark.parametrize(
    ("put", "why"),
    [
        (lambda place, copy: place.symlink_to(copy), "is a link"),
        (lambda place, copy: place.symlink_to("/dev/zero"), "is a link"),
        (lambda place, copy: place.symlink_to("nowhere"), "is a link"),
        (lambda place, copy: place.mkdir(), "is not a plain file"),
        (lambda place, copy: os.mkfifo(place), "is not a plain file"),
        (lambda place, copy: place.write_bytes(bytes(200_000)), "is too large, with 200,000"),
        (lambda place, copy: os.replace(copy, place.parent / "replicates-7.npz"), "named after"),
    ],
)
def test_what_is_no_chunk_is_not_read(put, why, half, caplog):
    place = half / "replicates-00000002.npz"
    copy = half / "copy"
    os.replace(place, copy)
    put(place, copy)
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1] and why in sentence


def test_a_link_is_replaced_and_what_it_leads_to_stays(half, caplog):
    place, copy = half / "replicates-00000002.npz", half / "copy"
    content = place.read_bytes()
    copy.write_bytes(b"precious")
    place.unlink()
    place.symlink_to(copy)
    with store_in(half) as store:
        save(store, [2])
    assert copy.read_bytes() == b"precious"
    assert not place.is_symlink() and place.read_bytes() == content


@pytest.mark.parametrize(
    "dtype", ["bfloat16", "float8_e4m3fn", "int4", "uint2", "bool", "complex64", "float16", "int64"]
)
def test_every_dtype_comes_back_as_it_went(dtype, tmp_path):
    leaf = np.array([[0, 1], [1, 0]]).astype(jnp.dtype(dtype))
    form = [jax.ShapeDtypeStruct((2,), jnp.dtype(dtype))]
    with Store(tmp_path, 2, "a run", form) as store:
        store.save(np.arange(2), [leaf])
        ((_, (found,)),), missing = store.finished()
    assert found.dtype == leaf.dtype and found.tobytes() == leaf.tobytes() and len(missing) == 0


# The manifest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "put",
    [
        lambda place: place.write_bytes(place.read_bytes()[:-9]),
        lambda place: place.write_bytes(place.read_bytes().replace(b'"replicates": 6', b'"r": 6')),
        lambda place: place.write_bytes(b""),
        lambda place: place.symlink_to(os.path.join(place.parent, "elsewhere")),
        lambda place: place.write_text('{"replicates": 7}'),
    ],
)
def test_a_damaged_manifest_is_written_again_beside_chunks_of_the_run(put, half, caplog):
    place = half / "run.json"
    sound = place.read_bytes()
    if put.__code__.co_names[0] == "symlink_to":
        place.unlink()
    put(place)
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1, 2] and "written again" in sentence
    assert place.read_bytes() == sound
    assert not (half / "elsewhere").exists()


# One run at a time --------------------------------------------------------------------------------


def test_a_second_run_in_a_directory_says_who_is_using_it(half):
    before = {place: place.read_bytes() for place in half.iterdir()}
    told = rf"directory is .*, which process {os.getpid()} on .* is using; wait until"
    with store_in(half):
        (half / ".replicates-00000003.npz.1-abcdefgh.tmp").write_bytes(b"being written")
        for other in (store_in(half), store_in(half, "another run")):
            with pytest.raises(InputError, match=told), other:
                pass
        (half / ".replicates-00000003.npz.1-abcdefgh.tmp").unlink()
    assert {place: place.read_bytes() for place in half.iterdir()} == before
    with store_in(half) as store:  # released
        save(store, [3])


def test_the_lock_is_given_up_when_the_process_is_killed(tmp_path):
    program = (
        "import os, sys, signal; from pathlib import Path;"
        "from jaxnn.directory_lock import DirectoryLock; lock = DirectoryLock(Path(sys.argv[1]));"
        "assert lock.acquire() == ''; print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=ENVIRONMENT) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        told = rf"which process {process.pid} on .* is using"
        with pytest.raises(InputError, match=told), store_in(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    with store_in(tmp_path) as store:
        assert len(store.finished()[1]) == 6


def test_processes_of_one_run_save_chunks_while_the_first_leads(tmp_path, caplog):
    with store_in(tmp_path) as leader, store_in(tmp_path, leader=False) as other:
        save(other, [3, 4])
        save(leader, [0])
        assert list(other.finished()[1]) == list(leader.finished()[1]) == [1, 2, 5]
    assert found_in(tmp_path, caplog) == ([0, 3, 4], [])


def test_without_locks_of_the_system_a_warning_says_so(half, caplog, monkeypatch):
    monkeypatch.setattr("jaxnn.directory_lock.fcntl", None)
    believed, (sentence,) = found_in(half, caplog)
    assert believed == [0, 1, 2]
    assert "cannot be locked" in sentence and "start no second run" in sentence


def test_what_killed_runs_left_is_removed_at_the_next_start(half, caplog):
    left = [".replicates-00000003.npz.9-abcdefgh.tmp", ".run.json.9-abcdefgh.tmp"]
    for name in left:
        (half / name).write_bytes(b"half")
    (half / ".mine.tmp").write_bytes(b"of someone else")
    assert found_in(half, caplog) == ([0, 1, 2], [])
    assert not any((half / name).exists() for name in left)
    assert (half / ".mine.tmp").exists()


@given(data=st.data())
def test_a_chunk_of_which_any_byte_was_changed_is_not_believed(tmp_path_factory, data):
    if not CHUNK:
        folder = tmp_path_factory.mktemp("chunk")
        with store_in(folder) as store:
            save(store, [0, 1])
        CHUNK.extend([(folder / "replicates-00000000.npz").read_bytes(), store])
    sound, store = CHUNK
    start = data.draw(st.integers(0, len(sound)))
    stop = data.draw(st.integers(start, min(start + 3, len(sound))))
    changed = sound[:start] + data.draw(st.binary(max_size=3)) + sound[stop:]
    (store.path / "replicates-00000000.npz").write_bytes(changed)
    chunks, missing = store.finished()
    assert len(chunks) == (changed == sound)
    assert len(missing) == (4 if changed == sound else 6)


CHUNK: list = []


def test_the_fingerprint_is_the_same_in_every_process():
    """Python's own `hash` differs from one process to the next."""
    program = (
        "import numpy as np; from jaxnn.chunk_store import fingerprint_of;"
        "print(fingerprint_of(['x', np.arange(3)]))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, env=ENVIRONMENT, capture_output=True, text=True
    ).stdout
    assert printed.strip() == fingerprint_of(["x", np.arange(3)])
