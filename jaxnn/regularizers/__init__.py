"""How is a network kept from fitting the noise?

places.py               where in a step a regulariser acts: read this first
penalties.py            prices of large weights
dropout.py              units that may be missing, in training and in prediction
noise.py                normal noise on inputs and weights
labels.py               labels that are not trusted to the last
activity.py             a price of active hidden units
max_norm.py             weights within a ball
batch_normalization.py  hidden units with a mean and spread of their own, folded into the weights
augmentation.py         rows that are changed in ways that do not matter
images.py               small images that are shifted, rotated and flipped
random_bits.py          random decisions for many units and rows
"""

from jaxnn.regularizers.activity import ActivityPenalty
from jaxnn.regularizers.augmentation import Augmentation
from jaxnn.regularizers.batch_normalization import BatchNormalization
from jaxnn.regularizers.dropout import Dropout, monte_carlo_predict
from jaxnn.regularizers.images import RandomFlip, RandomRotation, RandomShift
from jaxnn.regularizers.labels import LabelNoise, LabelSmoothing
from jaxnn.regularizers.max_norm import MaxNorm
from jaxnn.regularizers.noise import InputNoise, WeightNoise
from jaxnn.regularizers.penalties import ElasticNet, NormalPrior, Penalty, check_penalty
from jaxnn.regularizers.places import (
    Regularizer,
    Regularizers,
    acting,
    as_regularizers,
    check_places,
    penalty_of,
)

__all__ = [
    "ActivityPenalty",
    "Augmentation",
    "BatchNormalization",
    "Dropout",
    "ElasticNet",
    "InputNoise",
    "LabelNoise",
    "LabelSmoothing",
    "MaxNorm",
    "NormalPrior",
    "Penalty",
    "RandomFlip",
    "RandomRotation",
    "RandomShift",
    "Regularizer",
    "Regularizers",
    "WeightNoise",
    "acting",
    "as_regularizers",
    "check_penalty",
    "check_places",
    "monte_carlo_predict",
    "penalty_of",
]
