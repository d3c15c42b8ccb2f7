"""How is one network trained?

recipe.py            how to train, as data
fitting.py           one fit as one compiled program: read this first
fitter.py            a fit as a function of the key and the rows, and how it treats its rows
checkpoints.py       the fits of fewer epochs that a fit passes through
validation_split.py  which rows are trained on, and which are watched
arguments.py         what `fit` accepts, checked once, before anything is compiled
objective.py         the mean loss plus penalty of the rows of one step, and its gradient
noisy_objective.py   the same where regularisers act on a step
regularized_pass.py  the network as a step with regularisers computes it, and as a plain one
steps.py             one update, and one pass over the rows
loop.py              when the loss is recorded, and when training stops
divergence.py        whether a fit diverged, when and why
groups.py            rows that belong together, and how they are set aside
scales.py            the units in which predictors and response are trained
batching.py          how rows are batched and cut into cache-sized blocks
forward_pass.py      the network as training computes it: equal layers stacked, examples in columns
"""

from jaxnn.training.fitter import Fitter
from jaxnn.training.fitting import Fit, History, fit
from jaxnn.training.recipe import Recipe

__all__ = ["Fit", "Fitter", "History", "Recipe", "fit"]
