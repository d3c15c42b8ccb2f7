"""How do several experiments run at a time? In processes of their own, each with all cores.

    python -m experiments --quick --jobs 2

A small run spends most of its time on what one core does: tracing, compiling, drawing. A second
process uses the other core meanwhile. A large run keeps all cores busy, so there one process is as
fast. Processes of JAX cannot be forked; each is started anew and works on experiment after
experiment.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection
from typing import TextIO, TypeVar

from tqdm import tqdm

T = TypeVar("T")


def side_by_side(
    names: Sequence[str],
    work: Callable[[str], T],
    jobs: int,
    prepare: Callable[[], object],
    started: Callable[[str], object],
    lost: T,
) -> Generator[tuple[str, T], None, None]:
    """Call `work(name)` for every name, `jobs` at a time.

    Args:
      names: in the order in which they are started.
      work: a function that can be pickled, as its result can; it raises nothing.
      jobs: number of processes, at least 1.
      prepare: called once in every process before the first call; can be pickled.
      started: called in this process with each name when its work begins.
      lost: the result where the process has died, as when the system ends it for lack of memory.

    Yields:
      (name, result) as each is finished. When a process has died, all that ran at the time is lost,
      and what has not begun gets new processes.
    """
    waiting, running = list(names), dict[Future[T], str]()
    if not waiting:
        return
    context = multiprocessing.get_context("spawn")
    # Only this process holds the end at which one writes; where it is closed, the others end.
    until_closed, held = context.Pipe(duplex=False)
    new_pool = partial(
        ProcessPoolExecutor, jobs, context, initializer=_begin, initargs=(prepare, until_closed)
    )
    pool = new_pool()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                started(name)
                try:
                    future = pool.submit(work, name)
                except BrokenProcessPool:  # one has died between two calls
                    pool = new_pool()
                    future = pool.submit(work, name)
                running[future] = name
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            if any(isinstance(one.exception(), BrokenProcessPool) for one in finished):
                finished, _ = wait(running)  # the others of these processes end with it
                pool.shutdown()
                pool = new_pool()
            for future in finished:
                died = isinstance(future.exception(), BrokenProcessPool)
                yield running.pop(future), lost if died else future.result()
    except BaseException:  # an interrupt among them: nobody waits for what still runs
        held.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        held.close()
        until_closed.close()


def _begin(prepare: Callable[[], object], until_closed: Connection) -> None:
    """Make this process end with the first one, print nothing in its place, and be ready.

    However the first one ends, the other end of `until_closed` is closed then.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a traceback; the first process speaks
    threading.Thread(target=_end_once_closed, args=(until_closed,), daemon=True).start()
    # One process takes most of the memory of a GPU by default, and nothing is left to the others.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    sys.stderr = NoTerminal(sys.stderr)
    # Its usual lock is one of the system, which would outlive a process that is ended.
    tqdm.set_lock(threading.RLock())
    prepare()


def _end_once_closed(connection: Connection) -> None:
    connection.poll(None)
    os._exit(1)


class NoTerminal:
    """A stream on which no bar is drawn, even where it is a terminal: that of the first process."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def __getattr__(self, name: str):
        return getattr(self._stream, name)

    def isatty(self) -> bool:
        """Whether bars can be drawn here: never."""
        return False
