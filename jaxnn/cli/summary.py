"""How are the results of an explanation summarised, in summary.json and on the terminal?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from jaxnn.bootstrap import interval
from jaxnn.cli.results import Explanation
from jaxnn.mlp import count_parameters
from jaxnn.tables.table import shown
from jaxnn.versions import versions

PACKAGES = ("jax", "jaxlib", "numpy", "optax", "matplotlib", "jaxnn")
LOSSES = {
    "quantitative": ("mean squared error", "squared unit of the response"),
    "count": ("Poisson deviance", "nats"),
    "binary": ("cross-entropy", "nats"),
    "categorical": ("cross-entropy", "nats"),
}


def summary(results: Explanation, files: Mapping[int, str]) -> dict[str, Any]:
    """The content of summary.json.

    Args:
      results: the explanation.
      files: the name of the figure of each predictor that has one, by its column of X.

    Returns:
      Settings, versions, the meaning of the columns, the network, and losses out of bag. Refits
      and rows are numbered from 0, as in the arrays.
    """
    table, net, refits = results.table, results.net, results.refits
    diverged = np.flatnonzero(refits.diverged)
    loss, unit = LOSSES[net.response]
    unseen, level = results.out_of_bag, results.options.level
    return {
        "table": results.options.table,
        "settings": {
            name: value
            for name, value in vars(results.options).items()
            if name not in ("command", "out")
        },
        "versions": versions(PACKAGES),
        "rows": len(table.y),
        "notes": list(table.notes),
        "response": dataclasses.asdict(table.response),
        "predictors": [
            {**dataclasses.asdict(column), "file": files.get(place)}
            for place, column in enumerate(table.columns)
        ],
        "network": {
            "sizes": list(net.sizes),
            "activation": net.activation,
            "parameters": count_parameters(net),
        },
        "refits": {
            "asked": len(refits.diverged),
            "diverged": len(diverged),
            "diverged_refits": [
                {"refit": int(b), "step": int(refits.fits.diverged_at[b])} for b in diverged
            ],
        },
        "out_of_bag": {
            "loss": loss,
            "unit": unit,
            "network": _mean_and_interval(unseen.loss, level),
            "constant": _mean_and_interval(unseen.constant_loss, level),
            "difference": _mean_and_interval(unseen.constant_loss - unseen.loss, level),
        },
    }


def _mean_and_interval(values: np.ndarray, level: float) -> dict[str, Any] | None:
    """Mean and interval over the refits that left rows out; None without such finite losses."""
    values = values[~np.isnan(values)]
    if not values.size or not np.isfinite(values).all():
        return None
    lower, upper = interval(values, level)
    return {"mean": float(values.mean()), "interval": [float(lower), float(upper)]}


def report(record: Mapping[str, Any]) -> Iterator[str]:
    """The lines that the command prints about its results, from what `summary` returns."""
    refits, losses = record["refits"], record["out_of_bag"]
    network = "-".join(map(str, record["network"]["sizes"]))
    yield (
        f"{refits['asked'] - refits['diverged']:,} refits of a {network} network "
        f"({record['network']['parameters']:,} parameters) on {record['rows']:,} rows"
        + f"; {refits['diverged']:,} more diverged and are left out"
        * bool(refits["diverged"])
    )
    if losses["network"] is None or losses["constant"] is None:
        yield "out-of-bag loss: none, because no row was left out or a prediction is not finite"
        return
    level = f"{100 * record['settings']['level']:g}%"
    yield (
        f"out-of-bag loss, {losses['loss']} ({losses['unit']}), mean and {level} interval over "
        "the refits:"
    )
    for name, label in (("network", "the network"), ("constant", "the constant prediction")):
        lower, upper = losses[name]["interval"]
        yield f"  {label:24}{losses[name]['mean']:.4g}  ({lower:.4g} to {upper:.4g})"
    if losses["network"]["mean"] >= losses["constant"]["mean"]:
        yield (
            "  the network predicts no better than a constant, so its curves mean little; "
            "a larger --penalty, fewer --epochs or smaller --hidden may help"
        )


def listing(record: Mapping[str, Any], width: int) -> Iterator[str]:
    """One line per predictor with a figure: its file, padded to `width`, and its name."""
    for entry in record["predictors"]:
        if entry["file"]:
            yield f"{entry['file']:{width}}  {shown(entry['name'])}"
