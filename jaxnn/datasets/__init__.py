"""Which data can be had without looking for them?

`heart` ships with the package, `digits` comes with scikit-learn, and `generated` draws from known
truths: logistic, linear, one-dimensional curves, compositional targets that ask for depth, and
signals of ten shapes, the digits of one dimension.
"""

from jaxnn.datasets.digits import digits
from jaxnn.datasets.generated import (
    SHAPES,
    TARGETS,
    LinearSample,
    LogisticSample,
    Sample,
    SignalSample,
    Target,
    fold,
    linear_mean,
    linear_truth,
    logistic_probability,
    logistic_truth,
    nested_differences,
    product,
    radial_sine,
    sample_signals,
    sample_target,
    signal,
    sine_tree,
    tanh_teacher,
    target,
    tent,
)
from jaxnn.datasets.heart import heart

__all__ = [
    "SHAPES",
    "TARGETS",
    "LinearSample",
    "LogisticSample",
    "Sample",
    "SignalSample",
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
    "radial_sine",
    "sample_signals",
    "sample_target",
    "signal",
    "sine_tree",
    "tanh_teacher",
    "target",
    "tent",
]
