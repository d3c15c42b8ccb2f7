"""Are kinds, curves and counts that no band can use refused in a sentence?"""

import numpy as np
import pytest

from jaxnn import InputError, InputTypeError
from jaxnn.bands import calibrated_band, coverage_of_simulation, mean_of_fits, simultaneous_band

CURVES = np.random.default_rng(0).uniform(0.2, 0.8, size=(4, 3))


@pytest.mark.parametrize("kind", [None, np.array(["binary", "count"]), 3, ["binary"]])
def test_a_kind_is_a_name(kind):
    for call in (
        lambda: mean_of_fits(kind, CURVES),
        lambda: calibrated_band(CURVES, CURVES[0], CURVES, kind=kind),
        lambda: coverage_of_simulation(CURVES[0], CURVES, kind=kind),
        lambda: simultaneous_band(CURVES, kind=kind),
    ):
        with pytest.raises(InputTypeError, match=r"^kind is .*; known: binary, categorical, count"):
            call()


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        (3.0, r"^curves has shape \(\); pass at least one fit"),
        (np.zeros((0, 3)), r"^curves has shape \(0, 3\)"),
        ([[np.nan]], "^curves holds nan"),
        ([["a"]], "^curves holds <U1 values"),
        (CURVES * 1j, "^curves holds complex128 values"),
    ],
)
def test_fits_without_a_mean_are_refused(curves, message):
    with pytest.raises(InputError, match=message):
        mean_of_fits("binary", curves)


def test_the_simulated_curves_are_named():
    with pytest.raises(InputError, match=r"^simulated holds nan"):
        coverage_of_simulation(CURVES[0], CURVES * np.nan)
    with pytest.raises(InputTypeError, match=r"^simulated holds object values"):
        coverage_of_simulation(CURVES[0], None)
