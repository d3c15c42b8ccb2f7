"""Why do gradients vanish or explode in deep networks, and how large are they, layer by layer?

    every layer multiplies mean squares by  chi = n Var(w) E phi'(u)^2:   depth L makes it  chi^L

The lecture's chain diag(a, b)^n (`experiments.diagonal_chain`) and its cliffs with gradient
clipping (`experiments.cliffs`); signals and gradients of random networks to depth 200 with theory
beside them, for activations, initialisers and batch normalisation (`experiments.deep_signals`);
products of matrices (`experiments.matrix_products`); and what it means for training
(`experiments.thirty_layers`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from jax import Array
from matplotlib.figure import Figure

from experiments import (
    cliff_figures,
    cliffs,
    deep_signals,
    diagonal_chain,
    matrix_products,
    signal_claims,
    thirty_layers,
)
from experiments import vanishing_exploding_figures as figures
from experiments.claims import Claim
from experiments.contract import Results

TITLE = "Vanishing and exploding gradients, to depth 200"
CAPTIONS = {
    "gradients": "Mean square of the gradient at each layer of random networks, relative to the "
    "output, 256 units a layer: median (line) and pointwise 95% band over 200 networks; dashed: "
    "theory of infinite width. a: with ReLUs, Xavier's weights halve it a layer, He's keep it, "
    "larger ones make it explode. b: He's alone: the mean square is kept exactly, but gradients "
    "spread over ever more orders of magnitude, as the exact law of this width says (dotted: "
    "median and 95% range of the log-normal law). c: with tanh, order makes gradients vanish, "
    "chaos makes them explode, and on the critical line between they stay. d: a sigmoid's slope "
    "is at most 1/4: without large weights each layer takes 94% of the mean square (dotted: what "
    "slopes of 1/4 throughout would leave).",
    "signals": "The way forward in the same networks. a: mean square of pre-activations. b: "
    "correlation of two inputs that starts at 0.5: in the ordered phase and at He's scale all "
    "inputs become alike, in the chaotic phase even near ones are driven apart to c*. Lines and "
    "pointwise 95% bands over 200 networks; dashed: theory.",
    "chain": "The lecture's W = diag(a, b) to the power n, read off in two ways. a: as h₁ + h₂, "
    "a = 1, b = 2 explodes; a = 0.5, b = 0.9 does not vanish at once: n·0.9ⁿ⁻¹ grows to 3.87 at "
    "n = 9 and 10 and is below 1 only from n = 35. b: through a sigmoid the same case 1 has y → 1 "
    "and a gradient that vanishes, to 0 in float64; case 2 has y → 1/2. (On the slides y → 1 goes "
    "with the exploding gradient, and y → 0 with the vanishing one: each needs its own read-out.)",
    "gains": "Measured factor of mean squares a layer over theory, forward and back, for seven "
    "pairs of activation and initialiser; bars: 4 standard errors, from theory.",
    "spread": "ln |J u|² of 2,000 random ReLU networks with He's weights, each panel one width and "
    "number of layers: histogram, the normal curve with the exact mean and variance of that width, "
    "and the asymptotic one with mean −5L/2n and variance 5L/n.",
    "products": "a: Lyapunov exponents of products of 16 × 16 Gaussian matrices, measured over "
    "theory, with bars of 4 standard errors. b: singular values of products of 64 × 64 matrices: "
    "Gaussian ones keep ever fewer directions, orthogonal ones keep all (float32; the floor near "
    "10⁻¹⁸ is that of double precision).",
    "batch_norm": "Batch normalisation makes gradients of random networks explode: mean square of "
    "the gradient at each layer, median and range over networks; dashed: growth in theory. a: with "
    "ReLU by π/(π − 1) = 1.467 a layer, without normalisation and with He's weights by 1. b: "
    "without any activation by (B − 2)/(B − 3), B the rows of the batch.",
    "thirty_layers": "Training loss on handwritten digits, ReLU, momentum descent, one learning "
    "rate; thin: each of 16 starts, bold: median; dotted: ln 10, the loss of knowing nothing. With "
    "8 layers both scales learn; with 30 Xavier's stalls and He's learns.",
    "cliffs": "a: the loss (w²⁰ − 1)²/2 of a chain of 20 layers and, below, what becomes of 201 "
    "starts with and without clipping (learning rate 0.001, 3,000 steps). b: size of the gradient "
    "of a recurrent unit after 50 steps of time, with a wall: descent from a start near it "
    "(circle) is thrown 26 units out of the picture without clipping (orange), and comes to a "
    "solution with it (white).",
}

CHAIN_EXACT = 1e-12  # relative
SIGNALS, PRODUCTS = deep_signals.Signals(), matrix_products.Products()
DESCENTS, TRAINING = cliffs.Descents(), thirty_layers.DeepTraining()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      chain_depth: of the lecture's chain.
      signals: of random networks.
      products: of products of matrices.
      descents: on losses with cliffs.
      training: of thirty layers.
    """

    chain_depth: int = 60
    signals: deep_signals.Signals = SIGNALS
    products: matrix_products.Products = PRODUCTS
    descents: cliffs.Descents = DESCENTS
    training: thirty_layers.DeepTraining = TRAINING


