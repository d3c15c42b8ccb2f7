"""What do many refits say about each predictor, and about rows they have not seen?

black_boxes.py  what is asked of the refits of any model
network.py      all refits as one black box: read this first
out_of_bag.py   predictions and losses on rows that a refit has not seen
effects.py      curves of one predictor, or of all in one pass
effect_bands.py   their bands, pointwise and simultaneous
contrasts.py    average changes between two values of a predictor
curve_values.py, curve_sums.py, network_curves.py   how curves are computed from predictions
unseen_rows.py   losses of single refits and of their mean, row by row
prediction_errors.py   errors of prediction with intervals
error_of_one_fit.py   the error of one fit to all rows
calibration.py  whether their mean predictions come true as often as predicted
importance.py   permutation importances of all predictors in all refits
importance_scores.py   how they are computed from few predictions
donors.py       with which other rows' values each row is predicted for that
ranks.py        the order of the predictors, and how sure it is
seed_noise.py   the spread from initial weights alone
importance_intervals.py   intervals from importances in bag and out of bag
interactions.py which predictors interact
few_rows.py     how a few rows and values stand for all
interaction_intervals.py   intervals of strengths, which noise makes larger
surfaces.py     surfaces of two predictors, and the boundary
surrogates.py   the rules that trees read off the refits, and how they vary
"""

from jaxnn.refits.black_boxes import RefittedModel, row_blocks
from jaxnn.refits.calibration import calibration_curve
from jaxnn.refits.contrasts import contrasts_of
from jaxnn.refits.effect_bands import CurveBands, curve_bands
from jaxnn.refits.effects import Effect, effect, effects
from jaxnn.refits.error_of_one_fit import error_632_plus, no_information_error
from jaxnn.refits.importance import RefitImportance, refit_importance
from jaxnn.refits.importance_intervals import RULES, ImportanceInterval, importance_interval
from jaxnn.refits.interactions import RefitInteractions, refit_interactions
from jaxnn.refits.network import RefittedNetwork, refitted_network
from jaxnn.refits.out_of_bag import OutOfBag, out_of_bag
from jaxnn.refits.prediction_errors import (
    PredictionError,
    PredictionErrors,
    error_table,
    prediction_errors,
)
from jaxnn.refits.ranks import matters_more, rank_chances, top_chance
from jaxnn.refits.seed_noise import SeedNoise, seed_noise, seed_share
from jaxnn.refits.surfaces import RefitSurface, refit_surface
from jaxnn.refits.surrogates import SurrogateTrees, surrogate_summary, surrogate_trees
from jaxnn.refits.unseen_rows import UnseenRows, unseen_rows

__all__ = [
    "RULES",
    "CurveBands",
    "Effect",
    "ImportanceInterval",
    "OutOfBag",
    "PredictionError",
    "PredictionErrors",
    "RefitImportance",
    "RefitInteractions",
    "RefitSurface",
    "RefittedModel",
    "RefittedNetwork",
    "SeedNoise",
    "SurrogateTrees",
    "UnseenRows",
    "calibration_curve",
    "contrasts_of",
    "curve_bands",
    "effect",
    "effects",
    "error_632_plus",
    "error_table",
    "importance_interval",
    "matters_more",
    "no_information_error",
    "out_of_bag",
    "prediction_errors",
    "rank_chances",
    "refit_importance",
    "refit_interactions",
    "refit_surface",
    "refitted_network",
    "row_blocks",
    "seed_noise",
    "seed_share",
    "surrogate_summary",
    "surrogate_trees",
    "top_chance",
    "unseen_rows",
]
