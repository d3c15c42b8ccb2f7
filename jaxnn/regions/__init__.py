"""How many straight pieces has a network, how many could it have, and how well do they do?

    line, plane      the regions of a given network, found exactly
    formulas         how many there can be at most, or must be reached
    constructions    networks that have the most
    pieces, splines  how closely so many pieces come to given points, or to a curve

Read `line` first.  All of it is NumPy in float64.
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
from jaxnn.regions.segmentation import best_monotone, best_pieces, joined_pieces
from jaxnn.regions.splines import free_knot_constants, free_knot_l2_error, free_knot_sup_error

__all__ = [
    "PlaneRegions",
    "best_monotone",
    "best_pieces",
    "breakpoints_on_line",
    "count_regions_in_plane",
    "count_regions_on_line",
    "free_knot_constants",
    "free_knot_l2_error",
    "free_knot_sup_error",
    "joined_pieces",
    "least_errors_on_alternation",
    "montufar",
    "most_regions_on_line",
    "regions_in_plane",
    "splines",
    "tent_network",
    "zaslavsky",
    "zigzag_network",
]
