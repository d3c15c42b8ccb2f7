"""Working calls of `jaxnn.prediction`."""

from functools import cache

import jax
import numpy as np

from jaxnn import Fit, History, init
from jaxnn.prediction import predict, predictor
from tests.hostile.calls import Call
from tests.hostile.calls_training import NET, X


@cache
def fitted():
    """A fit that was never trained."""
    history = History(np.arange(2), np.ones(2, np.float32), np.ones(2, np.float32))
    params = jax.tree.map(np.asarray, init(jax.random.key(0), NET))
    return Fit(params, None, history, np.float32(1), np.array(1), np.array(-1), np.array(0))


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
