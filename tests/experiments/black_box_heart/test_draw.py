"""Are the figures drawn from stored arrays alone?"""

from experiments.black_box_heart.draw import CAPTIONS, draw
from jaxnn import plotting


def test_every_figure_has_a_caption_and_can_be_saved(results, tmp_path):
    with plotting.style():
        figures = draw(results)
        assert list(figures) == list(CAPTIONS)
        for name, figure in figures.items():
            plotting.save(figure, tmp_path / f"{name}.png")
            assert (tmp_path / f"{name}.png").stat().st_size > 20_000
