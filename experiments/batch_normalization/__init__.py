"""What does batch normalisation leave unchanged, and what does it do to training?

    z' = gamma (z - mu) / sqrt(v + delta) + beta,    mu and v over the rows of the batch

Lecture 11, "Batch Normalization": exact consequences of the formula (`identities`), internal
covariate shift on digits and what becomes of it (`digit_training`, watched), and the learning rates
that can be used (`digit_training`, swept). At the start of training, normalisation makes gradients
explode with depth: `vanishing_exploding` measures that.
"""

TITLE = "Batch normalisation: identities, covariate shift and learning rates"
