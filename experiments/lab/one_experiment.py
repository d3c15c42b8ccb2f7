"""What comes of one experiment? Its record, or a sentence on why there is none.

    load -> (stored? read : compute, save, read) -> claims, draw -> figures, JSON

`claims` and `draw` always receive the arrays as they were read back from the file.
"""

from __future__ import annotations

import dataclasses
import shlex
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jax

from experiments.lab import computing, contract, record, repetition, store
from experiments.lab.contract import Experiment
from experiments.lab.options import Options
from experiments.lab.outcomes import tally
from experiments.lab.reading import is_record, verdicts
from jaxnn import processes
from jaxnn.errors import InputError
from jaxnn.saving import reason_and_path

T = TypeVar("T")


class Outcome(NamedTuple):
    """What came of one experiment."""

    record: dict[str, Any]
    sentences: list[str]
    seconds: float | None  # of its computation, None where nothing was computed


def run(name: str, options: Options, package: str) -> Outcome | str | None:
    """Compute or read, then check the claims and draw.

    Returns:
      The outcome; or a sentence on what went wrong; or None in all but the first of many processes,
      which alone writes and draws.
    """
    work = _repeat_one if options.seeds else _run_one
    return guarded(lambda: work(contract.load(name, package), options))


def guarded(work: Callable[[], T]) -> T | str:
    """What `work` returns, or a sentence on why it failed: the other experiments are still wanted.

    The sentence of an unexpected error is its traceback.
    """
    try:
        return work()
    except InputError as error:
        return f"failed: {error}"
    except OSError as error:
        return f"failed: a file cannot be read or written ({reason_and_path(error)})"
    except Exception:
        return f"failed:\n{traceback.format_exc()}"


def _run_one(experiment: Experiment, options: Options) -> Outcome | None:
    waiting = partial(print, file=sys.stderr, flush=True)
    only_run = store.only_run(options.out / "results", experiment.name, waiting)
    with ExitStack() as stack:
        processes.first_alone(partial(stack.enter_context, only_run))
        if experiment.measures_machine:
            return processes.first_alone(partial(_run_alone, experiment, options))
        return _run_alone(experiment, options)


def _repeat_one(experiment: Experiment, options: Options) -> Outcome | None:
    """Check the claims at several seeds, without figures."""
    if experiment.measures_machine and not options.named:
        left_out = "left out, since it measures the machine; name it to repeat it"
        return Outcome({"name": experiment.name, "claims": []}, [left_out], None)
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
    return Outcome(shown, [f"at {seeds}", tally(verdicts(shown))], seconds)


def _run_alone(experiment: Experiment, options: Options) -> Outcome | None:
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
    return Outcome(shown, sentences, seconds)


def _kept(experiment: Experiment, options: Options) -> Outcome | None:
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
    return Outcome(shown, [f"kept as measured before; {by_name} measures this machine"], None)
