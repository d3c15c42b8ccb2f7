"""Why do gradients vanish or explode in deep networks, and how large are they in each layer?

    each layer multiplies mean squares by  chi = n Var(w) E phi'(u)^2,  and L layers by  chi^L

The parts are the lecture's chain diag(a, b)^n (`diagonal_chain`) and its cliffs with gradient
clipping (`cliffs`); signals and gradients of random networks to depth 200 compared with theory, for
several activations, initialisers and batch normalisation (`signals`); products of random matrices
(`matrix_products`); and the consequence for training (`thirty_layers`).
"""

TITLE = "Vanishing and exploding gradients, to depth 200"
