"""What do the refits to a table predict for new rows, and how are they kept?

model.py                  means, bands and intervals for new rows: read this first
prediction_intervals.py   between which values, or in which classes, a new observation will be
saved_models.py           a fitted model in a folder
"""

from jaxnn.fitted_models.model import FittedModel, Predictions, fitted_model
from jaxnn.fitted_models.prediction_intervals import LeftOut, prediction_interval, prediction_set
from jaxnn.fitted_models.saved_models import load_model, save_model

__all__ = [
    "FittedModel",
    "LeftOut",
    "Predictions",
    "fitted_model",
    "load_model",
    "prediction_interval",
    "prediction_set",
    "save_model",
]
