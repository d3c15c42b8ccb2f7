"""Working calls of `jaxnn.responses`."""

import numpy as np

from jaxnn.responses import loss, mean, response
from tests.hostile.calls import Call

OUTPUTS = np.array([[0.5, -1.0], [2.0, 0.0], [1.0, 1.0]])
WORDS = {"kind": ("response",)}

CALLS = {
    "response": lambda: Call(response, {"kind": "binary"}, words=WORDS),
    "mean": lambda: Call(
        mean,
        {"kind": "quantitative", "outputs": OUTPUTS.copy(), "axis": 1},
        nan_passes=("outputs",),
        words=WORDS,
    ),
    "loss": lambda: Call(
        loss,
        {"kind": "quantitative", "outputs": OUTPUTS.copy(), "y": OUTPUTS + 1, "axis": -1},
        nan_passes=("outputs", "y"),
        words=WORDS,
    ),
}
