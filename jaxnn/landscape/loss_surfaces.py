"""On which losses are optimisers compared?

Losses of two parameters w = (x, y), each with one difficulty:

    quadratic    (x^2 + k y^2) / 2                              poor conditioning k
    beale        (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2       flat, with steep corners
                     + (2.625 - x + x y^3)^2
    rosenbrock   (1 - x)^2 + 100 (y - x^2)^2                    a curved valley
    saddle       x^2 / 2 - y^2 / 2 + y^4 / 4                    a saddle at 0 between two minima
    cliff        (y x^20 - 1)^2 / 2                             a chain of 20 equal layers
    many_minima  20 + x^2 + y^2 - 10 (cos 2 pi x + cos 2 pi y)  a lattice of minima (Rastrigin)

Beale 1958; Rosenbrock 1960; Rastrigin 1974.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array

from jaxnn.errors import (
    InputError,
    as_numbers,
    as_real,
    check_finite,
    check_instance,
    check_positive,
)
from jaxnn.user_functions import check_callable


@dataclass(frozen=True)
class LossSurface:
    """A loss of two parameters, and where to look at it.

    Attributes:
      name: of the surface.
      loss: (2,) -> (), a JAX function.
      start: a point from which it is hard to reach a minimum.
      minima: the points with the smallest loss, or a few of them if they are a curve.
      least: the loss there.
      limits: ((x from, to), (y from, to)) of a picture.

    Raises:
      InputError, InputTypeError: a loss that is no function, or points that are no finite pairs.
    """

    name: str
    loss: Callable[[Array], Array]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    least: float
    limits: tuple[tuple[float, float], tuple[float, float]]

    def __post_init__(self) -> None:
        check_instance(self.name, "name", str, "a name as text")
        check_callable(self.loss, "loss", "a JAX function of a point (2,)", arguments=1)
        for argument, axes in (("start", 1), ("minima", 2), ("limits", 2)):
            numbers = as_numbers(getattr(self, argument), argument)
            if numbers.ndim != axes or numbers.shape[-1] != 2:
                raise InputError(f"{argument} has shape {numbers.shape}; pass pairs of numbers.")
            check_finite(numbers, argument)
        as_real(self.least, "least")


@dataclass(frozen=True)
class _Quadratic:
    condition: float

    def __call__(self, w: Array) -> Array:
        return (w[0] ** 2 + self.condition * w[1] ** 2) / 2


def quadratic_surface(condition: float = 50.0) -> LossSurface:
    """The quadratic (x^2 + k y^2) / 2 with the condition number k.

    Args:
      condition: k, a positive number.

    Raises:
      InputError, InputTypeError: another k.

    Example:
      >>> print(quadratic_surface(10.0).loss(jnp.array([1.0, 1.0])))
      5.5
    """
    check_positive(condition, "condition")
    limits = ((-2.2, 2.2), (-1.2, 1.2))
    return LossSurface(
        "quadratic", _Quadratic(float(condition)), (-2.0, 1.0), ((0.0, 0.0),), 0.0, limits
    )


def _beale(w: Array) -> Array:
    x, y = w[0], w[1]
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _rosenbrock(w: Array) -> Array:
    return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2


def _saddle(w: Array) -> Array:
    return w[0] ** 2 / 2 - w[1] ** 2 / 2 + w[1] ** 4 / 4


def _cliff(w: Array) -> Array:
    return (w[1] * w[0] ** 20 - 1) ** 2 / 2


def _many_minima(w: Array) -> Array:
    x, y = w[0], w[1]
    waves = jnp.cos(2 * jnp.pi * x) + jnp.cos(2 * jnp.pi * y)
    return 20 + x**2 + y**2 - 10 * waves


LOSS_SURFACES: dict[str, LossSurface] = {
    "quadratic": quadratic_surface(),
    "beale": LossSurface(
        "beale", _beale, (-1.0, 1.5), ((3.0, 0.5),), 0.0, ((-4.5, 4.5), (-4.5, 4.5))
    ),
    "rosenbrock": LossSurface(
        "rosenbrock", _rosenbrock, (-1.2, 1.0), ((1.0, 1.0),), 0.0, ((-2.0, 2.0), (-1.0, 3.0))
    ),
    "saddle": LossSurface(
        "saddle",
        _saddle,
        (-1.5, 0.001),
        ((0.0, -1.0), (0.0, 1.0)),
        -0.25,
        ((-2.0, 2.0), (-2.0, 2.0)),
    ),
    "cliff": LossSurface("cliff", _cliff, (0.7, 0.5), ((1.0, 1.0),), 0.0, ((0.5, 1.3), (0.0, 1.5))),
    "many_minima": LossSurface(
        "many_minima", _many_minima, (-3.4, 2.4), ((0.0, 0.0),), 0.0, ((-4.0, 4.0), (-4.0, 4.0))
    ),
}
