"""How wide must a band be to contain the truth as often as it says?

calibration.py        bands without the bias of the fit, at a calibrated level: read this first
simulation.py         refits to responses drawn from the fit, which show that bias
simultaneous.py       bands that contain a whole curve, not only each of its points
measured_coverage.py  how often a kind of band contained a known truth
"""

from jaxnn.bands.calibration import Band, calibrated_band, coverage_of_simulation, mean_of_fits
from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.bands.simulation import fits_of_all_rows, simulated_refits
from jaxnn.bands.simultaneous import SimultaneousBand, simultaneous_band

__all__ = [
    "Band",
    "MeasuredCoverage",
    "SimultaneousBand",
    "calibrated_band",
    "coverage_of_simulation",
    "fits_of_all_rows",
    "mean_of_fits",
    "simulated_refits",
    "simultaneous_band",
]
