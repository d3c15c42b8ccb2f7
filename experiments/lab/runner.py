"""How does one command run every experiment, and compute nothing twice?

    load -> (stored? read : compute, save, read) -> claims, draw -> figures, JSON -> gallery

Each experiment has the key fold_in(key(seed), crc32(name)), so none depends on which others run.
`claims` and `draw` always receive the arrays as they were read back from the file.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import jax

from experiments import NAMES
from experiments.lab import companion, computing, contract, gallery, record, repetition, store
from experiments.lab.claims import tally
from experiments.lab.contract import Experiment
from experiments.lab.progress import Overall, readable
from experiments.lab.reading import is_record, verdicts
from jaxnn import processes
from jaxnn.errors import InputError, unknown_name
from jaxnn.processes.options import add_joining, check_joining, join_as_told
from jaxnn.saving import reason_and_path

FIGURES = Path("figures")
LARGEST_SEED = 2**32 - 1


@dataclasses.dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    names: tuple[str, ...]
    quick: bool
    seed: int
    out: Path
    redraw: bool
    named: bool
    joining: argparse.Namespace
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


def start_jax() -> None:
    """Give XLA one CPU device per core, and keep compiled programs for the next run."""
    # Imported here so that --help and wrong names need not wait for the library.
    from jaxnn.replicate import use_all_cores

    use_all_cores()
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
    load: Callable[[str], Experiment] = contract.load,
    prepare: Callable[[], None] = start_jax,
    tidy: Callable[[], None] = jax.clear_caches,
) -> int:
    """Run the command line.

    Args:
      argv: the arguments, by default those of the process.
      names: the names of all experiments.
      load: returns the experiment with a given name.
      prepare: called once before anything is computed.
      tidy: called after each experiment; by default compiled programs are let go, since each holds
        mappings of memory, whose number the system limits.

    Returns:
      The exit status: 0, or 1 when a claim does not hold or an experiment fails, or 2 when an
      argument cannot be used.
    """
    try:
        options = _parse(argv, names, load)
        if options is None:
            return 0
        if not options.redraw:
            prepare()
        join_as_told(options.joining)
        processes.first_alone(partial(_check_writable, options.out))
    except InputError as error:
        print(f"experiments: {error}", file=sys.stderr)
        return processes.leave(2)
    try:
        return processes.leave(_run_all(options, names, load, tidy))
    except BaseException:
        processes.leave(1)
        raise


def _parse(
    argv: Sequence[str] | None, names: Sequence[str], load: Callable[[str], Experiment]
) -> Options | None:
    """The options, or None when nothing is left to do (`--list`)."""
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
    add_joining(parser)
    given = parser.parse_args(argv)
    check_joining(given)
    if given.redraw and given.distributed:
        raise InputError("redraw computes nothing to share; leave out --distributed.")

    if given.seeds is not None and (given.redraw or given.seed != "0"):
        raise InputError("seeds is an option of its own; leave out --redraw and --seed.")

    for name in given.names:
        if name not in names:
            raise unknown_name("experiment", name, names)
    chosen = tuple(dict.fromkeys(given.names)) or tuple(names)
    if given.list:
        _list(chosen, load)
        return None
    out = default_out(given.quick) if given.out is None else Path(given.out)
    return Options(
        chosen,
        given.quick,
        _seed(given.seed),
        out,
        given.redraw,
        named=bool(given.names),
        joining=given,
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


def _list(names: Sequence[str], load: Callable[[str], Experiment]) -> None:
    width = max(map(len, names), default=0)
    for name in names:
        try:
            title = load(name).title
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
    load: Callable[[str], Experiment],
    tidy: Callable[[], None],
) -> int:
    broken: list[str] = []
    records: list[dict[str, Any]] = []
    begin = time.perf_counter()
    with Overall(options.names, options.quick) as overall:
        for name in options.names:
            overall.start(name)
            try:
                run = _repeat_one if options.seeds else _run_one
                outcome = run(load(name), options)
                if outcome is None:  # process 0 writes and draws
                    continue
                record, sentences, seconds = outcome
                records.append(record)
                gallery.write_gallery(options.out, names)
                companion.write_companion(options.out, names)
                overall.finish(", ".join(sentences), seconds)
            except InputError as error:
                overall.finish(f"failed: {error}", stream=sys.stderr)
                broken.append(name)
            except OSError as error:
                sentence = f"failed: a file cannot be read or written ({reason_and_path(error)})"
                overall.finish(sentence, stream=sys.stderr)
                broken.append(name)
            except Exception:
                # Whatever goes wrong in one experiment, the others are still wanted.
                overall.finish(f"failed:\n{traceback.format_exc()}", stream=sys.stderr)
                broken.append(name)
            finally:
                tidy()
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


class _Outcome(NamedTuple):
    """What came of one experiment."""

    record: dict[str, Any]
    sentences: list[str]
    seconds: float | None  # of its computation, None where nothing was computed


def _run_one(experiment: Experiment, options: Options) -> _Outcome | None:
    """Compute or read, then check the claims and draw; of many processes, the first alone draws."""
    waiting = partial(print, file=sys.stderr, flush=True)
    only_run = store.only_run(options.out / "results", experiment.name, waiting)
    with ExitStack() as stack:
        processes.first_alone(partial(stack.enter_context, only_run))
        if experiment.measures_machine:
            return processes.first_alone(partial(_run_alone, experiment, options))
        return _run_alone(experiment, options)


def _repeat_one(experiment: Experiment, options: Options) -> _Outcome | None:
    """Check the claims at several seeds, without figures."""
    if experiment.measures_machine and not options.named:
        left_out = "left out, since it measures the machine; name it to repeat it"
        return _Outcome({"name": experiment.name, "claims": []}, [left_out], None)
    waiting = partial(print, file=sys.stderr, flush=True)
    only_run = store.only_run(options.out / "results", experiment.name, waiting)
    with ExitStack() as stack:
        processes.first_alone(partial(stack.enter_context, only_run))
        found, seconds = repetition.repeat(experiment, options.quick, options.seeds, options.out)
    if not found:
        return None
    rows = [
        dataclasses.asdict(claim) | {"statement": f"at seed {seed}, {claim.statement}"}
        for seed, claim in found
    ]
    shown = {"name": experiment.name, "claims": rows}
    seeds = f"{len(options.seeds)} {'seed' if len(options.seeds) == 1 else 'seeds'}"
    return _Outcome(shown, [f"at {seeds}", tally(verdicts(shown))], seconds)


def _run_alone(experiment: Experiment, options: Options) -> _Outcome | None:
    if kept := _kept(experiment, options):
        return kept
    obtain = computing.redrawn if options.redraw else computing.computed
    arrays = obtain(experiment, options.quick, options.seed, options.out / "results")
    if arrays is None:
        return None
    stored, sentences, seconds = arrays
    show = record.renewed if options.redraw else record.current
    with processes.alone():
        shown = show(experiment, stored, options.command(experiment.name), options.out)
    sentences += [f"{len(shown['figures'])} figures", tally(verdicts(shown))]
    return _Outcome(shown, sentences, seconds)


def _kept(experiment: Experiment, options: Options) -> _Outcome | None:
    """The record of times on some machine, which stands until a run asks for it by its name."""
    if not experiment.measures_machine or options.named or options.quick:
        return None
    shown = store.read_json(options.out / f"{experiment.name}.json")
    if shown is None or not is_record(shown) or shown.get("seed") != options.seed:
        return None
    folder = options.out / "results"
    backend = "" if options.redraw else jax.default_backend()
    run = store.run_of(experiment, options.quick, options.seed, backend)
    own = store.latest(folder, run) if options.redraw else store.read(folder, run)[0]
    if own is not None:
        return None
    by_name = shlex.quote(options.command(experiment.name))
    return _Outcome(shown, [f"kept as measured before; {by_name} measures this machine"], None)
