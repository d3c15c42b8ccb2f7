"""How closely can one hidden layer follow a curve, and how closely does a trained one?

    m ReLUs make at most m + 1 straight pieces:   RMSE >= best of m + 1 pieces  ~  C / (m + 1)^2
    m random cosines, f(x) = E cos(w.x):          E (f - f_m)^2  =  C / m,  whatever the dimension

One hidden layer is enough to represent any curve; that is a statement about the best network and
not about the trained one, and here the two are kept apart.  What m + 1 straight pieces can do at
best is computed (`jaxnn.regions`); what training attains is measured, every random start
shown (`curve_training`, with the protocol that was fixed beforehand: 3,000 steps of Adam,
learning rate from 0.02 to 0 along a cosine, 256 points without noise); and what sampling a layer
at random attains has an exact constant (`random_cosines`).
"""

TITLE = "One hidden layer can follow any curve: how well it could, and how well it learns to"
