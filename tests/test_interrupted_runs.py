"""Does an interrupted run resume, and end as if it had never been interrupted?"""

import errno
import shutil
import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError, chunk_store, progress
from jaxnn.chunk_store import Store
from jaxnn.replicate import replicate

COUNT = 9


def keys(count=COUNT, seed=0):
    return jax.random.split(jax.random.key(seed), count)


def slow_draw(key, scale, data):
    first, second = jax.random.split(key)
    return {"draw": scale * jax.random.normal(first, (3,)), "pick": jax.random.choice(second, data)}


def run(directory=None, **changed):
    given = {
        "mapped": (np.arange(1.0, COUNT + 1),),
        "shared": (np.array([2.0, 3.0, 5.0]),),
        "chunk": 1,
        "devices": jax.devices()[:1],
    } | changed
    fn, made = given.pop("fn", slow_draw), given.pop("keys", None)
    return replicate(fn, keys() if made is None else made, directory=directory, **given)


def assert_equal(first, second):
    assert jax.tree.structure(first) == jax.tree.structure(second)
    jax.tree.map(np.testing.assert_array_equal, first, second)


def killed(directory, after, monkeypatch, **changed):
    """Interrupt a run after `after` chunks are saved; returns their replicates."""

    class Killed(BaseException):
        pass

    saved, save = [], Store.save

    def save_and_die(self, indices, leaves):
        if len(saved) == after:
            raise Killed
        saved.append(indices)
        save(self, indices, leaves)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "save", save_and_die)
        with pytest.raises(Killed):
            run(directory, **changed)
    return np.concatenate(saved) if saved else np.array([], int)


@pytest.fixture
def computed(monkeypatch):
    """The replicates that are computed, not read."""
    seen, save = [], Store.save

    def note(self, indices, leaves):
        seen.extend(indices.tolist())
        save(self, indices, leaves)

    monkeypatch.setattr(Store, "save", note)
    return seen


@pytest.mark.parametrize("after", [0, 1, 4])
@pytest.mark.parametrize("again", [{}, {"chunk": 4}, {"devices": None}])
def test_an_interrupted_run_resumes_to_the_same_result(
    after, again, tmp_path, monkeypatch, computed
):
    done = killed(tmp_path, after, monkeypatch)
    computed.clear()
    assert_equal(run(tmp_path, **again), run())
    assert sorted(computed) == sorted(set(range(COUNT)) - set(done.tolist()))
    computed.clear()
    assert_equal(run(tmp_path, **again), run())  # all chunks are there: nothing is computed
    assert computed == []


def test_an_error_inside_the_function_keeps_the_finished_chunks(tmp_path, computed):
    fatal = [True]

    def fragile(key, scale, data):
        def check(value):
            if fatal and value == 8:
                raise RuntimeError("the lights go out")
            return value

        shape = jax.ShapeDtypeStruct((), jnp.float32)
        return jax.pure_callback(check, shape, scale, vmap_method="sequential") + 0 * jnp.sum(data)

    with pytest.raises(Exception, match="the lights go out"):
        run(tmp_path, fn=fragile)
    done = set(computed)
    assert done <= set(range(7)) and len(done) >= 3
    fatal.clear()
    computed.clear()
    np.testing.assert_array_equal(run(tmp_path, fn=fragile), np.arange(1.0, COUNT + 1))


DAMAGES = {
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "text": lambda data: b"not an archive",
    "one bit": lambda data: data[:150] + bytes([data[150] ^ 4]) + data[151:],
    "another format": lambda data: b"\x93NUMPY" + data[6:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_chunk_is_computed_again(damage, tmp_path, computed):
    whole = run(tmp_path)
    place = sorted(tmp_path.glob("replicates-*.npz"))[4]
    sound = place.read_bytes()
    place.write_bytes(DAMAGES[damage](sound))
    computed.clear()
    assert_equal(run(tmp_path), whole)
    assert computed == [4]
    assert place.read_bytes() != DAMAGES[damage](sound)


OTHER = np.arange(COUNT, dtype=np.float32)


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": keys(seed=1)},
        {"mapped": (np.arange(COUNT) * 2.0,)},
        {"shared": (np.array([2.0, 3.0, 7.0]),)},
        {"fn": lambda key, scale, data: scale * jax.random.normal(key, (4,))},
        {"fn": lambda key, scale, data: scale + jnp.sum(OTHER)},
        {"fn": lambda key, scale, data: scale + jnp.sum(OTHER + 1)},
        {"keys": keys()[:4], "mapped": (np.arange(4.0),)},
    ],
)
def test_the_directory_of_another_run_is_refused(changed, tmp_path):
    changed = dict(changed)
    if "keys" in changed:
        data = jax.random.key_data(changed["keys"])
        changed["keys"] = jax.random.wrap_key_data(data)  # used once more in another example
    killed_or_not = run(tmp_path)
    with pytest.raises(InputError, match=r"directory .* holds the results of another run"):
        run(tmp_path, **changed)
    assert_equal(run(tmp_path), killed_or_not)


def test_a_constant_inside_the_function_is_part_of_the_run(tmp_path):
    def made(values):
        return lambda key, scale, data: scale + jnp.sum(values)

    run(tmp_path, fn=made(np.arange(1000.0)))
    run(tmp_path, fn=made(np.arange(1000.0)))
    with pytest.raises(InputError, match="another run"):
        run(tmp_path, fn=made(np.arange(1000.0) + 1))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[1]", b'{"replicates": 9}'])
