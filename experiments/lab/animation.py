"""How is a figure that moves kept beside the others?

A description of it is drawn when it is written, frame by frame, as a GIF that repeats forever.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from matplotlib.animation import PillowWriter
from matplotlib.figure import Figure


class Animation(NamedTuple):
    """A figure and how it changes from frame to frame.

    Attributes:
      figure: the figure; its dpi is that of the animation.
      show: changes the figure so that it shows the frame with a given number.
      frames: number of frames.
      per_second: frames per second.
    """

    figure: Figure
    show: Callable[[int], object]
    frames: int
    per_second: int = 10


def save(animation: Animation, sink: IO[bytes]) -> None:
    """Write an animation as GIF to an open file."""
    writer = PillowWriter(fps=animation.per_second)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "animation.gif"  # Pillow chooses the format by the name
        with writer.saving(animation.figure, path, animation.figure.dpi):
            for frame in range(animation.frames):
                animation.show(frame)
                writer.grab_frame()
        sink.write(path.read_bytes())
