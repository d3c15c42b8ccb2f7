"""How does one command run every experiment, and compute nothing twice?

    options -> for each experiment, some at a time: its outcome -> gallery, pages -> all claims

Each experiment has the key fold_in(key(seed), crc32(name)), so none depends on which others run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import jax

from experiments import NAMES
from experiments.lab import companion, contract, gallery, repetition
from experiments.lab.one_experiment import Outcome, guarded, run
from experiments.lab.options import Options, parse
from experiments.lab.outcomes import tally
from experiments.lab.progress import Overall, expected, readable
from experiments.lab.reading import verdicts
from experiments.lab.side_by_side import side_by_side
from jaxnn import processes
from jaxnn.errors import InputError
from jaxnn.processes.options import join_as_told
from jaxnn.replicate import compile_quickly, use_all_cores

T = TypeVar("T")

LOST = "failed: its process has ended, perhaps for lack of memory; run it again"


def start_jax(quick: bool) -> None:
    """Give XLA one CPU device per core, and keep compiled programs for the next run.

    Most programs of a quick run take so little time that they are not optimised.
    """
    use_all_cores()
    if quick:
        compile_quickly()
    keep_compiled_programs()


def keep_compiled_programs() -> None:
    """Turn on JAX's persistent compilation cache, unless the user has set one.

    A folder that cannot be written costs only compile time, so that is not an error.
    """
    if jax.config.values["jax_compilation_cache_dir"] is not None:
        return
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(caches) / "jaxnn" / "xla"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


def main(
    argv: Sequence[str] | None = None,
    *,
    names: Sequence[str] = NAMES,
    package: str = "experiments",
    prepare: Callable[[bool], object] = start_jax,
    tidy: Callable[[], None] = jax.clear_caches,
) -> int:
    """Run the command line.

    Args:
      argv: the arguments, by default those of the process.
      names: the names of all experiments.
      package: the package that holds them.
      prepare: called once in each process that computes, with whether the sizes are quick.
      tidy: called after each experiment; by default compiled programs are let go, since each holds
        mappings of memory, whose number the system limits.

    Returns:
      The exit status: 0, or 1 when a claim does not hold or an experiment fails, or 2 when an
      argument cannot be used.
    """
    try:
        options = parse(argv, names)
        if options.listed:
            _list(options.names, package)
            return 0
        if not options.redraw:
            prepare(options.quick)
        join_as_told(options.joining)
        processes.first_alone(partial(_check_writable, options.out))
    except InputError as error:
        print(f"experiments: {error}", file=sys.stderr)
        return processes.leave(2)
    try:
        return processes.leave(_run_all(options, names, package, prepare, tidy))
    except BaseException:
        processes.leave(1)
        raise


def _list(names: Sequence[str], package: str) -> None:
    width = max(map(len, names), default=0)
    for name in names:
        try:
            title = contract.load(name, package).title
        except (ImportError, InputError) as error:
            title = f"(cannot be loaded: {error})"
        print(f"{name:{width}}  {title}")


def _check_writable(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"out is {str(out)!r}, which is a file; pass a directory.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise InputError(
            f"out is {str(out)!r}, which cannot be written ({error.strerror}); "
            "pass a directory that can."
        ) from error


def _run_all(
    options: Options,
    names: Sequence[str],
    package: str,
    prepare: Callable[[bool], object],
    tidy: Callable[[], None],
) -> int:
    broken: list[str] = []
    records: list[dict[str, Any]] = []
    begin = time.perf_counter()
    work = partial(run, options=options, package=package)
    beside = partial(_run_and_tidy, work)
    ready = _nothing if options.redraw else partial(prepare, options.quick)
    shared, own = _divided(options, package)
    with ExitStack() as stack:
        overall = stack.enter_context(Overall((*shared, *own), options.quick, options.jobs))
        several = side_by_side(shared, beside, options.jobs, ready, overall.start, lost=LOST)
        stack.enter_context(closing(several))  # so that an interrupt here ends its processes
        for name, outcome in chain(several, _in_turn(own, work, overall.start, tidy)):
            if isinstance(outcome, Outcome):
                outcome = guarded(partial(_with_pages, outcome, options.out, names))
            if isinstance(outcome, Outcome):
                records.append(outcome.record)
                overall.finish(name, ", ".join(outcome.sentences), outcome.seconds)
            elif isinstance(outcome, str):
                overall.finish(name, outcome, stream=sys.stderr)
                broken.append(name)
            else:
                overall.finish(name)  # process 0 writes and draws
    # Claims that do not hold are listed in the order of the experiments, whichever ended first.
    records.sort(key=lambda shown: options.names.index(shown["name"]))
    outcome = tally(verdict for shown in records for verdict in verdicts(shown))
    took = readable(time.perf_counter() - begin)
    where = repetition.FOLDER if options.seeds else "README.md"
    print(f"{outcome}; {took} in all; see {options.out / where}")
    failed = [
        (shown["name"], claim)
        for shown in records
        for claim in shown["claims"]
        if claim["holds"] is False
    ]
    if failed:
        print(f"{len(failed)} claims do not hold:", file=sys.stderr)
        for name, claim in failed:
            print(
                f"    {name}: {claim['statement']} (expected {claim['expected']}, "
                f"measured {claim['measured']}, interval {claim['interval']})",
                file=sys.stderr,
            )
    if broken:
        print(f"experiments that failed: {', '.join(broken)}", file=sys.stderr)
    return 1 if failed or broken else 0


def _divided(options: Options, package: str) -> tuple[list[str], list[str]]:
    """The experiments that run side by side, and those that this process runs, one by one.

    What measures the machine runs last, when nothing else does, unless it is too quick to measure.
    The longest start first, so that none of them runs alone at the end.
    """
    if options.jobs == 1:
        return [], list(options.names)
    own = []
    if not options.quick:
        own = [name for name in options.names if contract.measures_machine(name, package)]
    shared = [name for name in options.names if name not in own]
    return sorted(shared, key=expected, reverse=True), own


def _run_and_tidy(work: Callable[[str], T], name: str) -> T:
    """Run one of several experiments in a process of its own."""
    try:
        return work(name)
    finally:
        jax.clear_caches()


def _in_turn(
    names: Sequence[str],
    work: Callable[[str], Outcome | str | None],
    started: Callable[[str], object],
    tidy: Callable[[], None],
) -> Iterator[tuple[str, Outcome | str | None]]:
    """Call `work(name)` for every name in this process, one by one: (name, result) of each."""
    for name in names:
        started(name)
        try:
            yield name, work(name)
        finally:
            tidy()


def _with_pages(outcome: Outcome, out: Path, names: Sequence[str]) -> Outcome:
    """The outcome, once the pages of all experiments show it."""
    gallery.write_gallery(out, names)
    companion.write_companion(out, names)
    return outcome


def _nothing() -> None:
    """Prepare a process that computes nothing."""
