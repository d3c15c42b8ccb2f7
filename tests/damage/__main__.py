"""What comes of hundreds of damages and dozens of killings, at random places and moments?

python -m tests.damage                            40 killings and 340 damages, in about 5 minutes
python -m tests.damage chunks --killings 3        fewer, of one store
python -m tests.damage --seed 1                   other places and moments
"""

from __future__ import annotations

import argparse
import os
from collections import Counter

import numpy as np

os.environ.setdefault("JAX_PLATFORMS", "cpu")

from tests.damage.damages import KINDS, damaged
from tests.damage.killings import killed
from tests.damage.stores import STORES


def main() -> int:
    """Kill and damage; the exit status is 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.damage")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(STORES)}; all by default")
    parser.add_argument("--killings", type=int, default=20, help="of each store")
    parser.add_argument("--damages", type=int, default=10, help="of each store and kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    faults = []
    # Killings come first: once a run has been in this process, it cannot be forked.
    titles = (("times", 7), ("runs", 7), ("files left", 12), ("half-written", 14), ("faults", 8))
    print(f"{'killed':<14}" + "".join(f"{title:>{width}}" for title, width in titles))
    stores = {name: STORES[name]() for name in options.names or STORES}
    for name, store in stores.items():
        runs = []
        while sum(len(run.moments) for run in runs) < options.killings:
            runs.append(killed(store, int(random.integers(1, 4)), random))
        faults += [f"{name}, killed: {run.fault}" for run in runs if run.fault]
        times, files, halves = (
            (
                sum(number)
                for number in zip(*((len(run.moments), *run.left) for run in runs), strict=True)
            )
            if runs
            else (0, 0, 0)
        )
        bad = sum(bool(run.fault) for run in runs)
        print(f"{name:<14}{times:>7}{len(runs):>7}{files:>12}{halves:>14}{bad:>8}", flush=True)
    outcomes = ("said", "silent", "refused", "fault")
    for name, store in stores.items():
        verdicts = damaged(store, KINDS * options.damages, random)
        counts = Counter((verdict.kind, verdict.outcome) for verdict in verdicts)
        print(f"\n{name + ', damaged':<26}" + "".join(f"{outcome:>9}" for outcome in outcomes))
        for kind in KINDS if verdicts else ():
            numbers = "".join(f"{counts[kind, outcome]:>9}" for outcome in outcomes)
            print(f"{kind:<26}{numbers}", flush=True)
        faults += [
            f"{name}, {verdict.kind}, {verdict.file}: {verdict.reason}"
            for verdict in verdicts
            if verdict.outcome == "fault"
        ]
    print("\nSaid: the same result, and a sentence. Silent: the same result, as of a file that is")
    print("gone or that nothing depends on. Refused: one sentence, nothing computed.\n")
    print("\n".join(faults) or "no faults")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
