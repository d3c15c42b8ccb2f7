"""How do the records of experiments become a page for each, and an index in the lecture's order?

    index.html   the strongest findings, the pages, and a map of the lecture
    NAME.html    what the lecture says, what was found, the figure, how sure it is; more is folded

The pages are made from the JSON records and pictures beside them, so that a run of one experiment
keeps the others. They need no network and no script; Jinja2 escapes every text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from experiments.lab import repetition
from experiments.lab.claims import tally, verdict
from experiments.lab.gallery import measured, number, read_records, setting, verdicts
from experiments.lab.lecture import TOPICS
from experiments.lab.store import write_text

STYLE = "companion.css"  # beside the pages
SOURCES = "../experiments"  # from the folder of the figures
PARTS = ("compute.py", "claims.py", "draw.py")
CORRECTED = "erratum"  # in the source of a claim: a slide is wrong


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
    }
    write_text(index, environment.get_template("index.html").render(content))
    return index


def topic(record: Mapping[str, Any], repeated: str = "") -> dict[str, Any]:
    """What the page of one record shows, as the template names it.

    Args:
      record: of an experiment.
      repeated: what other seeds gave, in a sentence.
    """
    page = record.get("page") or {}
    claims = [_row(claim) for claim in record["claims"]]
    settings = record.get("settings", {}).items()
    return {
        "name": record["name"],
        "title": record["title"],
        "lecture": page.get("lecture", ""),
        "findings": page.get("findings", []),
        "sure": page.get("sure", ""),
        "repeated": repeated,
        "lines": page.get("lines", ""),
        "figures": [_picture(figure) for figure in record["figures"]],
        "tally": tally(verdicts(record)),
        "quick": record.get("size") == "quick",
        "claims": claims,
        "refused": [row for row in claims if row["verdict"] == "refused"],
        "corrected": [row for row in claims if _is_corrected(row)],
        "verdict": record.get("verdict", {}),
        "marks": marks(record["claims"]),
        "command": record["command"],
        "time": page.get("time", ""),
        "seed": record.get("seed", 0),
        "settings": "; ".join(f"{name} = {setting(value)}" for name, value in settings),
        "sources": [
            {"name": part, "address": f"{SOURCES}/{record['name']}/{part}"} for part in PARTS
        ],
    }


def marks(claims: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """How many claims hold, are refused, correct a slide, and fail; those that are not none."""
    claims = list(claims)
    words = [verdict(claim["holds"], claim["refused"]) for claim in claims]
    counts = {
        "holds": words.count("holds"),
        "refused": words.count("refused"),
        "corrected": sum(_is_corrected(claim) for claim in claims),
        "fails": words.count("does not hold"),
    }
    return [(word, count) for word, count in counts.items() if count]


def highlights(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The findings that pages put forward for the index, in the order of their ranks."""
    found = []
    for record in records:
        for chosen in (record.get("page") or {}).get("highlights", []):
            figure = next(f for f in record["figures"] if f["name"] == chosen["figure"])
            found.append(
                {
                    "rank": chosen["rank"],
                    "name": record["name"],
                    "title": record["title"],
                    "sentence": record["page"]["findings"][chosen["finding"]],
                    "figure": _picture(figure),
                }
            )
    return sorted(found, key=lambda one: one["rank"])


def lecture_map(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each topic of the lecture with its pages, and the marks of the claims that belong to it."""
    places = []
    for place, title in enumerate(TOPICS, start=1):
        pages, claims = [], []
        for record in records:
            of_topic = (record.get("page") or {}).get("topics", {}).get(str(place))
            if of_topic:
                short = record["name"].replace("_", " ")
                pages.append({"name": record["name"], "short": short})
                claims += [record["claims"][number] for number in of_topic]
        places.append({"title": title, "pages": pages, "marks": marks(claims)})
    return places


def _is_corrected(claim: Mapping[str, Any]) -> bool:
    return CORRECTED in str(claim["source"]).lower()


def _picture(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A figure's file for the page, its size if known, and its one-sentence description."""
    caption = figure.get("caption", "")
    drawn = "svg" in figure
    return {
        "picture": figure["svg"] if drawn else figure["file"],
        "drawn": drawn,
        "caption": caption,
        "alt": alternative(caption) or figure["name"].replace("_", " "),
        "width": figure.get("width"),
        "height": figure.get("height"),
    }


def alternative(caption: str) -> str:
    """The first sentence of a caption: what is seen, for those who cannot see it."""
    first, stop, _ = caption.partition(". ")
    return first + stop.strip()


def _row(claim: Mapping[str, Any]) -> dict[str, str]:
    """A claim as the page shows it."""
    return {
        "statement": claim["statement"],
        "source": claim["source"],
        "expected": number(claim["expected"]),
        "measured": measured(claim),
        "verdict": verdict(claim["holds"], claim["refused"]),
    }
