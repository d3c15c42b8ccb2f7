"""Are the figures drawn from stored arrays alone?"""

from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.draw import CAPTIONS, draw


def test_every_figure_has_a_caption_and_every_job_a_panel(made):
    figures = draw(made())
    assert list(figures) == list(CAPTIONS) == ["ratios", "scaling"]
    assert [ax.get_title().split("\n")[0] for ax in figures["ratios"].axes] == list(JOBS)
