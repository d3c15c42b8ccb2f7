"""How sure is the average change of a prediction from one value of a predictor to another?

    a_b(high) - a_b(low)     for every refit b, with a_b its average curve

"age 40 to 65: +0.03 (-0.01 to 0.08)": each `jaxnn.refits.Effect` has its contrasts, and here they
become one table. Measured with least squares, nominal 95%, percentiles of 500 refits: the intervals
contained the true change between the quartiles of a predictor, whose effect is a cubic, in 94% of
1,000 data sets of 100 rows and of 500 data sets of 300 rows (standard error 0.01), and with
logistic regression in 93% of 600 and of 400 data sets.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.errors import InputError
from jaxnn.inspection.arguments import as_list
from jaxnn.inspection.contrasts import Contrasts, contrast_label
from jaxnn.refits.effects import Effect, check_effect

# Of networks: with intervals calibrated by simulated refits, and by the percentiles of refits.
# A setting has one change per data set and 5 to 12 data sets, so none is told as the worst.
MEASURED = MeasuredCoverage("band_coverage", 0.95, mean=0.933, settings=19)
MEASURED_PERCENTILE = MeasuredCoverage("band_coverage", 0.95, mean=0.867, settings=19)


def contrasts_of(effects: Iterable[Effect]) -> Contrasts:
    """The contrasts of several predictors in one table, for `jaxnn.inspection.contrast_table`.

    Args:
      effects: as from `effects`.

    Returns:
      A `Contrasts` of all of them, in the same order.

    Raises:
      InputError: no effects, or effects of different numbers of refits or outputs.
      InputTypeError: what is no `Effect`.
    """
    listed = as_list(effects, "effects", "what jaxnn.refits.effects returned")
    for one in listed:
        check_effect(one, "an effect of effects")
    if len({(len(one.contrasts), *one.contrasts.shape[2:]) for one in listed}) != 1:
        raise InputError(
            "effects holds different numbers of refits or outputs; pass those of one model."
            if listed
            else "effects is empty; pass at least one effect."
        )
    samples = np.concatenate([one.contrasts for one in listed], axis=1)
    low, high = np.concatenate([one.contrast_values for one in listed]).T
    return Contrasts(
        np.repeat([one.feature for one in listed], [len(one.contrast_values) for one in listed]),
        low,
        high,
        tuple(
            contrast_label(one.column, *pair)
            for one in listed
            for pair in one.contrast_values.tolist()
        ),
        samples.mean(axis=0),
        samples,
    )
