"""What does the page about universal approximation say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.lab.reading import span
from experiments.shared.curve_training import rmse

LECTURE = (
    "A network is a function that is fitted to data. One node draws one smooth step or one kink, "
    "which cannot follow a wave: the network is biased. Many small nodes in one hidden layer bring "
    "the bias close to zero, and one hidden layer is enough to come as close as one likes to any "
    "function."
)

SURE = (
    "What the best network can do follows from exact theory, checked against computed errors. "
    "(“Any function” has to be continuous: see erratum 30 in `backpropagation`.) What training "
    "finds was measured for 32 random starts of every network, all of them shown, with a protocol "
    "that was fixed beforehand; intervals are bootstrapped over the starts. Means of random units "
    "have to agree with theory within four standard errors."
)

LINES = """
import jax
import jaxnn
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(-1, 1, 256)
y = np.sin(2 * np.pi * x)
plt.plot(x, y, "k--", label="curve to follow")
for nodes in (1, 3, 30):
    net = jaxnn.MLP((1, nodes, 1), "tanh")
    recipe = jaxnn.Recipe(learning_rate=0.02, epochs=3000)
    fitted = jaxnn.fit(jax.random.key(0), net, x[:, None], y, recipe)
    plt.plot(x, jaxnn.predict(net, fitted, x[:, None]), label=f"{nodes} nodes")
plt.legend()
plt.show()
"""

TOPICS = {
    3: ("NN in action",),
    4: (
        "straight pieces",
        "C of the",
        "continuous curve",
        "Adam stops",
        "single precision",
        "diverged",
        "Random cosines",
        "slope of",
    ),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    nodes = results["picture_nodes"].tolist()
    many = max((name for name in nodes if "+" not in name), key=int)
    errors = rmse(results["picture_curves"], results["picture_truth"])
    squares = np.nanmedian(np.square(errors), axis=-1)  # (activations, networks)
    first, last = squares[:, nodes.index("1")], squares[:, nodes.index(many)]
    best = np.nanmin(np.square(errors[:, nodes.index("1")]))
    limits = ("for N ≥ 16", "limit, twice the ratio")
    off = max(
        abs(float(claim.measured) - 1)
        for claim in found.claims
        if any(words in claim.statement for words in limits)
    )
    widest = results["widths"][-1]
    smooth = results["activations"].tolist()[-1]
    stops = found.measured(f"{widest} {smooth} nodes, trained, over that with output weights")
    about = f"{float(f'{stops:.2g}'):,.0f}"
    return [
        f"One hidden layer of {many} nodes follows two periods of a sine with a mean squared error "
        f"of {span(last, '.1g')} in the median over starts, depending on the activation. One node "
        f"cannot have less than {results['monotone_bound'] ** 2:.2f}, and neither can two layers "
        f"of one node, since both are monotone. (After training, one node has "
        f"{span(first, '.2f')} in the median, and {best:.2f} from the best start.)",
        "The error of the best N straight pieces falls like 1 / N², for many pieces with the "
        f"constant of theory to within {100 * off:.1g}%. {_trained(results, found)}",
        f"Networks of smooth nodes stop improving long before they have to: with {widest} "
        f"{smooth} nodes, Adam ends with about {about} times the error that the hidden layer it "
        "found would allow in the same precision. That a good network exists does not mean that "
        "training reaches it.",
        "A mean of m random cosines has a squared error of C / m, in 50 dimensions as in 10: the "
        f"slope is {found.measured('50 dimensions: slope'):.3f} on logarithmic axes, where theory "
        "has -1.",
    ]


def _trained(results: Results, found: Found) -> str:
    """How the error of trained ReLU networks falls, and where it ends."""
    widest = results["widths"][-1]
    gap = found.measured(f"{widest} ReLU nodes, trained")
    end = f"{widest} nodes end with {gap:.1f} times the error of the best {widest + 1} pieces."
    if len(results["widths"]) == 1:
        return f"Trained ReLU networks of {end}"
    slope = found.measured("Trained ReLU networks: slope")
    return (
        "The error of trained ReLU networks falls more slowly, as the number of nodes to the power "
        f"{slope:.1f}, so that {end}"
    )
