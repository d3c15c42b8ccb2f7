"""How is a network kept from fitting the noise?

places.py     where in a step a regulariser acts: read this first
penalties.py  prices of large weights
"""

from jaxnn.regularizers.penalties import ElasticNet, NormalPrior, Penalty
from jaxnn.regularizers.places import Regularizer, Regularizers, as_regularizers, penalty_of

__all__ = [
    "ElasticNet",
    "NormalPrior",
    "Penalty",
    "Regularizer",
    "Regularizers",
    "as_regularizers",
    "penalty_of",
]
