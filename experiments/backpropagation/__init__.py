"""Backpropagation: is the tracer right, are the lecture's tables, and is the gradient cheap?

    dL/dW = dL/dxi_5  dxi_5/dxi_4  ...  dxi_1/dW      multiplied from the right: forward mode
                                                      multiplied from the left:  reverse mode

The lecture asks for a way to differentiate that is flexible, exact and efficient, made of functions
"that my grandparent can do".  Here that way (`jaxnn.tracer`) regenerates the lecture's tables and
graphs beside the numbers on the slides (`lecture_tables`), with the errata and the
evidence for each (`errata`).  That it is exact: six routes to the gradient of every
function of this project (`functions`, `six_routes`), and errors of one
part in a thousand that are planted and found (`planted_rules`).  That it is efficient:
counted operations (`derivative_cost`).  All in float64.
"""

TITLE = "Backpropagation: exact, flexible, cheap, and six ways to the same gradient"
