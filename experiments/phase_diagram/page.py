"""What does the page about order and chaos say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.lab.reading import span
from experiments.phase_diagram.compute import BIASES, CRITICAL
from experiments.phase_diagram.reading import best_accuracy, depth_reached

ACCURACY = 0.5  # on the training images, above which digits count as learned

LECTURE = (
    "In a deep network, gradients are products of many factors, so they vanish or explode unless "
    "the initial weights have the right size. The lecture gives schemes for that size, and leaves "
    "open how exact it has to be, and how deep a network may then be."
)

SURE = (
    "Theory is compared with independently computed values to seven decimals, and with many "
    "networks at each point of the plane, within four standard errors; for that, theory needs its "
    "term of order 1/width. The map was trained with two learning rates and several starts in "
    "every cell. The line is not fitted to it: the depth scale comes from theory, and the factor 6 "
    "from the literature."
)

LINES = """
import numpy as np
import matplotlib.pyplot as plt
from jaxnn.propagation import mean_field

weights = np.linspace(0.5, 4, 60)
scales = [mean_field("tanh", weight, 0.05).xi_c for weight in weights]
plt.semilogy(weights, 6 * np.array(scales))
plt.xlabel("variance of the weights, times the width")
plt.ylabel("layers through which a tanh network can be trained")
plt.show()
"""

TOPICS = {
    26: ("squared gradients", "pre-activations", "q*", "correlation", "gradients grow"),
    30: ("training accuracy", "critical weight variance", "diverged"),
}

HIGHLIGHTS = [(2, 0, "trainability")]


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    depths, weights = results["map_depths"].tolist(), results["map_weight_variances"].tolist()
    deepest = 40
    row = best_accuracy(results)[depths.index(deepest)]
    low, best, high = (row[weights.index(weight)] for weight in (1.0, 1.76, 4.0))
    scales = np.interp(weights, results["theory_weights"], results["theory_xi"])
    ratios = depth_reached(results, ACCURACY) / scales
    ratios = ratios[np.isfinite(ratios) & (scales < depths[-1])]
    width, seeds = int(results["point_width"]), results["measured_q"].shape[1]
    faster = found["how much faster gradients grow"].interval
    assert faster is not None
    return [
        "Theory alone, without training, predicts roughly how deep a tanh network may be: in a "
        f"short training run, digits are learned up to a depth of about {np.median(ratios):.1f} ξ, "
        "where ξ is the number of layers over which two inputs become alike or unlike "
        f"({span(ratios, '.1f')} ξ over the weight variances, for a training accuracy of "
        f"{ACCURACY:.0%}; the literature draws the line at 6 ξ).",
        f"With {deepest} layers of tanh, accuracy is {best:.0%} next to the critical weight "
        f"variance {CRITICAL[float(BIASES)]:.2f}/n, {low:.0%} at 1/n, where all inputs become "
        f"alike, and {high:.0%} at 4/n, where similar inputs become unrelated.",
        f"Networks of {width:,} units follow theory: variances, correlations and the growth of "
        f"gradients agree within four standard errors over {seeds:,} networks, on both sides of "
        "the border and on it.",
        f"Narrow networks have slightly different gradients: the logarithm of the growth per layer "
        f"is shifted by {faster[0]:.2g}/n to {faster[1]:.2g}/n, most in the chaotic phase.",
    ]
