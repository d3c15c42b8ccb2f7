"""Which derivatives are in the lecture's tables, and which does the tracer compute?

    xi_1 = -WX,  xi_2 = exp xi_1,  xi_3 = 1 + xi_2,  xi_4 = 1/xi_3,  xi_5 = log xi_4,  L = -y xi_5

at X = 3, y = 1, W = 3. A row is one step: its value, its local derivative, its derivative with
respect to W (forward mode) and the derivative of L with respect to it (reverse mode). They are
compared with the numbers on the slides, or from the formulas there, and with closed forms. The
same is done for an observation with y = 0, and for logistic regression with two coefficients.
CS-S109A lecture 11, "Back Propagation".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

import jaxnn.tracer.numpy as tnp
from jaxnn import mlp, responses
from jaxnn.tracer import TraceTable, grad, trace_table
from jaxnn.tracer.referee.routes import differentiate_numerically

X, W = 3.0, 3.0  # the lecture's point
E9 = math.exp(-W * X)
P = 1 / (1 + E9)
COEFFICIENTS, PREDICTOR = (0.3, -0.7), 1.4  # of the logistic regression; not from the lecture
LABELS = (0.0, 1.0)
COLUMNS = ("value", "partial", "tangent", "adjoint")
NOT_PRINTED = math.nan
QUANTITIES = ("dL/dp", "dp/dh", "dh/db1", "dh/db0", "dL/db1", "dL/db0")
SLOPE_ROUTES = ("forward", "reverse", "jax.grad", "differences")


def loss_a(w: Any) -> Any:
    """The loss of an observation with y = 1, as the lecture writes it."""
    return -1.0 * tnp.log(1 / (1 + tnp.exp(-X * w)))


def loss_b(w: Any) -> Any:
    """The loss of an observation with y = 0, as the lecture writes it."""
    return -1.0 * tnp.log(1 - 1 / (1 + tnp.exp(-X * w)))


def logistic_loss(y: float) -> Callable[[Any, Any], Any]:
    """The loss of logistic regression with two coefficients at x = 1.4."""

    def loss(b0: Any, b1: Any) -> Any:
        p = 1 / (1 + tnp.exp(-(b0 + b1 * PREDICTOR)))
        return -y * tnp.log(p) - (1 - y) * tnp.log(1 - p)

    return loss


def network_loss(w11, w12, w21, w22, c1, c2, v1, v2, c) -> Any:
    """Squared error of a 2-2-1 network with tanh at x = (1, -0.5), y = 1, unit by unit.

    w_ij connects input i to unit j, and v_j unit j to the output; c_j and c are biases.
    """
    x1, x2, y = NETWORK_POINT
    h1 = tnp.tanh(w11 * x1 + w21 * x2 + c1)
    h2 = tnp.tanh(w12 * x1 + w22 * x2 + c2)
    return (v1 * h1 + v2 * h2 + c - y) ** 2


NETWORK_POINT = (1.0, -0.5, 1.0)

# Numbers on the slides, or from their formulas, at X = W = 3: value, partial and tangent of each
# step. Loss A: "Idea 1", y = 1. Loss B: its table of formulas, y = 0; its only tangent is the
# last, dL/dW.
SLIDES = {
    "loss_a": [
        (-9, -3, -3),
        (E9, E9, -3 * E9),
        (1 + E9, 1, -3 * E9),
        (P, P**2, -3 * E9 * P**2),
        (math.log(P), 1 + E9, -3 * E9 * P),
        (-math.log(P), -1, 3 * E9 * P),
    ],
    "loss_b": [
        (-9, -3, NOT_PRINTED),
        (E9, E9, NOT_PRINTED),
        (1 + E9, 1, NOT_PRINTED),
        (P, -(P**2), NOT_PRINTED),
        (1 - P, -1, NOT_PRINTED),
        (math.log(P), (1 + E9) / E9, NOT_PRINTED),
        (-math.log1p(1 / E9), 1, X * P),
    ],
}
PRINTED_SLOPE = 0.00037018372

# Closed forms, without the cancellations of the formulas above: value, partial, tangent, adjoint.
_SLOPE_A, _SLOPE_B, _Q = -X * E9 * P, X * P, E9 * P
CLOSED_FORMS = {
    "loss_a": [
        (-9, -3, -3, E9 * P),
        (E9, E9, -3 * E9, P),
        (1 + E9, 1, -3 * E9, P),
        (P, -(P**2), 3 * E9 * P**2, -(1 + E9)),
        (-math.log1p(E9), 1 + E9, -_SLOPE_A, -1),
        (math.log1p(E9), -1, _SLOPE_A, 1),
    ],
    "loss_b": [
        (-9, -3, -3, -P),
        (E9, E9, -3 * E9, -P / E9),
        (1 + E9, 1, -3 * E9, -P / E9),
        (P, -(P**2), 3 * E9 * P**2, 1 / _Q),
        (_Q, -1, -3 * E9 * P**2, -1 / _Q),
        (math.log(_Q), 1 / _Q, -_SLOPE_B, -1),
        (-math.log(_Q), -1, _SLOPE_B, 1),
    ],
}


def compute(key: Array) -> dict[str, Any]:
    """The tables, the slides' numbers and the closed forms.

    Args:
      key: a typed JAX key, for the parameters of the 2-2-1 network.

    Returns:
      <table>_names, _operations, _inputs, _expressions, _latex: text of each row of the tables
      `loss_a`, `loss_b`, `logistic` (y = 0) and `network`; <table>_values, _tangents, _adjoints
      (rows,) and _partials (rows, 2), NaN for an input that a step does not have.
      <table>_slide (steps, 3) and <table>_exact (steps, 4) for the two losses, by `COLUMNS`.
      slopes_a: dL/dW of loss A, in the order of `SLOPE_ROUTES`.
      quantities, quantities_slide, quantities_exact: (2, 6) derivatives of the logistic regression
      named in `QUANTITIES`, for y = 0 and y = 1: by the tracer, on the slide, in closed form.
      network_gradient: (9,) gradient of the network by jax.grad, in the order of `network_loss`.
    """
    tables = {
        "loss_a": trace_table(loss_a, W),
        "loss_b": trace_table(loss_b, W),
        "logistic": trace_table(logistic_loss(0.0), *COEFFICIENTS),
    }
    parameters, gradient = _network(key)
    tables["network"] = trace_table(network_loss, *parameters)
    results: dict[str, Any] = {"network_gradient": gradient, "slopes_a": _slopes()}
    for name, table in tables.items():
        results |= pack(name, table)
    for name, numbers in SLIDES.items():
        results[f"{name}_slide"] = np.array(numbers, float)
        results[f"{name}_exact"] = np.array(CLOSED_FORMS[name], float)
    both = [_logistic(y) for y in LABELS]
    for place, source in enumerate(("quantities", "quantities_slide", "quantities_exact")):
        results[source] = np.array([numbers[place] for numbers in both])
    return results


def pack(name: str, table: TraceTable) -> dict[str, Any]:
    """A trace table of numbers as arrays, under names that begin with `name`."""
    rows = table.rows
    partials = np.full((len(rows), 2), np.nan)
    for row, into in zip(rows, partials, strict=True):
        into[: len(row.partials)] = row.partials
    return {
        f"{name}_names": np.array([row.name for row in rows]),
        f"{name}_operations": np.array([row.op for row in rows]),
        f"{name}_inputs": np.array([" ".join(row.inputs) for row in rows]),
        f"{name}_expressions": np.array([row.expression for row in rows]),
        f"{name}_latex": np.array([row.latex for row in rows]),
        f"{name}_values": np.array([row.value for row in rows], float),
        f"{name}_partials": partials,
        f"{name}_tangents": np.array([row.tangent for row in rows], float),
        f"{name}_adjoints": np.array([row.adjoint for row in rows], float),
    }


def _slopes() -> np.ndarray:
    """dL/dW of loss A by every route."""
    first, *_, last = trace_table(loss_a, W).rows

    def by_jax(w: Any) -> Any:
        return -jnp.log(1 / (1 + jnp.exp(-X * w)))

    return np.array([
        last.tangent,
        first.adjoint,
        jax.grad(by_jax)(W),
        differentiate_numerically(lambda step: loss_a(W + step))[0],
    ])  # fmt: skip


def _logistic(y: float) -> tuple[list, list, list]:
    """`QUANTITIES` at one observation: by the tracer, on the slide, in closed form."""
    b0, b1 = COEFFICIENTS
    x, h = PREDICTOR, b0 + b1 * PREDICTOR
    p = 1 / (1 + math.exp(-h))
    by_h = grad(lambda h: 1 / (1 + tnp.exp(-h)))(h)
    by_p = grad(lambda p: -y * tnp.log(p) - (1 - y) * tnp.log(1 - p))(p)
    h_by_b0, h_by_b1 = grad(lambda b0, b1: b0 + b1 * x, (0, 1))(b0, b1)
    by_b0, by_b1 = grad(logistic_loss(y), (0, 1))(b0, b1)
    tracer = [by_p, by_h, h_by_b1, h_by_b0, by_b1, by_b0]
    bracket = y / p + (1 - y) / (1 - p)
    slope = p * (1 - p)
    slide = [-y / p - (1 - y) / (1 - p), slope, x, 1, -x * slope * bracket, -slope * bracket]
    exact = [(p - y) / slope, slope, x, 1, x * (p - y), p - y]
    return tracer, slide, exact


def _network(key: Array) -> tuple[list[float], np.ndarray]:
    """Parameters of a `jaxnn.MLP((2, 2, 1))` one by one, and their gradient by jax.grad."""
    net = mlp.MLP((2, 2, 1), bias_initializer="uniform")
    params = mlp.init(key, net)
    x, y = jnp.array(NETWORK_POINT[:2]), NETWORK_POINT[2]

    def loss(params: mlp.Parameters) -> Array:
        return responses.loss(net.response, mlp.apply(net, params, x), jnp.array([y]))

    gradient = jax.jit(jax.grad(loss))(params)
    return [float(number) for number in _in_order(params)], _in_order(gradient)


def _in_order(params: mlp.Parameters) -> np.ndarray:
    """The arguments of `network_loss`: w11, w12, w21, w22, c1, c2, v1, v2, c."""
    return np.concatenate([np.ravel(array) for layer in params for array in layer])
