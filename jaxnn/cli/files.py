"""Which files does an explanation write?

    report.html, importance.csv, curves.csv, changes.csv, interactions.csv, errors.csv,
    losses.csv, predictions.csv, arrays.npz, summary.json, and figures as PNG if an option asks for
    them

Each file is written whole or not at all, the summary last. No file is named after anything in the
table.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jaxnn.cli.drawings import effect_names, effect_stem, pictures, png_names
from jaxnn.cli.number_files import write_numbers
from jaxnn.cli.results import Explanation
from jaxnn.cli.summary import summary
from jaxnn.report import page_html
from jaxnn.saving import Unreadable, read_plain_file, write_whole
from jaxnn.tables.table import one_line

PAGE_FILE = "report.html"
ARRAYS_FILE = "arrays.npz"
SUMMARY_FILE = "summary.json"
LARGEST_SUMMARY = 2**28  # bytes
EFFECT_ARRAYS = (
    *("grid", "average", "profile", "individual", "edges", "accumulated"),
    *("contrast_values", "contrasts"),
)
BANDS = ("average", "profile", "whole", "contrasts", "accumulated")


def write(results: Explanation, told: Callable[[float], object]) -> dict[str, Any]:
    """Write every file of an explanation, and remove the figures of an earlier run.

    Args:
      results: the explanation; its options name the directory.
      told: called with the share that is finished.

    Returns:
      The content of summary.json.

    Raises:
      OSError: a file cannot be written.
    """
    from jaxnn.cli.page import explanation_page  # late, so that --help need not wait for matplotlib

    out = results.options.out
    earlier = _earlier_figures(out)
    drawn, figures = pictures(results, told)
    named = {
        found.effect.feature: effect_names(found.effect.feature) for found in results.drawn_effects
    }
    record = summary(results, named, figures)
    html = page_html(explanation_page(results, record, drawn))
    write_whole(out / PAGE_FILE, lambda file: file.write(html.encode(errors="backslashreplace")))
    record["numbers"] = write_numbers(results, record)
    arrays = _arrays(results)
    write_whole(out / ARRAYS_FILE, lambda file: np.savez(file, allow_pickle=False, **arrays))
    # An argument may hold bytes that are not text; JSON has escapes for them.
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(out / SUMMARY_FILE, lambda file: file.write(text.encode(errors="backslashreplace")))
    for name in earlier - set(figures):
        (out / name).unlink(missing_ok=True)
    return record


def written(out: Path, record: dict[str, Any]) -> Iterator[str]:
    """The lines that the command prints about its files.

    Args:
      out: the directory.
      record: the content of summary.json.
    """
    yield f"written to {one_line(str(out), 200)}:"
    yield f"  {PAGE_FILE}  all results in one page: open it in a browser"
    yield f"  {', '.join(record['numbers'])}"
    if record["figures"]:
        yield f"  {len(record['figures']):,} figures, such as {record['figures'][0]}"
    yield f"  {ARRAYS_FILE}, {SUMMARY_FILE}, and the refits for new rows:"
    yield f"jaxnn predict {shlex.quote(one_line(str(out), 200))} NEW.csv"


def _arrays(results: Explanation) -> dict[str, np.ndarray]:
    """All numbers behind the figures."""
    arrays = {
        "X": results.table.X,
        "observed": results.table.y,
        "multiplicities": results.refits.multiplicities,
        "diverged": results.refits.diverged,
        **{f"out_of_bag_{name}": array for name, array in results.out_of_bag._asdict().items()},
        **(
            {}
            if results.new_interval is None
            else {
                f"prediction_interval_{name}": ends
                for name, ends in results.new_interval._asdict().items()
            }
        ),
        **(
            {}
            if isinstance(results.importance, str)
            else {
                f"importance_{name}": getattr(results.importance, name)
                for name in ("in_bag", "out_of_bag", "center", "lower", "upper")
            }
        ),
        **_interaction_arrays(results),
        "average_rows": results.average_rows,
        "individual_rows": results.individual_rows,
    }
    for found in results.effects:
        stem = effect_stem(found.effect.feature)
        for name in EFFECT_ARRAYS:
            arrays[f"{stem}_{name}"] = getattr(found.effect, name)
        for name in BANDS:
            band = getattr(found, name)
            for part in ("center", "lower", "upper") if band is not None else ():
                arrays[f"{stem}_{name}_{part}"] = getattr(band, part)
    return arrays


def _interaction_arrays(results: Explanation) -> dict[str, np.ndarray]:
    """The pairs and the strongest pair's surface, if they were computed."""
    pairs, surface = results.interactions.pairs, results.interactions.surface
    arrays = {}
    if not isinstance(pairs, str):
        names = ("features", "strength", "lower", "upper", "strengths", "h_squares")
        arrays |= {f"interactions_{name}": getattr(pairs, name) for name in names}
    if surface is not None:
        arrays |= {f"surface_grid_{place}": grid for place, grid in enumerate(surface.grids, 1)}
        names = ("prediction", "standard_error", "lower", "upper", "nearby", "share_above")
        found = {name: getattr(surface, name) for name in names}
        arrays |= {f"surface_{n}": array for n, array in found.items() if array is not None}
    return arrays


def _earlier_figures(out: Path) -> set[str]:
    """The figures that an earlier run lists in its summary, and that this one may not make."""
    try:
        names = json.loads(read_plain_file(out / SUMMARY_FILE, LARGEST_SUMMARY))["figures"]
        return png_names(out, names)
    except (Unreadable, ValueError, LookupError, TypeError, RecursionError):
        return set()
