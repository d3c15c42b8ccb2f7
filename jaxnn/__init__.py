"""Small networks as pure functions, fitted hundreds at a time and inspected with honest bands.

Read first: `mlp` (what a network computes), `training` (one fit), `replicate` (many fits),
`bootstrap` (their spread) and `inspection` (what a black box does). Some functions share the name
of their module and are imported from there: `jaxnn.bootstrap.bootstrap` and
`jaxnn.replicate.replicate`.

Each name is imported when it is first used, so `import jaxnn` takes no time.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for tools that read this file
    from jaxnn import datasets, inspection, refits, tables
    from jaxnn.bootstrap import Bootstrap, Interval, converged, interval
    from jaxnn.errors import InputError, InputTypeError
    from jaxnn.fitted_models import FittedModel, Predictions, fitted_model, load_model, save_model
    from jaxnn.mlp import MLP, Layer, apply, count_parameters, hidden_states, init
    from jaxnn.prediction import predict, predictor
    from jaxnn.regularizers import ElasticNet, NormalPrior
    from jaxnn.replicate import use_all_cores
    from jaxnn.selection import (
        Candidate,
        Comparison,
        Selection,
        compare,
        fitter_of,
        select,
        verdict,
    )
    from jaxnn.tables import (
        Encoder,
        Table,
        encoded_width,
        from_arrays,
        from_dataframe,
        read_csv,
        read_table,
    )
    from jaxnn.training import Fit, Fitter, History, Recipe, fit

    __version__: str

_NAMES_OF = {
    "bootstrap": ("Bootstrap", "Interval", "converged", "interval"),
    "errors": ("InputError", "InputTypeError"),
    "fitted_models": ("FittedModel", "Predictions", "fitted_model", "load_model", "save_model"),
    "mlp": ("MLP", "Layer", "apply", "count_parameters", "hidden_states", "init"),
    "prediction": ("predict", "predictor"),
    "regularizers": ("ElasticNet", "NormalPrior"),
    "replicate": ("use_all_cores",),
    "selection": (
        "Candidate",
        "Comparison",
        "Selection",
        "compare",
        "fitter_of",
        "select",
        "verdict",
    ),
    "tables": (
        "Encoder",
        "Table",
        "encoded_width",
        "from_arrays",
        "from_dataframe",
        "read_csv",
        "read_table",
    ),
    "training": ("Fit", "Fitter", "History", "Recipe", "fit"),
}
_MODULE_OF = {name: module for module, names in _NAMES_OF.items() for name in names}

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


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _MODULE_OF:
        value = getattr(import_module(f"jaxnn.{_MODULE_OF[name]}"), name)
    elif find_spec(f"jaxnn.{name}"):
        value = import_module(f"jaxnn.{name}")
    else:
        raise AttributeError(f"module 'jaxnn' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """The version that pyproject.toml states."""
    from importlib import metadata

    try:
        return metadata.version("jaxnn")
    except metadata.PackageNotFoundError:  # a source tree that is not installed
        return "0+unknown"
