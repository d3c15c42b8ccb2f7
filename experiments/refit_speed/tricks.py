"""What do dropout and batch normalisation cost, here and in PyTorch?

    share of the speed = seconds of the job without tricks / seconds with them, in each round

The job is 18-64-64-1, full batch, with dropout of hidden units, batch normalisation, or both. Both
tools draw a new mask in each step for every refit, row and unit, and take the moments of a batch
over the rows of a resample, repeats included. The final losses are those of the network without
dropout.

Without tricks, or with batch normalisation only, a step of this library computes with the distinct
rows of a resample alone, about 63%. Two copies of a row get different masks, so with dropout a step
computes with all of them.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np

from experiments.refit_speed import peers
from experiments.refit_speed.job import Job
from experiments.refit_speed.processes import Contender

JOB = "18-64-64-1, full batch"
SIZES = (18, 64, 64, 1)
HIDDEN_KEEP = 0.5
# Fields of a `Job` by trick; the job without comes first, and the others are compared with it.
TRICKS = {
    "without tricks": {},
    "with dropout": {"hidden_keep": HIDDEN_KEEP},
    "with batch normalisation": {"normalized": True},
    "with both": {"hidden_keep": HIDDEN_KEEP, "normalized": True},
}
CONTENDERS = ("jaxnn", "torch", "torch compiled")
LEAST_SHARE = 0.5  # of the speed without tricks
LEAST_RATIO = 3.0  # of the time of PyTorch


class Trial(NamedTuple):
    """The size of each timed job, and how often it is timed.

    Attributes:
      refits, epochs: of a job.
      rounds: number of interleaved repetitions.
      rest: seconds before each timing.
    """

    refits: int
    epochs: int
    rounds: int
    rest: float


def race(trial: Trial, table: str, seed: int) -> dict[str, np.ndarray]:
    """Time all jobs with all contenders in turn.

    Args:
      trial: sizes.
      table: path of an .npz file with X and y.
      seed: an integer from which every random number follows.

    Returns:
      trick_contenders: names, this library first; PyTorch is left out if it is not installed.
      trick_seconds: (tricks, contenders, rounds) wall time.
      trick_losses: (tricks, contenders, refits of all calls) final mean training losses.
    """
    names = [name for name in peers.available() if name in CONTENDERS]
    seconds = np.empty((len(TRICKS), len(names), trial.rounds))
    losses = np.empty((len(TRICKS), len(names), 1 + trial.rounds, trial.refits))
    with ExitStack() as processes:
        entries = [peers.ENTRIES[name] for name in names]
        contenders = [
            processes.enter_context(Contender(peers.refit, entry.packages, entry.environment))
            for entry in entries
        ]
        for contender in contenders:
            contender.wait_until_ready()
        calls = [
            [{"name": name, "table": table, "job": _job(trial, fields)} for name in names]
            for fields in TRICKS.values()
        ]
        for t, of_trick in enumerate(calls):  # all compile at the same time
            for contender, call in zip(contenders, of_trick, strict=True):
                contender.send(**call, seed=seed)
            for i, contender in enumerate(contenders):
                losses[t, i, 0] = contender.receive()["result"]
        for r in range(trial.rounds):
            for i, contender in enumerate(contenders):  # one tool's jobs follow each other closely
                # Each job is the first in turn: a process that has waited for long starts slowly.
                for t in np.roll(np.arange(len(calls)), -r):
                    time.sleep(trial.rest)
                    answer = contender.ask(**calls[t][i], seed=seed + 1 + r)
                    seconds[t, i, r], losses[t, i, r + 1] = answer["seconds"], answer["result"]
    return {
        "trick_contenders": np.array(names),
        "trick_seconds": seconds,
        "trick_losses": losses.reshape(*losses.shape[:2], -1),
    }


def _job(trial: Trial, fields: dict[str, float | bool]) -> dict[str, object]:
    job = Job(SIZES, trial.epochs, None, trial.refits)
    return dataclasses.asdict(dataclasses.replace(job, **fields))


def shares(results: Mapping[str, np.ndarray]) -> np.ndarray:
    """The speed here with each trick over that without: (tricks, rounds), the first without."""
    ours = results["trick_seconds"][:, 0]
    return ours[0] / ours


def relative_times(results: Mapping[str, np.ndarray]) -> np.ndarray:
    """The time of PyTorch over the time here: (tricks, contenders but the first, rounds)."""
    return results["trick_seconds"][:, 1:] / results["trick_seconds"][:, :1]
