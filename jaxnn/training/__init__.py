"""How is one network trained?

recipe.py         how to train, as data
fitting.py        one fit as one compiled program: read this first
forward_pass.py   the network as training computes it: layers grouped, rows in columns
batching.py       how rows are batched and cut into cache-sized blocks
arguments.py      what `fit` accepts, checked before anything is compiled
"""

from jaxnn.training.fitting import Fit, Fitter, History, fit
from jaxnn.training.recipe import Recipe

__all__ = ["Fit", "Fitter", "History", "Recipe", "fit"]
