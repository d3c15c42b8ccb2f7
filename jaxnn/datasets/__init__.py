"""Which data can be had without looking for them?

`heart` ships with the package, `digits` comes with scikit-learn, and `generated` draws from known
truths: logistic, linear, one-dimensional curves, and compositional targets that ask for depth.
"""

from jaxnn.datasets.digits import digits
from jaxnn.datasets.generated import (
    TARGETS,
    LinearSample,
    LogisticSample,
    Sample,
    Target,
    fold,
    linear_mean,
    linear_truth,
    logistic_probability,
    logistic_truth,
    nested_differences,
    product,
    sample_target,
    tanh_teacher,
    target,
    tent,
)
from jaxnn.datasets.heart import heart

__all__ = [
    "TARGETS",
    "LinearSample",
    "LogisticSample",
    "Sample",
    "Target",
    "digits",
    "fold",
    "heart",
    "linear_mean",
    "linear_truth",
    "logistic_probability",
    "logistic_truth",
    "nested_differences",
    "product",
    "sample_target",
    "tanh_teacher",
    "target",
    "tent",
]
