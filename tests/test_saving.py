"""Are files written whole or not at all, and is nothing left of those that were not?"""

import os

import pytest

from jaxnn.saving import write_whole


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
    assert [entry.name for entry in tmp_path.iterdir()] == ["numbers"]
    write_whole(place, lambda file: file.write(b"second"))
    assert place.read_bytes() == b"second"


def test_a_file_has_the_usual_permissions(tmp_path):
    mask = os.umask(0o022)
    try:
        write_whole(tmp_path / "a", lambda file: file.write(b""))
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
    finally:
        assert os.umask(mask) == 0o022
