"""How do claims and figures read the stored arrays? As the library's results, and by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.lab.claims import Claim, above
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import interval
from jaxnn.estimators import MethodImportances
from jaxnn.inspection import ComponentPicture, SurrogateTree
from jaxnn.inspection.tree_rules import TreeNodes
from jaxnn.refits import RefitImportance, RefitSurface
from jaxnn.tables import Column


def method_importances(results: Results) -> MethodImportances:
    """Importances by method, as `jaxnn.estimators.compare_importances` returned them."""
    fields: dict[str, Any] = {
        name: results[f"methods_{name}"] for name in MethodImportances._fields
    }
    fields["methods"] = tuple(fields["methods"].tolist())
    fields["names"] = tuple(fields["names"].tolist())
    fields["level"] = float(fields["level"])
    return MethodImportances(**fields)


def refit_importance(results: Results) -> RefitImportance:
    """Importances of the refits, as `jaxnn.refits.refit_importance` returned them."""
    fields: dict[str, Any] = {
        name: results[f"importance_{name}"] for name in RefitImportance._fields
    }
    fields["names"] = tuple(fields["names"].tolist())
    fields["level"], fields["rule"] = float(fields["level"]), str(fields["rule"])
    return RefitImportance(**fields)


def columns(results: Results) -> tuple[Column, ...]:
    """Descriptions of the predictors."""
    parts = (results[f"column_{part}"].tolist() for part in ("names", "kinds", "levels"))
    return tuple(
        Column(name, kind, tuple(levels.split("|")) if levels else ())
        for name, kind, levels in zip(*parts, strict=True)
    )


def surrogate(results: Results) -> SurrogateTree:
    """The tree that imitates the mean prediction of the refits."""
    nodes = TreeNodes(*(results[f"surrogate_{name}"] for name in TreeNodes._fields))
    return SurrogateTree(nodes, columns(results), *results["surrogate_quality"].tolist())


def surface(results: Results, way: str) -> RefitSurface:
    """The surface of two predictors, one of `two_predictors.WAYS`."""
    fields = _with_grids(results, f"surface_{way}", RefitSurface)
    first, second = fields["features"].tolist()
    fields["features"] = (first, second)
    described = columns(results)
    fields["columns"] = (described[first], described[second])
    for name in set(RefitSurface._fields) & {"level", "threshold", "response"}:
        fields[name] = fields[name].item()
    return RefitSurface(**fields)


def component_picture(results: Results) -> ComponentPicture:
    """The predictions over the first two principal components."""
    fields = _with_grids(results, "component", ComponentPicture)
    fields["features"] = tuple(fields["features"].tolist())
    fields["fidelity"] = fields["fidelity"].item()
    return ComponentPicture(**fields)


def _with_grids(results: Results, name: str, kind: Any) -> dict[str, Any]:
    fields = {field: results.get(f"{name}_{field}") for field in kind._fields}
    return fields | {"grids": (results[f"{name}_x"], results[f"{name}_z"])}


def first_splits(results: Results) -> dict[str, float]:
    """The share of the refits whose surrogate splits first on a predictor, the largest first."""
    first, names = results["surrogate_first"], results["column_names"].tolist()
    shares = {name: float(np.mean(first == place)) for place, name in enumerate(names)}
    order = sorted(shares, key=lambda name: -shares[name])
    return {name: shares[name] for name in order if shares[name] > 0}


def mean_and_error(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over the first axis, and its standard error."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / math.sqrt(len(values))


def percentile(values: np.ndarray) -> tuple[float, float]:
    """The nominal 95% percentile interval of (refits,) values."""
    low, high = interval(values, LEVEL)
    return float(low), float(high)


def above_zero(statement: str, source: str, values: np.ndarray) -> Claim:
    """The claim that the mean of (replicates,) values is above 0 by 4 standard errors."""
    mean, error = (float(part) for part in mean_and_error(values))
    ends = mean - 4 * error, mean + 4 * error
    return above(statement, source, ends[0], 0, shown=mean, interval=ends)
