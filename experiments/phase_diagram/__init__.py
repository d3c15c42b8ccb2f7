"""With which initial scales can a deep tanh network be trained, and up to which depth?

    order,  chi_1 < 1: all inputs become alike and gradients vanish
    chaos,  chi_1 > 1: nearby inputs move apart and gradients explode
    between them, the critical line; information survives for about 6 xi_c layers

The experiment has theory in the plane of weight variance sw2 and bias variance sb2
(`jaxnn.propagation.mean_field`), finite networks that are compared with it, and a map of what plain
gradient descent learns (`trainability`). Poole et al. 2016; Schoenholz et al. 2017.
"""

TITLE = "Order, chaos, and the depth to which a tanh network can be trained"
