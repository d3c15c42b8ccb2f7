"""How does learning proceed: in stages, past saddles, towards a minimum?

    linear network    u(t) = s e^{2st} / (e^{2st} - 1 + s / u_0), one mode after another
    critical points   all but one are saddles; theory gives their number of negative eigenvalues
    random Hessians   P(minimum) = P_n, exact for every n, and ln P_n / n^2 -> -ln(3) / 4

The simplest network with interesting dynamics is linear in its input but not in its weights; its
learning is known in closed form (`linear_modes`). Between two modes it passes a saddle, where the
gradient is small and learning seems to have ended (`critical_points`). How much rarer minima are
than saddles is known for random symmetric matrices (`random_hessians`); the Hessians of networks
are not of this kind.
"""

TITLE = "How learning proceeds: mode by mode, past saddles, and how rare minima are"
