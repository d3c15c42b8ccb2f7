"""Are the figures of `phase_diagram` drawn from the stored arrays alone?"""

from experiments.phase_diagram.draw import CAPTIONS, draw


def test_every_figure_has_a_caption(results):
    figures = draw(results)
    assert list(figures) == list(CAPTIONS)
    assert len(figures["measured"].axes) == 3
