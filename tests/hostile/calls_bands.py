"""Working calls of `jaxnn.bands`."""

from __future__ import annotations

import jax
import numpy as np

from jaxnn import bands
from tests.hostile.calls import Call
from tests.hostile.refitted import FITTER, ROWS, matrix, numbers

CURVES = np.random.default_rng(0).uniform(0.2, 0.8, size=(6, 3))
SIMULATED = np.random.default_rng(1).uniform(0.2, 0.8, size=(5, 3))


def rows():
    """The rows of a fit."""
    return {
        "key": jax.random.key(0),
        "fitter": FITTER,
        "X": matrix().copy(),
        "y": numbers(),
        "weights": np.ones(ROWS),
        "groups": np.arange(ROWS) // 2,
    }


CALLS = {
    "calibrated_band": lambda: Call(
        bands.calibrated_band,
        {
            "curves": CURVES.copy(),
            "fitted": CURVES[0].copy(),
            "simulated": SIMULATED.copy(),
            "level": 0.9,
            "kind": "binary",
            "missed": 0.1,
        },
    ),
    "coverage_of_simulation": lambda: Call(
        bands.coverage_of_simulation,
        {
            "fitted": CURVES.copy(),
            "simulated": SIMULATED.copy(),
            "level": 0.9,
            "kind": "quantitative",
            "missed": 0.1,
        },
    ),
    "fits_of_all_rows": lambda: Call(bands.fits_of_all_rows, {**rows(), "fits": 2}, slow=True),
    "mean_of_fits": lambda: Call(bands.mean_of_fits, {"kind": "count", "curves": CURVES.copy()}),
    "simulated_refits": lambda: Call(
        bands.simulated_refits,
        {
            **rows(),
            "fitted": numbers(),
            "draws": 2,
            "out_of_bag": numbers() + 0.1,
            "progress": False,
        },
        slow=True,
    ),
    "simultaneous_band": lambda: Call(
        bands.simultaneous_band,
        {
            "curves": CURVES.copy(),
            "level": 0.9,
            "kind": "binary",
            "fitted": CURVES.copy(),
            "simulated": SIMULATED.copy(),
        },
    ),
}
