"""Do the claims of an experiment also hold at seeds that were not used while it was written?

    python -m experiments NAME --seeds 101-110

Each seed is computed and stored like any other run, and its claims are checked; nothing is drawn.
`seeds/NAME.json` says how many claims held at each seed, and which did not; the page of the
experiment repeats it in a sentence.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.lab import computing, contract, reading, sources, store
from experiments.lab.claims import Claim
from experiments.lab.contract import Experiment
from jaxnn import processes

FOLDER = "seeds"  # beside the records


def repeat(
    experiment: Experiment, quick: bool, seeds: Sequence[int], out: Path
) -> tuple[list[tuple[int, Claim]], float]:
    """Check the claims of an experiment at several seeds, and add them to `out/seeds/NAME.json`.

    What was found earlier is kept if it is of the same settings and sources.

    Returns:
      Every claim with its seed, none in processes that do not write, and the seconds of computing.
    """
    found: list[tuple[int, Claim]] = []
    spent = 0.0
    for seed in seeds:
        arrays = computing.computed(experiment, quick, seed, out / "results")
        if arrays is None:
            continue
        stored, _, seconds = arrays
        spent += seconds or 0.0
        with processes.alone():
            claims = experiment.claims(stored.arrays)
            _add(experiment, quick, seed, claims, out)
        found += [(seed, claim) for claim in claims]
    return found, spent


def _add(
    experiment: Experiment, quick: bool, seed: int, claims: Sequence[Claim], out: Path
) -> None:
    """Write what was found at one seed beside what was found at others."""
    path = out / FOLDER / f"{experiment.name}.json"
    same = {
        "name": experiment.name,
        "size": "quick" if quick else "full",
        "settings": store.plain_settings(experiment.quick if quick else experiment.full),
        "claims": len(claims),
        "sources": _fingerprint(experiment),
    }
    before = store.read_json(path) or {}
    kept = before.get("seeds", {}) if same.items() <= before.items() else {}
    seeds = kept | {str(seed): _outcome(claims)}
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write_json(path, same | {"seeds": {one: seeds[one] for one in sorted(seeds, key=int)}})


def _fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that arrays and claims depend on."""
    claims = sources.fingerprint(experiment.folder / "claims.py")
    made_from = json.dumps([contract.result_fingerprint(experiment), claims])
    return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def _outcome(claims: Sequence[Claim]) -> dict[str, Any]:
    """How many claims hold, are refused and reported; and all of those that do not hold."""
    words = [claim.verdict for claim in claims]
    fields = ("statement", "expected", "measured", "interval")
    failed = [claim for claim in claims if claim.holds is False]
    return {
        **{word: words.count(word) for word in ("holds", "refused", "reported")},
        "fails": [{field: dataclasses.asdict(one)[field] for field in fields} for one in failed],
    }


def sentence(folder: Path, record: Mapping[str, Any]) -> str:
    """What repetition found for an experiment with this record; empty where it is not known.

    Example: "At 10 other seeds (101 to 110), 24 to 25 claims hold, 1 to 2 are refused, none fails."
    """
    path = folder / FOLDER / f"{record['name']}.json"
    repeated = store.read_json(path) or {}
    of_record = {field: record.get(field) for field in ("name", "size", "settings")}
    of_record["claims"] = len(record["claims"])
    seeds = {
        int(seed): outcome
        for seed, outcome in repeated.get("seeds", {}).items()
        if int(seed) != record.get("seed")
    }
    if not seeds or not of_record.items() <= repeated.items():
        return ""
    failed = {seed: outcome["fails"] for seed, outcome in seeds.items() if outcome["fails"]}
    held, refused = (
        reading.span([outcome[word] for outcome in seeds.values()], "d")
        for word in ("holds", "refused")
    )
    number = f"{held} {'claim holds' if held == '1' else 'claims hold'}"
    if refused != "0":
        number += f", {refused} {'is' if refused == '1' else 'are'} refused"
    others = f"{len(seeds)} other {'seed' if len(seeds) == 1 else 'seeds'} ({_ranges(seeds)})"
    if not failed:
        return f"At {others}, {number}, none fails."
    which = "; ".join(
        f"at seed {seed}, {one['statement']} (expected {one['expected']}, "
        f"measured {one['measured']})"
        for seed, fails in failed.items()
        for one in fails
    )
    return f"At {others}, {number}; these do not hold: {which}."


def _ranges(seeds: Mapping[int, Any]) -> str:
    """Seeds in words: "101 to 110" if they follow each other, otherwise each."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(map(str, ordered))
