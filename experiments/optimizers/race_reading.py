"""What do the stored losses of the race say about two rules?"""

from __future__ import annotations

import numpy as np

from experiments.lab.contract import Results

FOR_TRAINING, FOR_NEW, UNTUNED_CHOICE = range(3)  # of `race.CHOICES`; rows: training, new


def tables(results: Results) -> list[str]:
    """The names of the tables."""
    return [str(name) for name in results["race_tables"]]


def rules(results: Results) -> list[str]:
    """The names of the rules; the first is gradient descent."""
    return [str(name) for name in results["race_rules"]]


def last_losses(results: Results, choice: int, rows: int) -> np.ndarray:
    """(tables, rules, seeds) losses after the last epoch.

    Args:
      results: the stored arrays.
      choice: how the learning rate was chosen.
      rows: 0 for the training rows, 1 for those set aside.
    """
    return results["race_losses"][:, :, choice, rows, :, -1]


def ratios(results: Results, choice: int, rows: int) -> np.ndarray:
    """(tables, rules, seeds) last losses over that of gradient descent with the same seed."""
    losses = last_losses(results, choice, rows)
    return losses / losses[:, :1]
