"""Is the page worded from results of any size?"""


def test_findings_of_small_results_are_sentences(findings, is_worded):
    assert len(findings) >= 3
    assert [sentence for sentence in findings if not is_worded(sentence)] == []
