"""How is it drawn: `phase_diagram`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.phase_diagram import figures as figures

CAPTIONS = {
    "trainability": "Training accuracy on digits after 250 steps of plain gradient descent, mean "
    "over starts, the better of two learning rates in each cell; biases N(0, 0.05). White line: "
    "6 ξ, six times the depth scale of the correlation of two inputs in theory; dashed: the "
    "critical weight variance, where it is infinite. Nothing is fitted.",
    "plane": "a: χ₁, the factor of squared gradients a layer, for tanh; on the critical line "
    "(black) it is 1. b: depth scale ξ of the correlation of two inputs, in layers. Circles: where "
    "finite networks were measured.",
    "measured": "Finite networks against theory of infinite width, biases N(0, 0.05), bars of 4 "
    "standard errors over seeds. a: variance of pre-activations. b: correlation of two inputs that "
    "starts at 0.6, by layer, with pointwise 95% bands; dashed: theory. c: logarithm of the factor "
    "of squared gradients a layer.",
}


def draw(results: Results) -> dict[str, Figure]:
    """The figures of `CAPTIONS`."""
    return {
        "trainability": figures.trainability(results),
        "plane": figures.plane(results),
        "measured": figures.measured(results),
    }
