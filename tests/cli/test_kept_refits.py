"""Is one command at a time computing for a directory, and is nothing of killed ones left there?"""

import pytest

from jaxnn.cli import kept_refits
from jaxnn.errors import InputError


def test_a_second_command_for_a_directory_says_who_is_computing(tmp_path):
    with kept_refits.only_run(tmp_path):
        with (
            pytest.raises(InputError, match=r"out is .*, for which process \d+ on '.+' is comp"),
            kept_refits.only_run(tmp_path),
        ):
            pass
        with kept_refits.only_run(tmp_path / "another"):
            pass
    with kept_refits.only_run(tmp_path):  # it has ended
        (tmp_path / "refits" / "of-another").mkdir()
    assert [entry.name for entry in (tmp_path / "refits").iterdir()] == ["of-another"]


def test_nothing_is_left_of_a_command_without_refits(tmp_path):
    with pytest.raises(KeyError), kept_refits.only_run(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_temporary_files_of_killed_commands_are_removed_and_others_stay(tmp_path):
    (tmp_path / ".report.html.123-abcdefgh.tmp").write_text("half of a pa")
    (tmp_path / ".mine.tmp").write_text("of someone else")
    with kept_refits.only_run(tmp_path):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == [".mine.tmp"]


def test_a_file_in_the_way_of_refits_is_one_sentence(tmp_path):
    (tmp_path / "refits").write_text("here already")
    with (
        pytest.raises(InputError, match=r"out is .*, where refits cannot be kept \(File exists\)"),
        kept_refits.only_run(tmp_path),
    ):
        pass
