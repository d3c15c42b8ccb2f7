"""Working calls of `jaxnn.prediction`."""

from functools import cache

import jax

from jaxnn import Recipe, fit
from jaxnn.prediction import predict, predictor
from tests.hostile.calls import Call
from tests.hostile.calls_training import NET, X, Y


@cache
def fitted():
    return fit(jax.random.key(0), NET, X, Y, Recipe(epochs=1))


CALLS = {
    "predict": lambda: Call(
        predict,
        {"net": NET, "fitted": fitted(), "X": X.copy(), "encoder": None},
        nan_passes=("fitted",),
        words={"fitted": ("params", "scaling")},
    ),
    "predictor": lambda: Call(
        predictor,
        {"net": NET, "fits": fitted(), "encoder": None, "batch_size": 2},
        words={"fits": ("params", "scaling", "fitted")},
        nan_passes=("fits",),
    ),
}
