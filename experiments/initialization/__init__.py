"""What do initial weights decide: whether units differ, how large signals are, what is learned?

    equal weights       units remain copies forever; a layer of n copies acts as one unit
    equal up to noise   copies diverge like e prod (1 + rate |lambda|), from noise of size e
    Var(w)              one layer multiplies mean squares by m Var(w) forward, n Var(w) backward
    scale               too small: only the last bias learns;  too large: units saturate

The lecture wants to break symmetry, and asks for the right scale. On symmetry there is a theorem
(`symmetry`); for the scale there are closed forms before training (`initial_signals`); how deep
networks train from various initial weights is measured (`digit_training`).
"""

TITLE = "Initial weights: breaking symmetry, and how large they should be"
