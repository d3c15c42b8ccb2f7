"""Does the command behave in a process of its own: exit status, streams, Ctrl-C?"""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_ctrl_c_ends_the_process_without_a_traceback(tmp_path):
    # Far more than can be done before it is stopped.
    words = ["explain", "heart", "--replicates", "3000", "--epochs", "2000", "--hidden", "2"]
    words += ["--penalty", "1", "--no-compare", "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-m", "jaxnn", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        refits = tmp_path / "out" / "refits"
        for _ in range(600):
            if list(refits.rglob("replicates-*.npz")) or process.poll() is not None:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "jaxnn: interrupted" in stderr
    assert list(refits.rglob("replicates-*.npz"))


def test_the_version_and_bad_input_from_a_process(tmp_path):
    def process(*words):
        return subprocess.run(
            [sys.executable, "-m", "jaxnn", *words], cwd=ROOT, capture_output=True, text=True
        )

    shown = process("--version")
    assert shown.returncode == 0 and shown.stdout.startswith("jaxnn ")
    wrong = process("describe", str(tmp_path / "no\x1b[31m\nsuch.csv"))
    assert wrong.returncode == 2 and wrong.stdout == ""
    (line,) = wrong.stderr.splitlines()
    assert "does not exist" in line and "\x1b" not in line
