"""How does learning run its course: in stages, past saddles, and towards a minimum?

    linear network    u(t) = s e^{2st} / (e^{2st} - 1 + s / u_0), one mode after another
    critical points   all but one kind are saddles, with as many ways down as theory counts
    random Hessians   P(minimum) = P_n, exact for every n, and ln P_n / n^2 -> -ln(3) / 4

The simplest network that has a course of learning at all is linear in its input and not in its
weights; there everything is known in closed form (`linear_modes`).  Between two modes
it passes a saddle, where its gradient is small and learning seems to have ended
(`critical_points`).  How much rarer minima are than saddles is known for random
symmetric matrices (`random_hessians`), and the Hessians of networks are not such.
"""

TITLE = "The course of learning: modes one by one, plateaus at saddles, and how rare minima are"
