"""What does a black box do? These functions need predict(X) alone; many refits give bands.

black_box.py           what counts as a black box
replaced_columns.py    what a network predicts when a few columns change
evaluation_points.py   grids of one predictor, and the centre of the others
profiles.py            how the prediction changes with one predictor: read this first
accumulated_local_effects.py   the same, along rows that exist
derivatives.py         how steep it is there
contrasts.py           by how much, between two values
data_density.py        where the data are, and averages over rows that cannot be
scores.py              scores and losses by name
score_intervals.py     scores of a sample of rows with intervals
calibration.py         whether predictions come true as often as predicted
recalibration.py       the line by which they have to be corrected
permutation_importance.py, exact_importance.py   what a prediction loses without a column
conditional_importance.py, conditional_values.py   the same within what other columns predict
score_falls.py         by how much a score falls, in many ways at once
column_groups.py       which columns are one predictor
surrogates.py          a small decision tree that imitates the black box
tree_rules.py          the splits of such a tree in words
surfaces.py            how it changes with two predictors together
interactions.py        whether the effect of one predictor depends on another
principal_components.py   how it changes over two directions that mix all predictors
row_averages.py        average predictions with some columns set
quantiles.py           values with a given share of the rows below them

Example:
  Blood pressure rises with age here, and age and weight go together.

  >>> import numpy as np
  >>> from jaxnn.tables import numeric_columns
  >>> columns = numeric_columns(["age", "weight"])
  >>> X = np.array([[30.0, 60.0], [40.0, 70.0], [50.0, 75.0], [60.0, 90.0]])
  >>> pressure = lambda X: 100 + 0.5 * X[:, 0] + 0.01 * (X[:, 0] - 30) * (X[:, 1] - 60)
  >>> partial_dependence(pressure, X, "age", [30, 45, 60], columns=columns)
  array([115.    , 124.5625, 134.125 ])
  >>> curve = accumulated_local_effects(pressure, X, "age", columns=columns)
  >>> print(curve.edges, curve.effect.round(2))
  [30. 40. 50. 60.] [-7.56 -2.06  4.44 12.44]
  >>> print(contrast_table(contrasts(pressure, X, {"age": (40, 60)}, columns=columns)))
  age 40 to 60: +12.8
"""

from jaxnn.inspection.accumulated_local_effects import (
    AccumulatedLocalEffects,
    LocalSteps,
    accumulate,
    accumulated_local_effects,
    local_steps,
)
from jaxnn.inspection.black_box import BlackBox, Predict, black_box
from jaxnn.inspection.calibration import Calibration, CalibrationCurve, calibration
from jaxnn.inspection.conditional_importance import (
    CorrelationCheck,
    conditional_importance,
    correlation_check,
)
from jaxnn.inspection.contrasts import Contrasts, contrast_table, contrasts
from jaxnn.inspection.data_density import (
    DataDensity,
    ImpossibleRows,
    data_density,
    impossible_rows,
)
from jaxnn.inspection.derivatives import average_derivative, derivative_curves
from jaxnn.inspection.evaluation_points import center_of, grid_for, is_extrapolated
from jaxnn.inspection.exact_importance import ExactImportance, exact_importance
from jaxnn.inspection.interactions import (
    Interactions,
    h_squared,
    interaction_strengths,
    total_h_squared,
)
from jaxnn.inspection.permutation_importance import (
    Importance,
    importance_table,
    permutation_importance,
)
from jaxnn.inspection.principal_components import (
    ComponentPicture,
    principal_component_picture,
)
from jaxnn.inspection.profiles import (
    centered,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.inspection.score_intervals import (
    ScoreInterval,
    auc_interval,
    explained_interval,
    mean_interval,
    share_interval,
)
from jaxnn.inspection.surfaces import (
    Surface,
    data_nearby,
    joint_surface,
    partial_dependence_2d,
    profile_surface,
)
from jaxnn.inspection.surrogates import SurrogateTree, surrogate_tree

__all__ = [
    "AccumulatedLocalEffects",
    "BlackBox",
    "Calibration",
    "CalibrationCurve",
    "ComponentPicture",
    "Contrasts",
    "CorrelationCheck",
    "DataDensity",
    "ExactImportance",
    "Importance",
    "ImpossibleRows",
    "Interactions",
    "LocalSteps",
    "Predict",
    "ScoreInterval",
    "Surface",
    "SurrogateTree",
    "accumulate",
    "accumulated_local_effects",
    "auc_interval",
    "average_derivative",
    "black_box",
    "calibration",
    "center_of",
    "centered",
    "conditional_importance",
    "contrast_table",
    "contrasts",
    "correlation_check",
    "data_density",
    "data_nearby",
    "derivative_curves",
    "exact_importance",
    "explained_interval",
    "grid_for",
    "h_squared",
    "importance_table",
    "impossible_rows",
    "individual_conditional_expectation",
    "interaction_strengths",
    "is_extrapolated",
    "joint_surface",
    "local_steps",
    "mean_interval",
    "partial_dependence",
    "partial_dependence_2d",
    "permutation_importance",
    "principal_component_picture",
    "profile_at",
    "profile_surface",
    "share_interval",
    "surrogate_tree",
    "total_h_squared",
]
