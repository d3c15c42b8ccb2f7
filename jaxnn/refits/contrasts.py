"""How sure is the average change of a prediction from one value of a predictor to another?

    a_b(high) - a_b(low)     for every refit b, with a_b its average curve

"age 40 to 65: +0.03 (-0.01 to 0.08)": each `jaxnn.refits.Effect` has its contrasts, and here they
become one table.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection.contrasts import Contrasts
from jaxnn.refits.effects import Effect


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
    listed = list(effects)
    for one in listed:
        if not isinstance(one, Effect):
            raise InputTypeError(
                f"effects holds a {type(one).__name__}; pass what jaxnn.refits.effects returned."
            )
    parts = [one.contrasts for one in listed]
    samples = [part.samples for part in parts if part.samples is not None]
    shapes = {(*of.shape[:1], *of.shape[2:]) for of in samples}
    if len(shapes) != 1:
        raise InputError(
            "effects is empty; pass at least one effect."
            if not shapes
            else "effects holds different numbers of refits or outputs; pass those of one model."
        )
    return Contrasts(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
        tuple(label for part in parts for label in part.labels),
        np.concatenate([part.effect for part in parts]),
        np.concatenate(samples, axis=1),
    )
