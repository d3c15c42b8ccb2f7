"""Which network suits a table, and is a network worth it there?

Everything is judged by out-of-bag loss, on the same resamples of the rows.

choosing.py     the choice among candidates: read this first
candidates.py   how wide, how strongly penalised, trained for how long: what there is to choose from
bagging.py      the loss of averaged refits on the rows that they left out
comparison.py   the chosen network beside a linear model, a constant and other methods
contenders.py   the constant, random forest and gradient boosting, refitted to the same resamples
"""

from jaxnn.selection.candidates import Candidate, fitter_of
from jaxnn.selection.choosing import Selection, select
from jaxnn.selection.comparison import Comparison, compare, verdict

__all__ = [
    "Candidate",
    "Comparison",
    "Selection",
    "compare",
    "fitter_of",
    "select",
    "verdict",
]
