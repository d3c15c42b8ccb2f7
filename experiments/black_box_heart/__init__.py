"""What has a black box learned about heart disease, and how certain are its curves?

    importance   how much the loss rises when predictor j is permuted, f(x_j of another row, x_C)
    curve        f(x_j, x_C)                   one predictor varied, the others held fixed
    band         quantiles over refits b of f_b(x_j, x_C)

Lecture 11, from "Variable Importance" to "Bootstrapping for Predictions", on the Heart data: trees,
forests, boosting and a network, all refitted to the same resamples by `heart_refits`, so that every
number has its spread over refits. How often such bands contain the truth can be seen only where
the truth is known: see the experiments `band_coverage` and `importance_intervals`.

Bands are labelled with their nominal level. The penalty is not tuned: see `jaxnn.NormalPrior`.
scikit-learn fits the trees.
"""

TITLE = "Unboxing a black box for heart disease"
