"""What do many refits say about each predictor, and about rows they have not seen?

black_boxes.py  what is asked of the refits of any model
network.py      all refits as one black box: read this first
out_of_bag.py   predictions and losses on rows that a refit has not seen
effects.py      curves of one predictor
importance.py   permutation importances of all predictors in all refits
donors.py       with which other rows' values each row is predicted for that
importance_intervals.py   intervals from importances in bag and out of bag
surrogates.py   the rules that trees read off the refits, and how they vary
"""

from jaxnn.refits.black_boxes import RefittedModel, row_blocks
from jaxnn.refits.effects import Effect, effect
from jaxnn.refits.importance import RefitImportance, refit_importance
from jaxnn.refits.importance_intervals import RULES, ImportanceInterval, importance_interval
from jaxnn.refits.network import RefittedNetwork, refitted_network
from jaxnn.refits.out_of_bag import OutOfBag, out_of_bag
from jaxnn.refits.surrogates import SurrogateTrees, surrogate_summary, surrogate_trees

__all__ = [
    "RULES",
    "Effect",
    "ImportanceInterval",
    "OutOfBag",
    "RefitImportance",
    "RefittedModel",
    "RefittedNetwork",
    "SurrogateTrees",
    "effect",
    "importance_interval",
    "out_of_bag",
    "refit_importance",
    "refitted_network",
    "row_blocks",
    "surrogate_summary",
    "surrogate_trees",
]
