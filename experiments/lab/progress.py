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


class Overall:
    """The progress of a run of several experiments.

    Args:
      names: the experiments in their order.
      quick: whether their quick sizes run.

    Example:
      >>> with Overall(["phase_diagram", "optimizers"]) as overall:
      ...     overall.start("phase_diagram")
      ...     overall.finish("computed in 130 s", computed=130.0)
      [1/2] phase_diagram: computed in 130 s; about 35 s left
    """

    def __init__(self, names: Sequence[str], quick: bool = False):
        share = QUICK if quick else 1.0
        self.names = list(names)
        self.expected = {name: share * SECONDS.get(name, USUAL) for name in names}
        self.place = 0  # of the experiment that runs, from 1
        self.began = time.monotonic()
        self.spent = self.foreseen = 0.0  # seconds of what was computed, and expected of it
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
        self.place, self.began = self.names.index(name) + 1, time.monotonic()
        self._draw()

    def finish(
        self, sentence: str, computed: float | None = None, stream: TextIO | None = None
    ) -> None:
        """End the experiment that runs, with a line that says what came of it.

        Args:
          sentence: what came of it, without a full stop.
          computed: seconds of its computation, None where nothing was computed.
          stream: where the line is written; None is stdout.
        """
        name = self.names[self.place - 1]
        if computed is not None:
            self.spent += computed
            self.foreseen += self.expected[name]
        rest = f"; about {readable(self.left())} left" if self.place < len(self.names) else ""
        line = f"[{self.place}/{len(self.names)}] {name}: {sentence}{rest}"
        tqdm.write(line, file=stream or sys.stdout)
        (stream or sys.stdout).flush()

    def left(self) -> float:
        """Seconds that the experiments after the one that runs will take."""
        rest = sum(self.expected[name] for name in self.names[self.place :])
        return rest * self._pace()

    def _pace(self) -> float:
        return self.spent / self.foreseen if self.foreseen else 1.0

    def _tick(self) -> None:
        while not self.ended.wait(TICK):
            self._draw()

    def _draw(self) -> None:
        """Draw the bar: what runs counts with the time that it has taken, but never as finished."""
        name = self.names[self.place - 1]
        before = sum(self.expected[earlier] for earlier in self.names[: self.place - 1])
        taken = (time.monotonic() - self.began) / max(self._pace(), 1e-9)
        inside = min(taken, 0.95 * self.expected[name])
        self.bar.n = before + inside
        self.bar.set_description_str(f"[{self.place}/{len(self.names)}] {name}", refresh=False)
        remaining = self.left() + (self.expected[name] - inside) * self._pace()
        self.bar.set_postfix_str(f"about {readable(remaining)} left", refresh=False)
        self.bar.refresh()
