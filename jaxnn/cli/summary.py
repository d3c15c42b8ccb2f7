"""How are the results of an explanation summarised, in summary.json?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxnn.bootstrap import interval
from jaxnn.cli.results import Explanation
from jaxnn.mlp import count_parameters
from jaxnn.selection.choosing import ends_of_the_path
from jaxnn.selection.comparison import verdict
from jaxnn.versions import versions

PACKAGES = ("jax", "jaxlib", "numpy", "optax", "matplotlib", "jaxnn")
LOSSES = {
    "quantitative": ("mean squared error", "squared unit of the response"),
    "count": ("Poisson deviance", "nats"),
    "binary": ("cross-entropy", "nats"),
    "categorical": ("cross-entropy", "nats"),
}


def shown_loss(kind: str) -> str:
    """What losses are called where they are shown, after division by `Explanation.loss_scale`."""
    if kind == "quantitative":
        return "mean squared error / variance"
    loss, unit = LOSSES[kind]
    return f"{loss} ({unit})"


def summary(
    results: Explanation, files: Mapping[int, Sequence[str]], figures: Sequence[str]
) -> dict[str, Any]:
    """The content of summary.json.

    Args:
      results: the explanation.
      files: the names of the figures of each predictor that has any, by its column of X.
      figures: the names of all figures that are files.

    Returns:
      Settings, versions, the meaning of the columns, the path of candidates and the choice, the
      comparison with other methods, the refits, the calibration of the bands, and losses out of
      bag. Refits and rows are numbered from 0, as in the arrays.
    """
    table, net, refits = results.table, results.net, results.refits
    diverged = np.flatnonzero(refits.diverged)
    loss, unit = LOSSES[net.response]
    unseen, level = results.out_of_bag, results.options.level
    recipe = results.choice.fitter.recipe
    return {
        "table": results.options.table,
        "settings": {
            name: value
            for name, value in vars(results.options).items()
            if name not in ("command", "out", "words")
        },
        "versions": versions(PACKAGES),
        "rows": len(table.y),
        "groups": None if table.groups is None else len(np.unique(table.groups)),
        "notes": list(table.notes),
        "response": {**dataclasses.asdict(table.response), "response_kind": table.response_kind},
        "predictors": [
            {**dataclasses.asdict(column), "figures": list(files.get(place, ()))}
            for place, column in enumerate(table.columns)
        ],
        "figures": list(figures),
        "loss": loss,
        "loss_unit": unit,
        "loss_scale": results.loss_scale,
        "shown_loss": shown_loss(net.response),
        "path": _path(results),
        "comparison": _comparison(results),
        "network": {
            "sizes": list(net.sizes),
            "activation": net.activation,
            "parameters": count_parameters(net),
            "penalty": sum(
                (getattr(entry, "strength", 0.0) for entry in recipe.regularizers), start=0.0
            ),
            "epochs": recipe.epochs,
            "optimizer": recipe.optimizer,
            "batch_size": recipe.batch_size,
        },
        "refits": {
            "asked": len(refits.diverged),
            "diverged": len(diverged),
            "diverged_refits": [
                {"refit": int(b), "step": int(refits.fits.diverged_at[b])} for b in diverged
            ],
        },
        "importance": _importance(results),
        "conditional_importance": _conditional(results),
        "importance_rows": results.importance_rows,
        "interactions": _interactions(results),
        "errors": _errors(results),
        "calibration": _calibration(results),
        "seconds_to_calibrate": results.networks.seconds,
        "out_of_bag": {
            "loss": loss,
            "unit": unit,
            "network": _mean_and_interval(unseen.loss, level),
            "constant": _mean_and_interval(unseen.constant_loss, level),
            "difference": _mean_and_interval(unseen.constant_loss - unseen.loss, level),
            "inside_prediction_interval": _share_inside(results),
        },
    }


def _path(results: Explanation) -> dict[str, Any] | None:
    """The candidates with their losses, and which of them was chosen."""
    selection, place = results.choice.selection, results.choice.place
    if selection is None:
        return None
    difference = selection.difference(place)
    numbers = zip(*selection.loss, *difference, strict=True)
    names = ("loss", "standard_error", "difference", "difference_standard_error")
    return {
        "candidates": [
            {
                "hidden": list(candidate.hidden),
                "penalty": candidate.strength,
                "epochs": candidate.epochs,
                **{name: _finite(value) for name, value in zip(names, values, strict=True)},
            }
            for candidate, values in zip(selection.candidates, numbers, strict=True)
        ],
        "chosen": place,
        "fitted": results.choice.fitted,
        "best_without_hidden_layers": selection.baseline,
        "resamples": len(selection.multiplicities),
        "notes": list(ends_of_the_path(selection)),
    }


def _comparison(results: Explanation) -> dict[str, Any] | None:
    """The losses of the methods, their differences from the network, and the verdict."""
    comparison, level = results.choice.comparison, results.options.level
    if comparison is None:
        return None
    methods = {}
    for name, *loss in zip(comparison.names, *comparison.loss, strict=True):
        difference, interval = (
            comparison.difference(name, "network").mean,
            comparison.interval(name, "network", level),
        )
        methods[name] = {
            "loss": _finite(loss[0]),
            "standard_error": _finite(loss[1]),
            "difference": _finite(difference),
            "interval": [_finite(end) for end in interval],
        }
    return {"methods": methods, "verdict": verdict(comparison, level)}


def _importance(results: Explanation) -> dict[str, Any] | str:
    """The importance of each predictor, the most important one first, or why there is none."""
    found = results.importance
    if isinstance(found, str):
        return found
    return {
        "loss": LOSSES[results.net.response][0],
        "level": found.level,
        "rule": found.rule,
        "predictors": [
            {
                "name": found.names[place],
                **{
                    name: _finite(getattr(found, name)[place])
                    for name in ("center", "lower", "upper")
                },
            }
            for place in np.argsort(-found.center, kind="stable").tolist()
        ],
    }


def _conditional(results: Explanation) -> list[dict[str, Any]] | None:
    """Both importances of each predictor for the mean of the refits."""
    found = results.correlated
    if found is None:
        return None
    return [
        {
            "name": column.name,
            "importance": float(found.plain.mean[j]),
            "conditional": float(found.conditional.mean[j]),
            "explained_by_others": float(found.explained[j]),
            "differs": bool(found.differs[j]),
        }
        for j, column in enumerate(results.table.columns)
    ]


def _interactions(results: Explanation) -> dict[str, Any] | str:
    """The interaction of each pair that was compared, the strongest one first, or why none was."""
    found = results.interactions.pairs
    if isinstance(found, str):
        return found
    numbers = ("strength", "lower", "upper", "h_squared", "h_squared_lower", "h_squared_upper")
    return {
        "scale": found.scale,
        "level": found.level,
        "pairs": [
            {
                "names": list(names),
                **{name: _finite(getattr(found, name)[place]) for name in numbers},
            }
            for place, names in enumerate(found.names)
        ],
    }


def _errors(results: Explanation) -> list[dict[str, Any]] | str:
    """Scores on rows that were not seen, each with its interval, or why there are none."""
    found = results.errors
    if isinstance(found, str):
        return found
    return [
        {
            name: _finite(value) if isinstance(value, float) else value
            for name, value in row._asdict().items()
        }
        for row in found.rows
    ]


def _calibration(results: Explanation) -> dict[str, Any] | None:
    """What the simulations say about the bands."""
    networks = results.networks
    found = [effect.coverage for effect in results.effects if effect.coverage is not None]
    if networks.simulated is None or not found:
        return None
    level = results.options.level
    coverage = {
        name: np.concatenate([getattr(part, name) for part in found])
        for name in ("uncorrected", "calibrated")
    }
    return {
        "simulations": len(networks.simulated.out_of_bag),
        "level": level,
        "expected_coverage": {
            name: {"mean": float(shares.mean()), "least": float(shares.min())}
            for name, shares in coverage.items()
        },
        "factors": {
            results.table.columns[found.effect.feature].name: {
                "average": found.average.factor,
                "profile": found.profile.factor,
            }
            for found in results.effects
        },
    }


def _share_inside(results: Explanation) -> float | None:
    """The weighted share of the rows within their prediction interval out of bag."""
    if results.new_interval is None:
        return None
    lower, upper = results.new_interval
    known, y = ~np.isnan(lower), results.table.y
    weights = results.table.weights
    weights = np.ones(len(y)) if weights is None else weights
    if not known.any():
        return None
    inside = (lower <= y) & (y <= upper)
    return float(np.average(inside[known], weights=weights[known]))


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _mean_and_interval(values: np.ndarray, level: float) -> dict[str, Any] | None:
    """Mean and interval over the refits that left rows out; None without such finite losses."""
    values = values[~np.isnan(values)]
    if not values.size or not np.isfinite(values).all():
        return None
    lower, upper = interval(values, level)
    return {"mean": float(values.mean()), "interval": [float(lower), float(upper)]}
