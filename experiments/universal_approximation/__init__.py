"""How closely can one hidden layer follow a curve, and how closely does a trained one follow it?

    m ReLUs give at most m + 1 straight pieces:   RMSE >= best of m + 1 pieces  ~  C / (m + 1)^2
    m random cosines, f(x) = E cos(w.x):          E (f - f_m)^2  =  C / m   in any dimension

One hidden layer is enough to approximate any continuous curve. That is a statement about the best
network, not about a trained one; here the two are kept apart. The error of the best m + 1 straight
pieces is computed (`jaxnn.regions`). The error of trained networks is measured, and every random
start is shown (`trained_networks`; the protocol was fixed beforehand: 3,000 steps of Adam, learning
rate from 0.02 to 0 along a cosine, 256 points without noise). The error of a layer of random units
has an exact constant (`random_cosines`).
"""

TITLE = "One hidden layer can follow any curve: the best fit, and what training finds"
