"""Are the figures drawn from stored arrays alone?"""

from experiments.universal_approximation.draw import CAPTIONS, draw


def test_every_figure_has_a_caption_and_a_panel_for_each_network(results):
    figures = draw(results)
    assert list(figures) == list(CAPTIONS)
    assert len(figures["in_action"].axes) == 3
    assert len(figures["rates"].axes) == 3