def test_a_manifest_of_something_else_is_refused(content, tmp_path):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(InputError, match="directory"):
        run(tmp_path)
    assert (tmp_path / "run.json").read_bytes() == content


def test_a_path_that_is_not_a_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("here already")
    with pytest.raises(InputError, match=r"directory is .*file.*cannot be used"):
        run(tmp_path / "file")
    assert run(tmp_path / "new" / "deep")["draw"].shape == (COUNT, 3)


@pytest.mark.parametrize("directory", ["", b"run", 3, ["run"], "a\0b", "x" * 300])
def test_what_is_no_path_is_refused(directory):
    with pytest.raises(InputError, match=r"^directory is [^\n]*; pass [^\n]*\.$"):
        run(directory)


def test_a_directory_that_cannot_be_written_is_refused_unless_it_is_complete(tmp_path, monkeypatch):
    """Before anything is computed; a complete run can be read from any directory."""
    killed(tmp_path / "half", 5, monkeypatch)
    whole = run(tmp_path / "whole")

    def refuse(*args, **settings):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(InputError, match=r"directory is .*half.*cannot be used.*Permission"):
        run(tmp_path / "half")
    np.testing.assert_array_equal(run(tmp_path / "whole")["draw"], whole["draw"])


def test_the_progress_bar_counts_chunks_that_were_saved_before(tmp_path, monkeypatch, capsys):
    killed(tmp_path, 5, monkeypatch)
    monkeypatch.setattr(progress, "is_watched", lambda: True)
    run(tmp_path, progress=True)
    shown = capsys.readouterr().err
    assert "9/9" in shown  # not 4/9, the replicates computed now


def test_replicates_of_small_floats_are_saved(tmp_path, computed):
    def small(key):
        value = jax.random.normal(key, (3,))
        return value.astype(jnp.bfloat16), value.astype(jnp.float8_e5m2), value.astype(jnp.int4)

    first = replicate(small, keys(seed=2), directory=tmp_path)
    computed.clear()
    again = replicate(small, keys(seed=2), directory=tmp_path)
    assert computed == [] and [leaf.dtype.name for leaf in again] == [
        "bfloat16",
        "float8_e5m2",
        "int4",
    ]
    for one, other in zip(first, again, strict=True):
        assert one.tobytes() == other.tobytes()


def test_a_directory_in_place_of_the_manifest_is_one_sentence(tmp_path):
    (tmp_path / "run.json").mkdir()
    with pytest.raises(InputError, match=r"directory is .*, whose run\.json is not a plain file"):
        run(tmp_path)


def test_threads_of_one_process_exclude_each_other(tmp_path):
    """Two different runs at once: one of them is computed, the other is refused."""
    meet, results, refusals = threading.Barrier(2), [], []

    def waiting(key):
        def wait(value):
            time.sleep(0.2)
            return value

        shape = jax.ShapeDtypeStruct((), jnp.float32)
        return jax.pure_callback(wait, shape, jax.random.normal(key), vmap_method="sequential")

    def compute(seed):
        made = keys(2, seed)
        meet.wait(timeout=60)
        try:
            results.append((seed, replicate(waiting, made, directory=tmp_path)))
        except InputError as refusal:
            refusals.append(str(refusal))

    threads = [threading.Thread(target=compute, args=(seed,)) for seed in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    ((seed, result),) = results
    assert len(refusals) == 1 and "is using" in refusals[0]
    expected = jax.vmap(jax.random.normal)(keys(2, seed))
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_a_run_on_a_full_disk_goes_on_and_says_so_once(tmp_path, monkeypatch, caplog, computed):
    whole, written = chunk_store.write_whole, []

    def full(path, write, **options):
        if len(written) == 4:  # the manifest and three chunks
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        whole(path, write, **options)

    with monkeypatch.context() as patch:
        patch.setattr(chunk_store, "write_whole", full)
        assert_equal(run(tmp_path), run())
    (sentence,) = caplog.messages
    assert "replicates-00000003.npz cannot be written (No space left on device)" in sentence
    computed.clear()
    assert_equal(run(tmp_path), run())
    assert computed == [3, 4, 5, 6, 7, 8]  # what was saved before the disk was full is used


def test_a_directory_that_vanishes_costs_no_result(tmp_path, caplog):
    directory = tmp_path / "run"

    def told(share):
        if 0 < share < 1 and directory.exists():
            shutil.rmtree(directory)

    assert_equal(run(directory, progress=told), run())
    (sentence,) = caplog.messages
    assert "cannot be written (No such file or directory); the run goes on" in sentence


@pytest.mark.parametrize("name", ["run.lock", "replicates-00000004.npz"])
def test_a_directory_in_place_of_a_file_costs_no_result(name, tmp_path, caplog):
    (tmp_path / name).mkdir()
    if name == "run.lock":
        with pytest.raises(InputError, match=r"which cannot be used \(Is a directory\)"):
            run(tmp_path)
    else:
        assert_equal(run(tmp_path), run())
        assert len(caplog.messages) == 2
        assert "is not a plain file, so it is not used" in caplog.messages[0]
        assert "cannot be written (Is a directory)" in caplog.messages[1]
