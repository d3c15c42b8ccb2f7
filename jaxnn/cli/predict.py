"""What does a saved model predict for the rows of a file? `jaxnn predict FOLDER NEW.csv` answers.

It writes one line of CSV per row: where the row is in the file, the prediction with its band, the
interval or the set that covers a new observation, and a note on what could not be used as it was.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from jaxnn.cli.input_table import file_form
from jaxnn.cli.number_files import safe
from jaxnn.cli.terminal import complain, say
from jaxnn.cli.wording import worded
from jaxnn.errors import InputError
from jaxnn.fitted_models.model import FittedModel, Predictions
from jaxnn.fitted_models.saved_models import load_model
from jaxnn.saving import write_whole
from jaxnn.tables import Column, axis_label, raw_table
from jaxnn.tables.new_rows import NewRows, new_rows, reading_arguments
from jaxnn.tables.raw_columns import RowPlaces
from jaxnn.tables.table import one_line, quoted

DIGITS = 7  # of single precision
LARGEST_DAY = 10**6  # days from the origin that are shown as a date


def predict(options: argparse.Namespace, prepare: Callable[[], object]) -> None:
    """Run `jaxnn predict`; see its --help.

    Args:
      options: as from `jaxnn.cli.arguments.parse`.
      prepare: called before the first computation.

    Raises:
      InputError: an option, the folder or the file cannot be used.
      OSError: the output cannot be written.
    """
    model = load_model(options.folder)
    _check_out(options)
    columns = model.encoder.columns
    raw = raw_table(options.table, **reading_arguments(columns), **file_form(options))
    if not len(raw.where.numbers):
        raise InputError(f"{raw.source} has no rows of data; pass at least one.")
    rows = new_rows(columns, raw)
    X, treatments = _treated(rows, model, options)
    prepare()
    usable = np.logical_not(np.isnan(X).any(axis=1))
    predictions = model.predict(X[usable], options.level) if usable.any() else None
    notes = [
        "; ".join(part for part in (problem, *treated, *_beyond_training(model, row)) if part)
        for problem, treated, row in zip(rows.problems, treatments, X, strict=True)
    ]
    text = _csv(model, predictions, usable, raw.where, notes)
    for note in rows.notes:
        complain(worded(note))
    if options.out is None:
        say(text.removesuffix("\n"))
    else:
        write_whole(options.out, lambda file: file.write(text.encode(errors="backslashreplace")))
    level = model.level if options.level is None else options.level
    if model.response.origin:
        complain(f"predictions are {axis_label(model.response)}")
    complain(
        f"predicted {np.count_nonzero(usable):,} of {len(usable):,} rows at level {level:g}"
        + "; the column 'note' says why the others have no prediction" * (not usable.all())
    )


def _treated(
    rows: NewRows, model: FittedModel, options: argparse.Namespace
) -> tuple[np.ndarray, list[list[str]]]:
    """The rows with values in place of those that cannot be used, and notes on these by row."""
    columns = model.encoder.columns
    leveled = np.array([bool(column.levels) for column in columns])
    fillings = np.broadcast_to(model.fillings, rows.X.shape)
    X = rows.X.copy()
    replaced = np.zeros(X.shape, bool)
    if (options.missing or model.missing) == "impute":
        replaced |= rows.missing
    if options.unseen != "empty":
        replaced |= rows.unseen & leveled
    X[replaced] = fillings[replaced]
    if options.unseen == "reference":
        X[rows.unseen & leveled] = 0
    treatments: list[list[str]] = [[] for _ in X]
    for row, place in np.argwhere(replaced).tolist():
        value = _shown_value(columns[place], float(X[row, place]))
        treatments[row].append(f"{quoted(columns[place].name)} counts as {value}")
    return X, treatments


def _check_out(options: argparse.Namespace) -> None:
    """Refuse an output that is a folder, in none, or one of the files that are read."""
    out: Path | None = options.out
    if out is None:
        return
    if not out.parent.is_dir():
        raise InputError(f"out is {str(out)!r}, whose folder does not exist; make it first.")
    if out.is_dir():
        raise InputError(f"out is {str(out)!r}, which is a folder; pass the path of a file.")
    folder = Path(options.folder)
    for read in (Path(options.table), *folder.glob("model.json"), *folder.glob("arrays-*.npz")):
        if read.exists() and out.exists() and read.samefile(out):
            raise InputError(f"out is {str(out)!r}, which is read by this command; pass another.")


def _csv(
    model: FittedModel,
    predictions: Predictions | None,
    usable: np.ndarray,
    where: RowPlaces,
    notes: Sequence[str],
) -> str:
    """The text that is written."""
    header = _header(model)
    cells = iter(()) if predictions is None else _cells(model, predictions)
    blank = [""] * len(header)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([where.unit, *header, "note"])
    for number, predicted, note in zip(where.numbers, usable, notes, strict=True):
        writer.writerow([number, *(next(cells) if predicted else blank), note])
    return written.getvalue()


def _header(model: FittedModel) -> list[str]:
    """The names of the columns of the predictions."""
    ends, levels = ["band_lower", "band_upper"], model.response.levels
    if model.net.response == "binary":
        names = [f"probability of {levels[1]}", *ends, "prediction_set"]
    elif model.net.response == "categorical":
        kinds = ("probability of", *ends)
        each = [f"{kind} {level}" for level in levels for kind in kinds]
        names = ["prediction", *each, "prediction_set"]
    else:
        names = ["prediction", *ends, "interval_lower", "interval_upper"]
    return [one_line(name, 200) for name in names]


def _cells(model: FittedModel, predictions: Predictions) -> Iterator[list[str]]:
    """The cells of each predicted row."""
    levels = model.response.levels
    parts = [part for part in predictions[:5] if part is not None]
    table = np.stack(parts, axis=-1).reshape(len(predictions.mean), -1)
    for place, numbers in enumerate(table.tolist()):
        cells = [f"{number:.{DIGITS}g}" for number in numbers]
        if predictions.mean.ndim == 2:
            cells.insert(0, safe(levels[int(predictions.mean[place].argmax())]))
        if predictions.classes is not None:
            members = [levels[k] for k in np.flatnonzero(predictions.classes[place])]
            cells.append("{" + "; ".join(members) + "}")
        yield cells


def _beyond_training(model: FittedModel, row: np.ndarray) -> Iterator[str]:
    """Notes on values beyond those that the network was trained on."""
    for column, value, (least, most) in zip(
        model.encoder.columns, row.tolist(), model.ranges.tolist(), strict=True
    ):
        if column.kind == "numeric" and not least <= value <= most and value == value:
            yield (
                f"{quoted(column.name)} is {_shown_value(column, value)}, beyond the "
                f"{_shown_value(column, least)} to {_shown_value(column, most)} of training"
            )


def _shown_value(column: Column, value: float) -> str:
    """A number, a level, or a date."""
    if column.levels:
        return quoted(column.levels[int(value)])
    if column.origin and abs(value) < LARGEST_DAY:
        return str(np.datetime64(column.origin) + np.timedelta64(round(value), "D"))
    return f"{value:g}"
