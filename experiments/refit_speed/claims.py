"""What is claimed of `refit_speed`; see the package."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.lab.claims import Claim
from experiments.refit_speed import figures as speed_figures
from experiments.refit_speed.compute import COLD_JOB, JOBS

FIT_AGREEMENT = 0.05  # by which mean training losses of two tools may differ, beyond 4 SE
COLD_LIMIT = 2.5  # seconds


def claims(results: Any) -> list[Claim]:
    """The speed to reach, the agreement of the losses, and linear cost at bounded memory."""
    names = [str(name) for name in results["contenders"]]
    found = []
    for j, (job, (_, _, targets)) in enumerate(JOBS.items()):
        shares = speed_figures.shares_of_peak(results, j)
        statement = f"{job}: nominal arithmetic as a share of the float32 matrix-product peak"
        found.append(_ratio_claim(results, statement, shares, targets.get("peak")))
        for i, name in enumerate(names[1:], start=1):
            ratios = speed_figures.times_as_long(results, j, i)
            statement = f"{job}: {name} takes this many times as long"
            found.append(_ratio_claim(results, statement, ratios, targets.get(name)))
        found.append(_loss_claim(results, names, j, job))
    for i, name in enumerate(names):
        first, second = results["cold"][i]
        found.append(
            Claim(
                f"{COLD_JOB}: seconds for the first {int(results['refits'][i])} refits in a "
                f"fresh process, by {name} ({first - second:.1f} of them to compile)",
                _source(results),
                _outcome(results, f"at most {COLD_LIMIT}", bool(first <= COLD_LIMIT))
                if name == "jaxnn"
                else "reported",
                float(first),
                None,
                None,
            )
        )
    return found + _scaling_claims(results)


def _source(results: Any) -> str:
    return f"target for two cores; {int(results['cores'])} here"


def _outcome(results: Any, target: str, reached: bool) -> str:
    if not results["compared"]:
        return f"{target} (not compared in this run)"
    return f"{target} ({'reached' if reached else 'NOT reached'})"


def _ratio_claim(results: Any, statement: str, ratios: np.ndarray, least: float | None) -> Claim:
    expected = "reported"
    if least is not None:
        reached = bool(np.median(ratios) >= least)
        expected = _outcome(results, f"at least {least:g}", reached)
    return Claim(
        f"{statement} (median and range over rounds)",
        _source(results),
        expected,
        float(np.median(ratios)),
        (float(ratios.min()), float(ratios.max())),
        None,
    )


def _loss_claim(results: Any, names: list[str], j: int, job: str) -> Claim:
    means, excess = [], -np.inf
    ours = results["losses"][j, 0]
    for i, name in enumerate(names):
        theirs = results["losses"][j, i]
        theirs = theirs[np.isfinite(theirs)]
        error = np.hypot(theirs.std() / len(theirs) ** 0.5, ours.std() / len(ours) ** 0.5)
        means.append(f"{name} {theirs.mean():.4f} +- {theirs.std() / len(theirs) ** 0.5:.4f}")
        excess = max(excess, abs(theirs.mean() - ours.mean()) - 4 * error)
    return Claim(
        f"{job}: all reach the same final mean training loss (mean and standard error over refits; "
        f"differences within 4 SE and {FIT_AGREEMENT:.0%})",
        "the same objective, steps and distribution of first weights",
        "equal",
        ", ".join(means),
        None,
        bool(excess <= FIT_AGREEMENT * ours.mean()),
    )


def _scaling_claims(results: Any) -> list[Claim]:
    found = []
    for axis in ("replicates", "rows"):
        sizes, seconds = results[f"{axis}_sizes"], results[f"{axis}_seconds"]
        per_unit = seconds if axis == "replicates" else seconds / sizes
        growth = per_unit[-1] / per_unit[-2]
        found.append(
            Claim(
                f"cost of one refit-step a {axis[:-1] if axis == 'rows' else 'replicate'} at "
                f"{sizes[-1]:,} {axis} over that at {sizes[-2]:,}",
                "linear cost",
                "at most 1.5",
                float(growth),
                None,
                bool(growth <= 1.5) if results["compared"] else None,
            )
        )
        memory = results[f"{axis}_memory"] / 2**20
        found.append(
            Claim(
                f"peak memory at {sizes[-1]:,} {axis}, MiB (at {sizes[0]:,}: {memory[0]:.0f})",
                "bounded memory",
                "reported",
                float(memory[-1]),
                None,
                None,
            )
        )
    return found
