"""Are the figures of `initialization` drawn from stored arrays alone?"""

from experiments.initialization.draw import CAPTIONS, draw


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)
