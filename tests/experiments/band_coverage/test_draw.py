"""Is the figure drawn from stored arrays alone, and is the coverage in it the share that covers?"""

import numpy as np
import pytest

from experiments.band_coverage.draw import CAPTIONS, draw
from experiments.band_coverage.known_truth import PLACES, true_curve
from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import DEFAULT, compared
from jaxnn import plotting


def test_the_coverage_that_is_drawn_is_the_share_of_bands_that_contain_the_truth(results, tmp_path):
    with plotting.style():
        figures = draw(results)
        assert list(figures) == list(CAPTIONS) == ["truth", "rows", "compared", "new_observations"]
        plotting.save(figures["truth"], tmp_path / "truth.png")
        assert (tmp_path / "truth.png").stat().st_size > 20_000
    *drawn, nominal = figures["truth"].axes[1].lines
    assert set(nominal.get_ydata()) == {0.95}
    own = results["network_100_fit"].mean(axis=0)
    truth = true_curve(PLACES)
    lower, upper = results["network_100"]
    for line, target in zip(drawn, (own, truth), strict=True):
        inside = (lower <= target) & (target <= upper)
        np.testing.assert_allclose(line.get_ydata(), inside.mean(axis=0))


def test_the_coverage_of_each_kind_of_band_is_drawn_from_its_bands(results):
    with plotting.style():
        figure = draw(results)["compared"]
    (one,) = compared(results)
    inside = one.contained()[list(METHODS).index(DEFAULT)][:, one.counted]
    drawn = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert drawn == pytest.approx([inside.mean()])
    worst = [line.get_xdata()[0] for line in figure.axes[1].lines if line.get_marker() == "o"]
    assert worst == pytest.approx([inside.mean(axis=0).min()])
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_text().replace("\n", " ") == one.setting.words
