"""What does the page about backpropagation say?"""

from __future__ import annotations

from experiments.backpropagation.errata import KINDS
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "A loss is a chain of simple steps, so its derivative is a product of their derivatives. "
    "Forward mode follows one input through all steps. Reverse mode, called backpropagation, goes "
    "from the loss back to all parameters at once, and keeps the values it needs on the way. The "
    "lecture works through two tables by hand."
)

SURE = (
    "Each derivative is computed by up to six routes: by the hand-built tracer in forward and in "
    "reverse mode, by the tracer on JAX's own program, by JAX in both modes, and by differences. "
    "The tracer and JAX share no derivative rules, and differences use none. Errors were planted "
    "to see whether a comparison of the routes finds them."
)

LINES = """
import matplotlib.pyplot as plt
import jaxnn.tracer.numpy as tnp
from jaxnn.tracer import computational_graph, grad, jvp

def loss(w):  # logistic loss of one row with x = 3 and y = 1
    return -tnp.log(1 / (1 + tnp.exp(-3.0 * w)))

print("reverse mode:", grad(loss)(3.0))
print("forward mode:", jvp(loss, (3.0,), (1.0,))[1])
figure, ax = plt.subplots(figsize=(14, 2))
computational_graph(loss, 3.0).draw(ax)
plt.show()
"""

TOPICS = {
    1: ("parameters of the 2-4-4-1", "erratum 11:"),
    2: ("functions whose gradients agree by six routes",),
    4: ("erratum 30:",),
    7: ("erratum 29:",),
    9: ("erratum 28:",),
    16: ("erratum 12:",),
    18: ("erratum 13:",),
    19: ("table of the loss", "dL/dW", *(f"erratum {n}:" for n in range(1, 8))),
    20: (
        "logistic regression",
        "dL/dβ₁",
        "change of the loss",
        *(f"erratum {n}:" for n in (8, 9, 10)),
    ),
    21: ("forward mode", "forward-mode", "erratum 6:"),
    22: (
        "value and gradient",
        "rout",
        "planted",
        "Hessian-vector",
        "these functions",
        "operations of the loss",
        "erratum 7:",
    ),
    23: ("graph of",),
    26: ("erratum 14:", "erratum 15:", "erratum 16:"),
    28: ("erratum 17:", "erratum 18:"),
    29: ("erratum 19:", "erratum 20:"),
    30: ("erratum 21:",),
    32: ("erratum 22:", "erratum 23:"),
    33: ("erratum 24:",),
    36: ("“Sparse Representation”", "erratum 25:", "erratum 26:"),
    38: ("erratum 27:",),
}

HIGHLIGHTS = [(1, 0, "planted")]


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    planted = found.measured("wrong by one part in a thousand")
    blamed = found.measured("accuse the route with the wrong rule")
    agree = found.measured("functions whose gradients agree by six routes")
    cost = found.measured("operations of value and gradient over those of the loss")
    errata = [claim for claim in found.claims if claim.source.startswith("erratum ")]
    shown = sum(claim.holds is True for claim in errata)
    kinds = results["errata_kind"].tolist()
    errors, conventions, transcript = map(kinds.count, KINDS)
    return [
        "We wrote a small program for automatic differentiation, the tracer, and planted errors: "
        "its derivative rules were made wrong one at a time, by one part in a thousand. A "
        "comparison with other routes to the same derivative found the error in "
        f"{planted} cases, and blamed the route with the wrong rule and no other in {blamed}.",
        f"The gradients of {agree} functions agree by every route: layers, losses, initialisers "
        "and whole networks.",
        f"A gradient by reverse mode costs at most {cost:.2f} times the operations of the loss "
        "itself, whatever the number of parameters; forward mode costs one to three times the loss "
        "for each parameter.",
        "In the first table of the lecture every number has the right size, but one sign is wrong "
        "and carries through to the gradient, which is "
        f"{found.measured('sign of dL/dW by every route')}. The list of errata has {len(errata)} "
        f"entries, many of them small: {errors} errors, {conventions} matters of convention, and "
        f"{transcript} that may be only in the transcript of the slides. For {shown} of them a "
        "computed number shows what is correct.",
    ]
