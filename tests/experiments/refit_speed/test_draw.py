"""Are the figures drawn from stored arrays alone?"""

import numpy as np

from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.draw import CAPTIONS, costs_of_tricks, draw


def test_every_figure_has_a_caption_and_every_job_a_panel(made):
    figures = draw(made())
    assert list(figures) == list(CAPTIONS) == ["ratios", "tricks", "scaling"]
    assert [ax.get_title().split("\n")[0] for ax in figures["ratios"].axes] == list(JOBS)


def test_both_targets_are_drawn_and_pytorch_is_left_out_where_it_was_not_timed(made):
    shares, times = costs_of_tricks(made()).axes
    assert [text.get_text() for text in shares.texts] == ["60%", "70%", "50%"]
    assert [text.get_text() for text in times.texts] == ["3.1"] * 3
    for ax, target in ((shares, 0.5), (times, 3)):
        assert target in [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]
    alone = made() | {"trick_contenders": np.array(["jaxnn"])}
    alone |= {"trick_seconds": alone["trick_seconds"][:, :1]}
    assert len(costs_of_tricks(alone).axes) == 1
