"""How is it drawn: `initialization`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.initialization import figures as initialization_figures
from experiments.lab.contract import Results

CAPTIONS = {
    "symmetry": "Eight tanh units, gradient descent. a: a weight of each unit, from equal weights "
    "with noise of one part in a million: first all units move as one, then they part. b: how far "
    "units are apart, by noise (16 starts each; dashed: the most negative curvature where the "
    "copies are, at each step, as the rate of growth). Without noise rounding is all there is. c: "
    "what it costs: equal weights learn what one unit can; random weights or random biases alone "
    "are enough to learn more (medians, shades pointwise 95% bands over 50 starts, 16 with noise).",
    "signals": "Signals before any training. a: mean squared pre-activation of tanh networks by "
    "layer, for weights of deviation scale / √m (mean of 100 networks; lines: theory). b: share of "
    "units with |tanh| above 0.99. c: what one layer of 60 inputs and 20 outputs does to the mean "
    "square of a signal, forward and backward (bars: ± 4 standard errors, mostly hidden; ticks: "
    "theory). d: a unit with 15 non-zero weights receives the same however many inputs it has.",
    "training": "Ten hidden layers of 32 units on handwritten digits, 20 epochs of stochastic "
    "gradient descent. a, b: Gaussian first weights of deviation scale / √m, at two learning "
    "rates. c, d: schemes under their names at one rate. Lines are medians, shades pointwise 95% "
    "bands over 50 seeds; dotted: a network that ignores its input.",
}


def draw(results: Results) -> dict[str, Figure]:
    """Units that part, signals at the start, and training."""
    return {
        "symmetry": initialization_figures.symmetry(results),
        "signals": initialization_figures.signals(results),
        "training": initialization_figures.training(results),
    }
