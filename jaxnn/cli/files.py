"""Which files does an explanation write?

    choice.png, comparison.png, predicted_versus_observed.png, predictor_01.png, predictor_02.png,
    ..., arrays.npz, summary.json

Each file is written whole or not at all, the summary last. No file is named after anything in the
table.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from jaxnn.cli.results import Explanation
from jaxnn.cli.summary import summary
from jaxnn.saving import write_whole
from jaxnn.tables.table import shown

OBSERVED_FILE = "predicted_versus_observed.png"
FIGURES = {
    "choice.png": "out-of-bag losses of all candidates",
    "comparison.png": "the network beside other methods",
    OBSERVED_FILE: "each row predicted by refits that left it out",
}
ARRAYS_FILE = "arrays.npz"
SUMMARY_FILE = "summary.json"
CHOICE_FILE, COMPARISON_FILE = "choice.png", "comparison.png"
FIGURE_FILE = re.compile(r"predictor_[0-9]+\.png|choice\.png|comparison\.png")


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
    earlier = _earlier_figures(out)
    figures = _write_figures(results, names)
    arrays = _arrays(results)
    write_whole(out / ARRAYS_FILE, lambda file: np.savez(file, allow_pickle=False, **arrays))
    record = summary(results, names, figures)
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
    yield f"written to {shown(str(out), 200)}:"
    predictors = {entry["file"]: entry["name"] for entry in record["predictors"]}
    for name in record["figures"]:
        what = shown(predictors[name]) if name in predictors else FIGURES[name]
        yield f"  {name:{len(OBSERVED_FILE)}}  {what}"
    yield f"  {ARRAYS_FILE}, {SUMMARY_FILE}, and the refits for new rows:"
    yield f"jaxnn predict {shlex.quote(shown(str(out), 200))} NEW.csv"


def _write_figures(results: Explanation, names: dict[int, str]) -> list[str]:
    """Write the figures, and return their names."""
    # Imported late, so that --help need not wait for matplotlib.
    from jaxnn import plotting
    from jaxnn.cli import choice_figures, figures

    drawings: dict[str, Callable[[], Any]] = {}
    selection, comparison = results.choice.selection, results.choice.comparison
    if selection is not None and len(selection.candidates) > 1:
        drawings[CHOICE_FILE] = partial(choice_figures.choice_figure, results, selection)
    if comparison is not None:
        drawings[COMPARISON_FILE] = partial(choice_figures.comparison_figure, results, comparison)
    drawings[OBSERVED_FILE] = partial(figures.observed_figure, results)
    for found in results.effects:
        name = names[found.effect.feature]
        drawings[name] = partial(figures.effect_figure, results, found)
    with plotting.style(), warnings.catch_warnings():
        # A name may be in a script that the font lacks; it is drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        for name, draw in tqdm(drawings.items(), desc="figures", unit=" files", file=sys.stderr):
            figure = draw()
            write_whole(results.options.out / name, lambda file, it=figure: plotting.save(it, file))
    return list(drawings)


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


def _earlier_figures(out: Path) -> set[str]:
    """The figures that an earlier run lists in its summary, and that this one may not make."""
    try:
        names = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))["figures"]
        return {name for name in names if FIGURE_FILE.fullmatch(name)}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()
