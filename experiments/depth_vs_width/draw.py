"""How is it drawn: `depth_vs_width`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.depth_vs_width import figures as depth_vs_width_figures
from experiments.depth_vs_width import folding_figures
from experiments.lab.contract import Results

CAPTIONS = {
    "verdict": "Test error of networks with 2 to 5 hidden layers over that of one hidden layer "
    "with as many parameters, trained on the same rows: median over random starts and data, with "
    "distribution-free intervals of at least 95%. Left of 1 depth helps, right of it it hurts.",
    "parameters": "“Better generalisation with depth”: test error against the number of "
    "parameters. Points: medians over 12 random starts, each with rows of its own; bands: "
    "pointwise distribution-free intervals of at least 95% for them.",
    "overfitting": "“Shallow nets overfit more”. Above: errors on training and on new rows, 1,000 "
    "parameters, one dot a random start. Below: what the first start has made of the fold, a "
    "function of the sum of its inputs alone. One hidden layer fits its own rows better than "
    "new ones; deeper networks find the fold, unless the rows are too few.",
    "represent": "a: pieces that networks are known to have, counted. b: random networks have "
    "about as many regions as units, in however many layers. c, d: few pieces cannot follow many "
    "teeth, trained or not; deep networks of 31 parameters could, and are not found by training. "
    "e, f: the linear regions of two random networks of 24 units; colour: direction of the slope.",
}


def draw(results: Results) -> dict[str, Figure]:
    """The verdict first, then the lecture's two pictures, then what depth can represent."""
    return {
        "verdict": depth_vs_width_figures.verdict(results),
        "parameters": depth_vs_width_figures.parameters(results),
        "overfitting": depth_vs_width_figures.overfitting(results),
        "represent": folding_figures.represent(results),
    }
