"""How is a figure that moves kept beside the others?

A description of it is drawn when it is written, frame by frame, as a GIF that repeats forever. What
stands still is drawn once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image  # which Matplotlib depends on


class Animation(NamedTuple):
    """A figure and how it changes from frame to frame.

    Attributes:
      figure: the figure; its dpi is that of the animation.
      moving: the artists that change, in the order in which they are drawn.
      show: changes them so that they show the frame with a given number.
      frames: number of frames.
      per_second: frames per second.
    """

    figure: Figure
    moving: Sequence[Artist]
    show: Callable[[int], object]
    frames: int
    per_second: int = 10


def save(animation: Animation, sink: IO[bytes]) -> None:
    """Write an animation as GIF to an open file."""
    canvas = FigureCanvasAgg(animation.figure)
    for artist in animation.moving:
        artist.set_animated(True)  # left out of the background
    canvas.draw()
    background = canvas.copy_from_bbox(animation.figure.bbox)
    images = []
    for frame in range(animation.frames):
        animation.show(frame)
        canvas.restore_region(background)
        for artist in animation.moving:
            animation.figure.draw_artist(artist)
        images.append(Image.fromarray(np.array(canvas.buffer_rgba())[..., :3]))
    images[0].save(
        sink,
        format="GIF",
        save_all=True,
        append_images=images[1:],
        duration=round(1000 / animation.per_second),
        loop=0,
    )
