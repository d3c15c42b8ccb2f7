"""Do the messages about processes say in one sentence what happened, and pass on all else?"""

import argparse
import io
import subprocess
import sys
from pathlib import Path

import pytest

from jaxnn import InputError
from jaxnn.cli import main
from jaxnn.processes import (
    agreed,
    current,
    first,
    first_alone,
    join,
    leave,
    native_messages,
    threads,
)
from jaxnn.processes.native_messages import sentences
from jaxnn.processes.options import add_joining, check_joining
from jaxnn.processes.recorded import Recorded

FATAL = (
    "F1129 10:56:28.382757   16534 client.h:80] Terminating process because the JAX distributed "
    "service detected fatal errors. This most likely indicates that another task died. {reason}\n"
)
STACK = "*** Check failure stack trace: ***\n    @     0x7f  absl::LogMessage::SendToLog()\n"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("UNAVAILABLE: Failed to send RPC. PollForError", "process 0, which coordinates"),
        ("DEADLINE_EXCEEDED\nRPC: /x.Service/RegisterTask", "was not reached at host:1"),
        ("ALREADY_EXISTS: a newer incarnation\nRegisterTask", "two processes have the same number"),
        ("INVALID_ARGUMENT: Unexpected task\nRegisterTask", "not below the number of processes"),
    ],
)
def test_a_page_of_the_runtime_becomes_one_sentence(reason, sentence):
    written = [
        "E1129 coordination_service_agent.cc:289] Polled an error from coordination service.\n",
        *FATAL.format(reason=reason).splitlines(keepends=True),
        *STACK.splitlines(keepends=True),
    ]
    (shown,) = sentences(written, "host:1")
    assert shown.startswith("jaxnn: ")
    assert shown.count("\n") == 1
    assert sentence in shown


def test_other_messages_are_passed_on_as_they_are():
    written = ["W0000 some.cc:1] the disk is slow\n", "Fatal Python error: Segmentation fault\n"]
    assert list(sentences(written, "host:1")) == written


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"coordinator": "host"}, "coordinator is 'host'; pass host:port"),
        ({"coordinator": "host:0"}, "port from 1 to 65535"),
        ({"coordinator": 3}, "coordinator is 3; pass 'host:port'"),
        ({"processes": 0}, "processes is 0"),
        ({"processes": 10**30}, "at most 65,536"),
        ({"process": -1}, "process is -1"),
        ({"processes": 2, "process": 2}, "process is 2, but there are 2 processes"),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused_before_anything_starts(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        join(**arguments)


def test_a_host_without_process_0_is_named():
    with pytest.raises(InputError, match=r"'localhost:1', where process 0 cannot be reached"):
        join("localhost:1", 2, 1, within=0)


def test_options_of_many_processes_need_the_one_that_asks_for_them(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    add_joining(parser)
    check_joining(parser.parse_args(["--distributed", "--processes", "2"]))
    with pytest.raises(InputError, match="processes is 2; pass --distributed too"):
        check_joining(parser.parse_args(["--processes", "2"]))
    assert main(["explain", "heart", "--process", "1", "--out", str(tmp_path)]) == 2
    assert "pass --distributed too" in capsys.readouterr().err


def test_a_process_that_is_alone_decides_writes_and_prints():
    assert current() is None
    assert first()
    assert threads(3) == 3
    assert agreed("x") == "x"
    assert first_alone(lambda: 4) == 4
    assert leave(5) == 5


def test_a_quiet_stream_keeps_its_last_line_that_is_no_bar():
    behind = io.StringIO()
    quiet, passing = Recorded(behind, passing=False), Recorded(behind, passing=True)
    print("jaxnn: the disk is full\n\rrefits:  50%|#####     |", file=quiet)
    print("shown", file=passing)
    assert quiet.last_line() == "the disk is full"
    assert behind.getvalue() == "shown\n"
    assert not quiet.isatty()


def test_an_abort_ends_the_process_without_a_core_file():
    program = (
        "import os, threading\n"
        "from native_messages import end_at_once_on_abort\n"  # the file runs alone, without JAX
        "end_at_once_on_abort()\n"
        "threading.Thread(target=os.abort).start()\n"
        "threading.Event().wait(20)\n"
    )
    folder = Path(native_messages.__file__).parent
    ended = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (6, b"", b"")
