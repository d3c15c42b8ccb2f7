"""Are the figures of `regularization` drawn from stored arrays alone?"""

from experiments.regularization.draw import CAPTIONS, draw


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)
