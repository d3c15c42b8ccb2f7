"""What has a black box learned about heart disease, and how far can its curves be trusted?

    curve        f(x_j, x_C)                   one predictor varied, the others held
    band         quantiles over refits b of f_b(x_j, x_C)
    coverage     share of data sets whose band contains the truth

Lecture 11, from "Interpretation through Predictions" to "Bootstrapping for Predictions", with a
band on every curve: first the Heart data, then data whose truth is known, where it can be seen
what the bands are worth.  `heart_refits` and `known_truth` compute.

A band is called by its nominal level.  The penalty is not tuned: `known_truth.NormalPrior`.
"""

TITLE = "A black box for heart disease, with bands, and what the bands are worth"
