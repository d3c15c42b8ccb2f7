"""What does the page about backpropagation say?"""

from __future__ import annotations

from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "A loss is a chain of simple steps, so its derivative is a product of their derivatives. "
    "Forward mode follows one input through all steps. Reverse mode, called backpropagation, goes "
    "from the loss back to all parameters at once, and keeps the values it needs on the way. The "
    "lecture works through two tables by hand."
)

SURE = (
    "Each derivative is computed by up to six routes that share no code: by hand, by forward and "
    "reverse mode of the hand-built tracer, by JAX in both modes, and by differences. Errors were "
    "planted to see whether the check finds them."
)

LINES = """
from jaxnn.tracer import grad, jvp, trace_table
import jaxnn.tracer.numpy as jnp

def loss(w):  # logistic loss of one row with x = 3 and y = 1
    return jnp.log(1 + jnp.exp(-3.0 * w))

print("reverse mode:", grad(loss)(3.0))
print("forward mode:", jvp(loss, (3.0,), (1.0,))[1])
print(trace_table(loss, 3.0))
"""

TOPICS = {
    19: ("table of the loss", "slide"),
    20: ("logistic regression",),
    21: ("forward mode", "forward-mode"),
    22: ("value and gradient", "routes", "planted", "wrong by one part"),
    23: ("graph of",),
}

HIGHLIGHT = (1, 0, "planted")


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    planted = found.measured("wrong by one part in a thousand")
    blamed = found.measured("accuse the route with the wrong rule")
    agree = found.measured("functions whose gradients agree by six routes")
    cost = found.measured("operations of value and gradient over those of the loss")
    right = found.measured("errata 1 to 10")
    more = found.measured("errata 11 to 30")
    return [
        f"Of rules that were made wrong by one part in a thousand, the check found {planted}, and "
        f"blamed the right one in {blamed}.",
        f"The gradients of {agree} functions agree by every route: layers, losses, initialisers "
        "and whole networks.",
        f"A gradient by reverse mode costs at most {cost:.2f} times the operations of the loss "
        "itself, whatever the number of parameters; forward mode costs one to three times the loss "
        "for each parameter.",
        "In the first table of the lecture every number is right, but a sign is wrong: the "
        f"gradient is {found.measured('sign of dL/dW by every route')}. The computed "
        f"value corrects {right} errata on derivatives and {more} others that a number can show.",
    ]
