"""How wide must a band be to contain the truth as often as it says?

calibration.py   bands without the bias of the fit, at a calibrated level: read this first
simulation.py    refits to responses drawn from the fit, which show that bias
"""

from jaxnn.bands.calibration import Band, calibrated_band, coverage_of_simulation, mean_of_fits
from jaxnn.bands.simulation import fits_of_all_rows, simulated_refits

__all__ = [
    "Band",
    "calibrated_band",
    "coverage_of_simulation",
    "fits_of_all_rows",
    "mean_of_fits",
    "simulated_refits",
]
