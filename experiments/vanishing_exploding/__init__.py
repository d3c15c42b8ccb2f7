"""Why do gradients vanish or explode in deep networks, and how large are they, layer by layer?

    every layer multiplies mean squares by  chi = n Var(w) E phi'(u)^2:   depth L makes it  chi^L

The lecture's chain diag(a, b)^n (`diagonal_chain`) and its cliffs with gradient
clipping (`cliffs`); signals and gradients of random networks to depth 200 with theory
beside them, for activations, initialisers and batch normalisation (`signals`);
products of matrices (`matrix_products`); and what it means for training
(`thirty_layers`).
"""

TITLE = "Vanishing and exploding gradients, to depth 200"
