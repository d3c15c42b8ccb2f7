"""What does a black box do?  Functions of predict(X) alone, with a band wherever there are refits.

`black_box` says what may be looked into; `profiles` varies one predictor at a time.
"""

from jaxnn.inspection.black_box import BlackBox, Predict, black_box
from jaxnn.inspection.profiles import (
    center_of,
    centered,
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)

__all__ = [
    "BlackBox",
    "Predict",
    "black_box",
    "center_of",
    "centered",
    "grid_for",
    "individual_conditional_expectation",
    "partial_dependence",
    "profile_at",
]
