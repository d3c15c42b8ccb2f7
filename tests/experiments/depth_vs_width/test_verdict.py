"""Is every comparison listed under the right heading?"""

from experiments.depth_vs_width.verdict import verdict


def test_the_sign_of_a_difference_decides_the_heading(with_table, table, changed):
    good, bad, better = verdict(with_table())
    for rows, heading, words in (
        (table, bad, "the test error of 3 layers is 1.4"),
        (changed(("digits",), 0.06, 0.05, 0.04), good, "the test error of 3 layers is 0.67"),
        (changed(("digits",), 0.06, 0.06, 0.06), bad, ": no clear difference"),
    ):
        sentences = verdict(with_table(rows))
        (sentence,) = [
            s for s in sentences[heading] if s.startswith("Handwritten digits, 300 rows")
        ]
        assert words in sentence
    sentences = verdict(with_table())
    assert "161,051" in sentences[good][0]
    assert len(sentences[better]) >= 3
    assert any("folded function, 1,000 rows" in sentence for sentence in sentences[good])
    assert any("product of 6" in sentence for sentence in sentences[bad])
