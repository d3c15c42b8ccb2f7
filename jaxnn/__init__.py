"""Small networks as pure functions, fitted hundreds at a time and inspected with honest bands.

Read first: `mlp` (what a network computes), `training` (one fit), `replicate` (many fits),
`bootstrap` (their spread) and `inspection` (what a black box does). Some functions share the name
of their module and are imported from there: `jaxnn.bootstrap.bootstrap` and
`jaxnn.replicate.replicate`.
"""

from importlib import metadata as _metadata

from jaxnn import datasets, inspection, refits, tables
from jaxnn.bootstrap import Bootstrap, Interval, converged, interval
from jaxnn.errors import InputError, InputTypeError
from jaxnn.fitted_models import FittedModel, Predictions, fitted_model, load_model, save_model
from jaxnn.mlp import MLP, Layer, apply, count_parameters, hidden_states, init
from jaxnn.prediction import predict, predictor
from jaxnn.regularizers import ElasticNet, NormalPrior
from jaxnn.replicate import use_all_cores
from jaxnn.selection import Candidate, Comparison, Selection, compare, fitter_of, select, verdict
from jaxnn.tables import (
    Encoder,
    Table,
    encoded_width,
    from_arrays,
    from_dataframe,
    read_csv,
    read_table,
)
from jaxnn.training import Fit, Fitter, History, fit
from jaxnn.training.recipe import Recipe

try:
    __version__ = _metadata.version("jaxnn")  # as pyproject.toml states it
except _metadata.PackageNotFoundError:  # a source tree that is not installed
    __version__ = "0+unknown"

__all__ = [
    "MLP",
    "Bootstrap",
    "Candidate",
    "Comparison",
    "ElasticNet",
    "Encoder",
    "Fit",
    "FittedModel",
    "Fitter",
    "History",
    "InputError",
    "InputTypeError",
    "Interval",
    "Layer",
    "NormalPrior",
    "Predictions",
    "Recipe",
    "Selection",
    "Table",
    "__version__",
    "apply",
    "compare",
    "converged",
    "count_parameters",
    "datasets",
    "encoded_width",
    "fit",
    "fitted_model",
    "fitter_of",
    "from_arrays",
    "from_dataframe",
    "hidden_states",
    "init",
    "inspection",
    "interval",
    "load_model",
    "predict",
    "predictor",
    "read_csv",
    "read_table",
    "refits",
    "save_model",
    "select",
    "tables",
    "use_all_cores",
    "verdict",
]
