"""Is every cell listed under the heading that one rule gives it?"""

import pytest

from experiments.depth_vs_width.verdict import HELPS, HURTS, LECTURE, MIXED, NEITHER, verdict


@pytest.mark.parametrize(
    ("errors", "heading", "words"),
    [
        ((0.06, 0.05, 0.04), HELPS, "3 layers 0.67 ("),
        ((0.05, 0.06, 0.07), HURTS, "3 layers 1.4 ("),
        ((0.06, 0.06, 0.04), MIXED, "2 layers 1 (0.88 to 1.1), unclear; 3 layers 0.67 ("),
        ((0.05, 0.06, 0.04), MIXED, "2 layers 1.2 ("),
        ((0.85, 0.86, 0.89), NEITHER, "3 layers 1 ("),
        ((0.89, 0.5, 0.4), HELPS, "2 layers 0.56 ("),
    ],
)
def test_the_sign_of_all_differences_decides_the_heading(
    with_table, changed, errors, heading, words
):
    found = verdict(with_table(changed(("digits",), *errors)))
    listed = [
        place for place, lines in found.items() for line in lines if "digits, n = 300" in line
    ]
    assert listed == [heading]
    (sentence,) = [line for line in found[heading] if "digits, n = 300" in line]
    assert sentence.startswith("Handwritten digits, n = 300, 5,000 parameters, 800 steps.")
    assert words in sentence


def test_every_cell_is_listed_once(with_table, table):
    found = verdict(with_table())
    assert sum(len(lines) for heading, lines in found.items() if heading != LECTURE) == len(table)
    assert len(found[LECTURE]) >= 3
