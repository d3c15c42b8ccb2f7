"""What does the page of an explanation say, in which order?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from jaxnn.cli.results import Explanation
from jaxnn.cli.sections.bands import bands
from jaxnn.cli.sections.columns import columns
from jaxnn.cli.sections.curves import curves
from jaxnn.cli.sections.errors import errors
from jaxnn.cli.sections.importance import importance
from jaxnn.cli.sections.interactions import interactions
from jaxnn.cli.sections.worth import worth
from jaxnn.report import Block, Page, Paragraph, Picture, Section
from jaxnn.tables import axis_label
from jaxnn.tables.table import one_line


def explanation_page(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Page:
    """The page of an explanation.

    Args:
      results: the explanation.
      record: the content of summary.json.
      pictures: as from `jaxnn.cli.drawings.pictures`.
    """
    response = one_line(axis_label(results.table.response), 60)
    return Page(
        f"What predicts {response}?",
        _lead(results, record, response),
        (
            Section("Is a network worth it?", tuple(worth(results, record, pictures))),
            Section("Which predictors matter?", tuple(importance(results, pictures))),
            Section("How does the prediction change?", tuple(curves(results, pictures))),
            Section("Which predictors act together?", tuple(interactions(results, pictures))),
            Section("How good are the predictions?", tuple(errors(results, record, pictures))),
            Section("What were the columns taken for?", tuple(columns(results))),
            Section("What does each band mean?", tuple(bands(results, record))),
            Section("How can this be repeated?", tuple(_repeat(results, record))),
        ),
    )


def _lead(results: Explanation, record: Mapping[str, Any], response: str) -> str:
    table, network = results.table, record["network"]
    source = one_line(PurePath(results.options.table).name, 60)
    hidden = network["sizes"][1:-1]
    what = "A network without hidden layers"
    if hidden:
        what = f"A network with {' and '.join(map(str, hidden))} hidden units"
    groups = "" if record["groups"] is None else f" in {record['groups']:,} groups"
    return (
        f"{what} was fitted to predict {response} from {len(table.columns):,} predictors in "
        f"{len(table.y):,} rows{groups} of {source}, and refitted {results.converged:,} times to "
        "rows drawn with replacement. How the refits differ shows how certain each result is."
    )


def _repeat(results: Explanation, record: Mapping[str, Any]) -> Iterator[Block]:
    yield Paragraph("The same command, versions and seed give the same numbers:")
    yield Paragraph(one_line(shlex.join(["jaxnn", *results.options.words]), 2000), "code")
    yield Paragraph("New rows are predicted by the refits that are saved beside this page:")
    out = one_line(str(results.options.out), 200)
    yield Paragraph(f"jaxnn predict {shlex.quote(out)} NEW.csv", "code")
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    yield Paragraph(f"Seed {results.options.seed}. Versions: {versions}.")
    yield Paragraph("All numbers are in the CSV files, summary.json and arrays.npz beside it.")
