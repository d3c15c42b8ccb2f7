"""How far is a run, and how long will it take? One line on stderr for all its stages.

In a log, where a line cannot be drawn over, each stage has a line instead. Each stage has a weight,
about its share of the time of a run; the time left is estimated from the time that the finished
weight took.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tqdm import tqdm

from jaxnn.cli.memory import give_back
from jaxnn.progress import is_watched

# About the seconds that each stage takes for the heart data on two cores.
WEIGHTS = {
    "candidates": 8.0,
    "comparison": 6.0,
    "refits": 3.0,
    "simulated refits": 4.0,
    "curves": 4.0,
    "importance": 3.0,
    "interactions": 4.0,
    "report": 5.0,
}


class Stages:
    """The stages of one run, shown as one line, or as a line each in a log.

    Args:
      names: the stages of this run in their order, of those in `WEIGHTS`.

    Example:
      >>> with Stages(["refits", "report"]) as stages:
      ...     told = stages.start("refits")
      ...     told(0.5)  # half of the refits are finished
    """

    def __init__(self, names: Sequence[str]):
        self.names = list(names)
        self.total = sum(WEIGHTS[name] for name in names)
        self.told = ""  # the stage that a log has a line of
        self.bar = tqdm(
            total=100.0,
            desc=self.names[0],
            file=sys.stderr,
            smoothing=0,
            disable=not is_watched(),
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}, about {remaining} left",
        )

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None:
            self.bar.set_description_str("finished", refresh=False)
            self._move_to(self.total)
        self.bar.close()

    def start(self, name: str) -> Callable[[float], None]:
        """Begin a stage; earlier ones are finished or were not needed.

        Returns:
          A function that is called with the share of the stage that is finished, from 0 to 1.
        """
        give_back()  # what the stage before has freed
        place = self.names.index(name)
        before = sum(WEIGHTS[earlier] for earlier in self.names[:place])
        if self.bar.disable and name != self.told:
            self.told = name
            print(f"{name}: {100 * before / self.total:.0f}% finished", file=sys.stderr, flush=True)
        self.bar.set_description_str(name, refresh=False)
        self._move_to(before)
        return lambda share: self._move_to(before + share * WEIGHTS[name])

    def _move_to(self, weight: float) -> None:
        """Show that this weight is finished; a stage of several parts does not move backwards."""
        self.bar.n = max(self.bar.n, 100 * weight / self.total)
        self.bar.refresh()
