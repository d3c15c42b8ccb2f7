"""How is it drawn: `learning_dynamics`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.learning_dynamics import figures as learning_dynamics_figures

CAPTIONS = {
    "modes": "A linear network of two layers learns one mode of its task after another, each along "
    "a sigmoid known in closed form (dashed). a: gradient descent from an aligned start. b: its "
    "error halves with the learning rate. c: random starts of the same size learn in the same "
    "order, but not at the same times. d: each start is late or early as the formula says once it "
    "is given that start's own u₀, the part of its weights that grows: half times of all starts "
    "against the formula.",
    "plateaus": "From very small weights learning comes in stages. a: the loss falls in steps. "
    "b: between steps the gradient is small, as it is near a saddle, and not because learning has "
    "ended. c: negative eigenvalues of the Hessian, the ways down, at all critical points that are "
    "made of learned modes: as many as theory counts, and none only when all modes are learned.",
    "minima": "How often a random symmetric n × n matrix is positive definite, as the Hessian of a "
    "minimum must be. a: measured shares (bars: ± 4 standard errors) on the exact probability. "
    "b: the exponent of Dean and Majumdar, ln(3)/4, is reached by the second difference at once, "
    "and by the logarithm over n² only slowly: the exponent alone is far off at these n.",
}


def draw(results: Results) -> dict[str, Figure]:
    """The modes, the plateaus between them, and the random matrices."""
    return {
        "modes": learning_dynamics_figures.modes(results),
        "plateaus": learning_dynamics_figures.plateaus(results),
        "minima": learning_dynamics_figures.minima(results),
    }
