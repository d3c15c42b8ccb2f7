"""How many linear pieces does a network have, how many could it have, and what can they fit?

    line                  the regions of a given network along a line, found exactly
    plane                 its regions in a plane
    formulas              bounds on the number of regions
    constructions         networks that attain the bounds
    segmentation          how closely linear pieces can follow given points
    splines               how closely they can follow a smooth curve
    activation_patterns   which activations are piecewise linear, and their slopes
    rounding              bounds on rounding errors
    arguments             which networks and points the searches accept

Read `line` first. All of it is NumPy in float64; nothing is compiled.
"""

from jaxnn.regions import splines
from jaxnn.regions.constructions import tent_network, zigzag_network
from jaxnn.regions.formulas import (
    least_errors_on_alternation,
    montufar,
    most_regions_on_line,
    zaslavsky,
)
from jaxnn.regions.line import breakpoints_on_line, count_regions_on_line
from jaxnn.regions.plane import PlaneRegions, count_regions_in_plane, regions_in_plane
from jaxnn.regions.segmentation import best_monotone_error, best_segmentation, linear_spline_error
from jaxnn.regions.splines import free_knot_l2_error, free_knot_sup_error

__all__ = [
    "PlaneRegions",
    "best_monotone_error",
    "best_segmentation",
    "breakpoints_on_line",
    "count_regions_in_plane",
    "count_regions_on_line",
    "free_knot_l2_error",
    "free_knot_sup_error",
    "least_errors_on_alternation",
    "linear_spline_error",
    "montufar",
    "most_regions_on_line",
    "regions_in_plane",
    "splines",
    "tent_network",
    "zaslavsky",
    "zigzag_network",
]
