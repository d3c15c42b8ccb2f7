"""Where in the plane of initial scales can a deep tanh network be trained, and how deep?

    order,  chi_1 < 1:  all inputs become alike, gradients vanish
    chaos,  chi_1 > 1:  near inputs are driven apart, gradients explode
    between them, the critical line;  information lasts for about 6 xi_c layers

The plane of weight variance sw2 and bias variance sb2 by theory (`jaxnn.propagation.mean_field`),
finite networks measured against it, and a map of what plain gradient descent learns
(`trainability`).  Poole et al. 2016; Schoenholz et al. 2017.
"""

TITLE = "Order, chaos, and the depth to which a tanh network can be trained"
