"""Are the tracer and the lecture's tables right, and is a gradient cheap?

    dL/dW = dL/dxi_5  dxi_5/dxi_4  ...  dxi_1/dW      multiplied from the right: forward mode
                                                      multiplied from the left: reverse mode

The lecture asks for a way to differentiate that is flexible, exact and efficient, and that uses
only functions "that my grandparent can do". Here `jaxnn.tracer` reproduces the lecture's tables
and graphs beside the numbers on the slides (`lecture_tables`), and there is evidence for each
erratum (`errata`). Exact: six routes lead to the same gradient of every function of this project
(`cases`, `six_routes`), and planted errors of one part in a thousand are found (`planted_rules`).
Efficient: operations are counted (`derivative_cost`). Everything is computed in float64.
"""

TITLE = "Backpropagation: exact, flexible, cheap, and six ways to the same gradient"
