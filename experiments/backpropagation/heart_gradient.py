"""Do all routes agree about the gradient that a network is trained with?

    dL/dW,  L = mean over patients of log(1 + e^z) - y z,  z = f(x; W)

with the network of `jaxnn.mlp`, the loss of `jaxnn.responses` and the encoded Heart data: the six
routes of `six_routes`, entry by entry, and `jaxnn.tracer.check_derivatives`, which also
compares second derivatives.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from jax import Array

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation import functions as differentiated
from experiments.backpropagation import planted_rules, six_routes
from experiments.backpropagation.functions import Case
from jaxnn import mlp
from jaxnn.tables import Encoder, Table, encode, encoded_width, fit_scaling
from jaxnn.tracer import check_derivatives


def compute(key: Array, table: Table, hidden: tuple[int, ...], order: int) -> dict[str, Any]:
    """The gradient of a network's loss on the Heart data, in every way.

    Args:
      key: draws the first weights.
      table: the Heart table.
      hidden: hidden layers.
      order: highest order of the derivatives that `check_derivatives` compares, 1 or 2.

    Returns:
      heart_gradients: (6, parameters); heart_arrays: (parameters,) number of the array of weights
      or biases that each belongs to; heart_sizes: the layers; heart_rows.
      heart_orders, heart_differences: (comparisons,) order of derivative, and the largest
      difference of two routes to it, as `check_derivatives` measures it; heart_agrees.
    """
    encoder = Encoder(table.columns)
    raw = np.asarray(table.X, float)
    X = np.asarray(encode(encoder, fit_scaling(encoder, raw), raw))
    y = np.asarray(table.y, float)[:, None]
    net = mlp.MLP((encoded_width(encoder), *hidden, 1), response="binary")
    layers = [np.asarray(array) for layer in mlp.init(key, net) for array in layer]

    def written(*layers: Any) -> Any:
        return differentiated.mean_loss(tnp.tanh, "binary", y, X, *layers)

    library = partial(differentiated.library_loss, net, y, X)
    case = Case("network", "Heart", written, library, tuple(layers))
    # A loss is one number, for which no weights need be drawn.
    found = six_routes.agreement([[case]], np.random.default_rng(0))
    report = check_derivatives(library, *layers, order=order)
    differences = [planted_rules.largest_difference(c) for c in report.comparisons]
    return {
        "heart_gradients": found["gradients"],
        "heart_arrays": found["entry_array"],
        "heart_sizes": np.array(net.sizes),
        "heart_rows": len(X),
        "heart_orders": np.array([c.order for c in report.comparisons]),
        "heart_differences": np.array(differences),
        "heart_agrees": report.agrees,
    }
