"""How do forests, boosting and other models of scikit-learn vary over the bootstrap's resamples?

refitting.py            a scikit-learn estimator refitted to resamples: read this first
refitted_estimator.py   these refits as one black box, in the form of refitted networks
single_fits.py          one fit to one resample
importances.py          importances by impurity and by permutation, compared between models

scikit-learn is imported when these functions are called.
"""

from jaxnn.estimators.importances import (
    MethodImportances,
    compare_importances,
    comparison_table,
    impurity_importances,
    tree_models,
)
from jaxnn.estimators.refitted_estimator import RefittedEstimator
from jaxnn.estimators.refitting import refitted_estimator

__all__ = [
    "MethodImportances",
    "RefittedEstimator",
    "compare_importances",
    "comparison_table",
    "impurity_importances",
    "refitted_estimator",
    "tree_models",
]
