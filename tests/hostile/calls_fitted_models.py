"""Working calls of `jaxnn.fitted_models`."""

import tempfile
from functools import cache

import numpy as np

from jaxnn import MLP, Encoder, Fit, Fitter, History, Layer, Recipe, from_arrays
from jaxnn.bootstrap import Bootstrap
from jaxnn.fitted_models import (
    LeftOut,
    fitted_model,
    load_model,
    prediction_interval,
    prediction_set,
    save_model,
)
from jaxnn.tables import Scaling
from tests.hostile.calls import Call


@cache
def parts():
    X = np.linspace(-1, 1, 20)[:, None]
    table = from_arrays(X, np.sin(X[:, 0]))
    fitter = Fitter(MLP((1, 2, 1)), Recipe(epochs=1), Encoder(table.columns))
    return fitter, refits(), table


def refits():
    """Refits that were never trained."""
    rng = np.random.default_rng(0)

    def normal(*shape):
        return rng.normal(size=(8, *shape)).astype(np.float32)

    layers = Layer(normal(1, 2), normal(2)), Layer(normal(2, 1), normal(1))
    scaling = Scaling(*np.ones((2, 8, 1), np.float32))
    history = History(np.zeros((8, 2), np.int32), normal(2), normal(2))
    never = np.full(8, -1)
    fits = Fit(layers, scaling, history, normal(), never + 2, never, never + 1)
    counts = rng.multinomial(20, np.full(20, 1 / 20), size=8).astype(np.uint8)
    return Bootstrap(fits, counts, never >= 0)


@cache
def model():
    return fitted_model(*parts())


@cache
def saved():
    folder = tempfile.mkdtemp()
    save_model(folder, model())
    return folder


def left_out():
    return LeftOut(np.ones((2, 30), bool), np.arange(30) % 2.0, np.linspace(0.2, 0.9, 30))


def gathered():
    fitter, refits, table = parts()
    return {
        "fitter": fitter,
        "refits": refits,
        "table": table,
        "level": 0.9,
        "missing": "refuse",
        "full": None,
        "simulated": None,
    }


CALLS = {
    "FittedModel.predict": lambda: Call(
        model().predict, {"X": np.array([[0.5], [0.2]]), "level": 0.9}, slow=True
    ),
    "fitted_model": lambda: Call(
        fitted_model,
        gathered(),
        slow=True,
        words={"fitter": ("sizes",), "refits": ("params", "scaling", "refits.fits")},
    ),
    "load_model": lambda: Call(load_model, {"folder": saved()}),
    "prediction_interval": lambda: Call(
        prediction_interval,
        {
            "rows": left_out(),
            "predictions": np.array([[0.1, 0.5, 0.9], [0.2, 0.4, 0.8]]),
            "kind": "quantitative",
            "level": 0.8,
        },
        words={"rows": LeftOut._fields},
    ),
    "prediction_set": lambda: Call(
        prediction_set,
        {
            "rows": left_out(),
            "probabilities": np.array([[0.1, 0.5, 0.9], [0.2, 0.4, 0.8]]),
            "level": 0.8,
        },
        words={"rows": LeftOut._fields},
    ),
    "save_model": lambda: Call(save_model, {"folder": tempfile.mkdtemp(), "model": model()}),
}
