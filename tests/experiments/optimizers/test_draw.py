"""Are the figures of `optimizers` drawn from stored arrays alone?"""

from experiments.optimizers.draw import CAPTIONS, draw


def test_every_figure_has_a_caption(results):
    assert list(draw(results)) == list(CAPTIONS)
