"""Is every number of every regulariser refused in one sentence if it cannot be used?"""

import dataclasses
import math

import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import ElasticNet, InputError, InputTypeError, NormalPrior
from jaxnn.regularizers import (
    ActivityPenalty,
    BatchNormalization,
    Dropout,
    InputNoise,
    LabelNoise,
    LabelSmoothing,
    MaxNorm,
    RandomFlip,
    RandomRotation,
    RandomShift,
    WeightNoise,
)

WORKING = [
    ActivityPenalty(0.1, 0.1),
    BatchNormalization(1e-3, 0.1),
    Dropout(0.8, 0.5),
    ElasticNet(0.1, 0.1),
    InputNoise(0.1),
    LabelNoise(0.1),
    LabelSmoothing(0.1),
    MaxNorm(1.0),
    NormalPrior(10, 1.0),
    RandomFlip(2, 3, 0.5),
    RandomRotation(2, 3, 10.0),
    RandomShift(2, 3, 1),
    WeightNoise(0.1),
]
VALUES = [-1, -1e-9, math.nan, math.inf, -math.inf, np.float64("nan")]
TYPES = ["0.5", b"a", (), [0.5], {}, 1j, True, np.array([0.5]), np.array(0.5), jnp.ones(2), print]


@pytest.mark.parametrize("working", WORKING, ids=lambda working: type(working).__name__)
def test_a_number_that_cannot_be_used_is_refused_in_one_sentence(working):
    for field in dataclasses.fields(working):
        bad = TYPES if field.name == "momentum" else [None, *TYPES]
        # As a count it is a whole number like others, if more than any machine has room for.
        large = [] if isinstance(getattr(working, field.name), int) else [10**400]
        for value in [*VALUES, *large, *bad]:
            with pytest.raises(InputError, match=rf"^{field.name} is .*; pass [^\n]*\.$") as error:
                dataclasses.replace(working, **{field.name: value})
            if any(value is other for other in bad):
                assert isinstance(error.value, InputTypeError)
            assert len(str(error.value)) < 250
