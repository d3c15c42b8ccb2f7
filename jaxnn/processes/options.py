"""Which options does a command have that joins other processes?"""

from __future__ import annotations

import argparse

from jaxnn.errors import InputError
from jaxnn.processes.joining import join

OWN = ("process", "words", "coordinator")  # which differ, or are known by several names


def add_joining(parser: argparse.ArgumentParser) -> None:
    """Add the options of many processes to a command."""
    add = parser.add_argument_group("many processes").add_argument
    add(
        "--distributed",
        action="store_true",
        help="run this command in several processes, on one machine or many, which share the work; "
        "started by Slurm, Open MPI or Kubernetes it needs nothing else",
    )
    add("--coordinator", metavar="HOST:PORT", help="host of process 0, and a port that is free")
    add("--processes", type=int, metavar="N", help="the number of processes")
    add("--process", type=int, metavar="I", help="the number of this process, from 0")


def check_joining(options: argparse.Namespace) -> None:
    """Refuse the options of many processes without `--distributed`.

    Raises:
      InputError: such an option.
    """
    for name in ("coordinator", "processes", "process"):
        if not options.distributed and getattr(options, name) is not None:
            raise InputError(f"{name} is {getattr(options, name)!r}; pass --distributed too.")


def join_as_told(options: argparse.Namespace) -> None:
    """Join the other processes, if the options say so; all but the first become quiet.

    Raises:
      InputError: as for `jaxnn.processes.join`; or an option that differs between processes.
    """
    if options.distributed:
        job = join(options.coordinator, options.processes, options.process, quiet=True)
        same = {name: repr(value) for name, value in vars(options).items() if name not in OWN}
        job.check_same("the command line", same)
