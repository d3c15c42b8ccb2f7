"""How is it drawn: `universal_approximation`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.universal_approximation import figures as approximation_figures

CAPTIONS = {
    "in_action": "The lecture's “NN in action”: ever more nodes, trained to follow two periods of "
    "a sine (dashed). Bold: the best of the random starts; thin: the others; MSE: mean squared "
    "error. With one node a layer, in one layer or in two (“1+1”), a network can only rise or only "
    "fall; with many nodes its error goes to nearly zero, though not from every start.",
    "rates": "a: with N straight pieces in the best places the error falls like C / N², with the "
    "C that theory gives. b–d: what training attains on one period of a sine; a dot is one random "
    "start. b: no ReLU network beats the best curve of m + 1 pieces; with few nodes a lucky start "
    "comes near it, but the wider the network, the further behind training stays. c, d: smooth "
    "activations level off; the same hidden layers with output weights solved for by least squares "
    "come much closer, so it is the optimiser that levels off and not what the networks can do.",
    "sampling": "The mean of m random cosines follows a bump in 10 and in 50 dimensions with a "
    "mean squared error of exactly C / m: more units help alike in any dimension. Left: errors and "
    "theory. Right: their ratio, with bars of 4 standard errors.",
}


def draw(results: Results) -> dict[str, Figure]:
    """The networks at work, the rates, and the sampled layers."""
    return {
        "in_action": approximation_figures.pictures(results),
        "rates": approximation_figures.rates(results),
        "sampling": approximation_figures.sampling(results),
    }
