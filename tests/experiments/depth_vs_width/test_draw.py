"""Are the figures drawn from stored arrays alone?"""

from experiments.depth_vs_width.draw import CAPTIONS, draw


def test_figures_are_drawn_from_results_alone(with_table):
    figures = draw(with_table())
    assert list(figures) == list(CAPTIONS)
    assert [len(figures[name].axes) for name in ("verdict", "represent", "slopes")] == [3, 4, 4]
