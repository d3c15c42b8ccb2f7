"""Which data sets ship with the package, and which are drawn at random?

heart.py              303 patients, shipped with the package
digits.py             handwritten digits, from scikit-learn
generated_tables.py   draws of large tables with a rare event or a skewed response
known_models.py       draws from logistic and linear models
targets.py            draws from curves and compositions, for depth and width
signals.py            draws from signals of ten shapes
"""

from jaxnn.datasets.digits import digits
from jaxnn.datasets.generated_tables import GeneratedTable, rare_event_table, skewed_table
from jaxnn.datasets.heart import heart
from jaxnn.datasets.known_models import (
    LinearSample,
    LogisticSample,
    linear_mean,
    linear_truth,
    logistic_probability,
    logistic_truth,
)
from jaxnn.datasets.signals import SHAPES, SignalSample, sample_signals, signal
from jaxnn.datasets.targets import (
    TARGETS,
    Sample,
    Target,
    fold,
    nested_differences,
    product,
    radial_sine,
    sample_target,
    sine_tree,
    tanh_teacher,
    target,
    tent,
)

__all__ = [
    "SHAPES",
    "TARGETS",
    "GeneratedTable",
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
    "rare_event_table",
    "sample_signals",
    "sample_target",
    "signal",
    "sine_tree",
    "skewed_table",
    "tanh_teacher",
    "target",
    "tent",
]
