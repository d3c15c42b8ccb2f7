"""How is it drawn: `vanishing_exploding`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.vanishing_exploding import cliff_figures
from experiments.vanishing_exploding import figures as figures

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
