"""Are the figures of `backpropagation` drawn from stored arrays alone, and legible?"""

import itertools
import math

import pytest

from experiments.backpropagation.draw import CAPTIONS, draw
from experiments.backpropagation.draw_tables import number
from jaxnn.plotting import style


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-9, 6, "−9"),
        (-0.0, 6, "0"),
        (0.99975322607, 6, "0.999753"),
        (-0.00037018372, 8, "−3.7018372·10⁻⁴"),
        (1.5e12, 3, "1.50·10¹²"),
        (math.nan, 6, ""),
    ],
)
def test_numbers_are_formatted_for_tables(value, digits, text):
    assert number(value, digits) == text


@pytest.fixture(scope="module")
def figures(results):
    with style():
        drawn = draw(results)
        for figure in drawn.values():
            figure.draw_without_rendering()
    return drawn


def test_every_figure_has_a_caption(figures):
    assert list(figures) == list(CAPTIONS)
    assert all(caption.endswith(".") for caption in CAPTIONS.values())


@pytest.mark.parametrize(
    "name",
    ["loss_a", "loss_b", "logistic", "graphs", "errata_derivatives", "errata_training",
     "errata_regularisation"],
)  # fmt: skip
def test_texts_of_a_table_stay_inside_the_figure_and_do_not_overlap(figures, name):
    figure = figures[name]
    texts = [text for ax in figure.axes for text in ax.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    assert len(boxes) > 20
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text
    for (one, box), (other, beside) in itertools.combinations(boxes, 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        # Boxes of lines include the space above small letters.
        assert across <= 1 or down <= 5, (one, other)


def test_numbers_that_differ_from_the_slide_are_marked(figures):
    texts = [text.get_text() for text in figures["loss_a"].axes[0].texts]
    assert sum(text.startswith("✗ slide") for text in texts) == 4
    assert sum(text.startswith("slide") for text in texts) == 14
