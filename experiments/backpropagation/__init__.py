"""Is the tracer right, are the lecture's tables, and is a gradient cheap?

    dL/dW = dL/dxi_5  dxi_5/dxi_4  ...  dxi_1/dW      multiplied from the right: forward mode
                                                      multiplied from the left:  reverse mode

The lecture asks for a way to differentiate that is flexible, exact and efficient, made of functions
"that my grandparent can do".  Here `jaxnn.tracer` regenerates the lecture's tables and graphs
beside the numbers on the slides (`lecture_tables`), with its errata and evidence for each
(`errata`).  It is exact: six routes lead to the same gradient of every function of this project
(`cases`, `six_routes`), and planted errors of one part in a thousand are found (`planted_rules`).
It is efficient: operations are counted (`derivative_cost`).  All in float64.
"""

TITLE = "Backpropagation: exact, flexible, cheap, and six ways to the same gradient"
