"""What is left behind by an exploration, and what is said of it?

    predicted_versus_observed.png, predictor_01.png, predictor_02.png, ..., arrays.npz, summary.json

Each is written whole or not at all, the summary last.  No name of a file comes from the table.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import platform
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from jaxnn.bootstrap import Bootstrap, interval
from jaxnn.mlp import MLP, count_parameters
from jaxnn.refits import Effect, OutOfBag
from jaxnn.saving import write_whole
from jaxnn.tables import Table
from jaxnn.tables.table import shown

PACKAGES = ("jax", "jaxlib", "numpy", "optax", "matplotlib", "jaxnn")
OBSERVED_FILE = "predicted_versus_observed.png"
ARRAYS_FILE = "arrays.npz"
SUMMARY_FILE = "summary.json"
EFFECT_FILE = re.compile(r"predictor_[0-9]+\.png")


def say(text: str) -> None:
    """Print a line, whatever the terminal can show."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def versions() -> dict[str, str]:
    """Of Python and the packages that a number depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def version(package: str) -> str:
    """Of an installed package."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def summary(
    options: argparse.Namespace,
    table: Table,
    net: MLP,
    refits: Bootstrap,
    predicted: OutOfBag,
    effects: Sequence[Effect],
) -> dict[str, Any]:
    """The summary; what it calls numbers of refits and of rows count from 0, as the arrays do."""
    bad = np.flatnonzero(refits.diverged)
    settings = {
        name: value for name, value in vars(options).items() if name not in ("command", "out")
    }
    unit = "squared unit of the response" if net.response == "quantitative" else "nats"
    drawn = {effect.feature: _file(effect) for effect in effects}
    return {
        "table": options.table,
        "settings": settings,
        "versions": versions(),
        "rows": len(table.y),
        "notes": list(table.notes),
        "response": dataclasses.asdict(table.response),
        "predictors": [
            {**dataclasses.asdict(column), "file": drawn.get(place)}
            for place, column in enumerate(table.columns)
        ],
        "network": {
            "sizes": list(net.sizes),
            "activation": net.activation,
            "parameters": count_parameters(net),
        },
        "refits": {
            "asked": len(refits.diverged),
            "diverged": len(bad),
            "diverged_refits": [
                {"refit": int(b), "step": int(refits.fits.diverged_at[b])} for b in bad
            ],
        },
        "out_of_bag": {
            "loss": {
                "quantitative": "mean squared error",
                "binary": "cross-entropy",
                "categorical": "cross-entropy",
            }[net.response],
            "unit": unit,
            "network": _spread(predicted.loss, options.level),
            "constant": _spread(predicted.constant_loss, options.level),
            "difference": _spread(predicted.constant_loss - predicted.loss, options.level),
        },
    }


def _spread(values: np.ndarray, level: float) -> dict[str, Any] | None:
    """Mean and interval over refits, or None if there is nothing to tell."""
    values = values[~np.isnan(values)]
    if not values.size or not np.isfinite(values).all():
        return None
    lower, upper = interval(values, level)
    return {"mean": float(values.mean()), "interval": [float(lower), float(upper)]}


def arrays_of(
    table: Table,
    refits: Bootstrap,
    predicted: OutOfBag,
    effects: Sequence[Effect],
    rows: np.ndarray,
    few: np.ndarray,
) -> dict[str, np.ndarray]:
    """All numbers behind the figures, by names of our own."""
    arrays = {
        "X": table.X,
        "observed": table.y,
        "multiplicities": refits.multiplicities,
        "diverged": refits.diverged,
        **{f"out_of_bag_{name}": array for name, array in predicted._asdict().items()},
        "average_rows": rows,
        "individual_rows": few,
    }
    for effect in effects:
        for name in ("grid", "average", "profile", "individual"):
            arrays[f"{Path(_file(effect)).stem}_{name}"] = getattr(effect, name)
    return arrays


def _file(effect: Effect) -> str:
    # Never by the name of the column, which may be any text.
    return f"predictor_{effect.feature + 1:02d}.png"


def write(
    options: argparse.Namespace,
    table: Table,
    predicted: OutOfBag,
    effects: Sequence[Effect],
    arrays: dict[str, Any],
    record: dict[str, Any],
    refits: int,
) -> None:
    """Every file whole or not at all; the summary last, since it says what the others are."""
    # Here alone, so that a page of help does not wait for matplotlib.
    from jaxnn import plotting
    from jaxnn.cli import figures

    out = options.out
    stale = _effect_files(out) - {_file(effect) for effect in effects}
    with plotting.style(), warnings.catch_warnings():
        # A name may be in a script that the font lacks; then it has boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure = figures.observed_figure(table, predicted, options.level, refits)
        write_whole(out / OBSERVED_FILE, lambda file: plotting.save(figure, file))
        for effect in tqdm(effects, desc="figures", unit=" predictors", file=sys.stderr):
            drawing = figures.effect_figure(
                table, effect, options.level, options.center, int(arrays["average_rows"].size)
            )
            write_whole(out / _file(effect), lambda file, it=drawing: plotting.save(it, file))
    write_whole(out / ARRAYS_FILE, lambda file: np.savez(file, allow_pickle=False, **arrays))
    # An argument of the command line may hold bytes that are no text; JSON has escapes for them.
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(out / SUMMARY_FILE, lambda file: file.write(text.encode(errors="backslashreplace")))
    for name in stale:
        (out / name).unlink(missing_ok=True)


def _effect_files(out: Path) -> set[str]:
    """The figures of predictors that an earlier run says it wrote."""
    try:
        predictors = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))["predictors"]
        files = {str(entry["file"]) for entry in predictors}
    except (OSError, ValueError, LookupError, TypeError):
        return set()
    return {name for name in files if EFFECT_FILE.fullmatch(name)}


def outcome(out: Path, record: dict[str, Any]) -> Iterator[str]:
    """What there is to say at the end."""
    refits, losses = record["refits"], record["out_of_bag"]
    network = "-".join(map(str, record["network"]["sizes"]))
    yield ""
    yield (
        f"{refits['asked'] - refits['diverged']:,} refits of a {network} network "
        f"({record['network']['parameters']:,} parameters) on {record['rows']:,} rows"
        + f"; {refits['diverged']:,} more diverged and are left out"
        * bool(refits["diverged"])
    )
    if losses["network"] is None or losses["constant"] is None:
        yield "out-of-bag loss: none, for want of rows left out or of finite predictions"
    else:
        level = f"{100 * record['settings']['level']:g}%"
        yield f"out-of-bag loss, {losses['loss']} ({losses['unit']}), with {level} of the refits:"
        for name, label in (("network", "the network"), ("constant", "the constant prediction")):
            lower, upper = losses[name]["interval"]
            yield f"  {label:24}{losses[name]['mean']:.4g}  ({lower:.4g} to {upper:.4g})"
        if losses["network"]["mean"] >= losses["constant"]["mean"]:
            yield (
                "  so the network predicts no better than a constant, and its curves tell little; "
                "a larger --l2, fewer --epochs or smaller --hidden may help"
            )
    yield f"written to {shown(str(out), 200)}:"
    yield f"  {OBSERVED_FILE}"
    for entry in record["predictors"]:
        if entry["file"]:
            yield f"  {entry['file']:{len(OBSERVED_FILE)}}  {shown(entry['name'])}"
    yield f"  {ARRAYS_FILE}, {SUMMARY_FILE}"
