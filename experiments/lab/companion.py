"""How do the records of experiments become a page for each, and an index in the lecture's order?

    index.html   the strongest findings, the pages, and a map of the lecture
    NAME.html    what the lecture says, what was found, the figure, how sure it is; more is folded

The pages are made from the JSON records and pictures beside them, so that a run of one experiment
keeps the others. They need no network and no script; Jinja2 escapes every text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape  # which Jinja2 depends on

from experiments.lab import repetition
from experiments.lab.outcomes import tally, verdict
from experiments.lab.overview import highlights, is_corrected, lecture_map, marks, picture
from experiments.lab.progress import SECONDS, readable
from experiments.lab.reading import (
    measured,
    number,
    read_records,
    setting,
    typeset,
    verdicts,
)
from experiments.lab.store import write_text

STYLE = "companion.css"  # beside the pages
REPORT = "heart_report/report.html"  # of a table, made by `make report`
SOURCES = "../experiments"  # from the folder of the figures
PARTS = ("compute.py", "claims.py", "draw.py")


def write_companion(folder: Path, order: Sequence[str]) -> Path:
    """Write `folder/index.html` and a page per record in `folder`: names in `order`, then others.

    Returns:
      The path of the index.
    """
    records = read_records(folder, order)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    titles = {record["name"]: record["title"] for record in records}
    environment.filters["linked"] = lambda text: linked(text, titles)
    topics = [topic(record, repetition.sentence(folder, record)) for record in records]
    page = environment.get_template("topic.html")
    for place, one in enumerate(topics):
        beside = {
            "before": topics[place - 1] if place else None,
            "after": topics[place + 1] if place + 1 < len(topics) else None,
        }
        write_text(folder / f"{one['name']}.html", page.render(topic=one, **beside))
    style = Path(__file__).with_name("templates") / STYLE
    write_text(folder / STYLE, style.read_text(encoding="utf-8"))
    index = folder / "index.html"
    content = {
        "topics": topics,
        "tally": tally(word for record in records for word in verdicts(record)),
        "highlights": highlights(records),
        "map": lecture_map(records),
        "report": REPORT if (folder / REPORT).is_file() else "",
    }
    write_text(index, environment.get_template("index.html").render(content))
    return index


def linked(text: str, titles: Mapping[str, str]) -> Markup:
    """Text in which names between backticks are links to pages, or code where no page has the name.

    Outside of code, negative numbers have a minus sign.

    Args:
      text: as plain text.
      titles: of the pages, by name.
    """
    link, code = Markup('“<a href="{}.html">{}</a>”'), Markup("<code>{}</code>")
    parts = re.split("`([^`]+)`", text)
    parts[::2] = map(typeset, parts[::2])
    parts[1::2] = [
        link.format(name, titles[name]) if name in titles else code.format(name)
        for name in parts[1::2]
    ]
    return Markup("").join(map(escape, parts))


def topic(record: Mapping[str, Any], repeated: str = "") -> dict[str, Any]:
    """What the page of one record shows, as the template names it.

    Args:
      record: of an experiment.
      repeated: what other seeds gave, in a sentence.
    """
    page = record.get("page") or {}
    claims = [_row(claim) for claim in record["claims"]]
    refused = [row for row in claims if row["verdict"] == "refused"]
    settings = record.get("settings", {}).items()
    return {
        "name": record["name"],
        "title": record["title"],
        "lecture": page.get("lecture", ""),
        "findings": page.get("findings", []),
        "sure": page.get("sure", ""),
        "repeated": repeated,
        "lines": page.get("lines", ""),
        "figures": [picture(figure) for figure in record["figures"]],
        "tally": tally(verdicts(record)),
        "quick": record.get("size") == "quick",
        "claims": claims,
        # An error of a slide is told once, under a heading of its own.
        "refused": [row for row in refused if not is_corrected(row)],
        "corrected": [row for row in claims if is_corrected(row)],
        "verdict": record.get("verdict", {}),
        "marks": marks(record["claims"]),
        "command": record["command"],
        "time": _time(record),
        "machine": _machine(record.get("machine")),
        "seed": record.get("seed", 0),
        "settings": "; ".join(f"{name} = {setting(value)}" for name, value in settings),
        "sources": [
            {"name": part, "address": f"{SOURCES}/{record['name']}/{part}"} for part in PARTS
        ],
    }


def _time(record: Mapping[str, Any]) -> str:
    """About how long a full run takes; the time of this one depends on the machine."""
    seconds = SECONDS.get(record["name"])
    if seconds is None or record.get("size") == "quick":
        return ""
    return f"It takes about {readable(seconds)} on two cores."


def _machine(machine: Mapping[str, Any] | None) -> str:
    """When and on which machine times were measured."""
    if not machine:
        return ""
    parts = [
        f"{part.replace('_', ' ')} {value}" for part, value in machine.items() if part != "measured"
    ]
    return f"Measured on {machine['measured']}: {', '.join(parts)}."


def _row(claim: Mapping[str, Any]) -> dict[str, str]:
    """A claim as the page shows it."""
    return {
        "statement": claim["statement"],
        "source": claim["source"],
        "expected": number(claim["expected"]),
        "measured": measured(claim),
        "verdict": verdict(claim["holds"], claim["refused"]),
    }
