"""What can the command line ask for? Which experiments, how large, from which seed, and where to.

    python -m experiments [NAME ...] [--quick] [--seed N | --seeds A-B] [--out DIR] [--jobs N]

Every argument is checked before anything is computed.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from jaxnn.errors import InputError, unknown_name
from jaxnn.processes.options import add_joining, check_joining
from jaxnn.replicate import available_cores

FIGURES = Path("figures")
LARGEST_SEED = 2**32 - 1
MOST_JOBS = 4  # by default, since each holds more than 1 GiB of memory


@dataclasses.dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    names: tuple[str, ...]
    quick: bool
    seed: int
    out: Path
    redraw: bool
    named: bool
    listed: bool
    joining: argparse.Namespace
    jobs: int
    seeds: tuple[int, ...] = ()

    def command(self, name: str) -> str:
        """The command that repeats one experiment; a folder of this machine alone is left out."""
        words = ["python", "-m", "experiments", name]
        words += ["--quick"] if self.quick else []
        words += ["--seed", str(self.seed)] if self.seed else []
        elsewhere = self.out != default_out(self.quick) and not self.out.is_absolute()
        words += ["--out", str(self.out)] if elsewhere else []
        return shlex.join(words)


class _Parser(argparse.ArgumentParser):
    """A parser whose error message is one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; --help lists what is accepted.")


def default_out(quick: bool) -> Path:
    """The default folder for figures; quick runs never overwrite full ones."""
    return FIGURES / "quick" if quick else FIGURES


def parse(argv: Sequence[str] | None, names: Sequence[str]) -> Options:
    """The options of a command line.

    Args:
      argv: the arguments, by default those of the process.
      names: the names of all experiments.

    Raises:
      InputError: an argument cannot be used.
    """
    parser = _Parser(
        prog="python -m experiments",
        description="Run experiments: compute, check the claims, draw.",
        allow_abbrev=False,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, into figures/quick")
    parser.add_argument("--seed", default="0", metavar="N", help="an integer; 0 by default")
    parser.add_argument(
        "--seeds", metavar="A-B", help="check the claims at each of these seeds; nothing is drawn"
    )
    parser.add_argument("--out", metavar="DIR", help="where figures go; figures by default")
    parser.add_argument("--list", action="store_true", help="list the experiments")
    parser.add_argument("--redraw", action="store_true", help="draw stored results only")
    parser.add_argument(
        "--jobs", metavar="N", help="experiments at a time; by default 1, if quick one per core"
    )
    add_joining(parser)
    given = parser.parse_args(argv)
    check_joining(given)
    if given.redraw and given.distributed:
        raise InputError("redraw computes nothing to share; leave out --distributed.")

    if given.distributed and given.jobs is not None:
        raise InputError("jobs are for one machine; leave out --jobs or --distributed.")

    if given.seeds is not None and (given.redraw or given.seed != "0"):
        raise InputError("seeds is an option of its own; leave out --redraw and --seed.")

    for name in given.names:
        if name not in names:
            raise unknown_name("experiment", name, names)
    chosen = tuple(dict.fromkeys(given.names)) or tuple(names)
    out = default_out(given.quick) if given.out is None else Path(given.out)
    # A large run keeps all cores busy by itself.
    usual = min(available_cores(), MOST_JOBS) if given.quick and not given.distributed else 1
    jobs = usual if given.jobs is None else _jobs(given.jobs)
    return Options(
        chosen,
        given.quick,
        _seed(given.seed),
        out,
        given.redraw,
        named=bool(given.names),
        listed=given.list,
        joining=given,
        jobs=min(jobs, len(chosen)),
        seeds=() if given.seeds is None else _seeds(given.seeds),
    )


def _seed(text: str) -> int:
    # isdecimal also accepts other scripts' digits, which int() reads as well.
    if not (text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST_SEED):
        raise InputError(f"seed is {text!r}; pass an integer from 0 to {LARGEST_SEED}.")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    """The seeds from A to B, both included."""
    first, dash, last = text.partition("-")
    low, high = (_seed(part.strip()) for part in (first, last if dash else first))
    if high < low:
        raise InputError(f"seeds is {text!r}; pass A-B with A at most B, such as 101-110.")
    return tuple(range(low, high + 1))


def _jobs(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 4 and int(text) >= 1):
        raise InputError(f"jobs is {text!r}; pass an integer from 1 to 9999.")
    return int(text)
