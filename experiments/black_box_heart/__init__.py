"""What has a black box learned about heart disease, and how certain are its curves?

    curve        f(x_j, x_C)                   one predictor varied, the others held fixed
    band         quantiles over refits b of f_b(x_j, x_C)

Lecture 11, from "Interpretation through Predictions" to "Bootstrapping for Predictions", on the
Heart data, with a band on every curve. `heart_refits` computes. How often such bands contain the
truth can be seen only where the truth is known: see the experiment `band_coverage`.

Bands are labelled with their nominal level. The penalty is not tuned: see `jaxnn.NormalPrior`.
"""

TITLE = "A black box for heart disease, with bands"
