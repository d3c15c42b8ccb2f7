"""What do the records say together: the strongest findings, and a map of the lecture?

finding   a sentence that a page puts forward, with its figure, by rank
map       each topic of the lecture, with its pages and how many of its claims hold and are
          refused by the measurement, and how many errors of slides they correct
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.lab.lecture import TOPICS
from experiments.lab.outcomes import verdict

# In the source of a claim: a slide is wrong. Errors are numbered, since several claims may be
# about one of them, also on several pages.
_CORRECTED = re.compile(r"erratum( \d+)?", re.IGNORECASE)
STRONGEST = 7  # findings that the index opens with, at most


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
                    "figure": picture(figure),
                }
            )
    return sorted(found, key=lambda one: one["rank"])[:STRONGEST]


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


def marks(claims: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """How many claims hold, are refused and fail, and how many errors of slides they correct.

    Those that are none are left out; where nothing is asserted, the reported numbers are counted.
    """
    claims = list(claims)
    words = [verdict(claim["holds"], claim["refused"]) for claim in claims]
    counts = {
        "holds": words.count("holds"),
        "refused": words.count("refused"),
        "corrected": len({_error(claim) for claim in claims if is_corrected(claim)}),
        "fails": words.count("does not hold"),
    }
    if not any(counts.values()):
        counts = {"reported": words.count("reported")}
    return [(word, count) for word, count in counts.items() if count]


def worded(counts: Iterable[tuple[str, int]]) -> str:
    """Marks as text: "3 hold, 1 refused"."""
    words = {"holds": "hold", "fails": "fail"}
    return ", ".join(f"{count} {words.get(word, word)}" for word, count in counts)


def is_corrected(claim: Mapping[str, Any]) -> bool:
    """Whether a claim shows that a slide is wrong, beside the right value."""
    return _CORRECTED.search(str(claim["source"])) is not None


def _error(claim: Mapping[str, Any]) -> str:
    """Which error of a slide a claim corrects: its number, or else the claim's own words."""
    found = _CORRECTED.search(str(claim["source"]))
    return found[0].lower() if found and found[1] else str(claim["statement"])


def picture(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A figure's file for the page, its size if known, and its one-sentence description."""
    caption = figure.get("caption", "")
    drawn = "svg" in figure
    return {
        "file": figure["file"],
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
