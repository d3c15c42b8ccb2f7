"""Do all routes agree about the gradient that a network is trained with?

    dL/dW,  L = mean over patients of log(1 + e^z) - y z,  z = f(x; W)

for the network of `jaxnn.mlp`, the loss of `jaxnn.responses` and the encoded Heart data. The six
routes of `six_routes` are compared entry by entry; `jaxnn.tracer.check_derivatives` also compares
second derivatives.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from jax import Array

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation import planted_rules
from experiments.backpropagation.functions import Case, library_loss, mean_loss
from experiments.backpropagation.six_routes import array_numbers, by_all_routes
from jaxnn import mlp
from jaxnn.tables import Encoder, Table, encode, encoded_width, fit_scaling
from jaxnn.tracer import check_derivatives


def compute(key: Array, table: Table, hidden: tuple[int, ...], order: int) -> dict[str, Any]:
    """The gradient of a network's loss on the Heart data by every route.

    Args:
      key: a typed JAX key, for the initial weights.
      table: the Heart table.
      hidden: sizes of the hidden layers.
      order: highest order of the derivatives that `check_derivatives` compares, 1 or 2.

    Returns:
      heart_gradients: (6, parameters), in the order of `six_routes.ROUTES`.
      heart_arrays: (parameters,) the number of the array of weights or biases that each is in.
      heart_sizes: sizes of the layers; heart_rows: number of patients.
      heart_orders, heart_differences: (comparisons,) order of the derivative, and the largest
        relative difference between two routes to it, as measured by `check_derivatives`.
      heart_agrees: whether `check_derivatives` found that all routes agree.
    """
    encoder = Encoder(table.columns)
    raw = np.asarray(table.X, float)
    X = np.asarray(encode(encoder, fit_scaling(encoder, raw), raw))
    y = np.asarray(table.y, float)[:, None]
    net = mlp.MLP((encoded_width(encoder), *hidden, 1), response="binary")
    layers = [np.asarray(array) for layer in mlp.init(key, net) for array in layer]

    def written(*layers: Any) -> Any:
        return mean_loss(tnp.tanh, "binary", y, X, *layers)

    library = partial(library_loss, net, y, X)
    case = Case("network", "Heart", written, library, tuple(layers))
    ((gradients, _),) = by_all_routes([case], [np.ones(())])
    report = check_derivatives(library, *layers, order=order)
    differences = [planted_rules.largest_difference(c) for c in report.comparisons]
    return {
        "heart_gradients": gradients,
        "heart_arrays": array_numbers(layers),
        "heart_sizes": np.array(net.sizes),
        "heart_rows": len(X),
        "heart_orders": np.array([c.order for c in report.comparisons]),
        "heart_differences": np.array(differences),
        "heart_agrees": report.agrees,
    }
