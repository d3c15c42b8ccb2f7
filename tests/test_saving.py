"""Are files written whole or not at all, and is nothing left of those that were not?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import jaxnn
from jaxnn import saving
from jaxnn.saving import Missing, Unreadable, read_plain_file, remove_temporary_files, write_whole


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    place = tmp_path / "numbers"
    write_whole(place, lambda file: file.write(b"first"))

    def half(file):
        file.write(b"sec")
        file.flush()
        assert place.read_bytes() == b"first"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(place, half)
    assert place.read_bytes() == b"first"
    assert names(tmp_path) == ["numbers"]
    write_whole(place, lambda file: file.write(b"second"))
    assert place.read_bytes() == b"second"


def test_a_file_has_the_usual_permissions(tmp_path):
    mask = os.umask(0o022)
    try:
        write_whole(tmp_path / "a", lambda file: file.write(b""))
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
    finally:
        assert os.umask(mask) == 0o022


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "a").symlink_to(tmp_path / "precious")
    write_whole(tmp_path / "a", lambda file: file.write(b"new"))
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "a").is_symlink() and (tmp_path / "a").read_bytes() == b"new"


KILLED = """
import os, signal, sys
from pathlib import Path
from jaxnn.saving import write_whole

def half(file):
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

write_whole(Path(sys.argv[1]), half)
"""


def test_what_a_killed_process_left_is_removed_by_the_next_write(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path / "a")]
    root = str(Path(jaxnn.__file__).parents[1])
    assert subprocess.run(command, env=os.environ | {"PYTHONPATH": root}).returncode == -9
    (left,) = names(tmp_path)
    assert left.startswith(".a.") and left.endswith(".tmp")
    write_whole(tmp_path / "b", lambda file: file.write(b"of another name"))
    assert names(tmp_path) == [left, "b"]
    write_whole(tmp_path / "a", lambda file: file.write(b"whole"))
    assert names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("locks", [True, False])
def test_a_file_that_is_being_written_is_not_removed(tmp_path, locks, monkeypatch):
    if not locks:
        monkeypatch.setattr(saving, "fcntl", None)

    def slowly(file):
        file.write(b"first")
        remove_temporary_files(tmp_path)
        write_whole(tmp_path / "a", lambda other: other.write(b"second"))

    write_whole(tmp_path / "a", slowly)
    assert (tmp_path / "a").read_bytes() == b"first" and names(tmp_path) == ["a"]


def test_without_locks_temporary_files_go_after_an_hour(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "fcntl", None)
    for name, age in ((".a.1-abcdefgh.tmp", 7200), (".b.1-abcdefgh.tmp", 60)):
        (tmp_path / name).write_bytes(b"half")
        now = (tmp_path / name).stat().st_mtime
        os.utime(tmp_path / name, (now - age, now - age))
    remove_temporary_files(tmp_path)
    assert names(tmp_path) == [".b.1-abcdefgh.tmp"]


def test_only_temporary_files_of_this_kind_are_removed(tmp_path):
    others = [".a.tmp", ".a.b.tmp", "a.1-abcdefgh.tmp", ".a.1-abcdefgh", ".a.x-abcdefgh.tmp"]
    for name in [*others, ".a.1-abcdefgh.tmp"]:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".c.1-abcdefgh.tmp").mkdir()
    (tmp_path / ".d.1-abcdefgh.tmp").symlink_to(tmp_path / ".a.tmp")
    remove_temporary_files(tmp_path)
    assert names(tmp_path) == sorted([*others, ".c.1-abcdefgh.tmp", ".d.1-abcdefgh.tmp"])
    remove_temporary_files(tmp_path / "missing")  # is nothing to do


def test_only_plain_files_are_read(tmp_path):
    place = tmp_path / "a"
    with pytest.raises(Missing, match="is missing"):
        read_plain_file(place, 10)
    place.write_bytes(b"content")
    assert read_plain_file(place, 7) == b"content"
    with pytest.raises(Unreadable, match="is too large, with 7 bytes"):
        read_plain_file(place, 6)
    (tmp_path / "link").symlink_to(place)
    with pytest.raises(Unreadable, match="is a link"):
        read_plain_file(tmp_path / "link", 10)
    assert read_plain_file(tmp_path / "link", 10, follow_links=True) == b"content"
    os.mkfifo(tmp_path / "pipe")
    for name in (".", "pipe"):
        with pytest.raises(Unreadable, match="is not a plain file"):
            read_plain_file(tmp_path / name, 10)
    with pytest.raises(Unreadable, match=r"cannot be read \(embedded null byte\)"):
        read_plain_file(tmp_path / "a\0", 10)


def test_a_file_that_the_system_refuses_is_a_clause(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Unreadable, match=r"^cannot be read \(Permission denied\)$"):
        read_plain_file(tmp_path / "a", 10)
