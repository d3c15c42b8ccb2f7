"""How is one network trained?

recipe.py          how to train, as data
fitting.py         one fit as one compiled program: read this first
fitter.py          a fit as a function of the key and the rows, and how it treats its rows
checkpoints.py     the fits of fewer epochs that a fit passes through
arguments.py       what `fit` accepts, checked once, before anything is compiled
objective.py       the mean loss plus penalty of the rows of one step, and its gradient
steps.py           one update, and one pass over the rows
loop.py            when the loss is recorded, and when training stops
batching.py        how rows are batched and cut into cache-sized blocks
forward_pass.py    the network as training computes it: equal layers stacked, examples in columns
"""

from jaxnn.training.fitter import Fitter
from jaxnn.training.fitting import Fit, History, fit
from jaxnn.training.recipe import Recipe

__all__ = ["Fit", "Fitter", "History", "Recipe", "fit"]
