"""Which files does an explanation write?

    predicted_versus_observed.png, predictor_01.png, predictor_02.png, ..., arrays.npz, summary.json

Each file is written whole or not at all, the summary last. No file is named after anything in the
table.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from jaxnn.cli.printed_report import listing
from jaxnn.cli.results import Explanation
from jaxnn.cli.summary import summary
from jaxnn.saving import write_whole
from jaxnn.tables.table import shown

OBSERVED_FILE = "predicted_versus_observed.png"
ARRAYS_FILE = "arrays.npz"
SUMMARY_FILE = "summary.json"
EFFECT_FILE = re.compile(r"predictor_[0-9]+\.png")


def write(results: Explanation) -> dict[str, Any]:
    """Write every file of an explanation, and remove the figures of an earlier run.

    Args:
      results: the explanation; its options name the directory.

    Returns:
      The content of summary.json.

    Raises:
      OSError: a file cannot be written.
    """
    out = results.options.out
    names = {found.effect.feature: _effect_file(found.effect.feature) for found in results.effects}
    stale = _effect_files(out) - set(names.values())
    _write_figures(results, names)
    arrays = _arrays(results)
    write_whole(out / ARRAYS_FILE, lambda file: np.savez(file, allow_pickle=False, **arrays))
    record = summary(results, names)
    # An argument may hold bytes that are not text; JSON has escapes for them.
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(out / SUMMARY_FILE, lambda file: file.write(text.encode(errors="backslashreplace")))
    for name in stale:
        (out / name).unlink(missing_ok=True)
    return record


def written(out: Path, record: dict[str, Any]) -> Iterator[str]:
    """The lines that the command prints about its files.

    Args:
      out: the directory.
      record: the content of summary.json.
    """
    yield f"written to {shown(str(out), 200)}:"
    yield f"  {OBSERVED_FILE}"
    for line in listing(record, len(OBSERVED_FILE)):
        yield f"  {line}"
    yield f"  {ARRAYS_FILE}, {SUMMARY_FILE}"


def _write_figures(results: Explanation, names: dict[int, str]) -> None:
    # Imported late, so that --help need not wait for matplotlib.
    from jaxnn import plotting
    from jaxnn.cli import figures

    out = results.options.out
    with plotting.style(), warnings.catch_warnings():
        # A name may be in a script that the font lacks; it is drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure = figures.observed_figure(results)
        write_whole(out / OBSERVED_FILE, lambda file: plotting.save(figure, file))
        for found in tqdm(results.effects, desc="figures", unit=" predictors", file=sys.stderr):
            drawing = figures.effect_figure(results, found)
            write_whole(
                out / names[found.effect.feature], lambda file, it=drawing: plotting.save(it, file)
            )


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
        "average_rows": results.average_rows,
        "individual_rows": results.individual_rows,
    }
    for effect, average, profile, _ in results.effects:
        stem = Path(_effect_file(effect.feature)).stem
        for name in ("grid", "average", "profile", "individual"):
            arrays[f"{stem}_{name}"] = getattr(effect, name)
        for name, band in (("average", average), ("profile", profile)):
            for part in ("center", "lower", "upper"):
                arrays[f"{stem}_{name}_{part}"] = getattr(band, part)
    return arrays


def _effect_file(feature: int) -> str:
    # A number, since the name of a column may be any text.
    return f"predictor_{feature + 1:02d}.png"


def _effect_files(out: Path) -> set[str]:
    """The figures of predictors that an earlier run lists in its summary."""
    try:
        predictors = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))["predictors"]
        files = {str(entry["file"]) for entry in predictors}
    except (OSError, ValueError, LookupError, TypeError):
        return set()
    return {name for name in files if EFFECT_FILE.fullmatch(name)}
