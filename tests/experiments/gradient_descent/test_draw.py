"""Are the figures of `gradient_descent` drawn from stored arrays alone?"""

from experiments.gradient_descent.draw import CAPTIONS, draw


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)
