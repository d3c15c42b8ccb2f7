"""How is it drawn: `backpropagation`; see the package."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.backpropagation import figures as backpropagation_figures
from experiments.lab.contract import Results

CAPTIONS = {
    "loss_a": "The lecture's table of the loss of one observation with y = 1, at X = 3, W = 3, as "
    "the tracer fills it in. Below each number what the slide prints, with ✗ where it differs: one "
    "wrong sign, of the partial derivative of ξ₄, goes through all rows of forward mode below it, "
    "to the result dL/dW. The slides print no numbers of reverse mode; its result is in the row of "
    "W.",
    "loss_b": "The same for an observation with y = 0, whose table on the slide has formulas "
    "alone; they are evaluated at X = 3, W = 3. Its logarithm and its last factor are wrong, its "
    "last result is right.",
    "logistic": "Logistic regression with two coefficients at x = 1.4, β = (0.3, −0.7). Above: "
    "every step for y = 0, with the tangent along β₀. Below: the lecture's factors; its sign is "
    "wrong whenever y = 0.",
    "graphs": "Computational graphs, drawn by the tracer's rows: values flow down (blue), adjoints "
    "dL/dξ back up (red), local partials beside the arrows. Left: the lecture's neuron and loss. "
    "Right: squared error of a network with two inputs, two tanh units and one output; inputs are "
    "numbers, the nine parameters are framed in grey.",
    "heart": "The gradient of a network's loss on the Heart data by six routes. Each point is one "
    "parameter: how far a route is from the tracer's reverse mode, against the size of that entry. "
    "Exact routes differ by rounding alone (dashed: 2⁻⁵² of the largest entry), differences by "
    "their own error. Entries on the lowest line are equal to the last bit.",
    "agreement": "Every function that this project differentiates, written once as the library has "
    "it and once by hand, and its gradient by six routes. A point is the largest relative distance "
    "of a route from the tracer's reverse mode over all entries; at the left edge: equal to the "
    "last bit. The dashed lines are the limits set beforehand.",
    "planted": "One rule of the tracer at a time is made wrong by one part in a thousand. Dots: "
    "how far apart the routes then are, by check_derivatives; crosses: with all rules right. "
    "Dashed: its tolerance.",
    "cost": "Operations of derivatives, counted one by one, over the operations of the loss itself "
    "(tanh networks, 32 rows). a: the whole gradient against the number of parameters. b: the same "
    "multiples against the number of inputs, for hidden layers of several shapes.",
    "descent": "Logistic regression of heart disease on age (standardised) by gradient descent: by "
    "hand, by the tracer, and with the sign that the lecture prints for y = 0. a: the loss as "
    "contours and the paths. b: the loss, in nats an observation.",
    "errata_derivatives": "Errata of the lecture, 1–10: derivatives. Evidence: a number by the "
    "slide (red), in closed form (grey), and computed here, by the tracer (black). “Convention”: a "
    "matter of names or of wording; “transcript”: may be a slip of the copy, not of the lecture.",
    "errata_training": "Errata 11–20: networks, descent and optimisers.",
    "errata_regularisation": "Errata 21–30: initialisation, regularisation, interpretation.",
}


def draw(results: Results) -> dict[str, Figure]:
    """The tables, the graphs, the agreement, the cost, a descent and the errata."""
    return backpropagation_figures.draw(results)
