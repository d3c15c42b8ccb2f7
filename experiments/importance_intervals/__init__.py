"""Which interval of a predictor's permutation importance contains the truth as often as it says?

    importance   E loss(y, f(x with x_j')) - E loss(y, f(x)),   x_j' an independent copy of x_j
    interval     made of the importances to many refits, on the rows that they saw and left out
    coverage     share of data sets whose interval contains the true importance

`known_truths` has the truths, `least_squares` a learner with closed forms, `network_importance` the
refits of networks, and `rules` the intervals: those of `jaxnn.refits`, and two more. The experiment
`band_coverage` asks the same of bands around curves.
"""

TITLE = "Which interval of a predictor's importance contains the truth"