FULL = Settings()
QUICK = Settings(
    signals=deep_signals.Signals(
        depth=60,
        width=64,
        seeds=60,
        pairs=4,
        gain_depth=60,  # here and below the depth and width of the others: little to compile
        gain_width=64,
        gain_seeds=60,
        laws=((32, 16),),
        law_seeds=1000,
        drawn_seeds=200,
        sigmoid_width=64,
        sigmoid_depth=60,
        sigmoid_seeds=60,
        batches=(("relu", 128),),
        batch_depth=12,
        batch_seeds=8,
    ),
    products=matrix_products.Products(seeds=16, depth=100),
    descents=cliffs.Descents(grid=(201, 151)),
    training=thirty_layers.DeepTraining(layers=(30,), seeds=4),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Everything, as arrays under the names that `claims` and `draw` read."""
    signals = settings.signals
    keys = jax.random.split(key, 8)
    return {
        **diagonal_chain.compute(settings.chain_depth),
        **deep_signals.profiles(keys[0], signals),
        **deep_signals.gains(keys[1], signals),
        **deep_signals.laws(keys[2], signals),
        **deep_signals.sigmoids(keys[3], signals),
        **deep_signals.batches(keys[4], signals),
        **deep_signals.compilation(keys[5], signals),
        **matrix_products.compute(keys[6], settings.products),
        **cliffs.compute(settings.descents),
        **thirty_layers.train(keys[7], settings.training),
    }


def claims(results: Results) -> list[Claim]:
    """Identities, laws with their standard errors, and orderings of trained networks."""
    return [
        *_chain_claims(results),
        *signal_claims.claims(results),
        *_training_claims(results),
        *_cliff_claims(results),
    ]


def draw(results: Results) -> dict[str, Figure]:
    """The figures of `CAPTIONS`."""
    return {
        "gradients": figures.gradients(results),
        "signals": figures.signals(results),
        "chain": cliff_figures.chain(results),
        "gains": figures.gains(results),
        "spread": figures.spread(results),
        "products": figures.products(results),
        "batch_norm": figures.batch_norm(results),
        "thirty_layers": cliff_figures.training(results),
        "cliffs": cliff_figures.cliffs(results),
    }


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
    yield Claim(
        "gradients of diag(a, b)^n by formula, by the hand-built tracer and by jax.grad, also off "
        f"the diagonal, n to {depths[-1]}: largest relative difference",
        source,
        "at most 1e-12",
        apart,
        None,
        bool(apart <= CHAIN_EXACT),
    )
    first = by_jax[0, 9]
    yield Claim(
        "a = 1, b = 2, n = 10, read as h₁ + h₂: gradient (10, 5120), and 1023 off the diagonal",
        source,
        "10, 5120, 1023",
        ", ".join(f"{value:.10g}" for value in (first[0, 0], first[1, 1], first[0, 1])),
        None,
        bool(np.allclose(first, [[10, 1023], [1023, 5120]], rtol=CHAIN_EXACT, atol=0)),
    )
    hump = formula[1, :, 1]
    highest, tops = hump.max(), depths[np.isclose(hump, hump.max(), rtol=1e-12, atol=0)]
    yield Claim(
        "a = 0.5, b = 0.9: before it vanishes n·0.9ⁿ⁻¹ grows, to its top at n = "
        f"{' and '.join(map(str, tops))}",
        "erratum: the slide has it vanish at once",
        "3.874204890000001 at n = 9 and 10",
        highest,
        None,
        bool(tops.tolist() == [9, 10] and abs(highest / 3.874204890000001 - 1) <= CHAIN_EXACT),
    )
    below = int(depths[(hump < 1) & (depths > 10)][0])
    yield Claim("and falls below 1 first at n", "closed form", 35, below, None, below == 35)
    yield Claim(
        "a = 1, b = 2 through a sigmoid: y → 1, and the gradient is 0 in float64 at n = 9",
        "erratum: y → 1 and an exploding gradient exclude each other",
        "y = 1, gradient 0",
        f"y = {results['chain_sigmoid'][0, 8]:g}, gradient "
        f"{np.abs(results['chain_sigmoid_gradient'][0, 8]).max():g}",
        None,
        bool(
            results["chain_sigmoid"][0, 8] == 1
            and (results["chain_sigmoid_gradient"][0, 8] == 0).all()
        ),
    )
    last = results["chain_sigmoid"][1, -1]
    yield Claim(
        f"a = 0.5, b = 0.9 through a sigmoid, n = {depths[-1]}: y",
        "erratum: y → 0 holds of h₁ + h₂ alone",
        "1/2, within 0.001",
        last,
        None,
        bool(abs(last - 0.5) <= 1e-3),
    )


def _training_claims(results: Results) -> Iterator[Claim]:
    source = "He et al. 2015, fig. 3, in small"
    schemes = results["trained_schemes"].tolist()
    xavier, he = schemes.index("lecun_normal"), schemes.index("he_normal")
    for place, layers in enumerate(results["trained_layers"].tolist()):
        accuracy = results["trained_accuracy"][place]
        last = results["trained_loss"][place, :, :, -1]
        median = np.nanmedian(accuracy, axis=1)
        if layers < 30:
            yield Claim(
                f"{layers} layers of ReLU learn under both scales: median training accuracy, "
                f"Xavier's (He's is {median[he]:.3f})",
                source,
                "above 0.9 both",
                float(median[xavier]),
                _range(accuracy[xavier]),
                bool(median.min() > 0.9),
            )
            continue
        weakened = f"{source}; of medians since the rule for all starts (below) was refused"
        yield Claim(
            f"{layers} layers, Xavier's N(0, 1/m), stall: median training accuracy (range over "
            "starts)",
            weakened,
            "below 0.15",
            float(median[xavier]),
            _range(accuracy[xavier]),
            bool(median[xavier] < 0.15),
        )
        loss = float(np.nanmedian(last[xavier]))
        yield Claim(
            f"{layers} layers, Xavier's: median training loss (range over starts)",
            weakened,
            "above 2.25; ln 10 = 2.303 is knowing nothing",
            loss,
            _range(last[xavier]),
            loss > 2.25,
        )
        stuck, starts = np.sum((accuracy[xavier] < 0.15) & (last[xavier] > 2.25)), accuracy.shape[1]
        yield Claim(
            f"{layers} layers, Xavier's: starts that stall, with accuracy and loss so, of {starts}",
            "rule set beforehand",
            f"{starts} ({'reached' if stuck == starts else 'REFUSED'})",
            int(stuck),
            None,
            None,
        )
        yield Claim(
            f"{layers} layers, He's N(0, 2/m), learn: median training accuracy (range over starts)",
            source,
            "above 0.75",
            float(median[he]),
            _range(accuracy[he]),
            bool(median[he] > 0.75),
        )
        worst = float(np.max(last[he]))
        yield Claim(
            f"{layers} layers, He's: largest training loss of any start",
            source,
            "below 1.5",
            worst,
            _range(last[he]),
            worst < 1.5,
        )


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(np.nanmin(values)), float(np.nanmax(values))


def _cliff_claims(results: Results) -> Iterator[Claim]:
    thresholds = results["thresholds"].tolist()
    starts = len(results["chain_starts"])
    outcomes = cliff_figures.outcomes(results)
    expected = {np.inf: (0.368, 0.413), 1.0: (0.0, 0.821), 0.1: (0.0, 0.577)}
    for threshold, outcome in zip(thresholds, outcomes, strict=True):
        diverged, solved = float(np.mean(outcome == -1)), float(np.mean(outcome == 1))
        words = "without clipping" if threshold == np.inf else f"clipped at {threshold:g}"
        near = np.abs(np.array([diverged, solved]) - expected[threshold])
        yield Claim(
            f"chain w²⁰ of {starts} starts, {words}: share that diverges (and that is solved, "
            f"{solved:.3f})",
            "deterministic, within 2 starts; Pascanu et al. 2013 for clipping",
            "{:g} (and {:g})".format(*expected[threshold]),
            diverged,
            None,
            bool((near <= 2 / starts + 5e-4).all()),
        )
    bounds = np.concatenate(
        [
            results[f"{which}_longest"][place] / (results[f"{which}_rate"] * threshold)
            for which in ("chain", "recurrent")
            for place, threshold in enumerate(thresholds)
            if threshold < np.inf
        ]
    )
    yield Claim(
        "a clipped step is never longer than learning rate × u: longest over bound",
        "lecture 11, gradient clipping",
        "at most 1",
        bounds.max(),
        None,
        bool(bounds.max() <= 1 + 1e-12),
    )
    norms = results["recurrent_gradient"]
    ratio = norms.max() / np.median(norms)
    yield Claim(
        "recurrent unit: largest gradient on the grid over the median one",
        "lecture 11, “exploding gradients lead to cliffs”",
        "above 1000",
        ratio,
        None,
        bool(ratio > 1000),
    )
    solved = np.mean(results["recurrent_losses"] < cliffs.SOLVED, axis=1)
    plain, clipped = solved[thresholds.index(np.inf)], solved[thresholds.index(1.0)]
    yield Claim(
        f"recurrent unit: share of {results['recurrent_losses'].shape[1]} starts that is solved "
        f"with clipping at 1 ({plain:.2f} without)",
        "lecture 11, “can be mitigated using gradient clipping”",
        "all, and more than without",
        float(clipped),
        None,
        bool(clipped == 1 and clipped > plain + 0.1),
    )
