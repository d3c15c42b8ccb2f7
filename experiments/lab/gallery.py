"""What do the experiments show, for readers of the repository on a code host?

`figures/README.md` has the content of the index of pages: the strongest findings, what each page
found, and a map of the lecture. It is made from the JSON records beside the figures, so that a run
of one experiment keeps the others. Text from a record is escaped: none of it is read as Markdown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.lab.outcomes import tally
from experiments.lab.overview import highlights, lecture_map, worded
from experiments.lab.reading import read_records, typeset, verdicts
from experiments.lab.store import write_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]|#~$!])")
# A span of code cannot be escaped, so backquotes and line breaks are left out.
_CODE_BREAKS = re.compile(r"[`\s]+")


def write_gallery(folder: Path, order: Sequence[str]) -> Path:
    """Write `folder/README.md` from the records in `folder`: names in `order`, then others."""
    path = folder / "README.md"
    write_text(path, page(read_records(folder, order)))
    return path


def page(records: Sequence[Mapping[str, Any]]) -> str:
    """The gallery as Markdown."""
    total = tally(word for record in records for word in verdicts(record))
    lines = [
        "# A companion to a lecture on neural networks",
        "",
        "What lecture 11 of the course CS-S109A (by Kevin Rader) says, what we found when we "
        f"measured it, and how sure that is. {total}.",
        "",
        "The pages themselves, with all figures and claims, are in `index.html` beside this file; "
        "open it in a browser.",
        "",
    ]
    strongest = highlights(records)
    if strongest:
        lines += ["## The strongest findings", ""]
    for found in strongest:
        picture = f"![{escape(found['figure']['alt'])}]({found['figure']['file']})"
        lines += [
            f"{escape(typeset(found['sentence']))} ({escape(found['title'])})",
            "",
            picture,
            "",
        ]
    lines += ["## The pages", ""]
    for record in records:
        lines += [*_entry(record), ""]
    lines += ["## A map of the lecture", ""]
    for number, place in enumerate(lecture_map(records), start=1):
        pages = ", ".join(f"[{escape(one['short'])}](#{one['name']})" for one in place["pages"])
        found = worded(place["marks"])
        after = (f": {pages}" if pages else "") + (f" ({found})" if found else "")
        lines.append(f"{number}. {escape(place['title'])}{after}")
    return "\n".join(lines) + "\n"


def _entry(record: Mapping[str, Any]) -> list[str]:
    """A page in short: what it found, its figures, and the command that makes them."""
    findings = (record.get("page") or {}).get("findings", [])
    figures = ", ".join(
        f"[{escape(figure['name'].replace('_', ' '))}]({figure['file']})"
        for figure in record["figures"]
    )
    return [
        f'<a id="{html.escape(record["name"])}"></a>',
        "",
        f"### {escape(record['title'])}",
        "",
        *([escape(typeset(findings[0])), ""] if findings else []),
        f"{tally(verdicts(record))}. Figures: {figures}. Made by {code(record['command'])}.",
    ]


def escape(value: Any) -> str:
    """Text on one line, escaped so that Markdown and HTML show it unchanged."""
    text = " ".join(str(value).split())
    return _SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def code(text: str) -> str:
    """A span of code, on one line."""
    return f"`{_CODE_BREAKS.sub(' ', text).strip()}`"
