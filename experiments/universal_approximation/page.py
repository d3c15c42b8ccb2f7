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
    "continuous curve."
)

SURE = (
    "What the best network can do follows from exact theory, checked against computed errors. What "
    "training finds was measured for 32 random starts of every network, all of them shown, with a "
    "protocol that was fixed beforehand; intervals are bootstrapped over the starts. Means of "
    "random units have to agree with theory within four standard errors."
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

TOPICS = {3: ("NN in action",), 4: ("straight pieces", "Adam stops", "Random cosines", "slope of")}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    nodes = results["picture_nodes"].tolist()
    many = max((name for name in nodes if "+" not in name), key=int)
    errors = rmse(results["picture_curves"], results["picture_truth"])
    squares = np.nanmedian(np.square(errors), axis=-1)  # (activations, networks)
    first, last = squares[:, nodes.index("1")], squares[:, nodes.index(many)]
    widest = results["widths"][-1]
    gap = found.measured(f"{widest} ReLU nodes, trained")
    smooth = results["activations"].tolist()[-1]
    stops = found.measured(f"{widest} {smooth} nodes, trained, over that with output weights")
    about = f"{float(f'{stops:.2g}'):,.0f}"
    return [
        f"One hidden layer of {many} nodes follows two periods of a sine with a typical squared "
        f"error of {span(last, '.1g')}; one node cannot do better than "
        f"{results['monotone_bound'] ** 2:.2f}, and neither can two layers of one node, since both "
        f"are monotone. (After training one node has {span(first, '.2f')}.)",
        "The error of the best straight pieces falls with the square of their number, with exactly "
        "the constant of theory. Trained ReLU networks are slower: with the power "
        f"{-found.measured('Trained ReLU networks: slope'):.1f} of the number of nodes, so that "
        f"{widest} nodes end {gap:.0f} times above the best {widest + 1} pieces."
        if len(results["widths"]) > 1
        else f"{widest} trained ReLU nodes end {gap:.1f} times above the best pieces.",
        f"Networks of smooth nodes stop improving long before they have to: with {widest} "
        f"{smooth} nodes, Adam ends about {about} times above the error that the hidden "
        "layer it found would allow in the same precision. That a good network exists "
        "does not mean that training reaches it.",
        "A mean of m random cosines has a squared error of C / m, in 50 dimensions as in 10: the "
        f"slope is {found.measured('50 dimensions: slope'):.3f} on logarithmic axes, where theory "
        "has -1.",
    ]
