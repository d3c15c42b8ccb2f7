"""Does one run at a time hold the lock of a directory, and is its holder named?"""

import errno
import os
import socket
import threading
import time

import pytest

from jaxnn import directory_lock
from jaxnn.directory_lock import DirectoryLock

HERE = f"process {os.getpid()} on {socket.gethostname()!r}"


def test_a_second_lock_names_the_first_until_it_is_released(tmp_path):
    first, second = DirectoryLock(tmp_path), DirectoryLock(tmp_path)
    assert first.acquire() == ""
    assert second.acquire() == HERE
    second.release()  # of what is not held: nothing
    assert second.acquire() == HERE
    first.release()
    assert second.acquire() == ""
    assert first.acquire() == HERE


@pytest.mark.parametrize(
    "signature", [b"", b"{", b"[1]", b'{"process": "x", "host": 1}', b"\xff" * 2000, b"[" * 900]
)
def test_a_signature_that_cannot_be_read_is_another_process(tmp_path, signature):
    first = DirectoryLock(tmp_path)
    assert first.acquire() == ""
    first.path.write_bytes(signature)
    assert DirectoryLock(tmp_path).acquire() == "another process"


def test_a_signature_stays_on_one_short_line(tmp_path):
    first = DirectoryLock(tmp_path)
    assert first.acquire() == ""
    first.path.write_text('{"process": 1, "host": "' + "a\\n" * 200 + '"}')
    holder = DirectoryLock(tmp_path).acquire()
    assert len(holder) < 200 and "\n" not in holder


def test_a_lock_whose_file_was_removed_excludes_nobody_by_mistake(tmp_path, monkeypatch):
    """The holder removes the file after another has opened it, and before that one locks it."""
    first, second, third = (DirectoryLock(tmp_path) for _ in range(3))
    assert first.acquire() == ""
    lock = DirectoryLock._lock

    def late(self, descriptor):
        first.remove()
        return lock(self, descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(DirectoryLock, "_lock", late)
        assert second.acquire() == ""
    assert third.acquire() == HERE
    second.remove()
    assert list(tmp_path.iterdir()) == []


def test_one_waits_for_another_and_is_told_once(tmp_path):
    first, second, told = DirectoryLock(tmp_path), DirectoryLock(tmp_path), []
    assert first.acquire() == ""
    waiting = threading.Thread(target=second.wait, args=(told.append,))
    waiting.start()
    while not told:
        time.sleep(0.01)
    assert waiting.is_alive() and told == [HERE]
    first.release()
    waiting.join(timeout=30)
    assert not waiting.is_alive() and first.acquire() == HERE
    assert told == [HERE]


@pytest.mark.parametrize("put", ["link", "directory", "missing"])
def test_what_is_no_file_is_not_locked(tmp_path, put):
    place, folder = tmp_path / "run.lock", tmp_path
    if put == "link":
        (tmp_path / "precious").write_text("precious")
        place.symlink_to(tmp_path / "precious")
    elif put == "directory":
        place.mkdir()
    else:
        folder = tmp_path / "missing"
    with pytest.raises(OSError, match=r"symbolic links|Is a directory|No such file"):
        DirectoryLock(folder).acquire()
    if put == "link":
        assert (tmp_path / "precious").read_text() == "precious"


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(directory_lock.fcntl, "flock", refuse)
    assert DirectoryLock(tmp_path).acquire() == ""
    (sentence,) = caplog.messages
    assert "cannot be locked (file locks: No locks available); start no second run" in sentence
