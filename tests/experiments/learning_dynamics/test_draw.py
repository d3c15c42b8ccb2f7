"""Are the figures of `learning_dynamics` drawn from stored arrays alone?"""

from experiments.learning_dynamics.draw import CAPTIONS, draw


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)
