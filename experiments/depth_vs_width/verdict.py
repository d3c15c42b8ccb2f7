"""What do all cells of `depth_vs_width` show, in sentences for the page?

Every cell is listed under one heading, by the rule of `reading.comparisons` for all its numbers of
layers: depth helps at each of them, hurts at each of them, or neither; or no network learns.
"""

from __future__ import annotations

from itertools import groupby

from experiments.depth_vs_width.reading import (
    LOST,
    Comparison,
    cell_name,
    comparisons,
    in_words,
)
from experiments.lab.contract import Results

HELPS, HURTS = "Where depth helps", "Where depth hurts"
MIXED, NEITHER = (
    "Where it depends on the number of layers, or is unclear",
    "Where no network learns",
)
HEADINGS = {"helps": HELPS, "hurts": HURTS, LOST: NEITHER}
LECTURE = "What follows for the lecture"


def verdict(results: Results) -> dict[str, list[str]]:
    """Sentences under headings: a cell each, and what follows for the lecture."""
    sentences: dict[str, list[str]] = {HELPS: [], HURTS: [], MIXED: [], NEITHER: []}
    for place, cell in groupby(comparisons(results), key=lambda found: found.place):
        compared = list(cell)
        outcomes = {found.outcome for found in compared}
        heading = HEADINGS.get(next(iter(outcomes)), MIXED) if len(outcomes) == 1 else MIXED
        sentences[heading].append(_sentence(cell_name(results, place), compared))
    sentences[LECTURE] = [
        "Deep networks can fold their inputs, and each fold doubles the number of pieces of later "
        "layers. That such weights exist does not mean that training finds them.",
        "With equal numbers of parameters, depth helps where the target is a composition, the rows "
        "suffice to find its parts, and the layers are wide enough to represent them. With few "
        "rows, one hidden layer is often as good or better on the same targets; with narrow layers "
        "it was so for products and digits, not for the fold.",
        "The fold is a sum of four ReLUs along one direction: one hidden layer can represent it, "
        "and finds it with more steps or a lucky start. Depth makes learning it faster.",
        "The lecture's pictures are of convolutional networks on photographs of house numbers, "
        "which share weights and have millions of them. They need not apply to fully connected "
        "networks with a few thousand weights.",
    ]
    return {heading: lines for heading, lines in sentences.items() if lines}


def _sentence(name: str, compared: list[Comparison]) -> str:
    """A cell's name with the ratio of errors at each number of layers."""
    words = "; ".join(
        f"{found.depth} layers {in_words(found.ratio)}"
        + (", unclear" if found.outcome == "unclear" else "")
        for found in compared
    )
    return f"{name[0].upper()}{name[1:]}. Test error over that of one layer: {words}."
