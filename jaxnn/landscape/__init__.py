"""What does a loss look like around, and on the way to, a set of parameters?

A loss here is any scalar JAX function of parameters (an array or a pytree), such as
`lambda params: mean loss of a network with these parameters`.

curvature.py        products with the Hessian, and its extreme eigenvalues, without forming it
critical_points.py  points with gradient zero: minima, maxima, saddles and their index
slices.py           the loss along lines and planes, with directions as large as the weights
trajectories.py     the path of an optimiser, as one compiled program
loss_surfaces.py    well-known losses of two parameters
"""

from jaxnn.landscape.critical_points import CriticalPoint, critical_point
from jaxnn.landscape.curvature import (
    ExtremeEigenvalues,
    extreme_eigenvalues,
    hessian_vector_product,
)
from jaxnn.landscape.loss_surfaces import (
    LOSS_SURFACES,
    LossSurface,
    quadratic_surface,
)
from jaxnn.landscape.slices import (
    LineSlice,
    PlaneSlice,
    line_between,
    line_slice,
    plane_slice,
    plane_through,
    random_direction,
)
from jaxnn.landscape.trajectories import trajectory

__all__ = [
    "LOSS_SURFACES",
    "CriticalPoint",
    "ExtremeEigenvalues",
    "LineSlice",
    "LossSurface",
    "PlaneSlice",
    "critical_point",
    "extreme_eigenvalues",
    "hessian_vector_product",
    "line_between",
    "line_slice",
    "plane_slice",
    "plane_through",
    "quadratic_surface",
    "random_direction",
    "trajectory",
]
