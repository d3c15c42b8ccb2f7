"""Are the figures drawn from stored arrays alone?"""

from experiments.vanishing_exploding.draw import CAPTIONS, draw


def test_figures_are_drawn_from_results_alone(results):
    figures = draw(results)
    assert list(figures) == list(CAPTIONS)
    assert len(figures["gradients"].axes) == 4
    # Dashed theory and a median for each of three scales.
    assert len(figures["gradients"].axes[0].lines) == 6
