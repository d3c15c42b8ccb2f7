"""What is written for an experiment: which claims hold, and which figures were drawn?

    NAME.json           what was found: settings, claims' outcomes, figures' files
    results/NAME.json   how it was made: when, where, how long, digests of sources and pictures

The first stands beside the figures and changes only when something that it says changes, so that it
can be kept under version control. Both are written anew when the arrays, the sources of figures and
claims, or the command have changed, or a picture is damaged; that takes seconds, since nothing is
computed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from experiments.lab import animation, contract, store
from experiments.lab.claims import Claim, Found
from experiments.lab.contract import Experiment
from experiments.lab.reading import is_record
from jaxnn import plotting
from jaxnn.errors import InputError
from jaxnn.report import svg_file
from jaxnn.saving import Unreadable, read_plain_file, write_whole

LARGEST_FILE = 2**28  # bytes of a record or a picture
LARGEST_DRAWING = 400_000  # bytes of SVG; the page of a larger one shows the PNG
DIGITS = 6  # of a measured number, so that rounding on another machine changes no record


def current(
    experiment: Experiment, stored: store.Stored, command: str, out: Path
) -> dict[str, Any]:
    """The record in `out` if it is up to date, otherwise a new one with new figures.

    Raises:
      InputError: the experiment's claims, figures or verdict have a wrong type or name.
    """
    record = store.read_json(out / f"{experiment.name}.json")
    made = store.read_json(_making(experiment, out))
    whole = (
        record is not None
        and is_record(record)
        and made is not None
        and made.get("drawing") == _digest(experiment, stored, command)
        and made.get("files") == _files(record, out)
    )
    return record if whole and record else renewed(experiment, stored, command, out)


def renewed(
    experiment: Experiment, stored: store.Stored, command: str, out: Path
) -> dict[str, Any]:
    """Check the claims, draw and write the figures, and write the record of both."""
    path = out / f"{experiment.name}.json"
    before = store.read_json(path)
    claims = _claims(experiment, stored)
    record = {
        "name": experiment.name,
        "title": experiment.title,
        "command": command,
        **{field: stored.record[field] for field in ("seed", "size", "settings")},
        "figures": _figures(experiment, stored, out),
        "claims": [_row(claim) for claim in claims],
        "verdict": _verdict(experiment, stored),
        "page": None,
    }
    record["page"] = _page(experiment, stored, Found(claims), record)
    if experiment.measures_machine:
        record["machine"] = {
            "measured": stored.record["computed"][:10],
            **stored.record["platform"],
            **stored.record["versions"],
        }
    made = {
        **{field: stored.record[field] for field in store.CIRCUMSTANCES},
        "drawing": _digest(experiment, stored, command),
    }
    store.write_json(path, record)
    made["files"] = _files(record, out)
    store.write_json(_making(experiment, out), made)
    _remove_stale(out, before, record)
    return record


def _making(experiment: Experiment, out: Path) -> Path:
    """The file that says how the record of an experiment was made."""
    return out / "results" / f"{experiment.name}.json"


def _row(claim: Claim) -> dict[str, Any]:
    """A claim as it is written, its numbers rounded."""
    row = dataclasses.asdict(claim)
    return {field: _rounded(value) for field, value in row.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_rounded(part) for part in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _files(record: Mapping[str, Any], out: Path) -> dict[str, str | None]:
    """A digest of the record and of every picture, None where a file cannot be read."""
    digests: dict[str, str | None] = {}
    for file in (f"{record['name']}.json", *_pictures(record["figures"])):
        try:
            content = read_plain_file(out / file, LARGEST_FILE)
            digests[file] = hashlib.sha256(content).hexdigest()
        except Unreadable:
            digests[file] = None
    return digests


def _digest(experiment: Experiment, stored: store.Stored, command: str) -> str:
    """A digest of everything that a record depends on."""
    made_from = [
        stored.record,
        contract.record_fingerprint(experiment),
        experiment.title,
        matplotlib.__version__,
        command,
    ]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _claims(experiment: Experiment, stored: store.Stored) -> list[Claim]:
    claims = experiment.claims(stored.arrays)
    if not isinstance(claims, list) or not all(isinstance(claim, Claim) for claim in claims):
        raise InputError(f"claims of {experiment.name!r} are {claims!r}; return a list of Claim.")
    return claims


def _figures(experiment: Experiment, stored: store.Stored, out: Path) -> list[dict[str, str]]:
    """Draw and write the figures and animations, the main one first, and list them."""
    matplotlib.use("Agg")
    figures: list[dict[str, str]] = []
    with plotting.style():
        for name, figure in experiment.draw(stored.arrays).items():
            if not name.isidentifier():
                raise InputError(f"a figure is named {name!r}; use a Python identifier.")
            moves = isinstance(figure, animation.Animation)
            stem = f"{experiment.name}_{name}" if figures else experiment.name
            file = f"{stem}{'.gif' if moves else '.png'}"
            save = animation.save if moves else plotting.save
            if isinstance(figure, Figure):
                _place(figure)
            write_whole(out / file, partial(save, figure))
            caption = experiment.captions.get(name, "")
            figures.append({"name": name, "file": file, "caption": caption})
            if not moves and len(drawing := svg_file(figure).encode()) <= LARGEST_DRAWING:
                figures[-1]["svg"] = f"{stem}.svg"
                write_whole(out / f"{stem}.svg", lambda f, text=drawing: f.write(text))
    if not figures:
        raise InputError(f"draw of {experiment.name!r} returned no figure; return at least one.")
    return figures


def _place(figure: Figure) -> None:
    """Place everything once, or each file that is written would draw the figure a second time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)


