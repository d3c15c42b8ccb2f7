"""How is a small image shifted, rotated or flipped at random?

A row of `height * width` numbers is an image, row after row. Each pixel of the changed image takes
the value of the place from which it comes,

    shift      image'(i, j) = image(i - di, j - dj), by whole pixels
    rotation   image'(center + R v) = image(center + v), between pixels by bilinear interpolation
    flip       image'(i, j) = image(i, width - 1 - j)

and places outside the image are 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import InputError, check_count, check_number, shown


class NotAnImageError(InputError):
    """A row has another number of features than the image has pixels."""


def _as_image(kind: object, x: Array, height: int, width: int) -> Array:
    if x.shape != (height * width,):
        raise NotAnImageError(
            f"{type(kind).__name__} is for images of {height} x {width} = {height * width} pixels, "
            f"but a row has {x.shape[-1]} features; pass the height and width of its images, or "
            "augment a table by a function of your own."
        )
    return x.reshape(height, width)


@dataclass(frozen=True)
class RandomShift:
    """A shift by -most ... most pixels in each direction, all as likely.

    Attributes:
      height, width: of the image, at least 1.
      most: pixels, at least 0 and at most the larger of height and width.

    Raises:
      InputError, InputTypeError: numbers out of these ranges, or a row that is no such image.

    Example:
      >>> shifted = RandomShift(1, 3)(jax.random.key(0), jnp.array([1.0, 2.0, 3.0]))
      >>> shifted.shape
      (3,)
    """

    height: int
    width: int
    most: int = 1

    def __post_init__(self) -> None:
        check_count(self.height, "height")
        check_count(self.width, "width")
        check_count(self.most, "most", least=0)
        larger = max(self.height, self.width)
        if self.most > larger:
            raise InputError(
                f"most is {shown(self.most)}; pass at most {larger}, the larger of height and "
                "width, as nothing is left of an image that is shifted further."
            )

    def __call__(self, key: Array, x: Array) -> Array:
        """The image, shifted."""
        image = jnp.pad(_as_image(self, x, self.height, self.width), self.most)
        start = jax.random.randint(key, (2,), 0, 2 * self.most + 1)
        return jax.lax.dynamic_slice(image, start, (self.height, self.width)).ravel()


@dataclass(frozen=True)
class RandomRotation:
    """A rotation about the center by an angle that is uniform on -most ... most degrees.

    Attributes:
      height, width: of the image, at least 1.
      most: degrees, in [0, 180].

    Raises:
      InputError, InputTypeError: numbers out of these ranges, or a row that is no such image.

    Example:
      >>> RandomRotation(2, 2)(jax.random.key(0), jnp.ones(4)).shape
      (4,)
    """

    height: int
    width: int
    most: float = 15.0

    def __post_init__(self) -> None:
        check_count(self.height, "height")
        check_count(self.width, "width")
        check_number(self.most, "most", "degrees in [0, 180]", lambda angle: 0 <= angle <= 180)

    def __call__(self, key: Array, x: Array) -> Array:
        """The image, rotated."""
        image = _as_image(self, x, self.height, self.width)
        angle = jnp.deg2rad(self.most) * jax.random.uniform(key, minval=-1.0, maxval=1.0)
        down, right = (jnp.arange(n) - (n - 1) / 2 for n in image.shape)
        down, right = jnp.meshgrid(down, right, indexing="ij")
        cosine, sine = jnp.cos(angle), jnp.sin(angle)
        places = (
            cosine * down - sine * right + (self.height - 1) / 2,
            sine * down + cosine * right + (self.width - 1) / 2,
        )
        rotated = jax.scipy.ndimage.map_coordinates(image, list(places), order=1)
        return rotated.ravel().astype(x.dtype)


@dataclass(frozen=True)
class RandomFlip:
    """A flip of left and right.

    Attributes:
      height, width: of the image, at least 1.
      share: probability of a flip, in (0, 1).

    Raises:
      InputError, InputTypeError: numbers out of these ranges, or a row that is no such image.

    Example:
      >>> RandomFlip(1, 2)(jax.random.key(0), jnp.array([1.0, 2.0])).shape
      (2,)
    """

    height: int
    width: int
    share: float = 0.5

    def __post_init__(self) -> None:
        check_count(self.height, "height")
        check_count(self.width, "width")
        check_number(self.share, "share", "a probability in (0, 1)", lambda p: 0 < p < 1)

    def __call__(self, key: Array, x: Array) -> Array:
        """The image, flipped or not."""
        image = _as_image(self, x, self.height, self.width)
        flips = jax.random.bernoulli(key, self.share)
        return jnp.where(flips, image[:, ::-1], image).ravel()
