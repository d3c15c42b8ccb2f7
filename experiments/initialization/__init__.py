"""What do first weights decide: whether units differ, how large signals are, what is learned?

    equal weights    units stay copies for ever, and a layer of n copies is one unit
    equal up to e    copies part like e prod (1 + rate |lambda|): at once if they are to learn
    Var(w)           one layer multiplies mean squares by m Var(w) forward, n Var(w) backward
    scale            too small: nothing but the last bias learns;  too large: units saturate

The lecture's goal is to break symmetry, and its question is the scale.  The first is a theorem with
a rate (`symmetry`), the second has closed forms at the start (`first_weights`); what training makes
of either is measured (`first_training`).
"""

TITLE = "First weights: breaking symmetry, and how large they should be"
