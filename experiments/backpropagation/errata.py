"""Where is the lecture wrong, and what is the evidence?

There are thirty entries. Each entry that a program can show has three numbers for one quantity:
the slide's number, the correct number in closed form, and a number computed here in another way:
by the tracer for backpropagation (1-10), by a few lines of NumPy, JAX, Optax or this library for
the others. The slide's number is printed there, or the value of a formula there, or what its words
would mean if they were taken literally. An "error" is visible on the slide itself, a "convention"
is a matter of names or wording, and a "transcript" entry may be a mistake in the copy of the slides
rather than in the lecture.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.backpropagation import lecture_tables
from experiments.backpropagation.lecture_tables import E9, PRINTED_SLOPE, P, W, X, loss_a, loss_b
from experiments.backpropagation.slide_arithmetic import PRODUCTS, product
from jaxnn import mlp
from jaxnn.initializers import Scaled, initializer
from jaxnn.optimizers import adagrad
from jaxnn.regularizers.batch_normalization import normalized
from jaxnn.tracer import grad, trace_table

KINDS = ("error", "convention", "transcript")
READINGS = ("printed", "formula", "literal")
NONE = math.nan


class Erratum(NamedTuple):
    """One entry.

    Attributes:
      number: 1 to 30, in the order of the lecture.
      kind: one of `KINDS`.
      slide: what the slide says.
      correct: what is correct.
      quantity: the quantity whose value the three numbers are, and how the last was computed.
      reading: one of `READINGS`: how the slide gives the first of them.
      said: its value by the slide; all three are NaN where only words are wrong.
      right: its correct value, in closed form.
      computed: its value as computed here.
    """

    number: int
    kind: str
    slide: str
    correct: str
    quantity: str
    reading: str = "printed"
    said: float = NONE
    right: float = NONE
    computed: float = NONE


def compute(predictors: int) -> dict[str, Any]:
    """The entries as arrays `errata_FIELD`, (30,) each.

    Args:
      predictors: number of predictors in the Heart table.
    """
    entries = [
        *_of_derivatives(),
        *_of_training(predictors),
        *_of_optimisers(),
        *_of_regularisation(),
    ]
    entries.sort()
    return {
        f"errata_{field}": np.array([getattr(entry, field) for entry in entries])
        for field in Erratum._fields
    }


def _of_derivatives() -> list[Erratum]:
    """Entries 1 to 10, by the tracer."""
    a = {row.name: row for row in trace_table(loss_a, W).rows}
    b = {row.name: row for row in trace_table(loss_b, W).rows}
    slope = -X * E9 * P
    of_partials = math.prod(float(a[f"xi{n}"].partials[0]) for n in range(1, 7))
    printed_product = math.prod(partial for _, partial, _ in lecture_tables.SLIDES["loss_b"])
    (b0, b1), x = lecture_tables.COEFFICIENTS, lecture_tables.PREDICTOR
    p = 1 / (1 + math.exp(-(b0 + b1 * x)))
    by_b0, by_b1 = grad(lecture_tables.logistic_loss(0.0), (0, 1))(b0, b1)
    return [
        Erratum(
            1, "error", "loss of y = 0: L = (1−y)ξ₆, partial 1−y",
            "L = −(1−y)ξ₆, partial −(1−y)",
            "dL/dW at X = W = 3, y = 0, the product of all rows; tracer",
            "formula", printed_product, X * P, b["w"].adjoint,
        ),
        Erratum(
            2, "error", "ξ₆ = log(1−p) = log 1/(1+e⁻ᵂˣ)", "log(1−p) = −log(1+eᵂˣ)",
            "ξ₆ at X = W = 3; tracer",
            "formula", math.log(P), -math.log1p(math.exp(W * X)), b["xi6"].value,
        ),
        Erratum(
            3, "error", "dξ₄/dξ₃ = +(1/(1+e⁻⁹))², in four tables", "minus",
            "dξ₄/dξ₃; tracer, local partial",
            "printed", P**2, -(P**2), a["xi4"].partials[0],
        ),
        Erratum(
            4, "error", "dξ₄/dW, dξ₅/dW below 0, dL/dW above, in three tables",
            "the opposite signs; dL/dW = −yXe⁻ᵂˣ/(1+e⁻ᵂˣ)",
            "dL/dW; tracer, forward mode",
            "printed", -slope, slope, a["xi6"].tangent,
        ),
        Erratum(
            5, "convention", "0.00037018372", "truncated; 0.00037018373 when rounded",
            "|dL/dW| to eleven decimals; tracer",
            "printed", PRINTED_SLOPE, 0.00037018373, round(abs(a["xi6"].tangent), 11),
        ),
        Erratum(
            6, "error", "forward mode: column headed dL/dξₙ", "the column holds dξₙ/dW",
            "dL/dξ₂; tracer, reverse mode",
            "printed", -X * E9, P, a["xi2"].adjoint,
        ),
        Erratum(
            7, "error", "last row: −3; “Type equation here.”", "the product of all partials",
            "product of the tracer's six partials",
            "printed", -3, slope, of_partials,
        ),
        Erratum(
            8, "error", "dL/dp = −y/p − (1−y)/(1−p), and so in both gradients",
            "−y/p + (1−y)/(1−p); dL/dβ₁ = X(p−y)",
            "dL/dβ₁ at y = 0, X = 1.4, β = (0.3, −0.7); tracer",
            "formula", -x * p, x * p, by_b1,
        ),
        Erratum(
            9, "error", "dL/dβ₀ = 1", "dh/dβ₀ = 1; dL/dβ₀ = p−y",
            "dL/dβ₀ at the same point; tracer",
            "printed", 1, p, by_b0,
        ),
        Erratum(
            10, "error", "derx1(a, x): return −a", "return −x; not seen since W = X = 3",
            "d(−WX)/dW at W = 2, X = 5; tracer",
            "formula", -2, -5, grad(lambda w, x: -w * x)(2.0, 5.0),
        ),
    ]  # fmt: skip


def _of_training(predictors: int) -> list[Erratum]:
    """Entries 11 to 16, 23, 29 and 30: networks, gradient descent, long chains, data."""
    layer = mlp.MLP((2, 4, 4, 1))
    second = mlp.count_parameters(layer) - mlp.count_parameters(mlp.MLP((2, 4)))
    second -= mlp.count_parameters(mlp.MLP((4, 1)))
    steep = grad(lambda w: w**2 / 2)
    losses = np.array([0.3, 1.2, 0.1, 2.0, 0.7, 0.4])
    batches = [sum(batch) / sum(losses) for batch in itertools.combinations(losses, 2)]
    weights, h = np.diag([1.0, 2.0]), np.ones(2)
    for _ in range(3):
        h = weights @ h

    faint = 1 / (1 + math.exp(-(0.5**1000 + 0.9**1000)))
    hidden = np.array([[1.0, 0, 2, 5], [3, 1, 0, 2], [2, 4, 1, 1], [0, 2, 2, 3], [4, 1, 0, 1],
                       [1, 3, 5, 2]])  # fmt: skip
    units, rows = jnp.ones(4), jnp.full(6, 1 / 6)
    standard: Any = normalized(jnp.array(hidden.T), units, 0 * units, rows, 1e-14)
    nodes, quadrature = np.polynomial.legendre.leggauss(10)
    squares = (np.outer(nodes, np.linspace(-2, 2, 9)) + np.linspace(-1, 3, 9)) ** 2
    root = np.sqrt(quadrature / 2)
    fit = np.linalg.lstsq(squares * root[:, None], nodes**3 * root, rcond=None)[0]
    rest = np.sum((root * (squares @ fit - nodes**3)) ** 2) ** 0.5
    return [
        Erratum(
            11, "error", "layer 2: each node has 5 inputs + bias", "4 inputs + bias",
            "parameters of layer 2 of 2-4-4-1; jaxnn.MLP",
            "literal", 4 * (5 + 1), 4 * (4 + 1), second,
        ),
        Erratum(
            12, "error", "a step proportional to the slope avoids overshooting",
            "overshoots if λ > 1/h, diverges if λ > 2/h",
            "w after one step from 1, h = 1, λ = 1.5; tracer",
            "literal", 0, -0.5, 1 - 1.5 * steep(1.0),
        ),
        Erratum(
            13, "convention", "the sum over a mini-batch approximates the full sum",
            "its mean is b/n of it; use means",
            "mean over all batches of 2 of 6 rows, over the full sum",
            "literal", 1, 2 / 6, float(np.mean(batches)),
        ),
        Erratum(
            14, "error", "hᵢ = Wx", "h₁ = Wx, hᵢ = Whᵢ₋₁",
            "second entry of h₃, W = diag(1, 2), x = (1, 1); NumPy",
            "formula", 2, 2**3, h[1],
        ),
        Erratum(
            15, "error", "a = 1, b = 2: y → 1 with gradient (n, n2ⁿ⁻¹)",
            "that gradient has y = 1+2ⁿ; a sigmoid read-out has y → 1, gradient → 0",
            "y of ten layers whose gradient is (10, 5120), by JAX; jaxnn.MLP",
            "printed", 1, 1 + 2**10, _output_with_gradient((10.0, 5120.0)),
        ),
        Erratum(
            16, "error", "a = 0.5, b = 0.9: y → 0", "for a linear read-out; a sigmoid gives 1/2",
            "y at n = 1000 of the sigmoid read-out; NumPy",
            "printed", 0, 0.5, faint,
        ),
        Erratum(
            23, "error", "batch normalisation: H has N rows, statistics divide by m",
            "one symbol for both",
            "mean square of a unit of H', 6 rows, m = 4 units; jaxnn's layer",
            "literal", _mean_square(hidden, 4), 1, float(np.mean(np.square(standard)[0])),
        ),
        Erratum(
            29, "transcript", "12 names of columns, “13 predictors”", "MaxHR is missing",
            "predictors of the Heart table; jaxnn.datasets",
            "printed", 12, 13, predictors,
        ),
        Erratum(
            30, "convention", "one hidden layer approximates any function",
            "any continuous one on a compact set; the activation is no polynomial",
            "RMSE of the best network of units z² for x³ on [−1, 1]; least squares",
            "literal", 0, math.sqrt(1 / 7 - 3 / 25), rest,
        ),
    ]  # fmt: skip


def _output_with_gradient(wanted: tuple[float, float]) -> float:
    """Output at x = (1, 1) of ten layers diag(1, 2) and a sum; NaN if its gradient is another."""
    net = mlp.MLP((2,) * 11 + (1,), "identity")

    def output(slopes: Any) -> Any:
        layers = (mlp.Layer(jnp.diag(slopes), jnp.zeros(2)),) * 10
        return mlp.apply(net, (*layers, mlp.Layer(jnp.ones((2, 1)), jnp.zeros(1))), jnp.ones(2))[0]

    value, gradient = jax.value_and_grad(output)(jnp.array([1.0, 2.0]))
    return float(value) if np.allclose(gradient, wanted, rtol=1e-12, atol=0) else NONE


def _mean_square(hidden: np.ndarray, divisor: int) -> float:
    """Mean square of a column of (H - mu) / sigma, whose mean and variance divide by `divisor`."""
    mean = hidden[:, 0].sum() / divisor
    variance = np.sum((hidden[:, 0] - mean) ** 2) / divisor
    return float(np.mean((hidden[:, 0] - mean) ** 2 / variance))


def _of_optimisers() -> list[Erratum]:
    """Entries 17 to 22: momentum, adaptive rates, initialisation, names."""
    damped, undamped = _last_steps(0.9)
    rate, delta, g = 0.01, 1e-7, 0.5
    rule = adagrad(rate, delta)
    updates, _ = rule.update(jnp.array(g), rule.init(jnp.zeros(())))
    first = -np.asarray(updates).item()
    adam = optax.adam(1.0, b1=0.9, b2=0.999, eps=0.0)
    gradient = jnp.ones(())
    step = -np.asarray(adam.update(gradient, adam.init(gradient))[0]).item()
    glorot = initializer("glorot_uniform")
    variance = glorot.deviation(100, 50) ** 2 if isinstance(glorot, Scaled) else NONE
    return [
        Erratum(
            17, "error", "Nesterov, interim: W̃ = W+v", "W̃ = W+αv",
            "largest stable εh without momentum, where it must be gradient descent; "
            "spectral radius",
            "formula",
            stability_limit(0.0, look_ahead=1.0), 2, stability_limit(0.0, look_ahead=0.0),
        ),
        Erratum(
            18, "convention", "momentum W−λν damped, Nesterov W+v not; v and ν mixed",
            "state both; rates differ by 1/(1−α)",
            "step of the undamped over the damped form, α = 0.9, constant gradient; NumPy",
            "literal", 1, 10, undamped / damped,
        ),
        Erratum(
            19, "error", "AdaGrad: r* is computed, r is used; 1/|g| “=” 1/(δ+|g|)",
            "use r*; proportional, not equal",
            "first step, ε = 0.01, δ = 10⁻⁷, g = 0.5; jaxnn.optimizers",
            "formula", rate * g / (delta + 0.0), rate * g / (delta + g), first,
        ),
        Erratum(
            20, "error", "Adam: update without the bias correction that the note demands",
            "v̂/(δ + √r̂)",
            "first step over the learning rate, ρ = (0.9, 0.999); Optax",
            "formula", 0.1 / math.sqrt(0.001), 1, step,
        ),
        Erratum(
            21, "convention", "“Xavier” initialisation: N(0, 1/m)",
            "LeCun's scale; Glorot's variance is 2/(m+n)",
            "Glorot's variance for m = 100, n = 50; jaxnn.initializers",
            "formula", 1 / 100, 2 / 150, variance,
        ),
        Erratum(22, "convention", "“Internal Covariance Shift”", "Covariate", "a matter of words"),
    ]  # fmt: skip


def stability_limit(momentum: float, look_ahead: float) -> float:
    """The largest learning rate times curvature for which Nesterov's method does not diverge.

    W~ = W + look_ahead v,  v <- momentum v - eps h W~,  W <- W + v  is a linear map of (W, v). Its
    spectral radius exceeds 1 beyond the limit, which is found by bisection.
    """
    low, high = 0.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        row = np.array([-middle, momentum - middle * look_ahead])
        step = np.stack([np.array([1.0, 0.0]) + row, row])
        radius = np.abs(np.linalg.eigvals(step)).max()
        low, high = (middle, high) if radius <= 1 + 1e-14 else (low, middle)
    return low


def _last_steps(momentum: float) -> tuple[float, float]:
    """Limits of the damped and undamped momentum step, for gradient 1 and learning rate 1."""
    damped = undamped = 0.0
    for _ in range(500):
        damped = momentum * damped + (1 - momentum)
        undamped = momentum * undamped + 1
    return damped, undamped


def _of_regularisation() -> list[Erratum]:
    """Entries 24 to 28: penalties, sparse representations, dropout, importance."""
    x = np.array([1.0, -2.0, 0.5, 3.0, -0.5, 1.5])
    permuted = [
        np.mean((x - x[list(order)]) ** 2) / (2 * x.var())
        for order in itertools.permutations(range(len(x)))
    ]
    return [
        Erratum(
            24, "convention", "Ω = ½ ‖W‖₁", "‖W‖₁; the half halves the threshold",
            "w for curvature 4, w* = 1, α = 0.5; proximal gradient with ‖W‖₁",
            "formula", 1 - 0.25 / 4, 1 - 0.5 / 4, _lasso(4.0, 1.0, 0.5),
        ),
        Erratum(
            25, "transcript", "[3.2 2 1]·[2 −2.2 1.3] = 4.34", "3.30 (4.34 needs 1.8)",
            "the product; output of a linear unit of jaxnn.MLP",
            "printed", PRODUCTS[2][-1], 3.3, product(*PRODUCTS[2][:2]),
        ),
        Erratum(
            26, "transcript", "[3.2 2 1]·[0 −0.2 0.9] = 1.3", "0.50 (1.22 with 1.8)",
            "the product; output of a linear unit of jaxnn.MLP",
            "printed", PRODUCTS[3][-1], 0.5, product(*PRODUCTS[3][:2]),
        ),
        Erratum(
            27, "error", "weights scaled in proportion to the dropout probability",
            "to the probability of inclusion",
            "mean output over all masks over the full output, inclusion 0.8; enumeration",
            "literal", 0.2, 0.8, _mean_output(0.8),
        ),
        Erratum(
            28, "error", "correlated features, a reason to prefer permutation importance",
            "its main weakness: the weight is shared, so each seems to matter less than alone, "
            "and still more than a refit without it loses",
            "importance / var(x) of x in y = 2x, when its copy shares the weight; all permutations",
            "literal", 2 * 2**2, 2 * 1**2, 2 * float(np.mean(permuted)),
        ),
    ]  # fmt: skip


def _lasso(curvature: float, centre: float, penalty: float) -> float:
    """argmin of curvature/2 (w - centre)^2 + penalty |w|, by proximal gradient descent."""
    w, rate = 0.0, 0.5 / curvature
    for _ in range(100):
        w -= rate * curvature * (w - centre)
        w = math.copysign(max(abs(w) - rate * penalty, 0.0), w)
    return w


def _mean_output(keep: float) -> float:
    """Mean output of a linear unit over all masks of its ten inputs, over its full output."""
    signals = np.linspace(-1, 2, 10)
    masks = np.array(list(itertools.product((0, 1), repeat=len(signals))))
    kept = masks.sum(axis=1)
    probabilities = keep**kept * (1 - keep) ** (len(signals) - kept)
    return float(probabilities @ (masks @ signals) / signals.sum())
