"""What does the page about vanishing and exploding gradients say?"""

from __future__ import annotations

from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "The gradient of a deep network is a product of one factor per layer. If the factors are below "
    "one it vanishes, if they are above one it explodes: powers of a diagonal matrix show both. "
    "Where a gradient explodes the loss has cliffs, and clipping the gradient keeps a step from "
    "being thrown far away."
)

SURE = (
    "Random networks of up to 200 layers are compared with exact laws at their own width, or with "
    "theory to first order in 1/width, within four standard errors over 200 networks or more; the "
    "spread of gradients over 25,000 networks, which is enough to refuse the law of wide networks. "
    "Cliffs are computed from formulas, and nothing in them is random."
)

LINES = """
import jax, numpy as np
import matplotlib.pyplot as plt
from jaxnn.propagation import measure, random_network

for variance in (1.0, 2.0, 3.0):  # of the weights, times the width
    net = random_network((64,) * 101, "relu", variance)
    measured = measure(jax.random.key(0), net, seeds=50)
    plt.plot(np.mean(measured.log_gradient[..., 0], axis=0), label=f"variance {variance:g}/n")
plt.xlabel("layer")
plt.ylabel("mean of ln squared gradient")
plt.legend()
plt.show()
"""

TOPICS = {
    26: (
        *("diag(", "a = 0.5", "a = 1", "squared gradient", "mean squares", "pre-activations"),
        *("ln |J u|²", "slope of the sigmoid", "Lyapunov", "initialisation,", "layers"),
    ),
    27: ("clip", "recurrent unit"),
    30: ("layers with", "learn at both scales", "factor of mean squares"),
    32: ("batch normalisation",),
}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    layers = results["profile_log_gradient"].shape[-1] - 1
    starts, places = results["trained_accuracy"].shape[-1], len(results["chain_starts"])
    shrunk, kept, grown = (
        found.measured(f"squared gradient over {layers} layers, ReLU, N(0, {scale}/n)")
        for scale in (1, 2, 3)
    )
    xavier = found.measured("30 layers with N(0, 1/n) stall: median training accuracy")
    he = found.measured("30 layers with He's N(0, 2/n) learn: median training accuracy")
    stuck = found.measured("stall from every start")
    free, clipped = (
        found.measured(f"chain w²⁰, {how}: share of {places} starts that diverge")
        for how in ("without clipping", "clipped at 1")
    )
    exploding = found.measured("gradients explode in every case")
    return [
        f"Through {layers} layers of ReLU, each of n units, the mean natural logarithm of the "
        f"squared gradient falls to {shrunk:.0f} with weights of variance 1/n, stays near 0 "
        f"({kept:.1f}) with 2/n, and grows to {grown:.0f} with 3/n, each as the exact law says.",
        "A factor of two in the variance of the initial weights decides whether 30 layers learn: "
        f"median training accuracy is {xavier:.0%} with 1/n, which the lecture calls Xavier's, and "
        f"{he:.0%} with He's 2/n. The rule set beforehand was that every start with 1/n stalls: "
        f"{stuck} of {starts} did.",
        "The slide gives only limits: with factors 0.5 and 0.9 the gradient vanishes in the end, "
        f"but first it grows to {found.measured('maximum of n·0.9ⁿ⁻¹'):.2f}, and it is below 1 "
        f"only from depth {found.measured('is below 1 from n on')} on.",
        f"On a loss with cliffs, {free:.0%} of all starts diverge without clipping, and "
        f"{clipped:.0%} with steps clipped at 1.",
        "Batch normalisation, which is meant to help, makes the squared gradients of random "
        f"networks grow towards the first layer in every case: by a factor of at least "
        f"{exploding:.2f} per layer.",
    ]
