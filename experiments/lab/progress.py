"""How long will all experiments still take? One line for the whole run.

    time left = expected seconds of the rest * (measured / expected) of those that were computed

On a terminal the line is a bar that is drawn over itself once a second. In a log nothing is drawn;
each experiment ends with a line of its own in both.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TextIO

from tqdm import tqdm

from jaxnn.progress import is_watched

# About the seconds that a full run takes on two cores; only their ratios matter once one
# experiment has been computed.
SECONDS: Mapping[str, float] = {
    "universal_approximation": 40,
    "depth_vs_width": 220,
    "black_box_heart": 60,
    "importance_intervals": 70,
    "band_coverage": 230,
    "gradient_descent": 25,
    "backpropagation": 35,
    "learning_dynamics": 10,
    "vanishing_exploding": 65,
    "phase_diagram": 105,
    "optimizers": 60,
    "initialization": 55,
    "batch_normalization": 30,
    "regularization": 100,
    "batch_speed": 20,
    "refit_speed": 260,
}
USUAL = 60.0  # expected of an experiment that is not listed
QUICK = 0.1  # time of a quick run over that of a full one
TICK = 1.0  # seconds between two drawings of the bar


def readable(seconds: float) -> str:
    """A duration in words: "0.4 s", "12 s", "3 min 05 s"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def expected(name: str) -> float:
    """About the seconds that a full run of an experiment takes."""
    return SECONDS.get(name, USUAL)


class Overall:
    """The progress of a run of several experiments.

    Args:
      names: the experiments in the order in which they start.
      quick: whether their quick sizes run.
      jobs: how many of them run at a time.

    Example:
      >>> with Overall(["phase_diagram", "optimizers"]) as overall:
      ...     overall.start("phase_diagram")
      ...     overall.finish("phase_diagram", "computed in 210 s", computed=210.0)
      [1/2] phase_diagram: computed in 210 s; about 2 min 00 s left
    """

    def __init__(self, names: Sequence[str], quick: bool = False, jobs: int = 1):
        share = QUICK if quick else 1.0
        self.expected = {name: share * expected(name) for name in names}
        self.waiting = list(names)
        self.running: dict[str, float] = {}  # names, and when they began
        self.jobs, self.finished = jobs, 0
        self.spent = self.foreseen = 0.0  # seconds of what was computed, and expected of it
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.bar = tqdm(
            total=sum(self.expected.values()),
            file=sys.stderr,
            disable=not is_watched(),
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}{postfix}",
        )
        self.clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Overall:
        if not self.bar.disable:
            self.clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        if not self.bar.disable:
            self.clock.join()
            self.bar.leave = False  # the lines of the experiments stay
        self.bar.close()

    def start(self, name: str) -> None:
        """Begin an experiment."""
        with self.lock:
            self.waiting.remove(name)
            self.running[name] = time.monotonic()
        self._draw()

    def finish(
        self,
        name: str,
        sentence: str = "",
        computed: float | None = None,
        stream: TextIO | None = None,
    ) -> None:
        """End an experiment that runs, with a line that says what came of it.

        Args:
          name: the experiment.
          sentence: what came of it, without a full stop; without one there is no line.
          computed: seconds of its computation, None where nothing was computed.
          stream: where the line is written; None is stdout.
        """
        with self.lock:
            del self.running[name]
            self.finished += 1
        if computed is not None:
            self.spent += computed
            self.foreseen += self.expected[name]
        if not sentence:
            return
        last = self.finished == len(self.expected)
        rest = "" if last else f"; about {readable(self.left())} left"
        line = f"[{self.finished}/{len(self.expected)}] {name}: {sentence}{rest}"
        tqdm.write(line, file=stream or sys.stdout)
        (stream or sys.stdout).flush()

    def left(self) -> float:
        """Seconds until all experiments are finished."""
        return self._expected_left() * self._pace() / self.jobs

    def _expected_left(self) -> float:
        """The expected seconds of all that is not finished."""
        with self.lock:
            waiting = sum(self.expected[name] for name in self.waiting)
            return waiting + sum(self.expected[name] - self._inside(name) for name in self.running)

    def _inside(self, name: str) -> float:
        """What an experiment that runs has done, in expected seconds; it never counts as done."""
        taken = (time.monotonic() - self.running[name]) / max(self._pace(), 1e-9)
        return min(taken, 0.95 * self.expected[name])

    def _pace(self) -> float:
        return self.spent / self.foreseen if self.foreseen else 1.0

    def _tick(self) -> None:
        while not self.ended.wait(TICK):
            self._draw()

    def _draw(self) -> None:
        self.bar.n = sum(self.expected.values()) - self._expected_left()
        with self.lock:
            names = ", ".join(self.running)
            place = f"[{self.finished + bool(names)}/{len(self.expected)}]"
        self.bar.set_description_str(f"{place} {names}", refresh=False)
        self.bar.set_postfix_str(f"about {readable(self.left())} left", refresh=False)
        self.bar.refresh()