def _verdict(experiment: Experiment, stored: store.Stored) -> dict[str, list[str]]:
    """A summary of the claims: sentences by heading, empty if there are none."""
    if experiment.verdict is None:
        return {}
    summary = experiment.verdict(stored.arrays)
    sound = isinstance(summary, Mapping) and all(
        isinstance(heading, str)
        and isinstance(lines, list | tuple)
        and all(isinstance(sentence, str) for sentence in lines)
        for heading, lines in summary.items()
    )
    if not sound:
        raise InputError(
            f"verdict of {experiment.name!r} is {summary!r}; return lists of sentences by heading."
        )
    return {heading: list(lines) for heading, lines in summary.items()}


def _page(
    experiment: Experiment, stored: store.Stored, found: Found, record: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What the page of an experiment says beside figures and claims, or None if it has no page.

    Raises:
      InputError: findings that are no sentences, a topic without claims, or a highlight that is not
        there.
    """
    page, name = experiment.page, experiment.name
    if page is None:
        return None
    findings = page.findings(stored.arrays, found)
    if not isinstance(findings, list) or not all(isinstance(one, str) for one in findings):
        raise InputError(f"findings of {name!r} are {findings!r}; return a list of sentences.")
    topics = {}
    for number, words in page.topics.items():
        claims = [
            place
            for place, claim in enumerate(record["claims"])
            if any(word in claim["statement"] + claim["source"] for word in words)
        ]
        if not claims and record["size"] != "quick":
            raise InputError(f"topic {number} of {name!r} has no claim with one of {words}.")
        topics[str(number)] = claims
    highlights = []
    for rank, finding, figure in page.highlights:
        if finding >= len(findings) or figure not in [one["name"] for one in record["figures"]]:
            chosen = rank, finding, figure
            raise InputError(f"a highlight of {name!r} is {chosen}; it is not there.")
        highlights.append({"rank": rank, "finding": finding, "figure": figure})
    return {
        "lecture": page.lecture,
        "findings": findings,
        "sure": page.sure,
        "lines": page.lines,
        "topics": topics,
        "highlights": highlights,
    }


def _pictures(figures: Iterable[Mapping[str, Any]]) -> list[str]:
    """The files of figures."""
    return [str(one[form]) for one in figures for form in ("file", "svg") if form in one]


def _remove_stale(out: Path, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """Remove figures that the experiment no longer draws."""
    kept = _pictures(now["figures"])
    for name in _pictures((before or {}).get("figures", [])):
        file = Path(name)
        ours = file.name == name and file.stem.startswith(now["name"])
        if ours and file.suffix in (".png", ".gif", ".svg") and name not in kept:
            (out / file).unlink(missing_ok=True)
