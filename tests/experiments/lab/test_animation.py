"""Is a figure that moves written as a GIF with every frame?"""

import io
import itertools

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from experiments.lab.animation import Animation, save


def square(frames, shown):
    """A dark square that is at another place in every frame."""
    figure = Figure(figsize=(1, 1), dpi=40)
    (point,) = figure.subplots().plot([], [], "s", color="black", markersize=12)
    point.axes.set(xlim=(-1, frames), ylim=(-1, 1))

    def show(frame):
        shown.append(frame)
        point.set_data([frame], [0])

    return Animation(figure, [point], show, frames, per_second=5)


def test_every_frame_is_shown_once_and_written_for_its_time():
    sink, shown = io.BytesIO(), []
    save(square(4, shown), sink)
    picture = Image.open(io.BytesIO(sink.getvalue()))
    assert shown == [0, 1, 2, 3]
    assert (picture.format, picture.n_frames, picture.size) == ("GIF", 4, (40, 40))
    assert picture.info["duration"] == 200 and picture.info["loop"] == 0
    frames = []
    for frame in range(4):
        picture.seek(frame)
        frames.append(np.asarray(picture.convert("L"), float))
    assert all(np.abs(late - early).max() > 100 for early, late in itertools.pairwise(frames))


def test_the_same_animation_gives_the_same_bytes():
    first, second = io.BytesIO(), io.BytesIO()
    save(square(3, []), first)
    save(square(3, []), second)
    assert first.getvalue() == second.getvalue()
