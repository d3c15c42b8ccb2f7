"""Are the figures drawn from stored arrays alone?"""

from itertools import pairwise

import numpy as np

from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.draw import CAPTIONS, costs_of_tricks, draw, speed_curves


def test_every_figure_has_a_caption_and_every_job_a_panel(made):
    figures = draw(made())
    assert list(figures) == list(CAPTIONS) == ["ratios", "curves", "tricks", "scaling"]
    assert [ax.get_title().split("\n")[0] for ax in figures["ratios"].axes] == list(JOBS)


def test_both_targets_are_drawn_and_pytorch_is_left_out_where_it_was_not_timed(made):
    shares, times = costs_of_tricks(made()).axes
    assert [text.get_text() for text in shares.texts] == ["60%", "70%", "50%"]
    assert [text.get_text() for text in times.texts] == ["3.1"] * 3
    for ax, target in ((shares, 0.5), (times, 3)):
        marks = [line for line in ax.lines if line.get_marker() == "|"]
        assert [line.get_xdata().tolist() for line in marks] == [[target] * 3]
    alone = made() | {"trick_contenders": np.array(["jaxnn"])}
    alone |= {"trick_seconds": alone["trick_seconds"][:, :1]}
    assert len(costs_of_tricks(alone).axes) == 1


def test_a_line_of_each_tool_goes_through_its_medians(made):
    results = made()
    panels = speed_curves(results).axes
    widths = [16, 64, 256], [0.5, 0.9, 1.1]
    rows = [100, 320, 1000], [0.8, 0.9, 0.9]
    batches = [32, 100, 320], [0.56, 0.7, 0.9]
    for ax, (sizes, shares) in zip(panels, (widths, rows, batches), strict=True):
        for line, slower in zip(ax.lines[::2], (1, 2, 4), strict=False):
            np.testing.assert_allclose(line.get_xdata(), sizes)
            np.testing.assert_allclose(line.get_ydata(), np.array(shares) / slower)
    assert {text.get_text() for text in panels[2].texts} == {"jaxnn", "plain JAX vmap", "PyTorch"}


def test_labels_of_lines_that_end_together_do_not_touch(made):
    figure = speed_curves(made(at_sizes=(1.01, 1.02)))
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in figure.axes[2].texts), key=lambda b: b.y0)
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))


def test_every_target_is_drawn_in_the_row_of_its_peer(made):
    ax = draw(made())["ratios"].axes[0]
    marks = [line for line in ax.lines if line.get_marker() == "|"]
    assert [(*line.get_xdata(), *line.get_ydata()) for line in marks] == [(3, 1), (4, 2), (7, 3)]
