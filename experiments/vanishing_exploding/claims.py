"""Which statements about vanishing and exploding gradients hold?

Here are the claims about the lecture's chain, products of matrices, training thirty layers, and
gradient descent on losses with cliffs. `claims_signals` has those about random networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext

import numpy as np

from experiments.lab.claims import (
    Claim,
    above,
    at_most,
    below,
    close,
    equals,
    refused,
    within,
)
from experiments.lab.contract import Results
from experiments.vanishing_exploding import claims_signals, cliffs
from experiments.vanishing_exploding.reading import chain_outcomes
from jaxnn import propagation

EXACT = 1e-12  # relative, float64
HUMP = 3.874204890000001  # 9 * 0.9^8 = 10 * 0.9^9
# By threshold: shares of the chain's starts that diverge, and that are solved. Nothing is random.
OUTCOMES = {np.inf: (0.368, 0.413), 1.0: (0.0, 0.821), 0.1: (0.0, 0.577)}
DECISIVE = 12  # starts, with fewer of which a median is only reported: not every start stalls
STALLED_ACCURACY, STALLED_LOSS = 0.15, 2.25  # chance is 0.1, and ln 10 = 2.303
LEARNED_LOSS = 1.5


def claims(results: Results) -> list[Claim]:
    """Identities, laws with their standard errors, and orderings of trained networks."""
    return [
        *_chain_claims(results),
        *claims_signals.claims(results),
        *_product_claims(results),
        *_training_claims(results),
        *_cliff_claims(results),
    ]


def _chain_claims(results: Results) -> Iterator[Claim]:
    source = "lecture 11, exploding and vanishing gradients"
    formula, depths = results["chain_gradient"], results["chain_depths"]
    by_jax, off = results["chain_jax"], results["chain_off_diagonal"]
    on = np.diagonal(by_jax, axis1=2, axis2=3)
    apart = max(
        np.max(np.abs(on / formula - 1)),
        np.max(np.abs(results["chain_traced"] / formula - 1)),
        np.max(np.abs(by_jax[..., 0, 1] / off - 1)),
        np.max(np.abs(by_jax[..., 1, 0] / off - 1)),
    )
    yield at_most(
        f"gradients of diag(a, b)ⁿ for n up to {depths[-1]}, by formula, by the hand-built tracer "
        "and by jax.grad, also off the diagonal: largest relative difference",
        source,
        apart,
        EXACT,
    )
    entries = by_jax[0, 9][[0, 1, 0, 1], [0, 1, 1, 0]]
    expected = np.array([10, 5120, 1023, 1023])
    yield at_most(
        "a = 1, b = 2, n = 10, output h₁ + h₂: gradient (10, 5120), and 1023 off the diagonal",
        source,
        np.abs(entries / expected - 1).max(),
        EXACT,
        expected="10, 5120, 1023",
        shown=", ".join(f"{value:.10g}" for value in entries[:3]),
    )
    hump = formula[1, :, 1]
    vanishes = "closed form; the slide gives only the limit, 0"
    tops = depths[np.isclose(hump, hump.max(), rtol=1e-12, atol=0)]
    yield equals("a = 0.5, b = 0.9: n·0.9ⁿ⁻¹ is largest at n", vanishes, tops, [9, 10])
    yield at_most(
        "a = 0.5, b = 0.9: maximum of n·0.9ⁿ⁻¹",
        vanishes,
        abs(hump.max() / HUMP - 1),
        EXACT,
        expected=f"{HUMP:.4g}",
        shown=hump.max(),
    )
    small = int(depths[(hump < 1) & (depths > 10)][0])
    yield equals("a = 0.5, b = 0.9: n·0.9ⁿ⁻¹ is below 1 from n on", "closed form", small, 35)
    rounded = (results["chain_sigmoid"][0] == 1) & (results["chain_sigmoid_gradient"][0] == 0).all(
        1
    )
    yield equals(
        "The slide's y → 1 with an exploding gradient, for a = 1, b = 2: y → 1 needs an output "
        "through a sigmoid, whose gradient vanishes; float64 rounds y to 1 and the gradient to 0 "
        "from n on",
        "erratum 15 of the lecture",
        depths[rounded][:1],
        [6],
    )
    log_size, true = float(results["chain_sigmoid_log"][0, 8, 1]), _slope_of_sigmoid(9)
    yield within(
        "a = 1, b = 2, n = 9, output through a sigmoid: log₁₀ of the true size of ∂y/∂b, from "
        "σ(−z), which is not rounded to 0",
        "σ (1 − σ) with 300 digits",
        log_size,
        true - 1e-10,
        true + 1e-10,
        expected=f"{true:.4g}, within 1e-10",
    )
    yield close(
        "The slide's y → 0 for a = 0.5, b = 0.9 holds for h₁ + h₂; through a sigmoid, which its "
        f"y → 1 for a = 1, b = 2 needs, y → 1/2: y at n = {depths[-1]}",
        "erratum 16 of the lecture",
        results["chain_sigmoid"][1, -1],
        0.5,
        1e-3,
    )


def _slope_of_sigmoid(n: int) -> float:
    """log10 of the slope of the sigmoid at 1 + 2^n times n 2^(n-1), with 300 digits."""
    with localcontext() as context:
        context.prec = 300
        y = 1 / (1 + Decimal(-(1 + 2**n)).exp())
        return float((n * 2 ** (n - 1) * y * (1 - y)).log10())


def _product_claims(results: Results) -> Iterator[Claim]:
    found = results["exponents"].astype(float).mean(axis=0)
    expected = results["exponents_expected"]
    z = (found - expected) / results["exponents_error"]
    width = len(z)
    # Chi² with 16 degrees of freedom exceeds 45 with probability 1.4e-4.
    limit = 45.0 if width == 16 else width + 6 * np.sqrt(2 * width)
    yield below(
        f"Lyapunov exponents of products of {width} × {width} Gaussian matrices: chi² against "
        f"theory (largest exponent: {found[0]:.4f}, in theory {expected[0]:.4f})",
        "Newman 1986",
        np.sum(z**2),
        limit,
        expected=f"about {width}, below {limit:g}",
    )
    schemes = results["product_schemes"].tolist()
    values = dict(zip(schemes, results["singular_values"][:, -1], strict=True))
    count, size = int(results["product_marks"][-1]), results["singular_values"].shape[-1]
    what = f"product of {count} matrices, {size} × {size}"
    yield at_most(
        f"orthogonal initialisation, {what} in float32: largest difference between a singular "
        "value and 1",
        "Saxe et al. 2014",
        np.abs(values["orthogonal"] - 1).max(),
        2e-5,
    )
    exponents = propagation.lyapunov_spectrum(size)
    theory = count * (exponents[0] - exponents[-1]) / np.log(10)
    yield above(
        f"Gaussian initialisation, {what}: log₁₀ of the condition number, as far as float64 can "
        f"show it (its floor is near 18; theory: {theory:.0f})",
        "Saxe et al. 2014",
        np.log10(values["lecun_normal"][0] / values["lecun_normal"][-1]),
        10,
    )


def _training_claims(results: Results) -> Iterator[Claim]:
    source = "He et al. 2015, fig. 3, at a small scale"
    schemes = results["trained_schemes"].tolist()
    xavier, he = schemes.index("lecun_normal"), schemes.index("he_normal")
    for place, layers in enumerate(results["trained_layers"].tolist()):
        accuracy = results["trained_accuracy"][place]
        last = results["trained_loss"][place, :, :, -1]
        median = np.nanmedian(accuracy, axis=1)
        if layers < 30:
            yield above(
                f"{layers} ReLU layers learn at both scales: the smaller median training accuracy, "
                f"of {median[xavier]:.3f} with N(0, 1/n) and {median[he]:.3f} with He's N(0, 2/n) "
                "(range over its starts)",
                source,
                median,
                0.9,
                interval=_range(accuracy[median.argmin()]),
            )
            continue
        stalls = f"{layers} layers with N(0, 1/n) stall"
        weakened = f"{source}; for the median, since not every start obeys the rule"
        decides = len(accuracy[xavier]) >= DECISIVE
        yield below(
            f"{stalls}: median training accuracy (range over starts)",
            weakened,
            median[xavier],
            STALLED_ACCURACY,
            interval=_range(accuracy[xavier]),
            asserted=decides,
        )
        yield above(
            f"{stalls}: median training loss (range over starts)",
            weakened,
            np.nanmedian(last[xavier]),
            STALLED_LOSS,
            expected=f"above {STALLED_LOSS:g}; chance is ln 10 = 2.303",
            interval=_range(last[xavier]),
            asserted=decides,
        )
        stalled = (accuracy[xavier] < STALLED_ACCURACY) & (last[xavier] > STALLED_LOSS)
        yield refused(
            f"{stalls} from every start: number of starts with an accuracy below "
            f"{STALLED_ACCURACY:g} and a loss above {STALLED_LOSS:g}",
            "rule set beforehand",
            int(stalled.sum()),
            stalled.size,
            unless=bool(stalled.all()),
        )
        learns = f"{layers} layers with He's N(0, 2/n) learn"
        yield above(
            f"{learns}: median training accuracy (range over starts)",
            source,
            median[he],
            0.75,
            interval=_range(accuracy[he]),
        )
        yield below(
            f"{learns}: median training loss (range over starts)",
            weakened,
            float(np.median(np.nan_to_num(last[he], nan=np.inf))),
            LEARNED_LOSS,
            interval=_range(last[he]),
        )
        learned = last[he] < LEARNED_LOSS
        yield refused(
            f"{learns} from every start: number of starts with a loss below {LEARNED_LOSS:g}",
            "rule set beforehand",
            int(learned.sum()),
            learned.size,
            unless=bool(learned.all()),
        )


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(np.nanmin(values)), float(np.nanmax(values))


def _cliff_claims(results: Results) -> Iterator[Claim]:
    thresholds = results["thresholds"].tolist()
    starts = len(results["chain_starts"])
    for threshold, outcome in zip(thresholds, chain_outcomes(results), strict=True):
        words = "without clipping" if threshold == np.inf else f"clipped at {threshold:g}"
        for what, code, share in zip(
            ("diverge", "are solved"), (-1, 1), OUTCOMES[threshold], strict=True
        ):
            reach = 2 / starts + 5e-4
            yield within(
                f"chain w²⁰, {words}: share of {starts} starts that {what}",
                "deterministic; Pascanu et al. 2013 for clipping",
                np.mean(outcome == code),
                share - reach,
                share + reach,
                expected=f"{share:g}, within 2 starts",
            )
    bounds = np.concatenate(
        [
            results[f"{which}_longest"][place] / (results[f"{which}_rate"] * threshold)
            for which in ("chain", "recurrent")
            for place, threshold in enumerate(thresholds)
            if threshold < np.inf
        ]
    )
    yield at_most(
        "no clipped step is longer than the learning rate times the threshold u: longest step over "
        "this limit",
        "lecture 11, gradient clipping",
        bounds.max(),
        1 + 1e-12,
    )
    step = float(results["recurrent_rate"] * results["recurrent_gradient"].max())
    region = float(np.linalg.norm(np.ptp(results["recurrent_starts"], axis=0)))
    yield above(
        "recurrent unit: longest step without clipping from any place on the grid, over the "
        "diagonal of the region of starts",
        "lecture 11, “exploding gradients lead to cliffs”",
        step / region,
        1,
    )
    solved = np.mean(results["recurrent_losses"] < cliffs.SOLVED, axis=1)
    plain, clipped = solved[thresholds.index(np.inf)], solved[thresholds.index(1.0)]
    source = "lecture 11, “can be mitigated using gradient clipping”"
    starts = results["recurrent_losses"].shape[1]
    yield equals(
        f"recurrent unit: share of {starts} starts that are solved with clipping at 1",
        source,
        clipped,
        1.0,
    )
    yield above(
        f"recurrent unit: that share minus the share without clipping, {plain:.2f}",
        source,
        clipped - plain,
        0,
    )
