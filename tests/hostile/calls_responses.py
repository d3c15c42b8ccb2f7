"""Working calls of `jaxnn.responses`."""

import numpy as np

from jaxnn.responses import loss, mean, response
from tests.hostile.calls import Call

OUTPUTS = np.array([[0.5, -1.0], [2.0, 0.0], [1.0, 1.0]])

CALLS = {
    "response": lambda: Call(response, {"kind": "binary"}),
    "mean": lambda: Call(
        mean,
        {"kind": "quantitative", "outputs": OUTPUTS.copy(), "axis": 1},
        nan_passes=("outputs",),
    ),
    "loss": lambda: Call(
        loss,
        {"kind": "quantitative", "outputs": OUTPUTS.copy(), "y": OUTPUTS + 1, "axis": -1},
        nan_passes=("outputs", "y"),
    ),
}
