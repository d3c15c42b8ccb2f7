"""What do first weights decide: whether units differ, how large signals are, what is learned?

    equal weights       units stay copies for ever; a layer of n copies is one unit
    equal up to noise   copies part like e prod (1 + rate |lambda|), from noise of size e
    Var(w)              one layer multiplies mean squares by m Var(w) forward, n Var(w) backward
    scale               too small: only the last bias learns;  too large: units saturate

The lecture wants to break symmetry, and asks for the right scale.  Symmetry is a theorem with a
rate (`symmetry`); the scale has closed forms before training (`first_weights`); how networks train
from either is measured (`first_training`).
"""

TITLE = "First weights: breaking symmetry, and how large they should be"
